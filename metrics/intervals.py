"""Intervals around counts and shares: Wilson, Newcombe, Byar, and exact Poisson limits. Plain numbers in and out,
Wilson also for columns.

Confidence is two-sided, 0.95 unless told. Missing in, missing out; an impossible count is a ValueError, since figures
that reach this far have been checked.
"""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import pandas as pd

Interval = tuple[float, float]
NONE: Interval = (math.nan, math.nan)


def wilson(count: float, base: float, confidence: float = 0.95) -> Interval:
    """Return the Wilson score interval of count / base, as shares from 0 to 1.

    Source: Wilson (1927), JASA 22; the method of OHID's "Technical Guide: Confidence Intervals" for proportions.
    Raises ValueError where count is below 0 or above base, or base is not above 0.
    """
    z = _deviate(confidence)
    if math.isnan(count) or math.isnan(base):
        return NONE
    if base <= 0 or not 0 <= count <= base:
        raise ValueError("a share needs a base above 0 and a count from 0 to the base")
    lower, upper = _wilson(count, base, z)
    return 0.0 if count == 0 else lower, 1.0 if count == base else upper


def wilson_ends(counts: pd.Series, bases: pd.Series, confidence: float = 0.95) -> tuple[pd.Series, pd.Series]:
    """Return the ends of `wilson` for columns of counts and bases; without a count inside its base there are none."""
    known = (counts >= 0) & (counts <= bases) & (bases > 0)
    x, n = (part.astype("Float64").where(known.fillna(False).astype("bool")) for part in (counts, bases))
    lower, upper = _wilson(x, n, _deviate(confidence))
    return lower.mask((x == 0).fillna(False), 0.0), upper.mask((x == n).fillna(False), 1.0)


def _wilson(x: Any, n: Any, z: float) -> tuple[Any, Any]:
    """Return both ends for numbers or columns alike."""
    half = z * (z * z + 4 * x * (1 - x / n)) ** 0.5
    whole = 2 * (n + z * z)
    return (2 * x + z * z - half) / whole, (2 * x + z * z + half) / whole


def newcombe(
    count_1: float, base_1: float, count_2: float, base_2: float, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return (difference, lower, upper) of second share minus first, from -1 to 1.

    Source: Newcombe (1998), "Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17, 873-890, method 10. Raises ValueError as `wilson` does.
    """
    (lower_1, upper_1), (lower_2, upper_2) = wilson(count_1, base_1, confidence), wilson(count_2, base_2, confidence)
    if math.isnan(lower_1) or math.isnan(lower_2):
        return math.nan, *NONE
    share_1, share_2 = count_1 / base_1, count_2 / base_2
    difference = share_2 - share_1
    return (
        difference,
        difference - math.hypot(share_2 - lower_2, upper_1 - share_1),
        difference + math.hypot(upper_2 - share_2, share_1 - lower_1),
    )


def byar(count: float, confidence: float = 0.95) -> Interval:
    """Return Byar's approximate interval of a Poisson count, in the unit of the count.

    Source: Breslow and Day (1987), Statistical Methods in Cancer Research II, p. 69; OHID's "Technical Guide:
    Confidence Intervals" for counts and rates. Raises ValueError where count is below 0.
    """
    z = _deviate(confidence)
    if math.isnan(count):
        return NONE
    if count < 0:
        raise ValueError("a count cannot be below 0")
    above = count + 1
    upper = above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3
    if count == 0:
        return 0.0, upper
    return count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3, upper


def poisson_exact(count: int, confidence: float = 0.95) -> Interval:
    """Return the exact interval of a Poisson count, in the unit of the count; whole counts only.

    The ends are the means under which this count or more, or this count or fewer, has half the error's chance: the same
    as half the chi-square quantiles at 2 * count and 2 * (count + 1) degrees (Garwood 1936, Biometrika 28). Found by
    halving, since the standard library has no chi-square. Raises ValueError where count is below 0 or not whole.
    """
    z, tail = _deviate(confidence), (1 - confidence) / 2
    if count < 0 or count != int(count):
        raise ValueError("an exact interval needs a whole count of 0 or more")
    ceiling = 2 * byar(count, confidence)[1] + z * z + 10
    upper = _where(lambda mean: _at_most(int(count), mean) - tail, ceiling)
    if count == 0:
        return 0.0, upper
    return _where(lambda mean: _at_most(int(count) - 1, mean) - (1 - tail), ceiling), upper


def _deviate(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError("confidence lies between 0 and 1")
    return NormalDist().inv_cdf(confidence + (1 - confidence) / 2)


def _at_most(count: int, mean: float) -> float:
    """Return the chance that a Poisson variable of this mean is at most `count`."""
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def _where(falling: Callable[[float], float], ceiling: float) -> float:
    """Return where a falling function of a number from 0 to `ceiling` crosses 0."""
    low, high = 0.0, ceiling
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return middle
