"""How the plan was changed: targets and baselines by amendments, usual ranges by rebases (data/plan/amendments.yaml).

The scorecard keeps what the plan first said. What is still to come can be changed; what is over, and a baseline, can
only be corrected. Every line says who, when and why, and stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from etl.documents import Document
from metrics.plan import Baseline, Figure, Milestone, Month, Plan, Scorecard, ScorecardRow, Words, months_later

Reason = Annotated[str, Field(min_length=10)]


class Amendment(Document):
    """One change of a milestone (`slot`, with target, statement or withdrawn) or of a baseline."""

    kpi: str
    kind: Literal["change", "correction"]
    decided_on: date
    decided_by: Words
    reason: Reason
    slot: int | None = None
    target: Figure | None = None
    statement: Words | None = None
    withdrawn: Literal[True] | None = None
    baseline: Baseline | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> "Amendment":
        if (self.slot is None) == (self.baseline is None):
            raise ValueError("give either slot, for a milestone, or baseline")
        says = [self.target, self.statement, self.withdrawn]
        if says.count(None) != (2 if self.baseline is None else 3):
            raise ValueError("with slot give one of target, statement and withdrawn; with baseline none of them")
        if self.baseline and self.kind == "change":
            raise ValueError("a baseline lies in the past: kind must be correction")
        return self


class PlanRebase(Document):
    """A month from which a control chart's usual range starts anew, because the process changed."""

    kpi: str
    month: Month
    decided_by: Words
    reason: Reason


class Amendments(Document):
    """Everything that changed since the plan was written, oldest first; lines are added, never edited."""

    amendments: list[Amendment] = []
    rebases: list[PlanRebase] = []


@dataclass(frozen=True)
class Change:
    """One amendment in force, with what stood there before; `position` is the milestone's place, 0 the baseline."""

    amendment: Amendment
    position: int
    label: str
    due: date
    before: Milestone | Baseline | None
    after: Milestone | Baseline | None


def amended(
    plan: Plan, scorecard: Scorecard, amendments: Sequence[Amendment], as_of: date
) -> tuple[Scorecard, list[Change]]:
    """Return the scorecard as it stands in a month, and every change decided by the end of it, in their order.

    Raises KeyError for an amendment that `faults` would have found.
    """
    rows = {row.kpi: row for row in scorecard.rows}
    changes = []
    for amendment in amendments:
        if amendment.decided_on.replace(day=1) <= as_of:
            row = rows[amendment.kpi]
            changes.append(_change(plan, row, amendment))
            rows[amendment.kpi] = _with(row, amendment)
    return scorecard.model_copy(update={"rows": [rows[row.kpi] for row in scorecard.rows]}), changes


def _with(row: ScorecardRow, amendment: Amendment) -> ScorecardRow:
    if amendment.slot is None:
        return row.model_copy(update={"baseline": amendment.baseline})
    said = {slot: milestone for slot, milestone in row.milestones.items() if slot != amendment.slot}
    if (milestone := _said(amendment)) is not None:
        said[amendment.slot] = milestone
    return row.model_copy(update={"milestones": said})


def _said(amendment: Amendment) -> Milestone | None:
    return None if amendment.withdrawn else Milestone(target=amendment.target, statement=amendment.statement)


def _change(plan: Plan, row: ScorecardRow, amendment: Amendment) -> Change:
    if amendment.slot is None:
        return Change(amendment, 0, "Baseline", plan.start, row.baseline, amendment.baseline)
    slot = plan.slots[amendment.slot]
    position = 1 + sorted(other.months for other in plan.slots.values()).index(slot.months)
    due, before = months_later(plan.start, slot.months), row.milestones.get(amendment.slot)
    return Change(amendment, position, slot.label, due, before, _said(amendment))


def number_of(said: Milestone | Baseline | None) -> float | None:
    """Return the number a milestone or a baseline names, None where it names none."""
    return said.value if isinstance(said, Baseline) else said.target if said else None


def loosens(change: Change, better: str) -> bool | None:
    """Return whether a change asks for less than before, or lets progress since the baseline look larger.

    None where neither way is better, or where no number was given up or moved.
    """
    before, after = number_of(change.before), number_of(change.after)
    if before is None or better == "neither" or before == after:
        return None
    return after is None or (after > before if better == "lower" else after < before)


def amendment_faults(plan: Plan, scorecard: Scorecard, amendments: Amendments) -> list[str]:
    """Return what contradicts the plan, each with key, rule and remedy."""
    rows = {row.kpi: row for row in scorecard.rows}
    faults, before = [], date.min
    for number, one in enumerate(amendments.amendments):
        place = f"amendments.{number} ({one.kpi})"
        if one.kpi not in rows:
            faults.append(f"{place}.kpi: is not on the scorecard; correct the name or add it to scorecard.yaml")
            continue
        if one.decided_on < before:
            faults.append(f"{place}.decided_on: lies before the line above; add new lines at the end")
        before = max(before, one.decided_on)
        if one.slot is not None and one.slot not in plan.slots:
            known = ", ".join(map(str, plan.slots))
            faults.append(f"{place}.slot: {one.slot} is not in plan.yaml; known: {known}")
        elif one.slot is not None:
            due = months_later(plan.start, plan.slots[one.slot].months)
            if one.kind == "change" and due < one.decided_on.replace(day=1):
                faults.append(
                    f"{place}.slot: that milestone was over when this was decided, so it stands; only a mistake in it "
                    "can be mended, with kind: correction"
                )
    seen = [(one.kpi, one.month) for one in amendments.rebases]
    for number, rebase in enumerate(amendments.rebases):
        place = f"rebases.{number} ({rebase.kpi})"
        if rebase.kpi not in rows:
            faults.append(f"{place}.kpi: is not on the scorecard; correct the name or add it to scorecard.yaml")
        if (rebase.kpi, rebase.month) in seen[:number]:
            faults.append(f"{place}.month: has a rebase already; put both reasons into one line")
    return faults
