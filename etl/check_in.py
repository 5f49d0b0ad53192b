"""What people enter about the plan: check-ins, answers to exception reports, escalations. Appended, never changed.

Two who write on the same check-in lose nothing: both entries stay, and the second is told whose it met.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from etl.audit import Act, append
from etl.by_when import parse_by_when
from etl.errors import UsageError
from etl.plan_record import next_number, standing
from etl.plan_shape import PlanShape
from etl.record_tables import CHECK_INS, ESCALATIONS, EXCEPTION_RESPONSES, RAGS
from etl.staff_text import evidence_faults, may_be_a_name, text_faults, tidy
from etl.warehouse import Reader, Warehouse

_EXCEPTION = re.compile(r"\w+\.\d{4}-\d{2}\.(?:newly_off|worse)")  # as metrics/exceptions.py names them
_SETTLE = "They disagree; one of you has to settle it with a check-in that has seen both."


@dataclass(frozen=True)
class CheckIn:
    """One check-in as entered. `follows` is the one its writer had seen, None where there was none to see."""

    action_id: str
    role: str
    rag: str
    progress: str
    evidence: str | None = None
    by_when: str | None = None
    reason: str | None = None
    follows: str | None = None
    settles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Response:
    """An answer to an exception report."""

    exception_id: str
    role: str
    response: str
    owner: str
    due_on: date


@dataclass(frozen=True)
class Escalation:
    """Long waits of a provider and cohort that were escalated. Counts alone; `follows` is the entry it updates."""

    organisation: str
    cohort: str
    month: date
    threshold_weeks: int
    children: int
    escalated: int
    escalated_on: date
    to_role: str
    role: str
    risk_recorded: int | None = None
    outcome: str | None = None
    follows: str | None = None


@dataclass(frozen=True)
class Recorded:
    """What an entry became: its id, and the check-ins it met in conflict, if any."""

    entry_id: str
    conflicts: tuple[str, ...] = ()


def faults(entry: CheckIn, shape: PlanShape) -> list[str]:
    """Return in sentences why a check-in cannot be kept; empty where it can. No text of it is repeated."""
    told = [f"The {name} is missing." for name in ("role", "progress") if not tidy(getattr(entry, name))]
    if entry.rag not in RAGS:
        told.append("The RAG is one of R, A, G and C.")
    told += _texts(entry, ("role", "progress", "by_when", "reason"))
    told += [f"The evidence cannot be kept: {fault}." for fault in evidence_faults(entry.evidence)]
    told += _person(entry.role)
    if tidy(entry.by_when) and not tidy(entry.reason):
        told.append("Say why the date was changed.")
    if tidy(entry.by_when) and parse_by_when(entry.by_when, shape.start).kind == "words":
        told.append(
            "The new date is none we can read: write month and year, such as Sep-24, with ? where unsure, or TBC."
        )
    return told


def record_check_in(warehouse: Warehouse, entry: CheckIn, shape: PlanShape, act: Act, source: str) -> Recorded:
    """Append a check-in in one short transaction and return its id with what it conflicts with.

    Raises UsageError for one that cannot be kept, WarehouseBusyError; nothing is entered then.
    """
    _refuse(faults(entry, shape))
    when = parse_by_when(entry.by_when, shape.start)
    with warehouse.writing() as writer:
        versions = "SELECT retired_why FROM actions WHERE action_id = ? ORDER BY version DESC LIMIT 1"
        action = writer.query(versions, [entry.action_id])
        if action.empty:
            raise UsageError("There is no such action in the plan; python -m etl plan export lists them.")
        if action["retired_why"].notna().all():
            raise UsageError("The action has left the plan; to bring it back, clear Retired because in its workbook.")
        own = _of_action(writer, entry.action_id)
        named = {one for one in (entry.follows, *entry.settles) if one}
        if named - set(own["check_in_id"]):
            raise UsageError("The check-in to follow is not one of this action; open the page again.")
        one = f"{entry.action_id}.{next_number(own['check_in_id'], f'{entry.action_id}.')}"
        conflicts = tuple(sorted(standing(own.to_dict("records")) - named))
        row: dict[str, object] = {
            "check_in_id": one,
            "action_id": entry.action_id,
            "at": act.at,
            "by": act.who,
            "rag": entry.rag,
            **{name: tidy(getattr(entry, name)) for name in ("role", "progress", "evidence", "reason", "follows")},
            "by_when": when.raw,
            "by_when_kind": when.kind if when.raw else None,
            "due_on": when.due_on,
            "starts_in": when.starts_in,
            "settles": " ".join(entry.settles) or None,
            "source": source,
        }
        writer.insert(CHECK_INS, CHECK_INS.frame([row]))
        met = f"; in conflict with {', '.join(conflicts)}" if conflicts else ""
        append(writer, act, "check-in", one, f"rated {entry.rag} by {tidy(entry.role)}{met}")
    return Recorded(one, conflicts)


def conflict_words(recorded: Recorded) -> str | None:
    """Return what to tell the writer of a check-in that met another; None where it met none."""
    if not recorded.conflicts:
        return None
    others = " and ".join(recorded.conflicts)
    return f"Kept as {recorded.entry_id}. While you wrote, somebody else entered {others}: both are kept. {_SETTLE}"


def record_response(warehouse: Warehouse, entry: Response, act: Act) -> Recorded:
    """Append an answer to an exception report. Raises UsageError, WarehouseBusyError; nothing is entered then."""
    told = [f"The {name} is missing." for name in ("role", "response", "owner") if not tidy(getattr(entry, name))]
    if not _EXCEPTION.fullmatch(entry.exception_id):
        told.append("There is no such exception report; the page Action plan lists them under Exceptions.")
    _refuse([*told, *_texts(entry, ("role", "response", "owner")), *_person(entry.role), *_person(entry.owner)])
    with warehouse.writing() as writer:
        known = writer.query("SELECT response_id FROM exception_responses")["response_id"]
        one = f"{entry.exception_id}.{next_number(known, f'{entry.exception_id}.')}"
        row: dict[str, object] = {
            "response_id": one,
            "exception_id": entry.exception_id,
            "at": act.at,
            "by": act.who,
            "role": tidy(entry.role),
            "response": tidy(entry.response),
            "owner": tidy(entry.owner),
            "due_on": entry.due_on,
        }
        writer.insert(EXCEPTION_RESPONSES, EXCEPTION_RESPONSES.frame([row]))
        append(writer, act, "answer", entry.exception_id, f"by {tidy(entry.role)}, due {entry.due_on:%Y-%m-%d}")
    return Recorded(one)


def record_escalations(
    warehouse: Warehouse, entries: Iterable[Escalation], shape: PlanShape, act: Act, source: str
) -> list[Recorded]:
    """Append escalations, all or none. Raises UsageError, WarehouseBusyError; nothing is entered then."""
    entries = list(entries)
    _refuse([fault for entry in entries for fault in _escalation_faults(entry, shape, act)])
    done = []
    with warehouse.writing() as writer:
        known = set(writer.query("SELECT escalation_id FROM escalations")["escalation_id"])
        rows: list[dict[str, object]] = []
        for entry in entries:
            if entry.follows and entry.follows not in known:
                raise UsageError("The entry to bring up to date is not there; open the page again.")
            one = f"E{next_number(known, 'E'):04}"
            known.add(one)
            texts = {name: tidy(getattr(entry, name)) for name in ("organisation", "to_role", "role", "outcome")}
            kept = {**entry.__dict__, **texts, "month": entry.month.replace(day=1)}
            rows.append({**kept, "escalation_id": one, "at": act.at, "by": act.who, "source": source})
            done.append(Recorded(one))
        if rows:
            writer.insert(ESCALATIONS, ESCALATIONS.frame(rows))
            told = (
                f"{len(rows)} entries, the last to {rows[-1]['to_role']}"
                if len(rows) > 1
                else f"to {rows[0]['to_role']}"
            )
            append(writer, act, "escalation", done[-1].entry_id, told)
    return done


def _escalation_faults(entry: Escalation, shape: PlanShape, act: Act) -> list[str]:
    told = [
        f"The {name.replace('_', ' ')} is missing."
        for name in ("organisation", "to_role", "role")
        if not tidy(getattr(entry, name))
    ]
    if entry.cohort not in shape.cohorts:
        told.append(f"The cohort is one of plan.yaml: {', '.join(shape.cohorts)}.")
    if not 0 < entry.threshold_weeks <= 260:
        told.append("The threshold lies from 1 to 260 weeks.")
    if not 0 <= entry.escalated <= entry.children or not 0 <= (entry.risk_recorded or 0) <= entry.children:
        told.append("Of the children waiting longer, no more can be escalated or have a risk priority than there are.")
    if entry.escalated_on > act.at.date() or entry.month > act.at.date():
        told.append("The month and the day of the escalation do not lie in the future.")
    return [
        *told,
        *_texts(entry, ("organisation", "to_role", "role", "outcome")),
        *_person(entry.to_role),
        *_person(entry.role),
    ]


def _texts(entry: object, names: Sequence[str]) -> list[str]:
    return [
        f"The {name.replace('_', ' ')} cannot be kept: {fault}."
        for name in names
        for fault in text_faults(getattr(entry, name))
    ]


def _person(role: str) -> list[str]:
    return ["A role looks like a person's name; write the role, such as Programme lead."] if may_be_a_name(role) else []


def _refuse(told: list[str]) -> None:
    if told:
        raise UsageError(" ".join(dict.fromkeys(told)))


def _of_action(reader: Reader, action_id: str) -> pd.DataFrame:
    return reader.query("SELECT check_in_id, follows, settles FROM check_ins WHERE action_id = ?", [action_id])
