"""What it would take: completions a week for each milestone and to clear the backlog, beside today's rate.

Random arrivals and quantiles of outcomes throughout; the formulas are those of metrics/queue.py, the list is carried
forward by metrics/forecast_flow.py. Rates are children a week, waits weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.forecast_flow import Projection, WaitingList, project
from metrics.forecast_rates import WEEKS_PER_MONTH, Rates, WhatIf, changed
from metrics.queue import factor_for_percentile, target_queue_size, waiting_list_pressure
from metrics.queue_list import Interval, direction, load_interval, rate_interval

Array = NDArray[np.float64]

TODAY_MONTHS = 12  # today's rates are those of the last year, so that every season counts once
RELIEF_SHARE = 0.92  # the list that is no backlog: as long as lets 92 % be seen in time, as RTT asks
_LEVEL = 0.8


@dataclass(frozen=True)
class Aim:
    """A milestone for a list in `month`: at most `target` children, or at least `target` percent within `weeks`."""

    label: str
    month: date
    target: float
    weeks: int | None = None


@dataclass(frozen=True)
class Position:
    """How a service stands: rates a week with 80 % intervals, load with a 95 % one, pressure and target list size.

    `direction` is growing, shrinking or "cannot tell" (the load's interval spans 1). `mean_wait` is "at least" when
    `mean_wait_open`: some wait in an open band. `backlog` is the children above the target list size, 0 or more.
    """

    referrals: Interval
    completions: Interval
    load: Interval
    direction: str
    mean_wait: float | None
    mean_wait_open: bool
    pressure: float | None
    target_list: float
    backlog: float


@dataclass(frozen=True)
class Outcome:
    """A what-if: the list redrawn, and per aim when it is reached (see `reached`)."""

    projection: Projection
    reached: pd.DataFrame


def position(flows: pd.DataFrame, waiting: WaitingList, target_wait: float, share: float = RELIEF_SHARE) -> Position:
    """Return how the service stands, from a year of flows (month, referrals, completions) and today's list.

    Completions are counted over the whole time: with a list above 0 at each month end no week was idle. The target
    list size uses the factor −ln(1 − share). Raises ValueError without a month that has both counts, or for a share
    outside 0 to 1.
    """
    known = flows.dropna(subset=["referrals", "completions"]).sort_values("month").tail(TODAY_MONTHS)
    if known.empty:
        raise ValueError("no month has both referrals and completions")
    weeks = len(known) * WEEKS_PER_MONTH
    came, seen = round(float(known["referrals"].sum())), round(float(known["completions"].sum()))
    load = load_interval(came, weeks, seen, weeks)
    mean, is_open = mean_wait(waiting)
    target_list = target_queue_size(came / weeks, target_wait, factor_for_percentile(share))
    return Position(
        referrals=rate_interval(came, weeks, _LEVEL),
        completions=rate_interval(seen, weeks, _LEVEL),
        load=load,
        direction=direction(load),
        mean_wait=mean,
        mean_wait_open=is_open,
        pressure=None if mean is None else waiting_list_pressure(mean, target_wait),
        target_list=target_list,
        backlog=max(waiting.size - target_list, 0.0),
    )


def mean_wait(waiting: WaitingList) -> tuple[float | None, bool]:
    """Return the mean wait in weeks of those waiting, from the middles of the weeks, and whether it is "at least" that.

    None for an empty list.
    """
    total = float(waiting.weeks.sum())
    if total == 0:
        return None, False
    middles = np.arange(len(waiting.weeks)) + 0.5
    middles[-1] = len(waiting.weeks) - 1
    if waiting.split_to < len(waiting.weeks):
        middles[waiting.split_to] = waiting.split_to
    return float((waiting.weeks * middles).sum() / total), bool(waiting.weeks[waiting.split_to :].sum() > 0)


def needed(flows: pd.DataFrame, waiting: WaitingList, rates: Rates, aims: Sequence[Aim]) -> pd.DataFrame:
    """Return completions a week that reach each aim, one row per aim, from now to the end of its month.

    Columns: label, month, target_list (children, median), needed, needed_low80, needed_high80 and today, today_low80,
    today_high80 (a week), extra (needed less today, 0 at least), cannot_tell (why there is no figure). In every run
    the need is relief capacity with that run's own referrals: (list + referrals − removals − target list) / weeks.
    Share aims use the list at which the share is within the weeks: referrals a week × weeks / −ln(1 − p).
    """
    today = position(flows, waiting, 18).completions
    rows = []
    for aim in aims:
        row: dict[str, object] = {"label": aim.label, "month": aim.month.replace(day=1)}
        row |= {"today": today.value, "today_low80": today.low, "today_high80": today.high}
        reason = _cannot_aim(aim, rates)
        if reason:
            rows.append(row | {"cannot_tell": reason})
            continue
        target, need = _need(waiting, rates, aim)
        low, middle, high = np.quantile(need, [0.1, 0.5, 0.9])
        row |= {"target_list": float(np.median(target)), "needed": middle, "needed_low80": low, "needed_high80": high}
        rows.append(row | {"extra": max(middle - today.value, 0.0), "cannot_tell": None})
    columns = ["label", "month", "target_list", "needed", "needed_low80", "needed_high80"]
    return pd.DataFrame(rows, columns=[*columns, "today", "today_low80", "today_high80", "extra", "cannot_tell"])


def backlog_aim(flows: pd.DataFrame, waiting: WaitingList, target_wait: float, month: date) -> Aim:
    """Return the aim that clears the backlog by a month: a list no longer than lets 92 % be seen in time."""
    return Aim("Backlog cleared", month, position(flows, waiting, target_wait).target_list)


def what_if(waiting: WaitingList, rates: Rates, change: WhatIf, aims: Sequence[Aim], seed: int) -> Outcome:
    """Return the list under a what-if and when each aim is reached.

    The same seed gives every what-if the same chance events, so that two of them differ by what was changed alone:
    more slots or fewer referrals never make the list longer in any run.
    """
    within = sorted({aim.weeks for aim in aims if aim.weeks is not None} | {18})
    projection = project(waiting, changed(rates, change), np.random.default_rng(seed), within)
    return Outcome(projection, pd.DataFrame([reached(projection, aim) for aim in aims]))


def reached(projection: Projection, aim: Aim) -> dict[str, object]:
    """Return when a projected list first meets an aim's target, whatever its own month.

    label; month, early, late: the median and the 10th and 90th percentile of the runs, None for runs that do not get
    there within the projection; chance: the share of runs that meet the target in the aim's own month (None when that
    is outside).
    """
    runs = projection.size if aim.weeks is None else projection.within[aim.weeks]
    met = runs <= aim.target if aim.weeks is None else runs >= aim.target
    first = np.sort(np.where(met.any(axis=1), met.argmax(axis=1), len(projection.months)))
    at = [int(first[int(q * (len(first) - 1))]) for q in (0.1, 0.5, 0.9)]
    early, middle, late = (projection.months[i] if i < len(projection.months) else None for i in at)
    own = aim.month.replace(day=1)
    chance = float(met[:, projection.months.index(own)].mean()) if own in projection.months else None
    return {"label": aim.label, "month": middle, "early": early, "late": late, "chance": chance}


def _cannot_aim(aim: Aim, rates: Rates) -> str | None:
    if aim.month.replace(day=1) not in rates.months:
        return "The month has passed, or lies beyond the months looked at."
    if aim.weeks is not None and not 0 < aim.target < 100:
        return "Arrivals vary by chance, so no capacity promises 0 % or 100 %: aim for a share between."
    return None


def _need(waiting: WaitingList, rates: Rates, aim: Aim) -> tuple[Array, Array]:
    """Return target list and completions a week in each run."""
    months = rates.months.index(aim.month.replace(day=1)) + 1
    weeks = months * WEEKS_PER_MONTH
    came = rates.referrals[:, :months].sum(axis=1)
    if aim.weeks is None:
        target = np.full(len(came), float(aim.target))
    else:
        target = came / weeks * aim.weeks / factor_for_percentile(aim.target / 100)
    removed = rates.removal_share_weekly * weeks * (waiting.size + target) / 2
    return target, np.maximum(waiting.size + came - removed - target, 0) / weeks
