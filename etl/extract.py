"""One row-level extract while it is worked on: its lines as tidy text, which still count, and what is said of them."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeGuard

import pandas as pd

from etl.clean import UNPRINTED, Cleaned, each_once, trimmed
from etl.finding import Finding, Severity
from etl.heading import normal
from etl.local_area import LocalArea
from etl.merged import merged_cells
from etl.organisations import Organisations
from etl.origin import Origin
from etl.pathways import Pathways
from etl.privacy import shown
from etl.recognise import Located, Match
from etl.source import Source

_FEW = 4  # with fewer columns a line with one filled cell may well be a row


@dataclass(frozen=True)
class Context:
    """What the reading of a row-level file may know besides the file. `said` is the month the user named."""

    file: Path
    today: date
    said: date | None
    area: LocalArea
    organisations: Organisations
    key_file: Path
    epoch_1904: bool = False


@dataclass
class Extract:
    """The lines of a file. `good` marks, by Excel row number, those that no rule has held back yet."""

    source: Source
    layout: Pathways
    table: Located
    context: Context
    result: Cleaned
    text: dict[str, pd.Series]
    good: pd.Series
    places: dict[str, int] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def index(self) -> pd.Index:
        """Return the lines' row numbers."""
        return self.good.index

    def has(self, key: str | None) -> TypeGuard[str]:
        """Return whether the file has this column."""
        return key is not None and key in self.text

    @property
    def tables(self) -> list[Located]:
        """Return every table the lines were made of."""
        return list(self.origin.tables.values()) if self.origin else [self.table]

    def heading(self, key: str) -> str:
        """Return the heading of one of our columns in this file, as messages may quote it."""
        if key not in self.places:
            return self.layout.columns[key].headers[0] if key in self.layout.columns else key
        return shown(self._table(key).heading(f"pathways.columns.{key}"), self.places[key])

    def sheet(self, key: str | None) -> str:
        """Return the sheet a column stands on."""
        return self._table(key).sheet.name

    def _table(self, key: str | None) -> Located:
        return self.origin.table(key) if self.origin else self.table

    def _rows(self, lines: pd.Series, key: str | None) -> tuple[str, pd.Series]:
        """Return sheet and, by row number, the rows where the lines that are true have this column."""
        if self.origin is None:
            return self.table.sheet.name, lines
        return self.origin.rows_of(lines, key)

    def _column(self, key: str | None) -> str | None:
        return self.heading(key) if self.has(key) else None

    def hold(
        self, bad: pd.Series, key: str | None, rule: str, problem: str, remedy: str, severity: Severity = "query"
    ) -> None:
        """Hold back those of the lines that still count."""
        now = bad & self.good
        if not now.any():
            return
        sheet, rows = self._rows(now, key)
        self.result.hold(rows, sheet, self._column(key), rule, problem, remedy, severity)
        self.good &= ~now

    def say(
        self, rows: pd.Series, key: str | None, rule: str, severity: Severity, problem: str, remedy: str = ""
    ) -> None:
        """Say something of those of the lines that still count, without holding them."""
        sheet, where = self._rows(rows & self.good, key)
        found = where.index[where]
        if len(found):
            place = (sheet, int(found.min()), self._column(key), len(found))
            self.result.findings.append(Finding(rule, severity, problem, remedy, *place))

    def refuse(self, key: str | None, rule: str, problem: str, remedy: str, count: int = 1) -> None:
        """Refuse the file."""
        self.result.findings.append(
            Finding(rule, "error", problem, remedy, self.sheet(key), column=self._column(key), count=count)
        )

    @property
    def refused(self) -> bool:
        """Return whether an error has been found."""
        return any(finding.severity == "error" for finding in self.result.findings)


def open_extract(match: Match, context: Context) -> Extract:
    """Return the lines of the recognised table, with lines that are no data or not whole already held back."""
    table, layout = match.tables[0], match.source.pathways
    assert layout
    body = table.body()
    places = {key.rpartition(".")[2]: place for key, place in table.columns.items()}
    text: dict[str, pd.Series] = {}
    untidy: list[int] = []
    filled, headings = (pd.Series(0, index=body.index, dtype="int16") for _ in range(2))
    for key, place in places.items():
        codes, distinct = pd.factorize(body[place])
        words = pd.Series(distinct, dtype="str")
        plain = trimmed(words)
        tidy = without_missing(plain, layout)
        text[key] = body[place] if tidy is words else tidy.take(codes).set_axis(body.index)
        untidy += [] if plain is words else [place]
        heading = normal(shown(table.heading(f"pathways.columns.{key}"), place))
        filled += (tidy != "").to_numpy(dtype="int16")[codes]
        headings += (tidy.str.lower() == heading).to_numpy(dtype="int16")[codes]
    some = filled > 0
    if not some.all():
        body, filled, headings = body[some], filled[some], headings[some]
        text = {key: column[some] for key, column in text.items()}
    extract = Extract(
        match.source, layout, table, context, Cleaned(rows_in=len(body)), text,
        pd.Series(True, index=body.index), places,
    )  # fmt: skip
    _hold_what_is_no_data(extract, filled, headings)
    _say_what_was_stripped(extract, body[untidy])
    _say_second_dates(extract, body)
    return extract


def _say_second_dates(extract: Extract, body: pd.DataFrame) -> None:
    """Ask where two columns can both be one of our dates and hold different ones: one of them is not read."""
    header = extract.table.sheet.cells.loc[extract.table.header_row]
    spare = {place: str(header[place]) for place in map(int, header.index) if place not in extract.places.values()}
    for key in extract.layout.holding("date"):
        known = {normal(heading) for heading in extract.layout.columns[key].headers}
        for place in (place for place, heading in spare.items() if extract.has(key) and normal(heading) in known):
            second = without_missing(trimmed(body[place]), extract.layout)
            extract.say(
                (second != "") & (second != extract.text[key]), key, "DATE_COLUMN_SECOND",
                "note" if key == extract.layout.snapshot else "query",
                f'the column "{shown(spare[place], place)}" can hold the same date and says another; '
                "it is not read",
                "Delete the one that does not count, or name the one that does in a source of its own (based_on).",
            )  # fmt: skip


def without_missing(text: pd.Series, layout: Pathways) -> pd.Series:
    """Return the text with the words that stand for a blank made blank."""
    missing = {normal(word) for word in layout.missing}
    short = text.str.len() <= max((len(word) for word in missing), default=0)
    blank = text[short].str.lower().isin(missing)
    return text.mask(blank.reindex(text.index, fill_value=False), "") if blank.any() else text


def _hold_what_is_no_data(extract: Extract, filled: pd.Series, headings: pd.Series) -> None:
    """Hold footnotes, totals and repeated headers as notes; lines cut or broken by a stray comma as queries.

    `filled` and `headings` say how many cells of a line hold anything, and how many the heading of their column.
    """
    first = extract.text[min(extract.places, key=lambda key: extract.places[key])]
    total = first.str.contains(r"^(?i:(?:grand |sub-?)?totals?)\b", regex=True)
    alone = (filled == 1) if len(extract.text) >= _FEW else pd.Series(False, index=extract.index)
    key = extract.layout.pathway.id
    only_id = alone & False
    if key is not None and extract.has(key) and alone.any():
        only_id = alone & (extract.text[key] != "") & ~extract.text[key].str.contains(" ")
    no_data = total | (alone & ~only_id) | (headings >= max(2, len(extract.text) // 2))
    extract.hold(no_data, None, "NOT_DATA", "a total, a footnote or a repeated header is not counted", "", "note")
    extract.hold(
        only_id, key, "ROW_INCOMPLETE", "the row holds an id and nothing else", "Fill in the row, or delete it."
    )
    ragged = extract.index.isin([problem.row for problem in extract.table.sheet.problems])
    extract.hold(
        pd.Series(ragged, index=extract.index), None, "RAGGED_ROW",
        "the line has more or fewer fields than the header",
        "Put fields that hold a comma into quotes, or export the file again.",
    )  # fmt: skip


def _say_what_was_stripped(extract: Extract, lines: pd.DataFrame) -> None:
    for key, place in extract.places.items():
        if place not in lines:
            continue
        stripped = each_once(lines[place], lambda texts: texts.str.contains(UNPRINTED, regex=True))
        extract.say(
            stripped, key, "CHARACTERS_STRIPPED", "note",
            "characters that print nothing were removed",
        )  # fmt: skip


def refuse_structure(extract: Extract, uncalculated: set[int]) -> None:
    """Refuse merged cells in the data, and formulas nobody calculated where a date or an id should stand."""
    for table in extract.tables:
        extract.result.findings += merged_cells(table)
    for key in extract.layout.columns:
        if extract.has(key) and extract.places.get(key) in uncalculated:
            problem = "the column holds formulas that were never calculated"
            if extract.layout.columns[key].holds == "wait":  # never used, so nothing is lost
                extract.say(extract.good, key, "FORMULA_NOT_CALCULATED", "note", problem)
                continue
            extract.refuse(key, "FORMULA_NOT_CALCULATED", problem, "Open the file in Excel and save it again.")
