"""The workbook a provider fills in, made from the source's YAML: definitions, and a synthetic example that loads."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path

from etl.errors import UsageError
from etl.figures import Figures
from etl.local_area import LocalArea
from etl.pathways import Entry, Pathways
from etl.source import Source, load_sources
from etl.workbook import Value, write_workbook

_TAKEN = date(2026, 10, 31)
_WAITED = (20, 55, 90, 127, 210, 300, 365, 430)  # days, one example child each
_ABOUT = ("How to use this workbook",)
_PERIODS = {0: "as it stands at the end of the month", 1: "a month", 3: "a quarter", 4: "a term"}
_HOLDS = {
    "identifier": "an id, turned into a pseudonym before anything is stored",
    "date": "a date, DD/MM/YYYY or YYYY-MM-DD",
    "birth_date": "a date of birth, turned into an age band and dropped",
    "age": "a whole number of years",
    "code": "one of the words beside",
    "words": "a short name or code",
    "wait": "a number; compared with ours, never used",
}


def write_template(source: Source, area: LocalArea, path: Path) -> Path:
    """Write the template and return its path. Raises UsageError for a source that has none."""
    if source.figures:
        return _write_figures(source.title, source.figures, path)
    layout = source.pathways
    if layout is None or not layout.template:
        known = [name for name, one in load_sources().items() if one.figures or getattr(one.pathways, "template", None)]
        raise UsageError(f"The source {source.name} has no template; {', '.join(known)} have one.")
    entries = {key: layout.columns[key] for key in layout.template}
    headings = [entry.headers[0] for entry in entries.values()]
    example = _example(layout, entries, next(iter(area.providers), "ABC"))
    definitions = [_definition(entry) for entry in entries.values()]
    about: list[list[Value]] = [
        [f"{source.title}. One row per child and referral: everyone waiting on the last day of the month, and everyone "
         f"whose wait ended in it or in the {layout.closed_months} months before."],
        ["Replace the example rows, which are invented, and save as .xlsx or .csv. Leave headings as they are; their "
         "order does not matter. Columns you cannot fill may stay empty, apart from those marked as needed."],
        ["Send no names, addresses, postcodes, dates of birth, e-mail addresses or notes: they are dropped, and an NHS "
         "number where none belongs stops the file."],
    ]  # fmt: skip
    return write_workbook(
        path,
        [
            ("List", headings, example),
            ("Definitions", ("Column", "Needed", "What to put there", "Format", "Words we know"), definitions),
            ("About", _ABOUT, about),
        ],
    )


def _write_figures(title: str, layout: Figures, path: Path) -> Path:
    """Write the workbook of measures: a line each to fill in, what each counts, and how to use it."""
    headings = [heading.headers[0] for heading in layout.columns.values()]
    example: list[list[Value]] = [
        [one.title, f"{_TAKEN:%Y-%m}", 8, 10 if one.of else None, None, None] for one in layout.measures.values()
    ]
    definitions: list[list[Value]] = [
        [figure.title, figure.counts, figure.of or "nothing: a plain count", _PERIODS.get(figure.months, "a year"),
         ", ".join(figure.breakdowns)]
        for figure in layout.measures.values()
    ]  # fmt: skip
    about: list[list[Value]] = [
        [f"{title}. One line per measure and period, and per group where a measure is split. Month is the last month "
         "of the period."],
        ["Replace the example lines, which are invented. Leave out what nobody counted: 0 is written only where the "
         "count is nought, and x where a figure exists but cannot be given. Keep adding to the same workbook: the "
         "latest one answers for every month it spans."],
        ["Send counts alone: no names, no numbers of children."],
    ]  # fmt: skip
    words = ("Measure", "What Count counts", "What Out of counts", "Period", "May be split by")
    return write_workbook(
        path, [("Measures", headings, example), ("Definitions", words, definitions), ("About", _ABOUT, about)]
    )


def _definition(entry: Entry) -> list[Value]:
    needed = "no" if entry.optional else "yes"
    known: dict[str, str] = {}
    for theirs, ours in entry.values.items():
        known.setdefault(ours, theirs)
    return [entry.headers[0], needed, entry.meaning, _HOLDS[entry.holds], ", ".join(known.values())]


def _example(layout: Pathways, entries: Mapping[str, Entry], provider: str) -> Iterable[list[Value]]:
    """Yield invented rows: most still wait, then one row for each way the first clock stops."""
    clock = next(iter(layout.clocks.values()))
    ways = [stop for stop in clock.stops if stop.date in entries]
    words = {key: cycle(_words(entry)) for key, entry in entries.items() if entry.holds == "code"}
    stories = [(days, None) for days in _WAITED] + [(150 + 30 * number, stop) for number, stop in enumerate(ways)]
    for number, (days, stop) in enumerate(stories, start=1):
        received = _TAKEN - timedelta(days=days)
        fixed: dict[str, Value] = {
            clock.start[0]: _written(received),
            str(layout.snapshot): _written(_TAKEN),
            str(layout.organisation): provider,
        }
        if stop is not None:
            fixed[stop.date] = _written(received + timedelta(days=100 + number))
        reasons = {s.reason_from for c in layout.clocks.values() for s in c.stops if s.reason_from}
        row: list[Value] = []
        for key, entry in entries.items():
            blank = key in reasons and (stop is None or stop.reason_from != key)
            row.append(None if blank else fixed[key] if key in fixed else _invented(key, entry, number, words))
        yield row


def _words(entry: Entry) -> list[str]:
    """Return the first of their words for each of ours; a list of services has but one that counts."""
    known: dict[str, str] = {}
    for theirs, ours in entry.values.items():
        known.setdefault(ours, theirs)
    return list(islice(known.values(), 4))


def _invented(key: str, entry: Entry, number: int, words: Mapping[str, Iterable[str]]) -> Value:
    if entry.holds == "identifier":
        return f"{entry.headers[0][:3].upper()}{number:04}"
    if entry.holds == "age":
        return 3 + 2 * (number % 8)
    if entry.holds == "words":
        return ("North", "South")[number % 2]
    return next(iter(words[key])) if key in words else None


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
