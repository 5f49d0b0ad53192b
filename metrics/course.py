"""Where each scored KPI is heading: its control chart, its forecast, the chance of each milestone, its pace."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import gcd

import numpy as np
import pandas as pd

from metrics.course_tables import CHARTS, FORECAST, PACE, SIGNALS
from metrics.definition import Definition
from metrics.forecast import Outlook, chance_in, forecast, months_ahead
from metrics.forecast_scale import NET
from metrics.pace import achieved_change, required_change
from metrics.pace import months_ahead as months_ahead_of_plan
from metrics.plan import Plan, ScorecardRow, first_of, months_between, months_later
from metrics.plan_amendments import PlanRebase
from metrics.proportions import Chart, bases_vary
from metrics.signal_calendar import Rebase, Step, rebases_without_effect
from metrics.signal_rules import rule_set
from metrics.signal_words import rebase_sentence, sentences
from metrics.signals import Reading as ChartReading
from metrics.signals import control_chart, read_chart
from metrics.trajectory import Reading, planned, points

RULE_SET = "mdc-2023"
# One seed for all editions: the same figures must give the same forecast to the last digit.
SEED = 2023


@dataclass(frozen=True)
class Course:
    """What the figures so far say of one KPI; frames follow the edition's contract."""

    chart: pd.DataFrame
    signals: pd.DataFrame
    forecast: pd.DataFrame
    pace: pd.DataFrame
    reading: ChartReading | None
    chances: dict[date, float]


def course(
    plan: Plan, row: ScorecardRow, kpi: Definition, results: pd.DataFrame, found: list[Reading],
    rebases: Sequence[PlanRebase] = (), as_of: date = date.min,
) -> Course:  # fmt: skip
    """Return the course of one scored KPI. `results` are its own rows for everyone in its area, `found` the same.

    Nothing is foretold of a milestone that is over in `as_of`, the month the scorecard is read in.
    """
    length = max(1, found[-1].period_months) if found else 1
    every = _series(plan, row, results, length)
    series = _apart(every, length)
    step = _step(series, length)
    today = max(as_of, found[-1].month) if found else as_of
    anew = [Rebase(first_of(r.month), f"{r.reason.rstrip('.')} ({r.decided_by})") for r in rebases if r.kpi == kpi.id]
    chart, points_, reading = _charted(kpi, series, step, anew)
    if len(series) < len(every):
        chart["words"] += f" {_OVERLAP}"
    outlook = _outlook(plan, kpi, series, step)
    numbers = points(plan, row)
    coming = [(month, target) for month, target in _targets(plan, row) if found and month > today]
    ahead = {} if outlook is None else _chances(coming, kpi, outlook)
    slope = achieved_change(found)
    lead = months_ahead_of_plan(numbers, found[-1], kpi.better) if numbers and found else None
    pace: dict[str, object] = {
        "kpi": kpi.id,
        "months_ahead": lead.months if lead else None,
        "months_ahead_least": lead.least if lead else None,
        "required_change": required_change(found[-1], coming[0][1], coming[0][0]) if coming else None,
        "achieved_change": slope.change if slope else None,
        "achieved_low": slope.low if slope else None,
        "achieved_high": slope.high if slope else None,
        "method": outlook.method if outlook else None,
        "cannot_tell": outlook.cannot_tell if outlook else "there is no figure yet",
    }
    lines = FORECAST.empty() if outlook is None else FORECAST.typed(outlook.frame.assign(kpi=kpi.id))
    return Course(chart, points_, lines, PACE.frame([pace]), reading, ahead)


_OVERLAP = "The periods overlap, so only those that share no month are charted."


class Courses:
    """The courses of one publication: a KPI with the same figures in both files is charted and foretold once."""

    def __init__(self) -> None:
        self._drawn: dict[str, tuple[pd.DataFrame, Course]] = {}

    def of(
        self, plan: Plan, row: ScorecardRow, kpi: Definition, results: pd.DataFrame, found: list[Reading],
        rebases: Sequence[PlanRebase], as_of: date,
    ) -> Course:  # fmt: skip
        """Return `course` of these; plan, rebases and month are the same for all of a publication."""
        figures = results.reset_index(drop=True)
        if kpi.id in self._drawn and self._drawn[kpi.id][0].equals(figures):
            return self._drawn[kpi.id][1]
        drawn = course(plan, row, kpi, results, found, rebases, as_of)
        self._drawn[kpi.id] = (figures, drawn)
        return drawn


def _apart(series: pd.DataFrame, length: int) -> pd.DataFrame:
    """Return the figures of periods that share no month, from the latest back.

    Rolling years share eleven months with the next: limits from their small steps would be far too narrow, and runs
    and trends would be found where there are none.
    """
    kept: list[int] = []
    months = [stamp.date() for stamp in series["date"]]
    for place in reversed(range(len(months))):
        if not kept or months_between(months[place], months[kept[-1]]) >= length:
            kept.append(place)
    return series.iloc[kept[::-1]].reset_index(drop=True)


def _step(series: pd.DataFrame, length: int) -> Step:
    """Return how far apart the figures are: a period's length, or a part of it where they do not follow on."""
    months = [stamp.date() for stamp in series["date"]]
    return Step(months=gcd(length, *(months_between(months[0], month) for month in months)))


def _series(plan: Plan, row: ScorecardRow, results: pd.DataFrame, length: int) -> pd.DataFrame:
    """Return the KPI's own figures of one period length, one row a date, with the plan's target of each date."""
    same = results[results["period_months"].clip(lower=1) == length].sort_values("month")
    numbers = points(plan, row)
    months = [month.date() for month in same["month"]]
    return pd.DataFrame(
        {
            "date": pd.to_datetime(pd.Series(months, dtype="object")),
            "value": same["value"].astype("float64").to_numpy(),
            "numerator": same["numerator"].astype("float64").to_numpy(),
            "denominator": same["denominator"].astype("float64").to_numpy(),
            "target": [np.nan if (t := planned(numbers, month)) is None else t for month in months],
        }
    )


def _charted(
    kpi: Definition, series: pd.DataFrame, step: Step, rebases: Sequence[Rebase]
) -> tuple[pd.DataFrame, pd.DataFrame, ChartReading | None]:
    if series["value"].notna().sum() == 0:
        return CHARTS.empty(), SIGNALS.empty(), None
    rules = rule_set(RULE_SET)
    # A month without a base has no share: a gap, which says nothing of how the others are to be charted.
    bases = series["denominator"].where(series["denominator"] > 0)
    whole = kpi.unit == "percent" and bool(bases[series["value"].notna()].notna().all())
    shares = whole and bases_vary(bases)
    chart: Chart = "p_prime" if shares else "xmr"
    # A figure that is not shown, for its small base or any other reason, must not come back as part over whole.
    shown = series.assign(numerator=series["numerator"].where(series["value"].notna()))
    made = control_chart(
        shown, kpi.better, rules, rebases=rebases, step=step, chart=chart, scale=100.0 if shares else 1.0
    )
    reading = read_chart(made, kpi.better, rules)
    row = {
        "kpi": kpi.id,
        "rules": rules.name,
        "chart": chart,
        "step": step.word,
        "basis": reading.basis,
        "points": reading.points,
        "since": reading.since,
        "variation": reading.variation,
        "assurance": reading.assurance,
        "assurance_reason": reading.assurance_reason,
        "words": " ".join([*sentences(reading, step, kpi.unit), *_anew(made, rebases, step)]),
    }
    return CHARTS.frame([row]), SIGNALS.typed(made.rename(columns={"date": "month"}).assign(kpi=kpi.id)), reading


def _anew(made: pd.DataFrame, rebases: Sequence[Rebase], step: Step) -> list[str]:
    """Return a sentence per rebase: from which figure on it took effect, and why, or that it could not."""
    known = made.loc[made["value"].notna(), "date"]
    void = rebases_without_effect(made, rebases)
    told = []
    for rebase in rebases:
        later = known[known >= pd.Timestamp(rebase.on)]
        effect = None if rebase in void else later.iloc[0].date()
        told.append(rebase_sentence(rebase, effect, step))
    return told


def _outlook(plan: Plan, kpi: Definition, series: pd.DataFrame, step: Step) -> Outlook | None:
    known = series.dropna(subset=["value"])
    if known.empty:
        return None
    months = months_ahead(known["date"].iloc[-1].date(), months_later(plan.start, _last_slot(plan)))
    generator = np.random.default_rng([SEED, zlib.crc32(kpi.id.encode())])
    unit = NET if kpi.kind == "net_flow" else kpi.unit
    figures = known.rename(columns={"date": "month"})[["month", "value"]]
    return forecast(figures, months, unit, generator, apart=step.months)


def _last_slot(plan: Plan) -> int:
    return max(slot.months for slot in plan.slots.values())


def _targets(plan: Plan, row: ScorecardRow) -> list[tuple[date, float]]:
    return [(point.month, point.value) for point in points(plan, row) if point.is_target]


def _chances(coming: Sequence[tuple[date, float]], kpi: Definition, outlook: Outlook) -> dict[date, float]:
    """Return the chance of each milestone to come."""
    if kpi.better == "neither" or outlook.cannot_tell:
        return {}
    found = {month: chance_in(outlook, target, kpi.better, month) for month, target in coming}
    return {month: chance for month, chance in found.items() if chance is not None}
