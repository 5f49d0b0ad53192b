"""Invented check-ins and escalations, so that the plan's pages and reviews have something to show. None was ever made.

They go through the doors people use: check-ins as lines of a plan workbook, escalations as entries.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from etl.audit import Act
from etl.by_when import parse_by_when
from etl.check_in import Escalation, record_escalations
from etl.demo.waiting import LAST
from etl.plan_load import PlanOutcome, ensure_plan, load_plan, read_plan_file
from etl.plan_record import latest, read_plan_record
from etl.plan_shape import PlanShape, load_plan_shape
from etl.plan_sheets import SHEETS
from etl.warehouse import Warehouse
from etl.workbook import Value, write_workbook

SOURCE = "demonstration"
_START, _END = date(2023, 4, 1), date.fromisoformat(f"{LAST}-01")
_WITHOUT_LEAD = "Programme lead"
_WORDS = {
    "R": ("Not started: the lead post is vacant.", "Stopped: funding for next year is not agreed.",
          "The supplier has not delivered; no date yet."),
    "A": ("Later than planned; a recovery date is agreed.", "Two partners have not answered yet.",
          "The draft waits for comments of parents and carers."),
    "G": ("First draft agreed with the workstream.", "Tried with two settings; feedback is good.",
          "Co-production session held with parents and carers.", "Half of the steps are done."),
    "C": ("Finished and handed over to the service.", "Done; it is reviewed once a year."),
}  # fmt: skip
_LATER = (
    "Staff left and posts are being filled",
    "Waits for the budget of the new year",
    "Partners asked for more time",
)
# Dates the invented leads gave to what the plan prints without one, by reference.
_DATED = {"4.14.1": "Jun-24", "4.14.8": "Dec-24", "3.9.5": "Mar-24", "3.9.6": "Jun-24", "4.14.5": "Mar-24"}
_CONFLICT = "3.2.1"
# By provider and cohort: children over 52 weeks at the plan's start and at the end, share escalated at both ends.
_WAITS = (
    ("RRE", "nd_5_18", 52, (420, 260), (0.1, 0.9)), ("RRE", "nd_5_18", 104, (90, 20), (0.3, 1.0)),
    ("R1D", "nd_0_5", 52, (60, 24), (0.2, 0.95)), ("R1D", "slt_cyp", 52, (30, 6), (0.2, 1.0)),
)  # fmt: skip
_OUTCOMES = (
    "Recovery plan agreed",
    "Extra clinics funded until the end of the quarter",
    "Noted; looked at again next month",
)


class _Story(NamedTuple):
    """When an action is finished, if ever, how often its lead reports, in months, and how likely it runs late."""

    finished: int | None
    every: int
    late: float


def load_demonstration_plan(warehouse: Warehouse, folder: Path, plan: Path, act: Act, seed: int) -> PlanOutcome | None:
    """Write the invented check-ins as a workbook into the folder, load them and the escalations; a seed, one result.

    None for a warehouse that has check-ins, which is left as it is.
    """
    shape = load_plan_shape(plan)
    ensure_plan(warehouse, plan, shape, act)
    with warehouse.reading() as reader:
        record = read_plan_record(reader)
    if len(record.check_ins):
        return None
    rng = np.random.default_rng([seed, 11])
    actions = latest(record.actions, "action_id").to_dict("records")
    lines = [line for action in actions for line in _check_ins(action, shape, rng)]
    path = write_workbook(folder / "demonstration_plan.xlsx", [_sheet(lines)])
    found = load_plan(warehouse, read_plan_file([path]), shape, act, {})
    record_escalations(warehouse, _escalations(shape, rng), shape, act, SOURCE)
    return found


def _sheet(lines: Iterable[dict[str, str]]) -> tuple[str, list[str], list[list[Value]]]:
    columns = SHEETS["Check-ins"]
    return "Check-ins", [h.headers[0] for h in columns.values()], [[line.get(key) for key in columns] for line in lines]


def _check_ins(action: Any, shape: PlanShape, rng: np.random.Generator) -> Iterator[dict[str, str]]:
    """Yield the lines of one action, oldest first; none for what the plan only holds a place for."""
    story, months = _story(action, shape, rng), _between(_START, _END)
    if not isinstance(action["title"], str) or action["placeholder"] or isinstance(action["retired_why"], str):
        return
    role = action["owner_role"] if isinstance(action["owner_role"], str) else _WITHOUT_LEAD
    number, when = 0, parse_by_when(action["by_when"] if isinstance(action["by_when"], str) else None, shape.start)
    for step in range(int(rng.integers(1, 4)), len(months), story.every):
        done = story.finished is not None and step >= story.finished
        late = when.due_on is not None and when.due_on < months[step]
        rag = "C" if done else str(rng.choice(["R", "A"] if late else ["A", "G"], p=[story.late, 1 - story.late]))
        number += 1
        at = datetime(months[step].year, months[step].month, int(rng.integers(5, 27)), int(rng.integers(9, 17)))
        line = {
            "check_in_id": f"{action['action_id']}.{number}", "action_id": str(action["action_id"]),
            "ref": str(action["ref"]),
            "at": f"{at:%Y-%m-%d %H:%M:%S}", "role": role, "rag": rag, "progress": str(rng.choice(_WORDS[rag])),
        }  # fmt: skip
        if number > 1:
            line["follows"] = f"{action['action_id']}.{number - 1}"
        if rng.random() < (1.0 if rag == "C" else 0.4):
            line["evidence"] = f"https://evidence.example/send-plan/{action['ref']}/{months[step]:%Y-%m}"
        asked = _DATED.get(str(action["ref"])) if number == 1 else None
        if not done and (asked or (late and rng.random() < 0.5)):
            line["by_when"] = asked or f"{months[min(step + 4, len(months) - 1)]:%b-%y}"
            line["reason"] = "The plan printed no date" if asked else str(rng.choice(_LATER))
            when = parse_by_when(line["by_when"], shape.start)
        yield line
        if done:
            return
    if action["ref"] == _CONFLICT and number:
        again = {**line, "check_in_id": f"{action['action_id']}.{number + 1}", "rag": "A", "role": _WITHOUT_LEAD}
        yield {**again, "progress": _WORDS["A"][1], "at": f"{at + timedelta(minutes=4):%Y-%m-%d %H:%M:%S}"}


def _story(action: Any, shape: PlanShape, rng: np.random.Generator) -> _Story:
    """Return how an action goes: what has a date mostly ends some months after it, one in four never."""
    when = parse_by_when(action["by_when"] if isinstance(action["by_when"], str) else None, shape.start)
    every, late = int(rng.integers(2, 5)), float(rng.uniform(0.15, 0.6))
    ends = int(rng.integers(4, 30)) if when.due_on is None else _months(_START, when.due_on) + int(rng.integers(0, 9))
    if when.kind == "status_completed":
        return _Story(0, every, late)
    never = rng.random() < 0.25 or action["ref"] == _CONFLICT
    return _Story(None if never else ends, every, late)


def _escalations(shape: PlanShape, rng: np.random.Generator) -> Iterator[Escalation]:
    quarters = [month for month in _between(_START, _END) if month.month % 3 == 0]
    for provider, cohort, weeks, (first, last), (before, after) in _WAITS:
        if cohort not in shape.cohorts:
            continue
        for place, month in enumerate(quarters):
            along = place / (len(quarters) - 1)
            children = int(rng.poisson(first + (last - first) * along))
            escalated = int(rng.binomial(children, before + (after - before) * along))
            outcome = str(rng.choice(_OUTCOMES)) if place < len(quarters) - 1 else None
            told = month + timedelta(days=40)
            yield Escalation(
                provider, cohort, month, weeks, children, escalated, told, "CYP System Board", "Commissioner",
                int(rng.binomial(children, 0.3 + 0.6 * along)), outcome,
            )  # fmt: skip


def _between(first: date, last: date) -> list[date]:
    count = _months(first, last) + 1
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
