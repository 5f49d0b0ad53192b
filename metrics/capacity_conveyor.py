"""The long-wait conveyor: who passes 18, 52, 65 or 104 weeks by a date, from the list's own ages."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from metrics.forecast_flow import WEEKS, WaitingList, weekly, weeks_between
from metrics.forecast_rates import Rates

MARKS = (18, 52, 65, 104)


def conveyor(
    waiting: WaitingList,
    by: date,
    rates: Rates | None = None,
    rng: np.random.Generator | None = None,
    marks: Sequence[int] = MARKS,
) -> pd.DataFrame:
    """Return one row per mark in weeks: who is past it, and who will be by the date.

    Columns, in children: `past_now`; `will_pass` unless seen or removed first, with `will_pass_low` and
    `will_pass_high`, the fewest and the most that the bands allow; `past_then`, `past_then_low80`, `past_then_high80`
    on that date when referrals and completions go on as in `rates` (missing without rates). Missing where the source
    does not tell waits apart. Raises ValueError when the date is not at least half a week after the list's month end,
    or past the months of `rates`.
    """
    weeks = weeks_between(waiting, by)
    if weeks < 1:
        raise ValueError("the date must lie after the month of the list")
    then = _then(waiting, weeks, rates, rng)
    rows = [_row(waiting, mark, weeks, then) for mark in marks]
    return pd.DataFrame(rows)


def _row(waiting: WaitingList, mark: int, weeks: int, then: np.ndarray | None) -> dict[str, object]:
    first = max(mark - weeks, 0)
    low, high = _bounds(waiting, first, mark)
    told = mark <= waiting.split_to or waiting.weeks[waiting.split_to :].sum() == 0
    past = float(waiting.weeks[mark:].sum()) if told else None
    passing = float(waiting.weeks[first:mark].sum()) if told else None
    row: dict[str, object] = {"weeks": mark, "past_now": past, "will_pass": passing}
    row |= {"will_pass_low": low, "will_pass_high": high}
    names = ("past_then_low80", "past_then", "past_then_high80")
    if then is None or not told:
        return row | dict.fromkeys(names)
    found = np.quantile(then[:, mark:].sum(axis=1), [0.1, 0.5, 0.9])
    return row | {name: float(value) for name, value in zip(names, found, strict=True)}


def _bounds(waiting: WaitingList, first: int, mark: int) -> tuple[float, float]:
    """Return the fewest and the most children whose wait may lie from `first` up to `mark` weeks."""
    edges = sorted({*waiting.starts, WEEKS})
    low = high = 0.0
    for start, stop in zip(edges, edges[1:], strict=False):
        children = float(waiting.weeks[start:stop].sum())
        is_open = stop == WEEKS and start == waiting.split_to
        if not is_open and first <= start and stop <= mark:
            low += children
        if start < mark and stop > first:
            high += children
    return low, high


def _then(waiting: WaitingList, weeks: int, rates: Rates | None, rng: np.random.Generator | None) -> np.ndarray | None:
    if rates is None or rng is None:
        return None
    state = next((state for week, state in weekly(waiting, rates, rng) if week == weeks), None)
    if state is None:
        raise ValueError("the date lies past the months of the rates")
    return state
