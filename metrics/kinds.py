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


def net_flow(counts: pd.DataFrame) -> pd.DataFrame:
    """Return who joined the list less who left it in the period; `started` and `left` are the two counts.

    Above 0 the list grows. Source: domain KPI ND09, "referrals in minus (assessments started + other removals)".
    """
    net = counts["started"] - counts["left"]
    return counts.assign(numerator=net, denominator=None, value=net)


def clearance_weeks(counts: pd.DataFrame) -> pd.DataFrame:
    """Return how many weeks the list would take to clear at the pace of the last three months, were nobody to join.

    `waiting` is the list at the month's end, `left` who left it in the three months, `weeks` their length in weeks.
    Nobody leaving has no clearance time (`no_base`). Source: domain KPI ND09.
    """
    pace = (counts["left"] / counts["weeks"]).where(counts["left"] > 0)
    value = (counts["waiting"] / pace).where(counts["flag"].isna())
    still = counts["flag"].isna() & ~(counts["left"] > 0).fillna(False)
    return counts.assign(
        numerator=counts["waiting"], denominator=pace, value=value, flag=counts["flag"].mask(still, "no_base")
    )


def rate(counts: pd.DataFrame, per: int) -> pd.DataFrame:
    """Return the numerator per so many of the denominator; a child may count twice, so there is no interval."""
    base = counts["denominator"].where(counts["denominator"] > 0)
    empty = counts["flag"].isna() & (counts["denominator"] == 0).fillna(False)
    absent = counts["flag"].isna() & counts["denominator"].isna()
    flag = counts["flag"].mask(empty, "no_base").mask(absent, "not_available")
    return counts.assign(value=per * counts["numerator"] / base, flag=flag)


def top_two_box(counts: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return the share of valid answers in the two best places, with its interval; nothing below the minimum base.

    Source: domain rules, section 4 (Wilson; fewer than ten answers are not shown).
    """
    few = counts["flag"].isna() & (counts["denominator"] < minimum)
    result = share(counts.assign(flag=counts["flag"].mask(few, "small_base")))
    blank = result["flag"].notna()
    return result.assign(**{column: result[column].mask(blank) for column in ("numerator", "value", "low", "high")})


def mean(days: pd.DataFrame) -> pd.DataFrame:
    """Return the mean wait in weeks, with the number of children in denominator.

    `days` has PLACE, days, children and flag. Source: DfE, EHC plans release 2026, avg_weeks_issue_plan.
    """
    total = days.assign(total=days["days"] * days["children"])
    grouped = total.groupby(PLACE, sort=False)
    result = grouped.agg(total=("total", "sum"), denominator=("children", "sum"), flag=("flag", "first")).reset_index()
    base = result["denominator"].where(result["denominator"] > 0)
    return _blanked(result.assign(value=result["total"] / base / 7, at_least=None, numerator=None))


def exact_percentile(days: pd.DataFrame, p: float, minimum: int = PERCENTILE_MINIMUM) -> pd.DataFrame:
    """Return the p-th percentile of weeks waited from whole days, with the number of children in denominator.

    `days` has PLACE, days, children and flag. Between two children it is interpolated, as SQL's percentile_cont does.
    """
    known = days[days["children"] > 0].sort_values([*PLACE, "days"])
    grouped = known.groupby(PLACE, sort=False)
    upto = grouped["children"].cumsum().astype("Float64")
    place = p * (grouped["children"].transform("sum").astype("Float64") - 1)
    result = grouped.agg(denominator=("children", "sum"), flag=("flag", "first")).reset_index()
    ends = {}
    for end, rank in (("below", place.floordiv(1)), ("above", (-((-place).floordiv(1))))):
        hit = known[((upto - known["children"] <= rank) & (rank < upto)).fillna(False).astype("bool")]
        ends[end] = hit[[*PLACE, "days"]].rename(columns={"days": end})
    for frame in (ends["below"], ends["above"]):
        result = result.merge(frame, on=PLACE, how="left")
    part = (p * (result["denominator"] - 1)).astype("Float64") % 1
    value = (result["below"] + part * (result["above"] - result["below"])) / 7
    few = result["flag"].isna() & (result["denominator"] < minimum)
    return _blanked(
        result.assign(value=value, at_least=None, flag=result["flag"].mask(few, "small_base"), numerator=None)
    )


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
