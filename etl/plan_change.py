"""What a plan workbook would add, as it is put together: rows by table, findings, and what makes a new version."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from etl.finding import Finding, Severity
from etl.plan_sheets import SHEETS, Line
from etl.record_tables import ACTIONS, CHECK_INS, IMPACT_MEASURES
from etl.staff_text import text_faults, tidy

Row = dict[str, Any]

_VERSIONED = ("version", "at", "by", "source")


@dataclass
class Change:
    """What a workbook would add: rows by table, and what is wrong with it."""

    actions: list[Row] = field(default_factory=list)
    impact_measures: list[Row] = field(default_factory=list)
    check_ins: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(
        self, line: Line, key: str, kind: str, rule: str, problem: str, remedy: str = "", severity: Severity = "error"
    ) -> None:
        """Add a finding on one cell."""
        column = SHEETS[kind][key].headers[0]
        self.findings.append(Finding(rule, severity, problem, remedy, line.sheet, line.row, column))


def refuse_text(change: Change, line: Line, key: str, kind: str) -> None:
    """Add a finding for each reason why the text of a cell may not be kept."""
    for fault in text_faults(line[key]):
        change.find(line, key, kind, "TEXT_REFUSED", fault, "Write roles instead of people, and nothing of a child.")


def keep_absent(row: Row, before: Mapping[Any, Any], kind: str, columns: Collection[str]) -> None:
    """Give a row what stands wherever the sheet has no such column: a column that is not there takes nothing away."""
    absent = [name for name in SHEETS[kind] if name in row and name not in columns]
    row |= {name: None if pd.isna(before[name]) else before[name] for name in absent}


def ask_of_changes(change: Change, line: Line, row: Row, versions: Sequence[Mapping[Any, Any]], kind: str) -> None:
    """Add a query where a line takes a text away, or puts back what another workbook has changed in between.

    `versions` are the rows that stood one after another. Whoever loads a workbook that was exported before the last
    change would undo that change without having seen it.
    """
    *earlier, now = versions
    for name in (name for name in SHEETS[kind] if name in row and _plain(row[name]) != _plain(now[name])):
        if name == "title" and not row[name]:
            problem = "is blank where a text stood"
            change.find(line, name, kind, "TEXT_GONE", problem, "Write it again, or say why it went.", "query")
        elif _plain(row[name]) in [_plain(version[name]) for version in earlier]:
            problem = "is what stood before it was changed"
            change.find(line, name, kind, "CHANGED_BACK", problem, "Export again and make your change there.", "query")


def differs(row: Row, before: Mapping[Any, Any], but: Iterable[str] = ()) -> bool:
    """Return whether a line says another thing than the row that stands."""
    names = [name for name in row if name not in (*_VERSIONED, *but)] + (["at"] if "check_in_id" in before else [])
    return any(_plain(row[name]) != _plain(before[name]) for name in names)


def _plain(value: object) -> object:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return pd.Timestamp(value).isoformat() if hasattr(value, "year") else tidy(str(value))  # type: ignore[arg-type]


def frames(change: Change) -> dict[str, pd.DataFrame]:
    """Return the new rows as frames of the warehouse's tables."""
    return {
        "actions": ACTIONS.frame(change.actions),
        "impact_measures": IMPACT_MEASURES.frame(change.impact_measures),
        "check_ins": CHECK_INS.frame(change.check_ins),
    }
