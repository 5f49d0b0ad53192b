"""The kinds of KPI: each turns counted rows into values, frame to frame, nothing else.

All take and return frames with one row per area, breakdown, group and month (for measures, also period length).
"""

from statistics import NormalDist

import pandas as pd

PLACE = ["area", "breakdown", "group", "month"]

# Below this many known waits no percentile: HFAnalyticsLab elective-waiting-times pipeline; NHS England shows "-".
PERCENTILE_MINIMUM = 20


def share(counts: pd.DataFrame) -> pd.DataFrame:
    """Return numerator, denominator, percentage and its 95 % Wilson interval; x of 0 has no value (`no_base`)."""
    result = counts.copy()
    base = result["denominator"].where(result["denominator"] > 0)
    result["value"] = 100 * result["numerator"] / base
    result["low"], result["high"] = (100 * end for end in wilson(result["numerator"], base))
    empty = result["flag"].isna() & (result["denominator"] == 0)
    result["flag"] = result["flag"].mask(empty, "no_base")
    return result


def count(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the numerator as the value."""
    return counts.assign(value=counts["numerator"], denominator=None)


def measure(counts: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return published parts as a percentage where the unit is percent, else the numerator as the value."""
    return share(counts) if unit == "percent" else counts.assign(value=counts["numerator"])


def percentile(bands: pd.DataFrame, p: float, minimum: int = PERCENTILE_MINIMUM) -> pd.DataFrame:
    """Return the p-th percentile of weeks waited, interpolated inside its week band, with the base in denominator.

    `bands` has PLACE, weeks_from, weeks_to, children and flag. Waits are taken as evenly spread in a band, an unknown
    wait is left out, an open band answers `at_least`. Source: domain rule "Median and 92nd percentile", after NHS
    England's whole-week bands.
    """
    known = bands[bands["weeks_from"].notna()].sort_values([*PLACE, "weeks_from"])
    grouped = known.groupby(PLACE, sort=False)
    cumulative = grouped["children"].cumsum()
    total = grouped["children"].transform("sum")
    target = p * total.astype("float64")
    inside = (cumulative >= target - 1e-9) & (cumulative - known["children"] < target - 1e-9)
    width = (known["weeks_to"] - known["weeks_from"]).astype("Float64")
    before = (cumulative - known["children"]).astype("Float64")
    value = known["weeks_from"] + (target - before) / known["children"].astype("Float64") * width
    at_least = known["weeks_from"].astype("Float64").where(known["weeks_to"].isna())
    hits = known.assign(value=value, at_least=at_least)[inside.fillna(False).astype("bool")]
    result = grouped.agg(denominator=("children", "sum"), flag=("flag", "first")).reset_index()
    result = result.merge(hits[[*PLACE, "value", "at_least"]], on=PLACE, how="left")
    few = result["flag"].isna() & (result["denominator"] < minimum)
    return _blanked(result.assign(flag=result["flag"].mask(few, "small_base"), numerator=None))


def wilson(numerator: pd.Series, denominator: pd.Series, confidence: float = 0.95) -> tuple[pd.Series, pd.Series]:
    """Return lower and upper end of the Wilson score interval as shares; missing parts give missing ends.

    Source: UKHSA/OHID method for proportions (PHEindicatormethods).
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    x, n = numerator.astype("Float64"), denominator.astype("Float64")
    x = x.where((x >= 0) & (x <= n))
    middle = 2 * x + z**2
    spread = z * (z**2 + 4 * x * (1 - x / n)) ** 0.5
    return (middle - spread) / (2 * (n + z**2)), (middle + spread) / (2 * (n + z**2))


def _blanked(result: pd.DataFrame) -> pd.DataFrame:
    flagged = result["flag"].notna()
    return result.assign(**{c: result[c].mask(flagged) for c in ("value", "at_least")})
