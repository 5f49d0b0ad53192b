"""A waiting list carried forward week by week: referrals in, completions out, every child a week older.

Size comes first, from the flows alone; then the leavers are taken from the weeks waited in the proportions in which
children leave today. Random arrivals, and quantiles of the runs, never the interval of a mean (reference/spc.md §7).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.forecast_rates import Rates

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

WEEKS = 105  # weeks 0 to 103 one by one, and 104 and more
_LOW, _HIGH = 0.1, 0.9
# Weeks at which leaving may change pace; wider than a week, so that a handful of children does not set it.
_GROUPS = (0, 1, 2, 4, 8, 12, 18, 26, 39, 52, 65, 78, 104)


@dataclass(frozen=True)
class WaitingList:
    """The children waiting at the end of `month`: `weeks[k]` have waited k whole weeks, the last one 104 or more.

    `starts` are the weeks at which a band begins. From `split_to` weeks on the source does not tell waits apart:
    counts above that are at least what is shown.
    """

    month: date
    weeks: Array
    split_to: int
    starts: frozenset[int]
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Return how many children wait."""
        return int(np.floor(self.weeks.sum() + 0.5))


@dataclass(frozen=True)
class Projection:
    """A list in the months ahead.

    `frame` has one row per month and measure: month, measure (`size`, `within_N` in percent, `over_52` in children),
    median, low80, high80. `size`, `within` and `over` hold the runs behind it, runs × months.
    """

    frame: pd.DataFrame
    size: Counts
    within: dict[int, Array]
    over: Counts
    months: tuple[date, ...]
    notes: tuple[str, ...] = ()


def waiting_list(bands: pd.DataFrame, month: date) -> WaitingList:
    """Return the list from week bands of any width: columns weeks_from, weeks_to (missing: open) and children.

    Inside a band children are spread evenly over its weeks, as percentiles are interpolated. Children whose wait is
    unknown (no weeks_from) are spread like the rest. Raises ValueError when a band has no count, a negative one, or
    overlaps.
    """
    if bands["children"].isna().any() or (bands["children"] < 0).any():
        raise ValueError("every band needs a count of 0 or more")
    unknown = float(bands.loc[bands["weeks_from"].isna(), "children"].sum())
    known = bands.dropna(subset=["weeks_from"]).sort_values("weeks_from")
    weeks, filled, split_to = np.zeros(WEEKS), 0, WEEKS - 1
    columns = (known[name].to_numpy(dtype=float) for name in ("weeks_from", "weeks_to", "children"))
    for weeks_from, weeks_to, children in zip(*columns, strict=True):
        start, stop = int(weeks_from), WEEKS if np.isnan(weeks_to) else int(weeks_to)
        if start < filled or stop <= start:
            raise ValueError("the bands overlap or run backwards")
        if np.isnan(weeks_to):
            split_to, stop = min(start, WEEKS - 1), start + 1
        places = np.minimum(np.arange(start, stop), WEEKS - 1)
        np.add.at(weeks, places, children / len(places))
        filled = stop
    total, notes = float(weeks.sum()), []
    if unknown:
        weeks = weeks * (1 + unknown / total) if total else weeks
        notes.append(f"{unknown:.0f} children whose wait is unknown are spread like the rest.")
    if split_to < WEEKS - 1:
        notes.append(f"Waits from {split_to} weeks are one band, so longer waits are at least what is shown.")
    starts = frozenset(int(n) for n in known["weeks_from"])
    return WaitingList(month.replace(day=1), weeks, split_to, starts, tuple(notes))


def leaving_weights(waiting: WaitingList, completed: WaitingList | None = None) -> Array:
    """Return how readily children leave after each number of weeks waited, relative to one another, all above 0.

    With the bands of children completed in a month: completed per child waiting. Without them: from the list's own
    shape, which in a steady service falls where children leave (the survival curve of the wait).
    """
    told = waiting.starts if completed is None else waiting.starts & completed.starts
    edges = [n for n in _GROUPS if n in told] or [0]
    if completed is not None:
        seen, still = _in_groups(completed.weeks, edges), _in_groups(waiting.weeks, edges)
        hazard = np.repeat((seen + 0.05) / (still + 0.5), np.diff([*edges, WEEKS]))
        hazard = np.concatenate([np.full(edges[0], hazard[0]), hazard])
    else:
        hazard = _falling(waiting, edges)
    return np.asarray(np.maximum(hazard, hazard.mean() / 10))


def _falling(waiting: WaitingList, edges: list[int]) -> Array:
    """Return the leaving rate that would give this list in a steady service: its log density's fall from band to band.

    The open band holds as many as enter it over their leaving rate. That rate starts in the last quarter of the band
    before, since a service that lets nobody pass 52 weeks sees them just before.
    """
    hazard = np.zeros(WEEKS)
    if len(edges) < 2:
        return hazard + 1
    widths = np.diff(edges)
    density = (_in_groups(waiting.weeks, edges)[:-1] + 0.05) / widths
    middles = np.asarray(edges[:-1]) + widths / 2
    for i in range(len(density) - 1):
        fall = np.log(density[i] / density[i + 1]) / (middles[i + 1] - middles[i])
        hazard[int(middles[i]) : int(middles[i + 1])] = max(fall, 0.0)
    open_from = edges[-1] - widths[-1] // 4
    hazard[int(middles[-1]) : open_from] = hazard[max(int(middles[-1]) - 1, 0)]
    hazard[open_from:] = min(density[-1] / (waiting.weeks[edges[-1] :].sum() + 0.5), 1.0)
    return hazard


def _in_groups(weeks: Array, edges: list[int]) -> Array:
    return np.asarray(np.add.reduceat(weeks, edges))


def project(
    waiting: WaitingList,
    rates: Rates,
    rng: np.random.Generator,
    within: Sequence[int] = (18,),
    completed: WaitingList | None = None,
) -> Projection:
    """Return the list in each month of `rates`, as quantiles of its runs.

    Fewer referrals or more completions never make the median list longer, given equal rates otherwise and an equal
    seed.
    """
    last = [weeks_between(waiting, _month_end(month)) for month in rates.months]
    runs, shape = len(rates.referrals), (len(rates.referrals), len(last))
    sizes, over = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    shares = {n: np.full(shape, np.nan) for n in within}
    ends = {week: month for month, week in enumerate(last)}
    for week, state in weekly(waiting, rates, rng, completed):
        if week not in ends:
            continue
        month, total = ends[week], state.sum(axis=1)
        sizes[:, month], over[:, month] = total, state[:, 52:].sum(axis=1)
        for n in within:
            shares[n][:, month] = np.divide(
                100 * state[:, :n].sum(axis=1), total, out=np.full(runs, np.nan), where=total > 0
            )
    return Projection(_frame(rates.months, sizes, shares, over), sizes, shares, over, rates.months, waiting.notes)


def weekly(
    waiting: WaitingList, rates: Rates, rng: np.random.Generator, completed: WaitingList | None = None
) -> Iterator[tuple[int, Counts]]:
    """Yield, for each week from 1 on, how many children have waited each number of weeks: runs × weeks waited."""
    weights = leaving_weights(waiting, completed)
    last = np.array([weeks_between(waiting, _month_end(month)) for month in rates.months])
    per_month, runs = np.diff(last, prepend=0), len(rates.referrals)
    arrive, slots = _weekly(rates.referrals, per_month, rng), _weekly(rates.completions, per_month, rng)
    coin = rng.random((runs, int(last[-1])))
    done, gone = _outflow(waiting.size, arrive, slots, rates.removal_share_weekly, coin)
    state = _whole(waiting.weeks, runs)
    for week in range(int(last[-1])):
        state = _older(state)
        state -= _leavers(state, done[:, week], gone[:, week], weights, rng)
        state[:, 0] += arrive[:, week]
        yield week + 1, state.copy()


def weeks_between(waiting: WaitingList, day: date) -> int:
    """Return the whole weeks, rounded, from the month end of the list to a day."""
    return round((day - _month_end(waiting.month)).days / 7)


def _outflow(start: int, arrive: Counts, slots: Counts, removal: float, coin: Array) -> tuple[Counts, Counts]:
    """Return who is completed and who is removed in each week, each runs × weeks: size comes before who leaves."""
    done, gone = np.empty_like(arrive), np.zeros_like(arrive)
    left = np.full(len(arrive), start, dtype=np.int64)
    for week in range(arrive.shape[1]):
        done[:, week] = np.minimum(slots[:, week], left)
        rest = left - done[:, week]
        if removal:
            gone[:, week] = np.minimum(np.floor(rest * removal + coin[:, week]).astype(np.int64), rest)
        left = rest - gone[:, week] + arrive[:, week]
    return done, gone


def _leavers(state: Counts, done: Counts, gone: Counts, weights: Array, rng: np.random.Generator) -> Counts:
    """Return who leaves by weeks waited: completions by the weights, removals evenly, the rest oldest first."""
    count = done + gone
    ready = state * weights
    chance = done[:, None] * _shares(ready) + gone[:, None] * _shares(state.astype(float))
    total = chance.sum(axis=1, keepdims=True)
    chance = np.divide(chance, total, out=np.full_like(chance, 1 / WEEKS), where=total > 0)
    taken = np.minimum(rng.multinomial(count, chance), state)
    short = count - taken.sum(axis=1)
    spare = (state - taken)[:, ::-1]
    before = np.cumsum(spare, axis=1) - spare
    more: Counts = np.clip(short[:, None] - before, 0, spare)[:, ::-1]
    return taken + more


def _shares(parts: Array) -> Array:
    total = parts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(parts, total, out=np.zeros_like(parts), where=total > 0))


def _older(state: Counts) -> Counts:
    older = np.zeros_like(state)
    older[:, 1:] = state[:, :-1]
    older[:, -1] += state[:, -1]
    return older


def _weekly(monthly: Array, per_month: Counts, rng: np.random.Generator) -> Counts:
    """Return whole numbers a week that add to the month's, rounded by chance; more in a month, none fewer in any week.

    Each week rounds up from a threshold of its own; the thresholds lie a k-th apart, so k weeks add up (Hermite's
    identity).
    """
    parts = []
    for month, weeks in enumerate(per_month):
        order = rng.permuted(np.tile(np.arange(weeks), (len(monthly), 1)), axis=1)
        thresholds = (order + rng.random((len(monthly), 1))) / weeks
        parts.append(np.floor(monthly[:, [month]] / weeks + thresholds))
    return np.concatenate(parts, axis=1).astype(np.int64)


def _whole(weeks: Array, runs: int) -> Counts:
    """Return the list in whole children for each run: its running total rounded, so no week is off by over one."""
    whole = np.diff(np.floor(np.cumsum(weeks) + 0.5), prepend=0).astype(np.int64)
    return np.tile(whole, (runs, 1))


def _frame(months: Sequence[date], size: Counts, within: dict[int, Array], over: Counts) -> pd.DataFrame:
    measures: dict[str, Array | Counts] = {
        "size": size,
        **{f"within_{n}": share for n, share in within.items()},
        "over_52": over,
    }
    parts = []
    for name, runs in measures.items():
        low, median, high = _quantiles(runs)
        parts.append(pd.DataFrame({"month": months, "measure": name, "median": median, "low80": low, "high80": high}))
    return pd.concat(parts, ignore_index=True)


def _quantiles(runs: Array | Counts) -> Array:
    """Return the 10th, 50th and 90th percentile of the runs in each month; missing where every run's list is empty."""
    found = np.full((3, runs.shape[1]), np.nan)
    for month in range(runs.shape[1]):
        known = runs[:, month][np.isfinite(runs[:, month])]
        if len(known):
            found[:, month] = np.quantile(known, [_LOW, 0.5, _HIGH])
    return found


def _month_end(month: date) -> date:
    first_of_next = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return first_of_next - timedelta(days=1)
