"""KPIs counted from the plan's own record: actions complete, overdue and undated, milestones delivered, escalations.

They enter the fact `measure_values` beside what files bring, and are computed, compared and protected as those are.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import pandas as pd

from etl.plan_record import PlanRecord
from etl.tables import EVERYONE
from metrics.definition import Definition
from metrics.fact_frames import FactFrames, Facts
from metrics.plan import Plan, months_between, months_later
from metrics.plan_state import FINISHED, Standing, as_they_stood, end_of, known

COMPLETE, OVERDUE, UNDATED = "plan_actions_complete", "plan_actions_overdue", "plan_actions_without_a_confirmed_date"
DELIVERED, ESCALATED = "joint_commissioning_milestones_delivered", "nd_long_waits_escalated"
# Of the plan as a whole: the references of their definitions are examples, so no action is tied to them.
OF_THE_PLAN = (COMPLETE, OVERDUE, UNDATED)
_WITHOUT_DATE = ("blank", "tbc", "month_uncertain", "words")
_CLOCK, _WEEKS = "nd_assessment", 52


def with_plan_measures(
    facts: Facts, plan: Plan, record: PlanRecord, kpis: Mapping[str, Definition], month: date
) -> FactFrames:
    """Return the facts with the plan's own measures added, up to a month, for the first local area."""
    facts = FactFrames.of(facts)
    rows = [*_of_actions(plan, record, kpis, month), *_of_escalations(plan, record)]
    if not rows:
        return facts
    area = plan.home
    fixed = {"area": area, "breakdown": EVERYONE, "group": EVERYONE, "flag": None}
    held = facts["measure_values"]
    frame = pd.DataFrame([{**fixed, **row} for row in rows])
    frame["value"] = frame["numerator"].where(frame["denominator"].isna())
    own = frame[list(held.columns)].astype(held.dtypes.to_dict())
    return facts.replacing(measure_values=pd.concat([held, own], ignore_index=True))


def strict_leads(plan: Plan) -> set[tuple[str, str]]:
    """Return the leads and areas among them that count children and are hidden and rounded for the board."""
    area = plan.home
    return {(ESCALATED, area), (f"{ESCALATED}/1", area)}


def _of_actions(
    plan: Plan, record: PlanRecord, kpis: Mapping[str, Definition], last: date
) -> Iterable[dict[str, object]]:
    """Yield the counts of actions at every month end; complete ones from the month on in which somebody judged."""
    judged = record.check_ins["at"].min()
    joint = set(kpis[DELIVERED].plan_refs) if DELIVERED in kpis else set()
    for step in range(months_between(plan.start, last) + 1 if len(record.actions) else 0):
        month = months_later(plan.start, step)
        at = [one for one in as_they_stood(record, end_of(month)) if not one.retired]
        if known(judged) and judged <= end_of(month):
            done = sum(one.rag == FINISHED for one in at)
            yield _row(COMPLETE, month, 0, done, sum(known(one.version["title"]) for one in at))
        yield _row(OVERDUE, month, 0, sum(one.overdue(month) for one in at))
        yield _row(UNDATED, month, 0, sum(one.when["by_when_kind"] in _WITHOUT_DATE for one in at))
        due = [one for one in at if one.first["ref"] in joint and _due_by(one, month)]
        if month.month % 3 == 0 and due:
            yield _row(DELIVERED, month, 3, sum(one.rag in ("G", FINISHED) for one in due), len(due))


def _due_by(one: Standing, month: date) -> bool:
    return one.when["by_when_kind"] == "month" and bool(one.when["due_on"] <= end_of(month))


def _of_escalations(plan: Plan, record: PlanRecord) -> Iterable[dict[str, object]]:
    """Yield children over 52 weeks and those escalated, by month, of the cohorts on the assessment's clock."""
    cohorts = [cohort.key for cohort in plan.cohorts if cohort.clock == _CLOCK]
    rows = current_escalations(record.escalations)
    rows = rows[rows["cohort"].isin(cohorts) & (rows["threshold_weeks"] == _WEEKS)]
    newest = rows.drop_duplicates(["organisation", "cohort", "month"], keep="last")
    sums = newest.groupby("month")[["escalated", "children"]].sum().reset_index()
    for row in sums.to_dict("records"):
        yield _row(ESCALATED, row["month"].date(), 1, int(row["escalated"]), int(row["children"]))


def current_escalations(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the entries that no later one brings up to date."""
    return rows[~rows["escalation_id"].isin(rows["follows"].dropna())]


def _row(measure: str, month: date, months: int, numerator: int, denominator: int | None = None) -> dict[str, object]:
    return {
        "measure": measure, "month": pd.Timestamp(month), "period_months": months, "numerator": float(numerator),
        "denominator": None if denominator is None else float(denominator),
    }  # fmt: skip
