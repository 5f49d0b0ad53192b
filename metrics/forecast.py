"""Where a monthly or yearly series is heading: median, 80 % interval and the chance of reaching a target.

The method is in docs/forecast.md with the back-test that its interval rests on. A series that is too short, too patchy
or too old gives a reason in words and no line.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from math import gcd

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.forecast_calibration import widening
from metrics.forecast_models import ROBUST, draw
from metrics.forecast_scale import scale_for

Array = NDArray[np.float64]

MIN_VALUES = 8  # fewest figures a forecast may rest on
RECENT_STEPS, MIN_RECENT = 12, 6  # of the last twelve steps, half must have a figure
MIN_MONTHS_AHEAD = 6  # always at least this far past the data
MAX_STEPS_BACK = 72  # older history says little about the next 18 months
MIN_YEARS_FOR_SEASON = 2
RUNS = 2000
_STEP_WORDS = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}
_COLUMNS = ["month", "median", "low80", "high80"]


@dataclass(frozen=True)
class Outlook:
    """A forecast, or why there is none.

    `frame` has one row per step ahead: month, median, low80, high80 in the series' unit; empty when `cannot_tell`
    holds a reason. `paths` are the simulated futures, runs × steps, in the unit; `history` the values that they
    follow.
    """

    frame: pd.DataFrame
    paths: Array
    history: dict[date, float]
    method: str | None = None
    notes: tuple[str, ...] = ()
    cannot_tell: str | None = None

    @property
    def months(self) -> list[date]:
        """Return the months ahead, in order."""
        return list(self.frame["month"])


def months_ahead(last: date, plan_end: date) -> int:
    """Return how far to look: to the plan's last month, and at least six months past the data."""
    return max(MIN_MONTHS_AHEAD, _between(last, plan_end))


def forecast(
    series: pd.DataFrame, months: int, unit: str, rng: np.random.Generator, *, runs: int = RUNS, calibrate: bool = True,
    apart: int = 1,
) -> Outlook:  # fmt: skip
    """Return the outlook `months` past the last figure of a series with columns month and value.

    `month` holds dates (the day is ignored), `value` numbers with missing ones left out or NaN. Steps of one, three,
    six or twelve months are recognised; `apart` says how many where a single figure cannot. Equal input and an
    equally seeded `rng` give equal output. `calibrate=False` leaves out the widening that the back-test found, for the
    back-test itself. Raises ValueError for a month given twice, for `months` below 1 and for a value that the unit does
    not allow.
    """
    if months < 1:
        raise ValueError("the number of months ahead must be 1 or more")
    values, first, step = _regular(series, apart)
    history = {_plus(first, step * i): float(v) for i, v in enumerate(values) if np.isfinite(v)}
    scale = scale_for(values, unit)
    reason = _too_little(values, step)
    if reason:
        return Outlook(pd.DataFrame(columns=_COLUMNS), np.empty((0, 0)), history, cannot_tell=reason)
    values = values[-MAX_STEPS_BACK:]
    scaled = scale.forward(values)
    steps = -(-max(months, MIN_MONTHS_AHEAD) // step)
    season = _season(values, step)
    drawn = draw(scaled, steps, season, scale.smallest_spread(float(values[-1])), runs, rng)
    middle = np.median(drawn.paths, axis=0)
    factor = widening(int(np.isfinite(values).sum()), steps) if calibrate else np.ones(steps)
    paths = scale.back(middle + factor * (drawn.paths - middle))
    low, median, high = np.quantile(paths, [0.1, 0.5, 0.9], axis=0)
    ahead = [_plus(max(history), step * (i + 1)) for i in range(steps)]
    frame = pd.DataFrame({"month": ahead, "median": median, "low80": low, "high80": high})
    method = f"{' and '.join(drawn.methods)}, on the scale: {scale.kind.value}"
    return Outlook(frame, paths, history, method, _notes(values, step, drawn.methods, drawn.unsettled))


def chance_in(outlook: Outlook, target: float, better: str, month: date) -> float | None:
    """Return the chance, 0 to 1, that the figure of `month` is at the target or beyond it on the better side.

    A month with a figure answers 1 or 0. None: no forecast, a month without a figure before the last one, or a month
    past the forecast. For a series in longer steps the first step that ends in or after `month` answers. Raises
    ValueError when `better` is neither "higher" nor "lower".
    """
    reached = _reached(better)
    month = month.replace(day=1)
    if outlook.history and month <= max(outlook.history):
        return float(reached(np.array([outlook.history[month]]), target)[0]) if month in outlook.history else None
    step = _step_at(outlook, month)
    return None if step is None else float(reached(outlook.paths[:, step], target).mean())


def chance_by(outlook: Outlook, target: float, better: str, month: date) -> float | None:
    """Return the chance, 0 to 1, that some figure after the last known one and up to `month` reaches the target.

    At least `chance_in` of the same month. None as there, and for months that have passed.
    """
    reached = _reached(better)
    step = _step_at(outlook, month.replace(day=1))
    return None if step is None else float(reached(outlook.paths[:, : step + 1], target).any(axis=1).mean())


def _reached(better: str) -> Callable[[Array, float], NDArray[np.bool_]]:
    if better not in ("higher", "lower"):
        raise ValueError('better must be "higher" or "lower"')
    if better == "higher":
        return lambda values, target: values >= target
    return lambda values, target: values <= target


def _step_at(outlook: Outlook, month: date) -> int | None:
    if outlook.cannot_tell or month <= max(outlook.history):
        return None
    return next((i for i, ahead in enumerate(outlook.months) if ahead >= month), None)


def _regular(series: pd.DataFrame, apart: int) -> tuple[Array, date, int]:
    """Return values on a complete calendar (NaN for gaps, a figure last), its first month, and months per step."""
    known = series.dropna(subset=["value"])
    if known.empty:
        return np.empty(0), date(1, 1, 1), 1
    stamps = pd.to_datetime(known["month"])
    count = (stamps.dt.year * 12 + stamps.dt.month - 1).to_numpy(dtype=int)
    if len(set(count)) < len(count):
        raise ValueError("a month is given twice")
    order = np.argsort(count)
    count, figures = count[order], known["value"].to_numpy(dtype=float)[order]
    common = reduce(gcd, (int(n) for n in np.diff(count)), 0) or apart
    step = next(s for s in (12, 6, 3, 1) if common % s == 0)
    values = np.full((int(count[-1]) - int(count[0])) // step + 1, np.nan)
    values[(count - count[0]) // step] = figures
    return values, date(int(count[0]) // 12, int(count[0]) % 12 + 1, 1), step


def _too_little(values: Array, step: int) -> str | None:
    word = _STEP_WORDS[step]
    seen = int(np.isfinite(values).sum())
    if seen < MIN_VALUES:
        have = "there is no figure" if seen == 0 else f"there is 1 {word}" if seen == 1 else f"there are {seen} {word}s"
        return f"Cannot tell yet: {have}; a forecast needs at least {MIN_VALUES}."
    recent = int(np.isfinite(values[-RECENT_STEPS:]).sum())
    if recent < MIN_RECENT:
        verb = "has" if recent == 1 else "have"
        return (
            f"Cannot tell yet: only {recent} of the last {RECENT_STEPS} {word}s {verb} a figure; "
            f"a forecast needs at least {MIN_RECENT}."
        )
    return None


def _season(values: Array, step: int) -> int:
    """Return the steps in a year when every one of them has been seen in two years, else 0."""
    year = 12 // step
    if year < 2 or len(values) < MIN_YEARS_FOR_SEASON * year:
        return 0
    seen = [int(np.isfinite(values[start::year]).sum()) for start in range(year)]
    return year if min(seen) >= MIN_YEARS_FOR_SEASON else 0


def _notes(values: Array, step: int, methods: tuple[str, ...], unsettled: tuple[str, ...]) -> tuple[str, ...]:
    word, notes = _STEP_WORDS[step], []
    gaps = int(np.isnan(values).sum())
    if gaps:
        notes.append(f"{gaps} {word}{'s' if gaps > 1 else ''} without a figure: left as gaps, nothing filled in.")
    if step < 12 and not _season(values, step):
        notes.append("No seasonal pattern is looked for: that takes two full years.")
    if ROBUST in methods and not unsettled:
        notes.append("The figure has never changed, so the interval allows only for the smallest usual change.")
    if unsettled:
        notes.append(f"Left out because the fit did not settle: {', '.join(unsettled)}.")
    return tuple(notes)


def _between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _plus(month: date, months: int) -> date:
    count = month.year * 12 + month.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
