"""Progress reviews: how the plan stood at each milestone, and what changed since the one before."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from etl.plan_record import PlanRecord
from metrics.action_tables import REVIEWS
from metrics.plan import Plan, months_later
from metrics.plan_state import Standing, as_they_stood, end_of, known
from metrics.wording import month_words

NOT_RATED = "not rated"


def reviews(plan: Plan, record: PlanRecord, as_of: date) -> pd.DataFrame:
    """Return the reviews contract: every milestone not later than `as_of`, and every action of the plan then."""
    slots = sorted(plan.slots.values(), key=lambda slot: slot.months)
    rows: list[dict[str, object]] = []
    begun = None if plan.start > as_of else pd.Timestamp(plan.start)
    before: dict[str, Standing] = {}
    for position, slot in enumerate(slots, start=1):
        month = months_later(plan.start, slot.months)
        if month > as_of:
            break
        at = {str(one.version["action_id"]): one for one in as_they_stood(record, end_of(month))}
        for action_id, one in at.items():
            earlier = before.get(action_id)
            if earlier and earlier.retired:
                continue
            rows.append(
                {
                    "position": position, "label": slot.label, "month": month, "action_id": action_id,
                    **_of_action(one, earlier, month, since=begun, first=position == 1),
                }
            )  # fmt: skip
        before, begun = at, end_of(month)
    return REVIEWS.frame(rows)


def _of_action(
    one: Standing, earlier: Standing | None, month: date, since: pd.Timestamp | None, first: bool
) -> dict[str, object]:
    entered = [row for row in one.check_ins if since is None or row["at"] > since]
    given = [f"{row['at']:%d %b %Y}: {row['evidence']}" for row in entered if known(row["evidence"])]
    return {
        "ref": one.version["ref"],
        "rag": one.rag,
        "previous_rag": earlier.rag if earlier else None,
        "in_conflict": one.in_conflict,
        "overdue": one.overdue(month),
        "changed": "; ".join(_changes(one, earlier, first)) or None,
        "progress": one.last["progress"] if one.last else None,
        "evidence": "\n".join(given) or None,
    }


def _changes(one: Standing, earlier: Standing | None, first: bool) -> Iterable[str]:
    if earlier is None and not first:
        yield "new in the plan"
    if one.retired:
        yield f"left the plan: {one.version['retired_why']}"
    if earlier and earlier.version["ref"] != one.version["ref"]:
        yield f"renumbered from {earlier.version['ref']}"
    was = earlier.rag if earlier else None
    if one.rag != was:
        yield f"rated {one.rag or 'differently by two roles'}, before {was or NOT_RATED}"
    start = earlier.when if earlier else one.first
    if _said(start) != _said(one.when):
        reason = f" ({one.when['reason']})" if known(one.when.get("reason")) else ""
        yield f"date from {_said(start) or 'none'} to {_said(one.when) or 'none'}{reason}"


def _said(when: object) -> str | None:
    words = when["by_when"]  # type: ignore[index]
    return str(words) if known(words) else None


def readings(milestones: pd.DataFrame, kpis: pd.DataFrame, position: int) -> pd.DataFrame:
    """Return MILESTONES rows of one review with the reading at the review before, its KPI's title and unit.

    The figures are as read at the milestone's month; the one before the first review is the baseline's.
    """
    now = milestones[milestones["position"] == position]
    before = milestones[milestones["position"] == position - 1]
    parts = ["reading", "reading_at_least", "reading_flag", "reading_month", "reading_period_months", "status"]
    earlier = before[["kpi", *parts]].rename(columns={part: f"previous_{part}" for part in parts})
    named = kpis[["kpi", "title", "unit"]]
    return now.merge(earlier, on="kpi", how="left").merge(named, on="kpi", how="left")


def review_words(label: str, month: date) -> str:
    """Return a review in words: "6 months, October 2023"."""
    return f"{label}, {month_words(month)}"
