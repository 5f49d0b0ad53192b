"""The planned path, the actual path and the status between them. Rules: domain definitions, "Scorecard meaning".

Milestones are dated and joined by straight lines; a statement has no place on the line; after the last number the plan
holds its value. The baseline is the frozen one of the scorecard, at the plan's month 0. All pure, month by month.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics.definition import Definition
from metrics.edition_tables import MILESTONES, PATH
from metrics.plan import Plan, ScorecardRow, first_of, months_between, months_later

# House defaults (domain definitions, "Scorecard meaning"): 5 points for percentages, 5 % of the plan elsewhere.
TOLERANCE_POINTS = 5.0
TOLERANCE_SHARE = 0.05


@dataclass(frozen=True)
class Point:
    """A dated number of the plan."""

    month: date
    value: float
    is_target: bool = True


@dataclass(frozen=True)
class Reading:
    """One result as a milestone or a status reads it. `period_months` is 0 for a snapshot at month end."""

    month: date
    period_months: int
    value: float | None
    at_least: float | None = None
    flag: str | None = None


def points(plan: Plan, row: ScorecardRow) -> list[Point]:
    """Return the numbers of the plan in order: baseline at month 0, then every milestone that has a target."""
    numbers = [Point(plan.start, row.baseline.value, is_target=False)] if row.baseline else []
    for slot, milestone in sorted(row.milestones.items(), key=lambda item: plan.slots[item[0]].months):
        if milestone.target is not None:
            numbers.append(Point(months_later(plan.start, plan.slots[slot].months), milestone.target))
    return numbers if any(m.target is not None for m in row.milestones.values()) else []


def planned(numbers: list[Point], month: date) -> float | None:
    """Return the planned value of a month: on the straight line, the last value after it, None before it."""
    if not numbers or month < numbers[0].month:
        return None
    for start, end in zip(numbers, numbers[1:], strict=False):
        if start.month <= month <= end.month:
            part = months_between(start.month, month) / months_between(start.month, end.month)
            return start.value + (end.value - start.value) * part
    return numbers[-1].value


def aimed_at(numbers: list[Point], month: date) -> float | None:
    """Return the target of the first milestone that is not over by a month, the last one's once all are."""
    due = [point.value for point in numbers if point.is_target and point.month >= month]
    return due[0] if due else numbers[-1].value if numbers else None


def gap(actual: float, target: float, better: str) -> float:
    """Return how far the actual is ahead of the target in the good direction; below 0 is behind."""
    return target - actual if better == "lower" else actual - target


def status(
    reading: Reading | None, target: float | None, path: float | None, row: ScorecardRow, kpi: Definition
) -> str:
    """Return the status of a reading against a milestone's target and the path's value of the reading's month.

    met: as good as the milestone asks. on_trajectory: as good as the path asks now. near: within the tolerance of
    it. off: worse. not_due: the path does not begin before the first number. A value known only to lie in an open
    band ("52+") may be any number from there up: it is off where a lower value is better and the band's start is
    already beyond the tolerance; otherwise it cannot be told, which is no_data.
    """
    if target is None or kpi.better == "neither":
        return "no_target"
    if reading is None:
        return "no_data"
    if reading.flag in ("withheld", "suppressed"):
        return reading.flag
    band = reading.value is None and kpi.better == "lower"
    value = reading.at_least if band else reading.value
    if value is None:
        return "no_data"
    if gap(value, target, kpi.better) >= 0 and not band:
        return "met"
    if path is None:
        return "not_due"
    ahead = gap(value, path, kpi.better)
    if ahead < -tolerance(row, kpi, path):
        return "off"
    if band:
        return "no_data"
    return "on_trajectory" if ahead >= 0 else "near"


def tolerance(row: ScorecardRow, kpi: Definition, path: float) -> float:
    """Return how far behind the path still counts as near, in the KPI's unit."""
    if row.tolerance is not None:
        return row.tolerance
    return TOLERANCE_POINTS if kpi.unit == "percent" else TOLERANCE_SHARE * abs(path)


def readings(results: pd.DataFrame, scored: ScorecardRow) -> list[Reading]:
    """Return the scored area's results for everyone, oldest first."""
    own = results[(results["kpi"] == scored.kpi) & (results["area"] == scored.area) & (results["breakdown"] == "all")]
    return [
        Reading(
            row["month"].date(),
            int(row["period_months"]),
            _number(row["value"]),
            _number(row["at_least"]),
            _text(row["flag"]),
        )
        for row in own.sort_values("month").to_dict("records")
    ]


def read_at(found: list[Reading], month: date, after: date) -> Reading | None:
    """Return the reading for a milestone: the period that holds its month, or the last snapshot since the one before.

    A flow of another period does not stand in for it, and nothing from before the milestone before is carried forward.
    """
    for reading in reversed(found):
        span = reading.period_months
        if span and months_later(reading.month, 1 - span) <= month <= reading.month:
            return reading
        if not span and after < reading.month <= month:
            return reading
    return None


def before(plan: Plan, month: date) -> date:
    """Return the month of the milestone before, whatever it says, and the plan's start before the first."""
    slots = [months_later(plan.start, slot.months) for slot in plan.slots.values()]
    return max((slot for slot in slots if slot < month), default=plan.start)


def milestones(plan: Plan, row: ScorecardRow, kpi: Definition, found: list[Reading], as_of: date) -> pd.DataFrame:
    """Return the KPI's milestones with readings: the milestones contract."""
    numbers = points(plan, row)
    base = row.baseline
    rows: list[dict[str, object]] = [
        {
            "kpi": row.kpi,
            "position": 0,
            "label": "Baseline",
            "month": plan.start,
            "kind": "baseline" if base else "none",
            "source": base.source if base else None,
            "reading": base.value if base else None,
            "reading_month": first_of(base.month) if base else None,
            "reading_period_months": base.period_months if base else None,
            "status": "no_target",
        }
    ]
    for position, (number, slot) in enumerate(sorted(plan.slots.items(), key=lambda item: item[1].months), start=1):
        month = months_later(plan.start, slot.months)
        said = row.milestones.get(number)
        reading = read_at(found, month, before(plan, month)) if month <= as_of else None
        target = said.target if said else None
        rows.append(
            {
                "kpi": row.kpi,
                "position": position,
                "label": slot.label,
                "month": month,
                "kind": "none" if said is None else "statement" if target is None else "number",
                "target": target,
                "statement": said.statement if said else None,
                "source": row.milestones_source if said else None,
                "reading": reading.value if reading else None,
                "reading_at_least": reading.at_least if reading else None,
                "reading_month": reading.month if reading else None,
                "reading_period_months": reading.period_months if reading else None,
                "reading_flag": reading.flag if reading else None,
                "status": _milestone_status(reading, target, month, as_of, row, kpi, numbers),
            }
        )
    return MILESTONES.frame(rows)


def _milestone_status(
    reading: Reading | None, target: float | None, month: date, as_of: date, row: ScorecardRow, kpi: Definition,
    numbers: list[Point],
) -> str:  # fmt: skip
    if target is not None and month > as_of:
        return "not_due"
    return status(reading, target, planned(numbers, month), row, kpi)


def path(plan: Plan, row: ScorecardRow, kpi: Definition, found: list[Reading]) -> pd.DataFrame:
    """Return planned and actual values by month, with the gap between them: the path contract."""
    numbers = points(plan, row)
    by_month = {reading.month: reading for reading in found}
    months = set(by_month)
    if numbers:
        last = max([numbers[-1].month, *by_month])
        months |= {months_later(plan.start, step) for step in range(months_between(plan.start, last) + 1)}
    rows = []
    for month in sorted(months):
        target, reading = planned(numbers, month), by_month.get(month)
        value = reading.value if reading else None
        rows.append(
            {
                "kpi": row.kpi,
                "month": month,
                "planned": target,
                "actual": value,
                "period_months": reading.period_months if reading else None,
                "at_least": reading.at_least if reading else None,
                "flag": reading.flag if reading else None,
                "gap": gap(value, target, kpi.better) if value is not None and target is not None else None,
                "status": _status_of_month(plan, row, kpi, numbers, reading, month),
            }
        )
    return PATH.frame(rows)


def _status_of_month(
    plan: Plan, row: ScorecardRow, kpi: Definition, numbers: list[Point], reading: Reading | None, month: date
) -> str | None:
    """Return the status of a month's reading against the path; None before the plan began."""
    if reading is None or month < plan.start:
        return None
    return status(reading, aimed_at(numbers, month), planned(numbers, month), row, kpi)


def _number(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]


def _text(value: object) -> str | None:
    return None if pd.isna(value) else str(value)  # type: ignore[call-overload]


def newly_off(path_: pd.DataFrame) -> bool:
    """Return whether the figure before the latest was not off; the first figure of a plan is newly off, too."""
    statuses = path_["status"].dropna().tolist()
    return statuses[-1:] == ["off"] and statuses[-2:-1] != ["off"]
