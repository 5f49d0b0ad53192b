"""Months into longer periods: rolling windows, and the years people plan by. A window with a gap is no window."""

from typing import Literal

import pandas as pd

Period = Literal["month", "quarter", "rolling_3", "rolling_12", "calendar_year", "financial_year", "academic_year"]
# How fast a list is worked off is told by three months together: one month's number jumps.
PACE: Period = "rolling_3"

LENGTH = {
    "month": 1,
    "quarter": 3,
    "rolling_3": 3,
    "rolling_12": 12,
    "calendar_year": 12,
    "financial_year": 12,
    "academic_year": 12,
}
# The months a fixed period may end in; a rolling one ends in any.
_LAST_MONTHS = {
    "quarter": (3, 6, 9, 12),
    "calendar_year": (12,),
    "financial_year": (3,),
    "academic_year": (8,),
}


def months_behind(kind: str, period_months: int) -> int:
    """Return how many months a figure of this kind rests on: those of its period, or those its pace is told by."""
    return max(period_months, LENGTH[PACE] if kind == "clearance_weeks" else 1)


def windows(months: pd.Series, period: str) -> pd.DataFrame:
    """Return one row per whole window and month in it: `end` (the window's last month) and `month`.

    `months` are the months there is an extract for. A window that lacks one of its months is left out: a gap is never
    filled, and never counted as zero.
    """
    have = sorted(set(pd.to_datetime(months)))
    length, lasts = LENGTH[period], _LAST_MONTHS.get(period, tuple(range(1, 13)))
    known = {(month.year * 12 + month.month): month for month in have}
    rows = []
    for number, end in known.items():
        inside = [known.get(number - back) for back in range(length)]
        if end.month in lasts and all(month is not None for month in inside):
            rows += [{"end": end, "month": month} for month in inside]
    return pd.DataFrame(rows, columns=["end", "month"]).astype({"end": "datetime64[s]", "month": "datetime64[s]"})


def in_windows(rows: pd.DataFrame, observed: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return the rows once per window they fall in, `month` now the window's last.

    `observed` has one row per area and month there is an extract for.
    """
    if period == "month":
        return rows
    spans = [windows(group["month"], period).assign(area=area) for area, group in observed.groupby("area")]
    if not spans:
        return rows.iloc[:0]
    joined = rows.astype({"month": "datetime64[s]"}).merge(pd.concat(spans), on=["area", "month"])
    return joined.drop(columns="month").rename(columns={"end": "month"})
