"""The local plan: its clock, areas, priorities and scorecard, read from the plan folder (data/plan)."""

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from etl.documents import Document, read_document
from etl.errors import DocumentError
from metrics.definition import load_definitions

MONTH = r"^\d{4}-\d{2}$"


def first_of(month: str) -> date:
    """Return the first day of a YYYY-MM month."""
    return date.fromisoformat(f"{month}-01")


def months_later(month: date, months: int) -> date:
    """Return the month that lies so many months after (or before) another."""
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def months_between(first: date, last: date) -> int:
    """Return how many months lie from first to last; negative when last is earlier."""
    return (last.year - first.year) * 12 + last.month - first.month


class Slot(Document):
    """One milestone of the plan clock."""

    label: str
    months: int = Field(ge=0)


class PlanArea(Document):
    """An area the plan looks at, and how."""

    area: str
    role: Literal["local", "comparator"]


class Outcome(Document):
    """One outcome of a priority area."""

    key: str
    title: str


class PriorityArea(Document):
    """One priority area and its outcomes, in order."""

    title: str
    outcomes: list[Outcome]


class Theme(Document):
    """One theme of an outcome."""

    key: str
    outcome: str
    title: str
    note: str | None = None


class Role(Document):
    """A role that answers for the plan; people are never named."""

    role: str
    organisation: str


class Cohort(Document):
    """Children one provider answers for."""

    key: str
    title: str
    provider: str


class Plan(Document):
    """The plan's own facts. `slots` maps the milestone columns of the scorecard to months after the start."""

    title: str
    area_name: str
    starts: str = Field(pattern=MONTH)
    starts_source: str
    slots: dict[int, Slot]
    areas: list[PlanArea]
    priority_areas: dict[int, PriorityArea]
    themes: list[Theme] = []
    boards: list[str] = []
    accountable_roles: list[Role] = []
    rag: dict[Literal["R", "A", "G", "C"], str] = {}
    impact_reading: Literal["realigned", "as_printed"] = "realigned"
    cohorts: list[Cohort] = []

    @property
    def start(self) -> date:
        """Return the plan's month 0."""
        return first_of(self.starts)


class Baseline(Document):
    """A frozen baseline: value, the month or period it is for, and where it was published."""

    value: float
    month: str = Field(pattern=MONTH)
    period_months: int = Field(ge=0)
    source: str


class Milestone(Document):
    """What the plan says at one slot: a number or a statement."""

    target: float | None = None
    statement: str | None = None

    @model_validator(mode="after")
    def _one(self) -> "Milestone":
        if (self.target is None) == (self.statement is None):
            raise ValueError("give either target or statement")
        return self


class ScorecardRow(Document):
    """One scored KPI. `tolerance` is in the KPI's unit; left out it is 5 points, or 5 % of the planned value."""

    kpi: str
    owner: str | None = None
    area: str
    priority_area: int
    outcome: str
    plan_ref: str | None = None
    baseline: Baseline | None = None
    milestones: dict[int, Milestone] = {}
    milestones_source: str | None = None
    tolerance: float | None = Field(None, ge=0)


class Scorecard(Document):
    """The rows of the scorecard, in order, and every reference the plan's scorecard prints, with text or without."""

    printed_refs: list[str] = []
    rows: list[ScorecardRow]


def load_plan(folder: Path) -> tuple[Plan, Scorecard]:
    """Return plan and scorecard. Raises DocumentError, also where they contradict each other or name no known KPI."""
    plan = read_document(folder / "plan.yaml", Plan)
    scorecard = read_document(folder / "scorecard.yaml", Scorecard)
    if faults := _faults(plan, scorecard):
        raise DocumentError(f"scorecard.yaml: {len(faults)} to mend. " + "; ".join(faults))
    return plan, scorecard


def _faults(plan: Plan, scorecard: Scorecard) -> list[str]:
    kpis = load_definitions()
    outcomes = {outcome.key for area in plan.priority_areas.values() for outcome in area.outcomes}
    local = {area.area for area in plan.areas if area.role == "local"}
    faults = [
        f"theme {t.key}: outcome {t.outcome} is not in plan.yaml" for t in plan.themes if t.outcome not in outcomes
    ]
    for row in scorecard.rows:
        faults += [f"{row.kpi}: no such KPI in metrics/definitions"] if row.kpi not in kpis else []
        faults += [f"{row.kpi}: outcome {row.outcome} is not in plan.yaml"] if row.outcome not in outcomes else []
        faults += [f"{row.kpi}: area {row.area} is not a local area in plan.yaml"] if row.area not in local else []
        unknown = sorted(set(row.milestones) - set(plan.slots))
        faults += [f"{row.kpi}: milestone slots {unknown} are not in plan.yaml"] if unknown else []
    seen = [row.kpi for row in scorecard.rows]
    return faults + [f"{kpi}: scored twice" for kpi in sorted({k for k in seen if seen.count(k) > 1})]
