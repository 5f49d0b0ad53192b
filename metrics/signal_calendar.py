"""The full calendar of a series, so that an absent month is a gap and not a neighbour; and where its limits restart.

Nothing here carries a value forward or fills one in.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from etl.errors import UsageError


@dataclass(frozen=True)
class Step:
    """How far apart the dates of a series are: whole months, whole days, or working days; neither when irregular."""

    months: int = 0
    days: int = 0
    working_days: bool = False

    @property
    def word(self) -> str:
        """Return what one step is called: month, quarter, year, week, day, or reading where it has no name."""
        names = {(1, 0): "month", (3, 0): "quarter", (12, 0): "year", (0, 7): "week", (0, 1): "day"}
        return "working day" if self.working_days else names.get((self.months, self.days), "reading")

    @property
    def regular(self) -> bool:
        """Return whether an absent date can be told from one that was never due."""
        return bool(self.months or self.days)


MONTHLY = Step(months=1)
_NAMED_MONTHS = (12, 6, 3, 1)


@dataclass(frozen=True)
class Rebase:
    """A date from which the limits start anew, and why: a change of process that somebody can name."""

    on: date
    reason: str

    def __post_init__(self) -> None:
        """Refuse a rebase without a reason (Making Data Count: question the cause, record the reason)."""
        if not self.reason.strip():
            raise UsageError("A rebase needs a reason: say what changed in the process.")


def step_of(dates: Sequence[date]) -> Step:
    """Return the step of sorted, distinct dates.

    Dates on one day of the month, or all on month ends, or each in a month of its own, are months (quarters, half
    years or years where all distances are). Otherwise the smallest distance in days is the step if every distance is
    a multiple of it; days without any weekend are working days.
    """
    days = [(later - earlier).days for earlier, later in zip(dates, dates[1:], strict=False)]
    months = [_month_number(d) for d in dates]
    same_day = len({d.day for d in dates}) == 1 or _month_ends(dates)
    if not days or (len(set(months)) == len(months) and (same_day or len(set(days)) > 1)):
        apart = math.gcd(*(later - earlier for earlier, later in zip(months, months[1:], strict=False)))
        return Step(months=next(m for m in _NAMED_MONTHS if apart % m == 0) if apart else 1)
    if math.gcd(*days) < min(days):
        return Step()
    return Step(days=min(days), working_days=min(days) == 1 and all(d.weekday() < 5 for d in dates))


def full_calendar(frame: pd.DataFrame, step: Step | None = None) -> pd.DataFrame:
    """Return one row per date due from the first to the last, sorted; absent ones have only a date.

    `frame` has `date` and `value`, one row per date in any order; other columns come along. Without `step` the dates
    themselves say it; dates without a regular step come back sorted and nothing is added. Raises UsageError where a
    date is missing, stands twice or is off the step, or a value is infinite; rows are numbered from 1.
    """
    _refuse_faults(frame)
    ordered = frame.sort_values("date", ignore_index=True)
    dates = [stamp.date() for stamp in ordered["date"]]
    step = step or step_of(dates)
    if len(dates) < 2 or not step.regular:
        return ordered
    places = _places(dates, step)
    whole = pd.RangeIndex(places[-1] + 1)
    absent = sorted(set(whole) - set(places))
    filled = ordered.set_axis(pd.Index(places)).reindex(whole)
    filled.loc[absent, "date"] = pd.to_datetime([_date_at(dates, step, place) for place in absent])
    return filled.reset_index(drop=True)


def _refuse_faults(frame: pd.DataFrame) -> None:
    if frame.empty:
        raise UsageError("A series needs at least one date.")
    undated = frame["date"].isna().to_numpy()
    twice = frame["date"].duplicated(keep=False).to_numpy() & ~undated
    infinite = np.isinf(frame["value"].to_numpy(dtype=float))
    for faulty, fault in ((undated, "have no date"), (twice, "repeat a date"), (infinite, "have no finite value")):
        if faulty.any():
            rows = ", ".join(str(place + 1) for place in np.flatnonzero(faulty))
            raise UsageError(f"A series needs one finite value, or none, per date: rows {rows} {fault}.")


def _places(dates: list[date], step: Step) -> list[int]:
    """Return each date's number of steps from the first. Raises UsageError where two fall into the same step."""
    if step.months:
        distances = [_month_number(d) - _month_number(dates[0]) for d in dates]
    elif step.working_days:
        distances = [int(n) for n in np.busday_count(np.datetime64(dates[0]), np.array(dates, dtype="datetime64[D]"))]
    else:
        distances = [(d - dates[0]).days for d in dates]
    size = step.months or step.days
    if len(set(distances)) < len(distances) or any(distance % size for distance in distances):
        raise UsageError(f"The dates are not one per {step.word}.")
    return [distance // size for distance in distances]


def _date_at(dates: list[date], step: Step, place: int) -> date:
    first = dates[0]
    if step.working_days:
        return pd.Timestamp(np.busday_offset(np.datetime64(first), place)).date()
    if step.days:
        return first + timedelta(days=place * step.days)
    month = _month_number(first) + place * step.months
    last_day = (date(month // 12, month % 12 + 1, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return last_day if _month_ends(dates) else last_day.replace(day=min(first.day, last_day.day))


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month_ends(dates: Sequence[date]) -> bool:
    return all((d + timedelta(days=1)).day == 1 for d in dates)


def with_groups(calendar: pd.DataFrame, rebases: Sequence[Rebase] = ()) -> pd.DataFrame:
    """Return the calendar with `group` (0, 1, …), `rebase_asked` and `rebase_reason` on each group's first row.

    A rebase takes effect on the next date with a value on or after the one asked for; the two may differ, and both
    are kept. One with no value before it, or none after it, changes nothing: see `rebases_without_effect`.
    """
    marked = calendar.assign(
        rebase_asked=pd.Series(pd.NaT, index=calendar.index, dtype=calendar["date"].dtype),
        rebase_reason=pd.Series(None, index=calendar.index, dtype="str"),
    )
    known = calendar.loc[calendar["value"].notna(), "date"]
    for rebase in rebases:
        later = known[known >= pd.Timestamp(rebase.on)]
        if len(later) in (0, len(known)):
            continue
        place = later.index[0]
        before = marked.at[place, "rebase_reason"]
        marked.loc[place, "rebase_asked"] = pd.Timestamp(rebase.on)
        marked.loc[place, "rebase_reason"] = f"{before}; {rebase.reason}" if isinstance(before, str) else rebase.reason
    return marked.assign(group=marked["rebase_reason"].notna().cumsum())


def rebases_without_effect(calendar: pd.DataFrame, rebases: Sequence[Rebase]) -> list[Rebase]:
    """Return the rebases that lie after the last value or not after the first, so that there is nothing to part."""
    known = calendar.loc[calendar["value"].notna(), "date"]
    return [r for r in rebases if (known >= pd.Timestamp(r.on)).sum() in (0, len(known))]
