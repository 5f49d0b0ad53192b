"""Referrals and completions in the months ahead, and what a what-if makes of them."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.forecast import MIN_YEARS_FOR_SEASON, forecast

Array = NDArray[np.float64]

WEEKS_PER_MONTH = 365.25 / 12 / 7
MIN_MONTHS = 3
_STEADY_MONTHS = 12  # "as they have been" looks back a year, so that every season counts once
BALANCE = 0.8  # of the gap between referrals and completions, what is left a month later (docs/forecast.md)
FLOW_COLUMNS = ("referrals", "completions")


@dataclass(frozen=True)
class Rates:
    """Children a month in each run, runs × months; removals as a share of the list a week; how they were made."""

    months: tuple[date, ...]
    referrals: Array
    completions: Array
    removal_share_weekly: float = 0.0
    method: str = ""


@dataclass(frozen=True)
class WhatIf:
    """What might be done, or happen. The default changes nothing.

    Growth in percent a year, compounding from now; slots a week from a month on; non-attendance in percent of slots
    now and then; a one-off number of completions spread evenly over months from `recovery_from`.
    """

    referral_growth: float = 0.0
    extra_slots: float = 0.0
    extra_from: date | None = None
    non_attendance_now: float = 0.0
    non_attendance_then: float | None = None
    recovery_completions: float = 0.0
    recovery_from: date | None = None
    recovery_months: int = 3


def rates(
    flows: pd.DataFrame, months: int, rng: np.random.Generator, runs: int = 400, *, balance: float = BALANCE
) -> Rates:
    """Return future referrals and completions from columns month, referrals, completions (size, removals optional).

    Referrals stay at the rate of the last twelve months, uncertain as that rate is, with the seasons of the past once
    there are two years. Completions follow so that the list takes the course of its own forecast, when `size` (list
    at month end) has enough months; otherwise they start at their rate of the last twelve months and the gap to
    referrals closes by `balance` a month, as services do when a list grows or empties. `balance=1` keeps today's
    rates for good, whatever the list does. `removals` (left without being seen) over `size` gives the removals ahead.

    Raises ValueError with fewer than three months of referrals and completions, or `balance` outside 0 to 1.
    """
    known = flows.dropna(subset=list(FLOW_COLUMNS)).sort_values("month")
    if len(known) < MIN_MONTHS:
        raise ValueError(
            f"at least {MIN_MONTHS} months of referrals and completions are needed; there are {len(known)}"
        )
    if not 0 <= balance <= 1:
        raise ValueError("balance must lie between 0 and 1")
    last = pd.Timestamp(known["month"].iloc[-1])
    ahead = tuple(d.date() for d in pd.date_range(last.replace(day=1), periods=months + 1, freq="MS")[1:])
    past = pd.DatetimeIndex(pd.to_datetime(known["month"]))
    expected, spread = {}, {}
    for column in FLOW_COLUMNS:
        values = known[column].to_numpy(dtype=float)
        expected[column], spread[column] = _expected(values, past, ahead, runs, rng)
    removal = _removal_share(known)
    referrals = _around(expected["referrals"], spread["referrals"], rng)
    sizes = _sizes(known, months, runs, rng) if balance < 1 else None
    if sizes is not None:
        gone = (1 - (1 - removal) ** WEEKS_PER_MONTH) * sizes[:, :-1]
        completions = np.maximum(referrals - gone - np.diff(sizes, axis=1), 0)
        return Rates(ahead, referrals, completions, removal, "completions follow from the list's own forecast")
    kept = balance ** np.arange(1, months + 1) if balance < 1 else np.ones(months)
    middle = expected["referrals"] + (expected["completions"] - expected["referrals"]) * kept
    completions = _around(middle, spread["completions"], rng)
    word = "today's rates, kept" if balance == 1 else "today's rates, drawing level"
    return Rates(ahead, referrals, completions, removal, word)


def changed(base: Rates, what_if: WhatIf) -> Rates:
    """Return the rates under the what-if. Raises ValueError for non-attendance outside 0 to 99 percent."""
    now = what_if.non_attendance_now
    then = now if what_if.non_attendance_then is None else what_if.non_attendance_then
    if not (0 <= now < 100 and 0 <= then < 100):
        raise ValueError("non-attendance must lie between 0 and 99 percent")
    attended = (100 - then) / 100
    growth = (1 + what_if.referral_growth / 100) ** (np.arange(1, len(base.months) + 1) / 12)
    extra = np.array(
        [what_if.extra_slots * WEEKS_PER_MONTH * attended * _from(m, what_if.extra_from) for m in base.months]
    )
    recovery = np.zeros(len(base.months))
    if what_if.recovery_completions:
        at = [i for i, m in enumerate(base.months) if _from(m, what_if.recovery_from)][: what_if.recovery_months]
        recovery[at] = what_if.recovery_completions / what_if.recovery_months
    completions = base.completions * (attended * 100 / (100 - now)) + extra + recovery
    return replace(base, referrals=np.maximum(base.referrals * growth, 0), completions=np.maximum(completions, 0))


def _from(month: date, first: date | None) -> bool:
    return first is None or month >= first.replace(day=1)


def _expected(
    values: Array, past: pd.DatetimeIndex, ahead: tuple[date, ...], runs: int, rng: np.random.Generator
) -> tuple[Array, float]:
    """Return the expected count of each run and month ahead, and how much wider than chance (1) the months vary."""
    factor = _seasons(values, past)
    recent, swing = values[-_STEADY_MONTHS:], factor[past.month[-_STEADY_MONTHS:] - 1]
    mean = max(float(recent.sum() / swing.sum()), 0.5 / len(recent))
    spread = max(float(((recent - mean * swing) ** 2).sum()) / (len(recent) - 1) / mean, 1.0)
    rate = rng.gamma(len(recent) * mean / spread, spread / len(recent), size=(runs, 1))
    return rate * factor[np.array([month.month for month in ahead]) - 1], spread


def _around(expected: Array, spread: float, rng: np.random.Generator) -> Array:
    """Return whole months round what is expected: Poisson, or wider when the past months were (gamma–Poisson)."""
    mean = np.maximum(expected, 1e-6)
    uneven = rng.gamma(mean / (spread - 1), spread - 1) if spread > 1.001 else mean
    return rng.poisson(uneven).astype(float)


def _seasons(values: Array, past: pd.DatetimeIndex) -> Array:
    """Return twelve factors round 1, all 1 before every calendar month has been seen twice.

    Each is shrunk as if one more, average year had been seen.
    """
    seen = np.array([(past.month == month).sum() for month in range(1, 13)])
    mean = float(values.mean())
    if seen.min() < MIN_YEARS_FOR_SEASON or mean <= 0:
        return np.ones(12)
    total = np.array([values[past.month == month].sum() for month in range(1, 13)])
    factor = (total / mean + 1) / (seen + 1)
    return np.asarray(factor / factor.mean())


def _sizes(known: pd.DataFrame, months: int, runs: int, rng: np.random.Generator) -> Array | None:
    """Return the list from its last size on, runs × (1 + months), by its own forecast; None when that cannot tell."""
    if "size" not in known.columns or pd.isna(known["size"].iloc[-1]):
        return None
    past = known[["month", "size"]].rename(columns={"size": "value"})
    outlook = forecast(past, months, "children", rng, runs=runs)
    if outlook.cannot_tell:
        return None
    start = np.full((runs, 1), float(known["size"].iloc[-1]))
    return np.hstack([start, outlook.paths[:, :months]])


def _removal_share(flows: pd.DataFrame) -> float:
    if not {"removals", "size"} <= set(flows.columns):
        return 0.0
    recent = flows.dropna(subset=["removals", "size"]).tail(_STEADY_MONTHS)
    size = float(recent["size"].sum())
    monthly = min(float(recent["removals"].sum()) / size, 0.9) if size > 0 else 0.0
    return float(1 - (1 - monthly) ** (1 / WEEKS_PER_MONTH))
