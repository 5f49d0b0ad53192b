"""The local plan as it is written: its clock, areas, priorities and scorecard (data/plan/plan.yaml, scorecard.yaml)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from etl.documents import Document


def first_of(month: str) -> date:
    """Return the first day of a YYYY-MM month. Raises ValueError for any other text."""
    return date.fromisoformat(f"{month}-01")


def _month(text: object) -> object:
    try:
        month = first_of(str(text))
    except ValueError:
        month = None
    # A plan of a SEND partnership lies in these years; anything else is a slip of the finger.
    if month is None or str(text) != f"{month:%Y-%m}" or not 2010 <= month.year <= 2060:
        raise ValueError("no month of a plan; write year and month as YYYY-MM, such as 2023-04")
    return text


Month = Annotated[str, BeforeValidator(_month)]
# YAML reads `yes` as true, which is no figure; a figure in quotation marks is text.
Figure = Annotated[float, Field(strict=True)]
Words = Annotated[str, Field(min_length=1)]


def months_later(month: date, months: int) -> date:
    """Return the month that lies so many months after (or before) another."""
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def months_between(first: date, last: date) -> int:
    """Return how many months lie from first to last; negative when last is earlier."""
    return (last.year - first.year) * 12 + last.month - first.month


class Slot(Document):
    """One milestone of the plan clock."""

    label: Words
    months: int = Field(ge=1, le=120, description="after the plan's start; month 0 is the baseline's")


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
    clock: str | None = Field(None, description="the clock of metrics/clocks.yaml that the cohort waits on")


class Plan(Document):
    """The plan's own facts. `slots` maps the milestone columns of the scorecard to months after the start."""

    title: str
    area_name: str
    starts: Month
    starts_source: str
    slots: dict[int, Slot] = Field(min_length=1)
    areas: list[PlanArea] = Field(min_length=1)
    rolls_up: list[str] = Field([], description="councils that are counted as one, under the first local area's code")
    priority_areas: dict[int, PriorityArea] = Field(min_length=1)
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

    @property
    def local(self) -> list[str]:
        """Return the codes of the plan's own areas."""
        return [area.area for area in self.areas if area.role == "local"]

    @property
    def home(self) -> str:
        """Return the code of the area that children belong to: the first of the plan's own."""
        return self.local[0]


class Baseline(Document):
    """A frozen baseline: value, the month or period it is for, and where it was published."""

    value: Figure
    month: Month
    period_months: int = Field(ge=0, le=120)
    source: Words


class Milestone(Document):
    """What the plan says at one slot: a number or a statement."""

    target: Figure | None = None
    statement: Words | None = None

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
    tolerance: Figure | None = Field(None, ge=0)


class Scorecard(Document):
    """The rows of the scorecard, in order, and every reference the plan's scorecard prints, with text or without."""

    printed_refs: list[str] = []
    rows: list[ScorecardRow]
