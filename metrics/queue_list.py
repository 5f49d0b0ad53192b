"""What a list of referral and removal dates says about load and pressure, without the peers' seven mistakes.

Definitions (reference/spc.md §6): demand is referrals in the window over its weeks; capacity is removals over the
weeks in which somebody waited; mean wait and target both in weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scipy.stats import beta, chi2

from metrics.queue import queue_load, target_queue_size, waiting_list_pressure

WEEK = 7
CANNOT_TELL = "cannot tell"
GROWING, SHRINKING = "growing", "shrinking"


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its interval; an end is infinite when the data set no bound."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ListStats:
    """One list over one window: rates per week, waits in days and weeks, sizes in children.

    `capacity` and `load` are None when nobody was removed; `mean_wait_*` and `pressure` when nobody waits at the end.
    `direction` is growing or shrinking, or "cannot tell" when the interval of the load spans 1. `quarantined` counts
    rows with a removal before the referral: they are in no other figure.
    """

    start: date
    end: date
    demand_weekly: float
    capacity_weekly: float | None
    load: Interval | None
    direction: str
    queue_size: int
    mean_wait_days: float | None
    mean_wait_weeks: float | None
    pressure: float | None
    target_queue_size: float
    quarantined: int


def waiting_list_stats(
    referral: Sequence[date],
    removal: Sequence[date | None],
    target_wait: float,
    start: date | None = None,
    end: date | None = None,
    factor: float = 4,
) -> ListStats:
    """Return the statistics of one list; rows in any order, referrals after the window left out.

    Without a start the window is as many whole weeks back from the end as reach the first referral, so that a service
    that books on one weekday is not counted a week short; without an end it closes on the last date given. Time
    before the first removal is not service time when the list was empty at the start. Raises ValueError for an empty
    list, for a window that ends before it starts and for columns of different length.
    """
    rows = [(came, left) for came, left in zip(referral, removal, strict=True) if left is None or left >= came]
    quarantined = len(referral) - len(rows)
    start, end = _window(rows, start, end)
    rows = [(came, left if left is not None and left <= end else None) for came, left in rows if came <= end]
    came = sum(start <= c <= end for c, _ in rows)
    left = sum(d is not None and d >= start for _, d in rows)
    demand = came / _weeks(start, end)
    served = _service_weeks(rows, start, end)
    capacity = left / served if left and served else None
    load = load_interval(came, _weeks(start, end), left, served) if capacity else None
    waits = [(end - c).days for c, d in rows if d is None]
    mean_days = sum(waits) / len(waits) if waits else None
    mean_weeks = None if mean_days is None else mean_days / WEEK
    return ListStats(
        start=start,
        end=end,
        demand_weekly=demand,
        capacity_weekly=capacity,
        load=load,
        direction=direction(load),
        queue_size=len(waits),
        mean_wait_days=mean_days,
        mean_wait_weeks=mean_weeks,
        pressure=None if mean_weeks is None else waiting_list_pressure(mean_weeks, target_wait),
        target_queue_size=target_queue_size(demand, target_wait, factor),
        quarantined=quarantined,
    )


def load_interval(referrals: int, weeks: float, completions: int, served_weeks: float, level: float = 0.95) -> Interval:
    """Return load with its exact interval: the ratio of two Poisson counts, each over its own weeks.

    Given their sum, the referrals are binomial, so Clopper–Pearson bounds of that share turn into bounds of the
    ratio. The value is infinite when nothing was completed.
    """
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, referrals, completions + 1)) if referrals else 0.0
    high = float(beta.ppf(1 - tail, referrals + 1, completions)) if completions else 1.0
    exposure = served_weeks / weeks
    value = queue_load(referrals / weeks, completions / served_weeks)
    return Interval(value, _odds(low) * exposure, _odds(high) * exposure)


def rate_interval(count: int, weeks: float, level: float = 0.95) -> Interval:
    """Return a rate per week with its exact Poisson interval: ½χ²(α/2; 2E), ½χ²(1 − α/2; 2(E + 1)), over the weeks."""
    if weeks <= 0 or count < 0:
        raise ValueError("a count from 0 up over more than 0 weeks is needed")
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    return Interval(count / weeks, low / weeks, float(chi2.ppf(1 - tail, 2 * count + 2)) / 2 / weeks)


def direction(load: Interval | None) -> str:
    """Return "growing", "shrinking", or "cannot tell" when there is no load or its interval spans 1."""
    if load is None or load.low <= 1 <= load.high:
        return CANNOT_TELL
    return GROWING if load.low > 1 else SHRINKING


def _window(rows: Sequence[tuple[date, date | None]], start: date | None, end: date | None) -> tuple[date, date]:
    if not rows:
        raise ValueError("no usable row: every removal lies before its referral, or there is none")
    end = end or max(max(came, left or came) for came, left in rows)
    first = min((came for came, _ in rows if came <= end), default=end)
    start = start or end - timedelta(days=_whole_weeks((end - first).days + 1) * WEEK - 1)
    if start > end:
        raise ValueError("the window ends before it starts")
    return start, end


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")


def _weeks(start: date, end: date) -> float:
    return ((end - start).days + 1) / WEEK


def _whole_weeks(days: int) -> int:
    return -(-days // WEEK)


def _service_weeks(rows: Sequence[tuple[date, date | None]], start: date, end: date) -> float:
    """Return the weeks in which somebody waited, from the first removal on when the list was empty before the window.

    A warm-up start is rounded to whole weeks, as the window is.
    """
    removals = [left for _, left in rows if left is not None and left >= start]
    if not removals:
        return 0.0
    if not any(came < start and (left is None or left >= start) for came, left in rows):
        start = max(start, end - timedelta(days=_whole_weeks((end - min(removals)).days + 1) * WEEK - 1))
    change: dict[date, int] = {}
    for came, left in rows:
        change[max(came, start)] = change.get(max(came, start), 0) + (left is None or left >= start)
        if left is not None and left >= start:
            gone = left + timedelta(days=1)  # somebody still waited on the day of the removal
            change[gone] = change.get(gone, 0) - 1
    days, waiting = 0, 0
    for offset in range((end - start).days + 1):
        waiting += change.get(start + timedelta(days=offset), 0)
        days += waiting > 0
    return days / WEEK
