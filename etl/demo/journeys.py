"""When invented children start and stop waiting. One row a child and referral: started, stopped (NaT) and why."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.demo.bands import DAYS, Lists

Days = npt.NDArray[np.int64]

LOST = "lost"  # leaves the list without a closure: a later list does not show the child at all
_LEFT_BY_OTHER_WAYS = ("withdrawn", "moved", "aged_out", "other")
_SHARES = (0.5, 0.3, 0.1, 0.1)
_REJECTED_WITHIN = 26  # days
_SHAPE = 1.6  # of the gamma distribution of waits: some are seen soon, many wait long


@dataclass(frozen=True)
class Flow:
    """How a list without published figures comes about: referrals a month, then and now, and how long they wait."""

    first: str
    referrals: tuple[float, float]
    weeks: tuple[float, float]
    urgent: float = 0.06
    rejected: float = 0.1
    removed: float = 0.08
    lost: float = 0.004


def journeys_of_lists(lists: Lists, rng: np.random.Generator) -> pd.DataFrame:
    """Return journeys that give exactly these lists: at each month end so many children in each week band.

    Worked from the last list back to the first. Whoever waits at a month end either had not been referred a month
    before, or stood on that list in a band that fits; those whom that list needs beyond them left in between.
    Raises ValueError where two lists contradict each other.
    """
    ends = [_day(end) for end in lists.ends]
    earliest, latest, seen_last = (np.empty(0, dtype=np.int64) for _ in range(3))
    for number in range(len(ends) - 1, -1, -1):
        low, high = np.array([(ends[number] - last, ends[number] - first) for first, last in DAYS]).T
        room = lists.counts[number].copy()
        before = np.flatnonzero(earliest <= ends[number])
        band = _fit(earliest[before], latest[before], (low, high), room, ends[number], rng)
        stays = band >= 0
        earliest[before[~stays]] = ends[number] + 1
        there = before[stays]
        earliest[there] = np.maximum(earliest[there], low[band[stays]])
        latest[there] = np.minimum(latest[there], high[band[stays]])
        leavers = np.repeat(np.arange(len(DAYS)), room)
        earliest = np.concatenate([earliest, low[leavers]])
        latest = np.concatenate([latest, high[leavers]])
        seen_last = np.concatenate([seen_last, np.full(len(leavers), number)])
    started = rng.integers(earliest, latest + 1)
    bounds = np.array([*ends, ends[-1] + 30])
    stopped = rng.integers(bounds[seen_last] + 1, bounds[seen_last + 1] + 1)
    frame = _frame(started, stopped, rng.random(len(started)) < 0.1, rng)
    frame["stopped"] = frame["stopped"].where(seen_last < len(ends) - 1)
    return pd.concat([frame, _seen_at_once(ends, rng)], ignore_index=True)


def journeys_of_flow(flow: Flow, last: str, rng: np.random.Generator, children: int | None = None) -> pd.DataFrame:
    """Return journeys up to the end of the month `last`; `children` of them, where a number is asked for."""
    begin, end = (_day(date.fromisoformat(f"{month}-01")) for month in (flow.first, last))
    end += 31
    months = (end - begin) / 30.4
    count = children or int(months * sum(flow.referrals) / 2)
    # The density of referrals grows in a straight line from the first figure to the second.
    then, now = flow.referrals
    share = rng.random(count)
    slope = (now - then) / (now + then)
    passed = share if slope == 0 else (-(1 - slope) + np.sqrt((1 - slope) ** 2 + 4 * slope * share)) / (2 * slope)
    started = begin + (passed * (end - begin)).astype(np.int64)
    weeks = flow.weeks[0] + (flow.weeks[1] - flow.weeks[0]) * passed
    urgent = rng.random(count) < flow.urgent
    waited = (7 * weeks * rng.gamma(_SHAPE, 1 / _SHAPE, count) * np.where(urgent, 0.3, 1)).astype(np.int64) + 1
    fate = rng.random(count)
    rejected = fate < flow.rejected
    removed = ~rejected & (fate < flow.rejected + flow.removed)
    waited = np.where(rejected, rng.integers(1, _REJECTED_WITHIN, count), waited)
    frame = _frame(started, started + waited, removed, rng)
    frame.loc[rejected, "reason"] = "rejected"
    frame.loc[fate > 1 - flow.lost, "reason"] = LOST
    return frame.assign(urgent=urgent)


def _fit(
    earliest: Days, latest: Days, bands: tuple[Days, Days], room: Days, end: int, rng: np.random.Generator
) -> Days:
    """Return the band each child stood in at a month end, -1 for not yet referred, and take it from the room.

    A child whose start lies between `earliest` and `latest` falls into a band with the share of those days it covers;
    children with the fewest choices go first.
    """
    low, high = bands
    days = np.minimum(latest[:, None], high) - np.maximum(earliest[:, None], low) + 1
    not_yet = (latest - np.maximum(earliest, end + 1) + 1)[:, None]
    choices = np.hstack([days, not_yet]).clip(min=0)
    chosen = np.full(len(earliest), -1, dtype=np.int64)
    mixed = rng.permutation(len(earliest))
    for child in mixed[np.argsort((choices[mixed] > 0).sum(axis=1), kind="stable")]:
        open_bands = choices[child] * np.append(room > 0, True)
        if not open_bands.any():
            raise ValueError("two month ends contradict each other: a band holds more children than can be in it")
        band = int(rng.choice(len(open_bands), p=open_bands / open_bands.sum()))
        if band < len(room):
            chosen[child] = band
            room[band] -= 1
    return chosen


def _seen_at_once(ends: list[int], rng: np.random.Generator) -> pd.DataFrame:
    """Return referrals rejected or seen within the month they came in: no month-end list ever shows them waiting."""
    of_month = np.repeat(np.arange(1, len(ends)), 9)
    begin, end = np.array(ends)[of_month - 1] + 1, np.array(ends)[of_month]
    started = rng.integers(begin, end - 3)
    frame = _frame(started, rng.integers(started + 1, end + 1), np.zeros(len(started), dtype=bool), rng)
    frame.loc[rng.random(len(frame)) < 0.7, "reason"] = "rejected"
    return frame


def _frame(started: Days, stopped: Days, removed: npt.NDArray[np.bool_], rng: np.random.Generator) -> pd.DataFrame:
    others = rng.choice(_LEFT_BY_OTHER_WAYS, len(started), p=_SHARES)
    return pd.DataFrame(
        {
            "started": started.astype("datetime64[D]").astype("datetime64[s]"),
            "stopped": stopped.astype("datetime64[D]").astype("datetime64[s]"),
            "reason": pd.Series(np.where(removed, others, "completed"), dtype="str"),
        }
    )


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days
