"""The kinds of KPI: each turns counted rows into values, frame to frame, nothing else.

All take and return frames with one row per area, breakdown, group and month (for measures, also period length), those
of waits per `place`, which may name more columns.
"""

from collections.abc import Sequence

import pandas as pd

from metrics.intervals import wilson_ends

PLACE = ["area", "breakdown", "group", "month"]

# Below this many known waits no percentile: HFAnalyticsLab elective-waiting-times pipeline; NHS England shows "-".
PERCENTILE_MINIMUM = 20


def added_up(rows: pd.DataFrame, keys: list[str], figures: Sequence[str] = ("children",)) -> pd.DataFrame:
    """Return the sums of figures and the first flag per value of the keys, in their order.

    A row without a figure leaves the whole without it: missing never becomes zero.
    """
    grouped = rows.groupby(keys, dropna=False, sort=True)
    added = grouped.agg(**{name: (name, "sum") for name in figures}, flag=("flag", "first"))
    known, rows_each = grouped[list(figures)].count(), grouped.size()
    return added.assign(**{name: added[name].mask(known[name] < rows_each) for name in figures}).reset_index()


def share(counts: pd.DataFrame, minimum: int = 0) -> pd.DataFrame:
    """Return numerator, denominator, percentage and its 95 % Wilson interval.

    x of 0 has no value (`no_base`); below the minimum base there are the counts and no percentage (`small_base`).
    """
    result = _judged(counts, minimum)
    base = _base(result)
    low, high = wilson_ends(result["numerator"], base)
    return result.assign(value=100 * result["numerator"] / base, low=100 * low, high=100 * high)


def top_two_box(counts: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return the share of valid answers in the two best places; below the minimum base no count of them either.

    Source: domain rules, section 4 (fewer than ten answers are not shown).
    """
    result = share(counts, minimum)
    return result.assign(numerator=result["numerator"].mask(result["flag"].notna()))


def _judged(counts: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return the counts with the flag of a base that is 0, or below the minimum that the definition names."""
    own, base = counts["flag"].isna(), counts["denominator"]
    few = own & (base < minimum).fillna(False) & (base > 0).fillna(False)
    flag = counts["flag"].mask(own & (base == 0).fillna(False), "no_base").mask(few, "small_base")
    return counts.assign(flag=flag)


def _base(judged: pd.DataFrame) -> pd.Series:
    """Return the bases a value may be computed on, missing elsewhere."""
    return judged["denominator"].where((judged["denominator"] > 0) & (judged["flag"] != "small_base").fillna(True))


def count(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the numerator as the value."""
    return counts.assign(value=counts["numerator"], denominator=None)


def measure(counts: pd.DataFrame, unit: str, minimum: int = 0) -> pd.DataFrame:
    """Return published parts as a percentage where the unit is percent, else the numerator as the value."""
    return share(counts, minimum) if unit == "percent" else counts.assign(value=counts["numerator"])


def printed(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the publisher's own value, for figures that come without their parts; a flagged one has none."""
    return counts.assign(numerator=None, denominator=None, value=counts["value"].mask(counts["flag"].notna()))


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


def rate(counts: pd.DataFrame, per: int, minimum: int = 0) -> pd.DataFrame:
    """Return the numerator per so many of the denominator; a child may count twice, so there is no interval."""
    result = _judged(counts, minimum)
    absent = result["flag"].isna() & result["denominator"].isna()
    return result.assign(
        value=per * result["numerator"] / _base(result), flag=result["flag"].mask(absent, "not_available")
    )


def mean(days: pd.DataFrame, minimum: int = 0, place: Sequence[str] = PLACE) -> pd.DataFrame:
    """Return the mean wait in weeks, with the number of children in denominator; nothing below the minimum base.

    `days` has PLACE, days, children and flag. Source: DfE, EHC plans release 2026, avg_weeks_issue_plan.
    """
    total = days.assign(total=days["days"] * days["children"])
    grouped = total.groupby(list(place), sort=False)
    result = grouped.agg(total=("total", "sum"), denominator=("children", "sum"), flag=("flag", "first")).reset_index()
    result = _judged(result, minimum)
    return _blanked(result.assign(value=result["total"] / _base(result) / 7, at_least=None, numerator=None))


def exact_percentile(
    days: pd.DataFrame, p: float, minimum: int = PERCENTILE_MINIMUM, place: Sequence[str] = PLACE
) -> pd.DataFrame:
    """Return the p-th percentile of weeks waited from whole days, with the number of children in denominator.

    `days` has PLACE, days, children and flag. Between two children it is interpolated, as SQL's percentile_cont does.
    """
    known = days[days["children"] > 0].sort_values([*place, "days"])
    grouped = known.groupby(list(place), sort=False)
    upto = grouped["children"].cumsum().astype("Float64")
    rank = p * (grouped["children"].transform("sum").astype("Float64") - 1)
    result = grouped.agg(denominator=("children", "sum"), flag=("flag", "first")).reset_index()
    ends = {}
    for end, whole in (("below", rank.floordiv(1)), ("above", (-((-rank).floordiv(1))))):
        hit = known[((upto - known["children"] <= whole) & (whole < upto)).fillna(False).astype("bool")]
        ends[end] = hit[[*place, "days"]].rename(columns={"days": end})
    for frame in (ends["below"], ends["above"]):
        result = result.merge(frame, on=list(place), how="left")
    part = (p * (result["denominator"] - 1)).astype("Float64") % 1
    value = (result["below"] + part * (result["above"] - result["below"])) / 7
    few = result["flag"].isna() & (result["denominator"] < minimum)
    return _blanked(
        result.assign(value=value, at_least=None, flag=result["flag"].mask(few, "small_base"), numerator=None)
    )


def percentile(
    bands: pd.DataFrame, p: float, minimum: int = PERCENTILE_MINIMUM, place: Sequence[str] = PLACE
) -> pd.DataFrame:
    """Return the p-th percentile of weeks waited, interpolated inside its week band, with the base in denominator.

    `bands` has PLACE, weeks_from, weeks_to, children and flag. Waits are taken as evenly spread in a band, an unknown
    wait is left out, an open band answers `at_least`. Source: domain rule "Median and 92nd percentile", after NHS
    England's whole-week bands.
    """
    known = bands[bands["weeks_from"].notna()].sort_values([*place, "weeks_from"])
    grouped = known.groupby(list(place), sort=False)
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
    result = result.merge(hits[[*place, "value", "at_least"]], on=list(place), how="left")
    few = result["flag"].isna() & (result["denominator"] < minimum)
    return _blanked(result.assign(flag=result["flag"].mask(few, "small_base"), numerator=None))


def _blanked(result: pd.DataFrame) -> pd.DataFrame:
    flagged = result["flag"].notna()
    return result.assign(**{c: result[c].mask(flagged) for c in ("value", "at_least")})
