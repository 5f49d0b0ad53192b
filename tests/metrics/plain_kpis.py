"""The KPIs again in plain Python, child by child, slow and obvious: a second opinion on SQL and pandas."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import mean
from typing import Any


@dataclass(frozen=True)
class Child:
    """One pathway on one clock, as one history extract has it."""

    started: date | None
    stopped: date | None = None
    reason: str = "completed"
    excepted: bool = False
    priority: str | None = None


Months = list[date]


def month_end(month: date) -> date:
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


def in_month(day: date | None, month: date) -> bool:
    return day is not None and (day.year, day.month) == (month.year, month.month)


def waiting(children: Iterable[Child], month: date) -> list[Child]:
    end = month_end(month)
    return [c for c in children if (c.started is None or c.started <= end) and (c.stopped is None or c.stopped > end)]


def started(children: Iterable[Child], month: date) -> list[Child]:
    return [c for c in children if in_month(c.started, month)]


def left(children: Iterable[Child], month: date, *reasons: str) -> list[Child]:
    return [c for c in children if in_month(c.stopped, month) and (not reasons or c.reason in reasons)]


def completed(children: Iterable[Child], month: date) -> list[Child]:
    return left(children, month, "completed")


def days_waiting(child: Child, month: date) -> int | None:
    return None if child.started is None else (month_end(month) - child.started).days


def days_taken(child: Child) -> int | None:
    return None if child.started is None or child.stopped is None else (child.stopped - child.started).days


def a_year_later(day: date) -> date:
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def due_on(child: Child, limit: int | None) -> date:
    """Return the last day in time: so many days after the start, or a calendar year where no days are given."""
    assert child.started
    return child.started + timedelta(days=limit) if limit else a_year_later(child.started)


def due(children: Iterable[Child], month: date, cut: date, limit: int | None) -> tuple[int, int]:
    """Return how many were due in the month, and how many of them came in time."""
    in_time = late = 0
    for child in children:
        if child.started is None:
            continue
        last = due_on(child, limit)
        if child.stopped is not None and child.stopped <= last and child.reason == "completed":
            in_time += in_month(child.stopped, month)
        elif (child.stopped is None or child.stopped > last) and last <= cut:
            late += in_month(last, month)
    return in_time, in_time + late


def share(hits: int, base: int) -> float | None:
    """Return per cent, None where the base is below ten, the least that the definitions asked here allow."""
    return 100 * hits / base if base >= 10 else None


def exact_percentile(days: list[int], p: float) -> float | None:
    """Return the percentile in weeks, between two children by the straight line between them."""
    if len(days) < 20:
        return None
    ordered, place = sorted(days), p * (len(days) - 1)
    below = int(place)
    above = min(below + 1, len(days) - 1)
    return (ordered[below] + (place - below) * (ordered[above] - ordered[below])) / 7


def band_percentile(days: list[int], p: float) -> float | None:
    """Return the percentile in weeks, interpolated inside bands of a week."""
    if len(days) < 20:
        return None
    weeks = sorted(0 if d <= 7 else (d - 1) // 7 for d in days)
    target, before = p * len(weeks), 0
    for week in sorted(set(weeks)):
        here = weeks.count(week)
        if before + here >= target - 1e-9:
            return week + (target - before) / here
        before += here
    raise AssertionError


def mean_weeks(days: list[int]) -> float | None:
    return mean(days) / 7 if days else None


def rolling(
    children: list[Child], month: date, months: Months, length: int, count: Callable[[list[Child], date], int]
) -> int | None:
    """Return the count over the last so many months, None where one of them has no extract."""
    inside = [m for m in months if 0 <= (month.year - m.year) * 12 + month.month - m.month < length]
    return sum(count(children, m) for m in inside) if len(inside) == length else None


def top_two(positions: list[int | None], lowest: int = 4) -> tuple[int, int]:
    valid = [position for position in positions if position is not None]
    return sum(position >= lowest for position in valid), len(valid)


def by_month(result: Any, part: str) -> dict[date, float | None]:
    """Return one part of everyone's results by month, missing as None."""
    whole = result[result["breakdown"] == "all"]
    return {
        row["month"].date(): None if row[part] is None or row[part] != row[part] else float(row[part])
        for row in whole.astype({part: "object"}).where(whole.notna(), None).to_dict("records")
    }
