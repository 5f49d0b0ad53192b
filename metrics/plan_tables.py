"""The plan's longer lists: actions and impact measures (data/plan/*.csv), and what no number can follow.

A plan folder without these files has no actions and no impact measures; that is no error.
"""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError, field_validator, model_validator

from etl.documents import Document, read_document
from etl.errors import DocumentError
from metrics.definition import Definition
from metrics.plan import Plan

# How the plan prints a date; only `month` is a date to be held to. Source: domain plan, by_when.
ByWhen = Literal[
    "month", "month_uncertain", "start_month", "status_in_place", "status_completed", "tbc", "blank"
]  # fmt: skip


class Action(Document):
    """One action, in our own words; `title` is missing where the plan prints a reference without text.

    `action_id` is how it is known when reference and text change; the order gives it where the file has none.
    """

    action_id: str | None = None
    ref: str
    priority_area: int
    theme: str
    outcome: str
    title: str | None
    owner_role: str | None
    owner_organisation: str | None
    owner_confirmed: bool | None
    owner_basis: Literal["printed", "inferred"] | None
    by_when: str | None
    by_when_kind: ByWhen
    due_on: date | None
    starts_in: str | None
    placeholder: bool | None
    same_text_as: str | None
    note: str | None

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_missing(cls, value: object) -> object:
        return value if value != "" else None

    @model_validator(mode="after")
    def _date_fits_kind(self) -> "Action":
        if (self.due_on is not None) != (self.by_when_kind in ("month", "month_uncertain")):
            raise ValueError(f"{self.ref}: due_on goes with by_when_kind month or month_uncertain")
        return self

    @property
    def confirmed_due_on(self) -> date | None:
        """Return the date the action may be overdue by; uncertain, missing and inferred dates are none."""
        return self.due_on if self.by_when_kind == "month" else None


class ImpactMeasure(Document):
    """One impact the plan wants to see, with its method as printed and as most likely meant."""

    id: str
    priority_area: int
    themes: str
    action_refs: str | None
    title: str | None
    status: Literal["defined", "tbc", "no_impact_defined"]
    method_as_printed: str | None
    baseline_as_printed: str | None
    method_realigned: str | None
    baseline_realigned: str | None
    confidence: str | None
    note: str | None

    @field_validator("*", mode="before")
    @classmethod
    def _blank_is_missing(cls, value: object) -> object:
        return value if value != "" else None

    def method(self, reading: Literal["realigned", "as_printed"]) -> str | None:
        """Return how the plan means to measure it, in the reading the plan.yaml names."""
        return self.method_realigned if reading == "realigned" else self.method_as_printed


class NoNumber(Document):
    """Why no number can follow an impact measure or a scorecard reference."""

    impact_measures: dict[str, str] = {}
    scorecard_refs: dict[str, str] = {}


class PlanTables(Document):
    """Everything of the plan that comes in lists."""

    actions: list[Action]
    impact_measures: list[ImpactMeasure]
    no_number: NoNumber


def load_plan_tables(folder: Path, plan: Plan) -> PlanTables:
    """Return the plan's lists. Raises DocumentError naming file and line, also where they contradict plan.yaml."""
    faults: list[str] = []
    actions = _read(folder / "actions.csv", Action, faults)
    measures = _read(folder / "impact_measures.csv", ImpactMeasure, faults)
    reasons = folder / "no_number.yaml"
    none = read_document(reasons, NoNumber) if reasons.is_file() else NoNumber()
    themes = {theme.key: theme.outcome for theme in plan.themes}
    refs = [action.ref for action in actions]
    faults += [f"actions.csv: {ref}: given twice" for ref in sorted({ref for ref in refs if refs.count(ref) > 1})]
    for action in actions:
        place = f"actions.csv: {action.ref}"
        if themes.get(action.theme) != action.outcome:
            faults.append(f"{place}: theme {action.theme} is not one of outcome {action.outcome} in plan.yaml")
        if action.same_text_as and action.same_text_as not in refs:
            faults.append(f"{place}: same_text_as names {action.same_text_as}, which is no action")
    for measure in measures:
        wrong = [t for t in measure.themes.split() if t not in themes]
        wrong += [ref for ref in (measure.action_refs or "").split() if ref not in refs]
        faults += [f"impact_measures.csv: {measure.id}: {name} is not in the plan" for name in wrong]
    if faults:
        raise DocumentError("\n".join(faults))
    return PlanTables(actions=actions, impact_measures=measures, no_number=none)


def unreached(tables: PlanTables, kpis: Iterable[Definition], scored_refs: Iterable[str]) -> list[str]:
    """Return every impact measure and scorecard reference that no KPI reaches and no reason explains, or both do."""
    kpis = list(kpis)
    measured = {name for kpi in kpis for name in kpi.impact_measures}
    followed = {ref for kpi in kpis for ref in kpi.plan_refs}
    none = tables.no_number
    faults = [m.id for m in tables.impact_measures if (m.id in measured) == (m.id in none.impact_measures)]
    return faults + [ref for ref in scored_refs if (ref in followed) == (ref in none.scorecard_refs)]


Row = TypeVar("Row", bound=Document)


def _read(path: Path, model: type[Row], faults: list[str]) -> list[Row]:
    """Return the lines that follow their format; what is wrong with the others is added to the faults."""
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            lines = list(csv.DictReader(text, strict=True))
    except (UnicodeDecodeError, csv.Error):
        faults.append(f"{path.name}: not readable; save it as CSV in UTF-8 (in Excel: CSV UTF-8)")
        return []
    rows = []
    for number, line in enumerate(lines, start=2):
        if None in line or None in line.values():
            faults.append(f"{path.name}: row {number}: has not as many cells as the heading; put texts in quotes")
            continue
        try:
            rows.append(model.model_validate(line))
        except ValidationError as error:
            places = [(".".join(map(str, fault["loc"])) or "line", fault["msg"]) for fault in error.errors()]
            faults += [f"{path.name}: row {number}: {place}: {words}" for place, words in places]
    return rows
