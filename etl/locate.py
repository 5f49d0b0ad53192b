"""Where a table stands in a sheet: its header row, which column is which, and what is missing or stands twice."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from etl.finding import Finding
from etl.formats import Sheet
from etl.heading import Heading, normal
from etl.source import Band, Source


@dataclass(frozen=True)
class Located:
    """A table inside a sheet: the header's row as Excel numbers it, and where each of our columns stands."""

    sheet: Sheet
    header_row: int
    columns: dict[str, int]
    band: Band | None = None
    module: str | None = None

    def body(self) -> pd.DataFrame:
        """Return the cells below the header, by Excel row number."""
        return self.sheet.cells.loc[self.header_row + 1 :]

    def heading(self, key: str) -> str:
        """Return the heading one of our columns carries in this file."""
        return str(self.sheet.cells.at[self.header_row, self.columns[key]]).strip()


@dataclass(frozen=True)
class Match:
    """How well a file follows a source: `share` of its headings found, what is missing, where the tables stand."""

    source: Source
    share: float
    tables: tuple[Located, ...]
    findings: tuple[Finding, ...]


def best_header(sheet: Sheet, wanted: Mapping[str, Heading]) -> tuple[int, dict[str, int]]:
    """Return the row near the top that holds most of the wanted headings, and where each of them stands."""
    keys = {
        normal(header): (rank, key)
        for key, heading in wanted.items()
        for rank, header in reversed(list(enumerate(heading.headers)))
    }
    best: tuple[int, dict[str, int]] = (next(iter(sheet.top), 1), {})
    for row, headings in sheet.top.items():
        found = [(*keys[heading], headings[heading]) for heading in headings.keys() & keys]
        columns = {key: place for _, key, place in sorted(found, reverse=True)}  # the newest heading counts
        if len(columns) > len(best[1]):
            best = (row, columns)
    return best


def share_found(columns: Mapping[str, int], wanted: Mapping[str, Heading]) -> float:
    """Return the share of the headings that must be there which are."""
    needed = [key for key, heading in wanted.items() if not heading.optional]
    return sum(key in columns for key in needed) / len(needed)


def missing_columns(
    sheet: Sheet, header_row: int, columns: Mapping[str, int], wanted: Mapping[str, Heading], source: Source
) -> list[Finding]:
    """Return an error for each column that must be there and is not, with the nearest heading there is."""
    spare = [
        str(cell).strip()
        for place, cell in sheet.cells.loc[header_row].items()
        if str(cell).strip() and place not in columns.values()
    ]
    findings = []
    for key, heading in wanted.items():
        if key in columns or heading.optional:
            continue
        near = difflib.get_close_matches(normal(heading.headers[0]), [normal(s) for s in spare], n=1, cutoff=0.6)
        nearest = next((s for s in spare if near and normal(s) == near[0]), None)
        hint = f'; the nearest heading is "{nearest}"' if nearest else ""
        findings.append(
            Finding(
                "COL_MISSING",
                "error",
                f'no column "{heading.headers[0]}"{hint}',
                f"If the column was renamed, add its new heading under {key}.headers in {source.path}.",
                sheet.name,
                header_row,
            )
        )
    return findings


def repeated_headings(sheet: Sheet, header_row: int, wanted: Mapping[str, Heading]) -> list[Finding]:
    """Return an error for each known heading that stands twice in the header row."""
    headings = [normal(str(cell)) for cell in sheet.cells.loc[header_row]]
    known = [header for heading in wanted.values() for header in heading.headers]
    return [
        Finding(
            "COL_REPEATED",
            "error",
            "the heading stands twice, so it is not clear which column counts",
            "Delete or rename one of them.",
            sheet.name,
            header_row,
            header,
        )
        for header in known
        if headings.count(normal(header)) > 1
    ]
