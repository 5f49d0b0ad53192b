"""A plan workbook held against what the warehouse has: new versions of actions and impacts, new check-ins, findings.

An action is known by its id. Where a workbook has no column of ids, its lines are matched by the reference they
print, and a query says so; the text is never a key. Lines that are not there change nothing: an action leaves the
plan by a reason under "Retired because".
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from etl.audit import Act
from etl.by_when import parse_by_when
from etl.finding import Finding, grouped
from etl.plan_change import Change, Row, ask_of_changes, differs, keep_absent, refuse_text
from etl.plan_entries import compare_check_ins
from etl.plan_record import PlanRecord, latest, next_number
from etl.plan_shape import PlanShape
from etl.plan_sheets import Line, PlanFile
from etl.staff_text import may_be_a_name

_YES, _NO = ("yes", "y", "true"), ("no", "n", "false")


def compare(file: PlanFile, held: PlanRecord, shape: PlanShape, act: Act) -> Change:
    """Return what the workbook adds to what is held. Pure: nothing is written."""
    change = Change(findings=list(file.findings))
    ids = _actions(change, file, held, shape, act)
    _impact_measures(change, file, held, shape, act, ids)
    compare_check_ins(change, file, held, shape, act, ids)
    change.findings = grouped(change.findings)
    return change


def _actions(change: Change, file: PlanFile, held: PlanRecord, shape: PlanShape, act: Act) -> dict[str, str]:
    """Add the new versions of actions; return the id of each reference once the workbook is loaded."""
    lines = file.lines.get("Actions", [])
    now = latest(held.actions, "action_id").to_dict("records")
    known: dict[str, Mapping[Any, Any]] = {str(row["action_id"]): row for row in now}
    by_ref = {str(row["ref"]): one for one, row in known.items() if pd.isna(row["retired_why"])}
    if not lines:
        return by_ref
    with_ids = "action_id" in file.columns["Actions"]
    if not with_ids and known:
        _one(
            change,
            lines[0],
            "IDS_MISSING",
            "the sheet has no column Action id: lines were matched by reference, so a new reference is a new action",
            "Start from python -m etl plan export.",
        )
    ids = _ids(change, lines, known, by_ref, with_ids)
    whole, end = set(known) <= set(ids), int(held.actions["position"].max()) if known else 0
    for place, (line, action_id) in enumerate(zip(lines, ids, strict=True), start=1):
        before = known.get(action_id)
        kept = end + place if before is None else before["position"]  # of a part of the plan the order is not known
        row = _action(change, line, action_id, shape) | {"position": place if whole else kept}
        if before is not None:
            keep_absent(row, before, "Actions", file.columns["Actions"])
            versions = held.actions[held.actions["action_id"] == action_id].sort_values("version")
            ask_of_changes(change, line, row, versions.to_dict("records"), "Actions")
        if before is None or differs(row, before):
            version = 1 if before is None else int(before["version"]) + 1
            if row["by_when_kind"] == "words" and (before is None or before["by_when"] != row["by_when"]):
                change.find(
                    line,
                    "by_when",
                    "Actions",
                    "DATE_UNDATED",
                    "words that are no date we can read: the action counts as undated",
                    "Write month and year, such as Sep-24.",
                    "query",
                )
            change.actions.append({**row, "version": version, "at": act.at, "by": act.who, "source": file.name})
    untouched = set(known) - set(ids)
    if untouched:
        problem = f"{len(untouched)} actions of the plan are not in the workbook; they stay as they are"
        change.findings.append(
            Finding("ACTIONS_NOT_NAMED", "note", problem, "One leaves the plan by a reason under Retired because.")
        )
    rows = {str(known[one]["ref"]): one for one in known if one in untouched and pd.isna(known[one]["retired_why"])}
    for line, one in zip(lines, ids, strict=True):
        if rows.get(str(line["ref"]), one) != one and not line["retired_why"]:
            change.find(
                line,
                "ref",
                "Actions",
                "REFERENCE_TAKEN",
                "is that of an action which is not in the workbook",
                "Renumber or retire that one in the same file.",
            )
    return rows | {str(line["ref"]): one for line, one in zip(lines, ids, strict=True) if line["ref"]}


def _ids(
    change: Change,
    lines: Sequence[Line],
    known: Mapping[str, Mapping[Any, Any]],
    by_ref: Mapping[str, str],
    with_ids: bool,
) -> list[str]:
    """Return each line's action id: its own, or of the reference where there are no ids, or a new one."""
    number = next_number([*known, *(line["action_id"] or "" for line in lines)], "A")
    ids = []
    for line in lines:
        one = line["action_id"] if with_ids else by_ref.get(str(line["ref"]))
        if one is None:
            one, number = f"A{number:03}", number + 1
        elif with_ids and not re.fullmatch(r"A\d{3,6}", one):
            change.find(
                line, "action_id", "Actions", "ID_UNREADABLE", "no id of ours", "Leave it blank for a new action."
            )
        elif with_ids and known and one not in known:
            change.find(
                line, "action_id", "Actions", "ID_UNKNOWN", "no action has this id", "Leave it blank for a new action."
            )
        ids.append(one)
    for key, values, rule in (
        ("action_id", ids, "ID_REPEATED"),
        ("ref", [line["ref"] for line in lines if not line["retired_why"]], "REFERENCE_REPEATED"),
    ):
        often = {value for value, count in Counter(values).items() if count > 1 and value}
        for line, one in zip(lines, ids, strict=True):
            if (one if key == "action_id" else line[key]) in often and not (key == "ref" and line["retired_why"]):
                change.find(line, key, "Actions", rule, "stands in more than one line", "Give each action its own.")
    return ids


def _action(change: Change, line: Line, action_id: str, shape: PlanShape) -> Row:
    theme = line["theme"] or ""
    if not line["ref"]:
        change.find(line, "ref", "Actions", "REFERENCE_MISSING", "is blank", "Give the action a reference.")
    if theme not in shape.outcomes:
        change.find(
            line,
            "theme",
            "Actions",
            "THEME_UNKNOWN",
            "no theme of plan.yaml",
            f"Write a theme's key, such as {next(iter(shape.outcomes), '3.T1')}, or add the theme to plan.yaml.",
        )
    for key, ours in (("outcome", shape.outcomes.get(theme)), ("priority_area", shape.areas.get(theme))):
        if line[key] and ours is not None and line[key] != str(ours):
            change.find(
                line,
                key,
                "Actions",
                "THEME_DISAGREES",
                "is not that of the theme",
                "Correct one of them, or leave it blank.",
            )
    if line["owner_basis"] not in (None, "printed", "inferred"):
        change.find(
            line, "owner_basis", "Actions", "WORD_UNKNOWN", "is neither printed nor inferred", "Write one of the two."
        )
    for key in ("title", "owner_role", "owner_organisation", "by_when", "note", "retired_why"):
        refuse_text(change, line, key, "Actions")
    if may_be_a_name(line["owner_role"]):
        change.find(
            line,
            "owner_role",
            "Actions",
            "LEAD_LOOKS_LIKE_A_NAME",
            "looks like a person's name",
            "Write the role.",
            "query",
        )
    when = parse_by_when(line["by_when"], shape.start)
    return {
        "action_id": action_id,
        "ref": line["ref"],
        "priority_area": shape.areas.get(theme),
        "theme": theme,
        "outcome": shape.outcomes.get(theme),
        **{key: line[key] for key in ("title", "owner_role", "owner_organisation")},
        "owner_confirmed": _flag(change, line, "owner_confirmed"),
        "owner_basis": line["owner_basis"],
        "by_when": when.raw,
        "by_when_kind": when.kind,
        "due_on": when.due_on,
        "starts_in": when.starts_in,
        "placeholder": bool(_flag(change, line, "placeholder")),
        **{key: line[key] for key in ("same_text_as", "note", "retired_why")},
    }


def _impact_measures(
    change: Change, file: PlanFile, held: PlanRecord, shape: PlanShape, act: Act, ids: Mapping[str, str]
) -> None:
    known: dict[str, Mapping[Any, Any]] = {
        str(row["id"]): row for row in latest(held.impact_measures, "id").to_dict("records")
    }
    lines = file.lines.get("Impact measures", [])
    for place, line in enumerate(lines, start=1):
        themes, refs = (line["themes"] or "").split(), (line["action_refs"] or "").split()
        for key, names, ours in (("themes", themes, shape.areas), ("action_refs", refs, ids)):
            if [name for name in names if name not in ours]:
                change.find(
                    line,
                    key,
                    "Impact measures",
                    "NOT_IN_THE_PLAN",
                    "names what is not in the plan",
                    "Correct it, words apart by blanks.",
                )
        if not themes or not line["id"]:
            change.find(
                line, "id" if themes else "themes", "Impact measures", "CELL_MISSING", "is blank", "Fill it in."
            )
        if line["status"] not in ("defined", "tbc", "no_impact_defined"):
            change.find(
                line,
                "status",
                "Impact measures",
                "WORD_UNKNOWN",
                "is none of defined, tbc, no_impact_defined",
                "Write one of them.",
            )
        row: Row = {
            "id": line["id"],
            "position": place,
            "priority_area": next((shape.areas[t] for t in themes if t in shape.areas), None),
            "themes": " ".join(themes),
            "action_ids": " ".join(ids[ref] for ref in refs if ref in ids) or None,
        }
        for key in (
            "title",
            "method_as_printed",
            "baseline_as_printed",
            "method_realigned",
            "baseline_realigned",
            "note",
        ):
            refuse_text(change, line, key, "Impact measures")
            row[key] = line[key]
        row |= {"status": line["status"], "confidence": line["confidence"]}
        before = known.get(str(line["id"]))
        if before is not None:
            columns = file.columns["Impact measures"]
            keep_absent(row, before, "Impact measures", columns)
            if "action_refs" not in columns:
                row["action_ids"] = before["action_ids"]
        if before is None or differs(row, before):
            version = 1 if before is None else int(before["version"]) + 1
            change.impact_measures.append({**row, "version": version, "at": act.at, "by": act.who, "source": file.name})
    for line in lines:
        if [other["id"] for other in lines].count(line["id"]) > 1:
            change.find(
                line, "id", "Impact measures", "ID_REPEATED", "stands in more than one line", "Give each its own."
            )


def _flag(change: Change, line: Line, key: str) -> bool | None:
    word = (line[key] or "").lower()
    if word and word not in (*_YES, *_NO):
        change.find(line, key, "Actions", "WORD_UNKNOWN", "is neither yes nor no", "Write yes or no.")
    return None if not word else word in _YES


def _one(change: Change, line: Line, rule: str, problem: str, remedy: str) -> None:
    change.findings.append(Finding(rule, "query", problem, remedy, line.sheet))
