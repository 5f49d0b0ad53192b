"""The plan as a workbook: what stands, to be changed and loaded again; and every check-in, to add lines to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from etl.plan_record import PlanRecord, latest
from etl.plan_sheets import SHEETS
from etl.workbook import Value, write_workbook

_ABOUT: list[list[Value]] = [
    ["Actions: one line an action. Leave Action id as it is: it is how an action is known when its reference or text "
     "changes. A new action has no Action id. One that leaves the plan gets a reason under Retired because."],
    ["By when: write the date as the plan does. Apr-23 or April 2023 is firm; ?July 2023 is not; TBC, In place, "
     "Completed and Beginning in March are understood. Only a firm date can be overdue."],
    ["Check-ins: add lines at the end, with Check-in left blank. A line that is there already is never changed."],
    ["Write roles, never people, and nothing by which a child could be known. The board reads progress and evidence."],
]  # fmt: skip


def write_plan(record: PlanRecord, path: Path) -> Path:
    """Write actions, impact measures and check-ins as they stand and return the path."""
    actions = latest(record.actions, "action_id")
    refs = {str(row["action_id"]): str(row["ref"]) for row in actions.to_dict("records")}
    measures = latest(record.impact_measures, "id")
    named = [" ".join(refs[one] for one in _plain(ids).split()) for ids in measures["action_ids"]]
    check_ins = record.check_ins.assign(ref=record.check_ins["action_id"].map(refs))
    sheets = [
        _sheet("Actions", actions),
        _sheet("Impact measures", measures.assign(action_refs=named)),
        _sheet("Check-ins", check_ins),
    ]
    return write_workbook(path, [*sheets, ("About", ("How to use this workbook",), _ABOUT)])


def write_plan_template(path: Path) -> Path:
    """Write an empty plan workbook with one invented line a sheet and return the path."""
    example: dict[str, Mapping[str, Value]] = {
        "Actions": {
            "ref": "3.1.1", "theme": "3.T1", "title": "Publish the map of support", "owner_role": "Programme lead",
            "owner_organisation": "The council", "owner_confirmed": "yes", "owner_basis": "printed",
            "by_when": "Sep-24", "placeholder": "no",
        },
        "Impact measures": {
            "id": "IM3.01", "themes": "3.T1", "action_refs": "3.1.1", "title": "Families know the support",
            "status": "defined", "method_realigned": "Yearly survey",
        },
        "Check-ins": {
            "ref": "3.1.1", "at": "2024-05-31", "role": "Programme lead", "rag": "G",
            "progress": "Draft map agreed by the workstream", "evidence": "Workstream minutes, May 2024",
        },
    }  # fmt: skip
    sheets = [
        (kind, [heading.headers[0] for heading in columns.values()], [[example[kind].get(key) for key in columns]])
        for kind, columns in SHEETS.items()
    ]
    return write_workbook(path, [*sheets, ("About", ("How to use this workbook",), _ABOUT)])


def _sheet(kind: str, rows: pd.DataFrame) -> tuple[str, list[str], list[list[Value]]]:
    columns = SHEETS[kind]
    lines = [[_plain(row[key]) or None for key in columns] for row in rows.to_dict("records")]
    return kind, [heading.headers[0] for heading in columns.values()], lines  # type: ignore[return-value]


def _plain(value: Any) -> str:
    """Return a value as the workbook holds it, all of it text, so that no program makes a date of a reference."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, pd.Timestamp) else str(value)
