"""The check-ins of a plan workbook held against those the warehouse has: new ones, and old ones that were changed."""

import re
from collections.abc import Mapping
from datetime import datetime

from etl.audit import Act
from etl.by_when import parse_by_when
from etl.finding import Finding
from etl.plan_change import Change, Row, differs, refuse_text
from etl.plan_record import PlanRecord, latest, next_number
from etl.plan_shape import PlanShape
from etl.plan_sheets import Line, PlanFile
from etl.record_tables import RAGS
from etl.staff_text import evidence_faults, may_be_a_name

_WRITTEN_BY_US = ("check_in_id", "by", "source", "follows", "settles")
_DATES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d/%m/%Y", "%d/%m/%Y %H:%M")


def compare_check_ins(
    change: Change, file: PlanFile, held: PlanRecord, shape: PlanShape, act: Act, ids: Mapping[str, str]
) -> None:
    """Add the workbook's new check-ins to the change; `ids` has the id of each reference."""
    known = {str(row["check_in_id"]): row for row in held.check_ins.to_dict("records")}
    every = [*known, *(line["check_in_id"] or "" for line in file.lines.get("Check-ins", []))]
    printed = set(known) & {line["check_in_id"] for line in file.lines.get("Check-ins", [])}
    # Whoever filled in an export had seen the check-ins it prints, and none that was entered since.
    rows = [row for one, row in known.items() if not printed or one in printed]
    last = {str(row["action_id"]): str(row["check_in_id"]) for row in rows}
    dated = {str(row["action_id"]): row["at"] for row in known.values()}
    gone = _retired(change, held)
    for line in file.lines.get("Check-ins", []):
        action_id = line["action_id"] or ids.get(str(line["ref"]))
        if action_id is None or action_id not in {*ids.values(), *held.actions["action_id"]}:
            change.find(
                line, "ref", "Check-ins", "NOT_IN_THE_PLAN", "is no action of the plan", "Write its reference or id."
            )
            continue
        row = _check_in(change, line, action_id, shape, act, file.name)
        one = line["check_in_id"]
        if one in known:
            if differs(row, known[one], but=("check_in_id", "by", "source")):
                change.find(
                    line,
                    "check_in_id",
                    "Check-ins",
                    "CHECK_IN_CHANGED",
                    "differs from what was entered",
                    "Check-ins are never changed: put it back and add a line of its own, with Check-in left blank.",
                )
            continue
        own = [key for key, row_held in known.items() if row_held["action_id"] == action_id] if one is None else []
        same = [key for key in own if not differs(row, known[key], but=_WRITTEN_BY_US)]
        if same:  # a line that was loaded before, from a workbook without its number
            last[action_id] = same[-1]
            continue
        if action_id in gone:
            change.find(line, "ref", "Check-ins", "ACTION_RETIRED", "has left the plan", "Clear Retired because first.")
        if one is None and row["at"] and action_id in dated and row["at"].date() < dated[action_id].date():
            problem = "lies before another check-in of the action, and its rating would be the one that stands"
            change.find(line, "at", "Check-ins", "CHECK_IN_OUT_OF_ORDER", problem, "Enter the latest last.", "query")
        dated[action_id] = row["at"] or dated.get(action_id, act.at)
        if one is None:
            one = f"{action_id}.{next_number(every, f'{action_id}.')}"
            every.append(one)
            row["follows"] = row["follows"] or last.get(action_id)
        elif not re.fullmatch(rf"{re.escape(action_id)}\.\d+", one):
            change.find(
                line, "check_in_id", "Check-ins", "ID_UNREADABLE", "no id of ours", "Leave it blank for a new check-in."
            )
        last[action_id] = one
        change.check_ins.append({**row, "check_in_id": one})
    seen = {*known, *(str(row["check_in_id"]) for row in change.check_ins)}
    for row in change.check_ins:
        named = f"{row['follows'] or ''} {row['settles'] or ''}".split()
        if [one for one in named if one not in seen]:
            problem = f"check-in {row['check_in_id']} follows or settles one that is not there"
            change.findings.append(
                Finding("CHECK_IN_MISSING", "error", problem, "Leave Follows and Settles blank.", "Check-ins")
            )


def _retired(change: Change, held: PlanRecord) -> set[str]:
    """Return the actions that had left the plan and that the workbook does not bring back."""
    before = latest(held.actions, "action_id")
    back = {str(row["action_id"]) for row in change.actions if not row["retired_why"]}
    return set(before.loc[before["retired_why"].notna(), "action_id"].astype("str")) - back


def _check_in(change: Change, line: Line, action_id: str, shape: PlanShape, act: Act, name: str) -> Row:
    for key in ("role", "progress", "by_when", "reason"):
        refuse_text(change, line, key, "Check-ins")
    for fault in evidence_faults(line["evidence"]):
        change.find(line, "evidence", "Check-ins", "TEXT_REFUSED", fault, "Mend the link or the words.")
    for key in ("role", "progress"):
        if not line[key]:
            change.find(line, key, "Check-ins", "CELL_MISSING", "is blank", "Fill it in.")
    if line["rag"] not in RAGS:
        change.find(
            line, "rag", "Check-ins", "RAG_UNKNOWN", "is none of R, A, G, C", "Write one of the plan's own letters."
        )
    if may_be_a_name(line["role"]):
        change.find(
            line,
            "role",
            "Check-ins",
            "LEAD_LOOKS_LIKE_A_NAME",
            "looks like a person's name",
            "Write the role.",
            "query",
        )
    at = moment_in(line["at"])
    if at is None:
        change.find(
            line, "at", "Check-ins", "DATE_UNREADABLE", "is no date we can read", "Write YYYY-MM-DD or DD/MM/YYYY."
        )
    elif at > act.at:
        change.find(line, "at", "Check-ins", "DATE_IN_FUTURE", "lies in the future", "Write the day of the check-in.")
    elif at.date() < shape.start:
        problem = "lies before the plan's start"
        change.find(line, "at", "Check-ins", "DATE_BEFORE_PLAN", problem, "Write the day of the check-in.", "query")
    when = parse_by_when(line["by_when"], shape.start)
    if when.kind == "words":
        problem = "is no date we can read"
        change.find(line, "by_when", "Check-ins", "DATE_UNDATED", problem, "Write month and year, such as Sep-24.")
    if when.raw and not line["reason"]:
        change.find(
            line,
            "reason",
            "Check-ins",
            "REASON_MISSING",
            "is blank where the date was changed",
            "Say why it was changed.",
        )
    return {
        "action_id": action_id,
        "at": at,
        "by": act.who,
        "source": name,
        **{key: line[key] for key in ("role", "rag", "progress", "evidence", "reason", "follows", "settles")},
        "by_when": when.raw,
        "by_when_kind": when.kind if when.raw else None,
        "due_on": when.due_on,
        "starts_in": when.starts_in,
    }


def moment_in(text: str | None) -> datetime | None:
    """Return the moment a cell names, midnight where it names a day; None for anything else."""
    for pattern in _DATES:
        try:
            return datetime.strptime(text or "", pattern)  # noqa: DTZ007 (UTC, as all moments of the warehouse)
        except ValueError:
            continue
    return None
