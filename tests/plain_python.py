"""clock_counts over again, slowly and in plain Python: a second opinion on metrics/facts/clock_counts.sql.

Written from the rules (definitions §1.1, NHS England RTT guidance s10.1.7), not from the SQL.
"""

import calendar
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

BREAKDOWNS = (
    "organisation", "locality", "age_band", "diagnosis", "need", "priority", "sex", "ethnic_group", "deprivation",
)  # fmt: skip
Row = Mapping[str, Any]
Cell = tuple[Any, ...]


def week_band(days: int) -> tuple[int, int]:
    """Return the band of a wait: 0 to 7 days are 0-1, then seven days each, so 126 days are 17-18 and 127 are 18-19."""
    for weeks in range(2_000):
        if days <= 7 * (weeks + 1):
            return weeks, weeks + 1
    raise ValueError("longer than any wait")


def clock_counts(pathways: Iterable[Row], months: Iterable[date]) -> Counter[Cell]:
    """Return children by month, clock, state, excepted, area, breakdown, group, weeks_from, weeks_to."""
    counts: Counter[Cell] = Counter()
    months = list(months)
    for row in pathways:
        for first in months:
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
            for state, days in _states(row, first, last):
                band = (None, None) if days is None else week_band(days)
                place = (first, row["clock"], state, row["excepted"], row["area"])
                counts[(*place, "all", "all", *band)] += 1
                for breakdown in BREAKDOWNS:
                    counts[(*place, breakdown, row[breakdown] or "not supplied", *band)] += 1
    return counts


def _states(row: Row, first: date, last: date) -> Iterable[tuple[str, int | None]]:
    started, stopped = row["started_on"], row["stopped_on"]
    if (started is None or started <= last) and (stopped is None or stopped > last):
        yield "waiting", None if started is None else (last - started).days
    if stopped is not None and first <= stopped <= last:
        state = "completed" if row["stop_reason"] == "completed" else "removed"
        yield state, None if started is None else (stopped - started).days
    if started is not None and first <= started <= last:
        yield "started", None
