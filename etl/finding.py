"""Findings: what is wrong with a file, in sentences with place, rule and remedy, and never with a cell's value."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

import pandas as pd

Severity = Literal["error", "query", "note"]
Verdict = Literal["accept", "query", "reject"]


@dataclass(frozen=True)
class Finding:
    """One problem at one rule, sheet and column; `count` rows show it, `row` is the first, as Excel numbers it."""

    rule: str
    severity: Severity
    problem: str
    remedy: str = ""
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    count: int = 1

    def message(self, file: str) -> str:
        """Return the sentence: file, sheet, row, column, problem, remedy."""
        place = [file]
        place += [f'sheet "{self.sheet}"'] if self.sheet and self.sheet != file else []
        place += [f"row {self.row}"] if self.row else []  # the headings of XML stand in no row
        place += [f'column "{self.column}"'] if self.column else []
        rows = f" ({self.count:,} rows; this is the first)" if self.count > 1 and self.row is not None else ""
        return f"{', '.join(place)}: {self.problem}{rows}. {self.remedy}".rstrip()

    def as_json(self, file: str) -> dict[str, object]:
        """Return the finding as the doors print it with --json."""
        return {
            key: value
            for key, value in {**asdict(self), "message": self.message(file)}.items()
            if key not in ("problem", "remedy")
        }


@dataclass(frozen=True)
class Reject:
    """One row held back: where, and by which rule."""

    sheet: str | None
    row: int
    column: str | None
    rule: str


def grouped(findings: Iterable[Finding]) -> list[Finding]:
    """Return one finding per rule, sheet, column and problem, at its first row, errors first."""
    groups: dict[tuple[str, str | None, str | None, str], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.sheet, finding.column, finding.problem)
        known = groups.get(key)
        if known is None:
            groups[key] = finding
        else:
            rows = [row for row in (known.row, finding.row) if row is not None]
            groups[key] = replace(known, count=known.count + finding.count, row=min(rows) if rows else None)
    return sorted(groups.values(), key=lambda f: ("error query note".index(f.severity), f.rule, f.sheet or ""))


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Return accept where there is neither error nor query, query where there is no error, else reject."""
    severities = {finding.severity for finding in findings}
    return "reject" if "error" in severities else "query" if "query" in severities else "accept"


def held(
    cells: pd.Index, sheet: str, column: str | None, rule: str, problem: str, remedy: str
) -> tuple[list[Reject], list[Finding]]:
    """Return the rejects and the one query for rows (by Excel number) that a rule holds back."""
    if cells.empty:
        return [], []
    rejects = [Reject(sheet, int(row), column, rule) for row in cells]
    return rejects, [Finding(rule, "query", problem, remedy, sheet, int(cells.min()), column, len(cells))]
