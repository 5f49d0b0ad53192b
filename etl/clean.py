"""From text cells to typed values: the only place that decides what a cell means. What cannot be read is reported."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

import pandas as pd

from etl.finding import Finding, Reject, Severity
from etl.heading import normal

F = TypeVar("F", pd.Series, pd.DataFrame)

# Patterns for whole columns keep to what pyarrow's engine reads: it takes no \s, \d or \u, so classes are spelled out
# with the characters themselves; anything else falls back to a Python call a cell, thirty times as slow.
# Characters that print nothing: zero-width ones, byte order marks, directions, controls.
_UNPRINTED = "\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x01-\x08\x0e-\x1f\x7f"
UNPRINTED = f"[{_UNPRINTED}]"
_ODD_SPACE = "\t\n\r\f\v\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACES = f"[ {_ODD_SPACE}]+"
_NOT_TIDY = f"^ | \\Z|  |[{_ODD_SPACE}{_UNPRINTED}]"
_NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"


@dataclass(frozen=True)
class Numbers:
    """A column read as numbers: the values, why some are not there, and which cells could not be read."""

    values: pd.Series
    flags: pd.Series
    unreadable: pd.Series


@dataclass
class Cleaned:
    """What came out of a file: frames without their load id, and everything held back, with reasons."""

    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows_in: int = 0
    months: list[date] = field(default_factory=list)
    organisation: str | None = None
    key_id: str | None = None

    def hold(
        self,
        bad: pd.Series,
        sheet: str,
        column: str | None,
        rule: str,
        problem: str,
        remedy: str,
        severity: Severity = "query",
    ) -> None:
        """Hold back the rows that are true in `bad` (by Excel row number): a reject each, one finding for all."""
        rows = bad.index[bad]
        if rows.empty:
            return
        self.rejects += [Reject(sheet, int(row), column, rule) for row in rows]
        self.findings.append(Finding(rule, severity, problem, remedy, sheet, int(rows.min()), column, len(rows)))

    @property
    def rows_rejected(self) -> int:
        """Return how many rows are held back, each counted once."""
        return len({(reject.sheet, reject.row) for reject in self.rejects})


def each_once(cells: pd.Series, read: Callable[[pd.Series], F]) -> F:
    """Return what `read` makes of the cells, called with each distinct text once: dates and codes are few."""
    codes, distinct = pd.factorize(cells)
    found = read(pd.Series(distinct, dtype="str")).take(codes)
    found.index = cells.index
    return found


def trimmed(cells: pd.Series) -> pd.Series:
    """Return the text without outer spaces and unprinted characters, no-break and doubled spaces made plain.

    Cells that are tidy already are returned as they are: the same object.
    """
    if not cells.str.contains(_NOT_TIDY, regex=True).any():
        return cells
    return cells.str.replace(UNPRINTED, "", regex=True).str.replace(_SPACES, " ", regex=True).str.strip()


def numbers(cells: pd.Series, symbols: Mapping[str, str]) -> Numbers:
    """Return the cells as numbers; `symbols` maps what is printed instead of a number to its flag."""
    text = trimmed(cells)
    known = {key.casefold(): flag for key, flag in symbols.items()}
    flags = text.str.lower().map(known).astype("str")
    readable = text.str.fullmatch(_NUMBER)
    values = pd.to_numeric(text.where(readable).str.replace(",", "")).astype("Float64")
    return Numbers(values, flags, ~readable & flags.isna())


def month_in(text: str) -> date | None:
    """Return the month that words such as "January 2023", "Jan-23" or "2023-01" name, else None."""
    clean = " ".join(text.replace("-", " ").split())
    for form in ("%B %Y", "%b %Y", "%b %y", "%Y %m"):
        try:
            return datetime.strptime(clean, form).date().replace(day=1)  # noqa: DTZ007 (a month has no zone)
        except ValueError:
            continue
    return None


def last_month_of_year(cells: pd.Series) -> pd.Series:
    """Return December of each four-digit calendar year as a date; what is no such year is missing."""
    text = trimmed(cells)
    years = text.where(text.str.fullmatch(r"(?:19|20)\d\d"))
    return pd.to_datetime(years + "-12-01", format="%Y-%m-%d").astype("datetime64[s]")


def area_name_key(name: str) -> str:
    """Return a name as it is compared between months: case, spacing and & do not matter."""
    return re.sub(r"\s+", " ", normal(name).replace("&", "and"))
