"""The board's results and bands from counts that were hidden or rounded: whatever is derived, derived anew."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from metrics.definition import Definition
from metrics.disclosure_counts import BAND, BAND_STARTS, LISTED, of_people, told_months
from metrics.disclosure_policy import Policy
from metrics.edition_tables import BANDS, RESULTS
from metrics.intervals import wilson_ends

SHOWN = ("exact", "rounded")


def board_results(
    results: pd.DataFrame, counts: pd.DataFrame, kpis: Mapping[str, Definition], strict: set[tuple[str, str]],
    policy: Policy, withdrawn: set[int],
) -> pd.DataFrame:  # fmt: skip
    """Return the results contract: public rows as they are, others from `counts` (with `shown`, missing where hidden).

    `withdrawn` are the rows whose percentile is not told.
    """
    lead = {name: str(kpi.select[kpi.lead]) for name, kpi in kpis.items() if of_people(kpi)}
    pairs = pd.MultiIndex.from_arrays([results["kpi"].map(lead).fillna(""), results["area"]])
    own = pairs.isin(list(strict)) if strict else np.zeros(len(results), dtype=bool)
    mine = results[own]
    told = counts[counts["result"] >= 0]
    shown = {part: rows.set_index("result")["shown"].reindex(mine.index) for part, rows in told.groupby("part")}
    exact = {part: rows.set_index("result")["treatment"].reindex(mine.index) for part, rows in told.groupby("part")}
    nothing = pd.Series(pd.NA, index=mine.index, dtype="Float64")
    upper, lower = shown.get("numerator", nothing), shown.get("denominator", nothing)
    as_is = (exact.get("numerator", nothing) == "exact").fillna(False).astype("bool")
    kind = mine["kpi"].map({name: kpi.kind for name, kpi in kpis.items()})
    unit = mine["kpi"].map({name: kpi.unit for name, kpi in kpis.items()})
    per = mine["kpi"].map({name: kpi.per for name, kpi in kpis.items()}).astype("Float64")
    # Whether a base suffices is told by what is shown of it: the exact one would part 9 from 10, both told as 10.
    of_us = mine["flag"].isin(["small_base", "no_base"]) | mine["flag"].isna()
    had = of_us & (mine["value"].notna() | mine["flag"].notna())
    of_share = kind.isin(["share", "top_two_box"]) | ((kind == "measure") & (unit == "percent"))
    own_minimum = mine["kpi"].map({name: kpi.minimum_base or 0 for name, kpi in kpis.items()}).astype("Float64")
    exact_base = (exact.get("denominator", nothing) == "exact").fillna(False).astype("bool")
    least = (-(policy.rounding_base / 2 - lower).floordiv(1)).mask(exact_base, lower)
    base = lower.where(~(kind == "rate") | _told(told, "denominator", mine.index), mine["denominator"])
    enough = (base >= own_minimum.clip(lower=policy.percentage_base)).fillna(False).astype("bool")
    value, bottom, top = nothing.copy(), lower.copy(), upper.copy()
    value = value.mask(of_share & enough, 100 * upper / lower.where(lower > 0))
    value = value.mask(kind.isin(["count", "measure"]) & ~of_share, upper)
    if "started" in shown:
        net = shown["started"] - shown.get("left", nothing)
        value, top = value.mask(kind == "net_flow", net), top.mask(kind == "net_flow", net)
    if "left" in shown:
        left = told[told["part"] == "left"].set_index("result")["children"].reindex(mine.index)
        pace = mine["denominator"] / left.where(left > 0).astype("Float64") * shown["left"]
        clears = kind == "clearance_weeks"
        bottom = bottom.mask(clears, pace)
        value = value.mask(clears, upper / pace.where(pace > 0))
    rated = kind == "rate"
    bottom = bottom.mask(rated & lower.isna() & ~_told(told, "denominator", mine.index), mine["denominator"])
    value = value.mask(rated & enough, per * upper / bottom.where(bottom > 0))
    weeks = (mine["value"] + 0.5).floordiv(1)
    waits = kind.isin(["percentile", "mean"])
    many = (least >= own_minimum.clip(lower=policy.percentile_base)).fillna(False).astype("bool")
    kept = waits & many & ~mine.index.isin(withdrawn)
    value = value.mask(kept, weeks)
    value = value.where(had).mask(as_is & of_share, mine["value"])
    low, high = (100 * end for end in wilson_ends(upper, lower.where(lower > 0)))
    open_band = mine["at_least"].where(kept)
    hidden = mine.index.isin(told.loc[told["shown"].isna() & (told["part"] != "others"), "result"])
    flag = pd.Series(None, index=mine.index, dtype="str")
    based = of_share | waits | (kind == "rate")
    flag = flag.mask(based & value.isna() & open_band.isna(), "small_base")
    flag = flag.mask((based | (kind == "clearance_weeks")) & (mine["flag"] == "no_base"), "no_base")
    flag = flag.mask(mine.index.isin(withdrawn) | hidden, "suppressed").where(of_us, mine["flag"])
    split = told_months(mine) & ~mine.index.isin(told.loc[told["treatment"] == "not split", "result"])
    made = mine.assign(
        numerator=top, denominator=bottom, value=value, at_least=open_band, flag=flag,
        low=low.where(of_share & value.notna()), high=high.where(of_share & value.notna()),
    )[split]  # fmt: skip
    return RESULTS.typed(pd.concat([results[~own], made]).sort_index())


def _told(told: pd.DataFrame, part: str, index: pd.Index) -> pd.Series:
    return pd.Series(index.isin(told.loc[told["part"] == part, "result"]), index=index)


def board_bands(bands: pd.DataFrame, counts: pd.DataFrame, strict: set[tuple[str, str]]) -> pd.DataFrame:
    """Return public bands as they are, and a list's joined into wider ones, hidden and rounded."""
    pairs = pd.MultiIndex.from_frame(bands[["clock", "area"]])
    own = pairs.isin(list(strict)) if strict else np.zeros(len(bands), dtype=bool)
    told = counts[(counts["kpi"] == BAND) & (counts["treatment"] != "not split") & (counts["result"] == -1)]
    names = told["part"].astype("str").str.extract(r"^(\w+) (\w+)$")
    start = pd.to_numeric(names[1], errors="coerce").astype("Int64")
    ends = dict(zip(BAND_STARTS, [*BAND_STARTS[1:], None], strict=True))
    state = names[0]
    made = pd.DataFrame(
        {
            "clock": told["lead"], "state": state, "area": told["area"], "month": told["month"],
            "weeks_from": start, "weeks_to": start.map(ends).mask(state != LISTED), "children": told["shown"],
            "flag": pd.Series(None, index=told.index, dtype="str").mask(told["shown"].isna(), "suppressed"),
        }
    )  # fmt: skip
    order = ["clock", "state", "area", "month", "weeks_from"]
    return BANDS.typed(pd.concat([bands[~own], made.sort_values(order)], ignore_index=True))
