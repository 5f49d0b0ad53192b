"""Which day a row-level list was taken: its snapshot column, words such as "As at 31 May 2024" above it, or its name.

The month the user names wins, but every disagreement is said.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

import pandas as pd

from etl.dates import UTC, UTC_REMEDY, DateColumn, read_dates
from etl.extract import Extract
from etl.finding import Finding

_WORDS = r"\b(?:as at|as of|snapshot|census|report(?:ing)? date|position at|month|month ending|extracted)\b\W*"
_DAY = r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{1,2}(?:st|nd|rd|th)? [a-z]{3,9} \d{4}|[a-z]{3,9}[ -]\d{4}"
_FIRST_DAYS = 7  # a list taken in them is mostly that of the month before, run once it was over
_MONTHS = "|".join(f"{calendar.month_name[n].lower()}|{calendar.month_abbr[n].lower()}" for n in range(1, 13))
_NAMED = (
    r"(?<!\d)(?P<year>20\d{2})[-_ .]?(?P<month>0[1-9]|1[0-2])(?:[-_ .]?[0-3]\d)?(?!\d)",
    r"(?<!\d)[0-3]\d[-_ .]?(?P<month>0[1-9]|1[0-2])[-_ .]?(?P<year>20\d{2})(?!\d)",
    rf"(?<![a-z])(?P<month>{_MONTHS})[-_ .]?(?P<year>20\d{{2}}|\d{{2}})(?!\d)",
    rf"(?<!\d)(?P<year>20\d{{2}})[-_ .]?(?P<month>{_MONTHS})(?![a-z])",
)


@dataclass(frozen=True)
class Snapshot:
    """The day the list was taken, the last day of its month where only that is known, and the month it is loaded as.

    `day_first_shown`: the snapshot column proves that the file writes days before months.
    """

    day: date
    month: date
    day_first_shown: bool = False


def find_snapshot(extract: Extract) -> Snapshot | None:
    """Return when the list was taken, None where nothing says it; findings go to the extract."""
    said, today = extract.context.said, extract.context.today
    column = _snapshot_column(extract)
    days = _days(extract, column) or _days_in_titles(extract)
    if len({day.replace(day=1) for day in days}) > 1:
        extract.refuse(
            extract.layout.snapshot if extract.has(extract.layout.snapshot) else None,
            "MONTHS_DIFFER", "the file names more than one month", "Split it: one file holds one month.",
        )  # fmt: skip
        return None
    named = _named(extract)
    taken = max(days, default=None)
    month = said or (taken.replace(day=1) if taken else named)
    if month is None and extract.index.empty:  # a list without a row is refused as empty
        return None
    if month is None:
        extract.refuse(None, "MONTH_MISSING", "the file names no month", "Say it with --month YYYY-MM.")
        return None
    _say_disagreement(extract, month, taken, named)
    if (taken or month) > today:
        extract.refuse(None, "MONTH_IN_FUTURE", "the list is dated after today", "Correct the date, or --month.")
    elif month > today.replace(day=1):
        extract.refuse(None, "MONTH_IN_FUTURE", "the month has not begun", "Correct the month, or --month.")
    return Snapshot(taken or min(last_day(month), today), month, column is not None and column.day_first_shown)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def month_in_name(stem: str) -> date | None:
    """Return the one month that a file's name mentions (2024-05, 31052024, May 2024), else None."""
    plain = stem.casefold()
    for pattern in _NAMED:
        found = {(_year(hit["year"]), _month(hit["month"])) for hit in re.finditer(pattern, plain)}
        if found:
            return date(*found.pop(), 1) if len(found) == 1 else None
    return None


def _named(extract: Extract) -> date | None:
    """Return the month the file's name mentions, else that of the files inside it."""
    inside = [table.sheet.name for table in extract.tables] if extract.origin else []
    return next(filter(None, map(month_in_name, [extract.context.file.stem, *inside])), None)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return [name.lower() for name in calendar.month_abbr].index(text[:3])


def _snapshot_column(extract: Extract) -> DateColumn | None:
    key = extract.layout.snapshot
    if not extract.has(key):
        return None
    place = (extract.sheet(key), extract.heading(key))
    column = read_dates(extract.text[key], extract.layout.dates, place, epoch_1904=extract.context.epoch_1904)
    extract.result.findings += column.faults
    extract.hold(
        column.unreadable, key, "DATE_UNREADABLE", "not a date we can read",
        f"Use DD/MM/YYYY, or see dates in {extract.source.path}.",
    )  # fmt: skip
    extract.say(column.utc, key, "DATE_UTC", "query", UTC, UTC_REMEDY)
    return column


def _days(extract: Extract, column: DateColumn | None) -> set[date]:
    if column is None:
        return set()
    return {stamp.date() for stamp in column.values[extract.good].dropna().unique()}


def _days_in_titles(extract: Extract) -> set[date]:
    """Return the day that words above the header name; a month alone stands for its last day."""
    above = extract.table.sheet.cells.loc[: extract.table.header_row - 1]
    words = " ".join(" ".join(map(str, above.to_numpy().ravel())).split()).casefold()
    hit = re.search(f"{_WORDS}({_DAY})", words)
    if hit is None:
        return set()
    month_only = re.fullmatch(r"[a-z]{3,9}[ -]\d{4}", hit[1])
    text = pd.Series([f"1 {hit[1]}" if month_only else hit[1]], dtype="str")
    [found] = read_dates(text, extract.layout.dates, ("", "")).values
    if pd.isna(found):
        return set()
    return {last_day(found.date()) if month_only else found.date()}


def _say_disagreement(extract: Extract, month: date, taken: date | None, named: date | None) -> None:
    told = [(taken.replace(day=1) if taken else None, "the dates inside it"), (named, "the file's name")]
    others = [who for other, who in told if other and other != month]
    rank = "the month you gave" if extract.context.said else "the snapshot date inside the file"
    if others:
        extract.result.findings.append(
            Finding(
                "MONTH_DISAGREES", "query", f"{rank} and {' and '.join(others)} name different months",
                "Check which is right; --month YYYY-MM settles it.",
            )
        )  # fmt: skip
    elif taken is None and extract.context.said is None:
        extract.result.findings.append(
            Finding("MONTH_FROM_NAME", "note", "the month is taken from the file's name: nothing in the file says it")
        )
    if taken and taken.day <= _FIRST_DAYS and named is None and extract.context.said is None:
        extract.result.findings.append(
            Finding(
                "SNAPSHOT_MONTH_UNSURE", "query",
                f"the list was taken in the first days of {month:%B %Y} and would be loaded as that month's",
                "Say with --month YYYY-MM which month it is for; most such lists are for the month before.",
            )
        )  # fmt: skip
    if taken and taken.replace(day=1) == month and taken != last_day(month):
        extract.result.findings.append(
            Finding("SNAPSHOT_EARLY", "note", "the list was taken before the month's last day; waits are counted to it")
        )
