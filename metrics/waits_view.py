"""Who waits how long, from an edition's week bands: month by month, in groups of weeks, and clock beside clock."""

from collections.abc import Mapping

import pandas as pd

from etl.tables import EVERYONE
from metrics.definition import definition_told
from metrics.kinds import PLACE, percentile

# Where a ribbon of weeks may be cut: the SitRep's own edges, and the long waits that boards ask about.
CUTS = (0, 4, 12, 18, 52, 65, 104)
MANY = 20  # week by week, a list has a hundred bands and more
MEDIAN, LONG = 0.5, 0.92  # the 92nd is the percentile NHS England prints beside the median

Clocks = Mapping[str, int]


def waiting(bands: pd.DataFrame, clock: str, area: str) -> pd.DataFrame:
    """Return the BANDS rows of the children who wait on one clock in one area, in order of month and band."""
    own = bands[(bands["clock"] == clock) & (bands["state"] == "waiting") & (bands["area"] == area)]
    ordered: pd.DataFrame = own.sort_values(["month", "weeks_from", "weeks_to"], na_position="last")
    return ordered


def by_month(own: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Return one row per month of a list: size, in_time and base (children whose wait is known), share and percentiles.

    `share` is the per cent waiting `weeks` or less. Percentiles are `median` and `long`, each with `_at_least` where
    it lies in an open band, in weeks. A part that rests on a band without a count, or on one that straddles `weeks`,
    is missing.
    """
    known = own[own["weeks_from"].notna()]
    early = known["children"].where(known["weeks_to"] <= weeks, 0).mask(_over(known, weeks))
    out = pd.DataFrame(
        {
            "size": summed(own["children"], own["month"]),
            "in_time": summed(early, known["month"]),
            "base": summed(known["children"], known["month"]),
        }
    )
    out["share"] = 100 * out["in_time"] / out["base"].where(out["base"] > 0)
    placed = own.assign(breakdown=EVERYONE, group=EVERYONE, children=own["children"].astype("Float64"))
    for name, p in (("median", MEDIAN), ("long", LONG)):
        found = percentile(placed[[*PLACE, "weeks_from", "weeks_to", "children", "flag"]], p).set_index("month")
        out[name], out[f"{name}_at_least"] = found["value"], found["at_least"]
    out["flag"] = own.groupby("month")["flag"].first()
    return out.rename_axis("month").reset_index()


def ribbon(own: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Return one row per month and group of weeks: weeks_from, weeks_to (missing: open), children.

    Cut at `weeks` and where CUTS has an edge, if no band of any month straddles it, so that months are alike. A group
    that holds a band without a count has none either. Children whose wait is unknown come last, without weeks_from.
    """
    known = own[own["weeks_from"].notna()]
    cuts = [cut for cut in sorted({*CUTS, weeks}) if not straddles(known, cut)]
    group = known["weeks_from"].astype("int64").map(lambda start: max(cut for cut in cuts if cut <= start))
    upto = dict(zip(cuts, [*cuts[1:], None], strict=True))
    grouped = summed(known["children"], known["month"], group.rename("weeks_from")).rename("children").reset_index()
    unknown = own[own["weeks_from"].isna()]
    apart = summed(unknown["children"], unknown["month"]).rename("children").reset_index()
    rows: pd.DataFrame = pd.concat([grouped, apart], ignore_index=True)
    rows["weeks_to"] = rows["weeks_from"].map(upto).astype("Int64")
    rows["weeks_from"] = rows["weeks_from"].astype("Int64")
    ordered = rows.sort_values(["month", "weeks_from"], na_position="last").reset_index(drop=True)
    return ordered[["month", "weeks_from", "weeks_to", "children"]]


def to_draw(latest: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Return the bands of one month that have a count: as they were sent, or grouped as `ribbon` does where many."""
    held = latest.dropna(subset=["children"])
    return ribbon(latest, weeks).dropna(subset=["children"]) if len(held) > MANY else held


def side_by_side(bands: pd.DataFrame, lists: list[tuple[str, str]], weeks: Clocks) -> pd.DataFrame:
    """Return one row per list (clock, area): its latest month as `by_month` has it, and its standard in weeks."""
    rows = []
    for clock, area in lists:
        own = waiting(bands, clock, area)
        latest = by_month(own[own["month"] == own["month"].max()], weeks[clock])
        rows.append(latest.assign(clock=clock, area=area, weeks=weeks[clock]))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def left(flows: pd.DataFrame) -> pd.Series:
    """Return completions and removals together; completions alone where a list never tells of removals."""
    removals = flows["removals"]
    both: pd.Series = flows["completions"] + (removals.fillna(0) if removals.isna().all() else removals)
    return both


def straddles(own: pd.DataFrame, weeks: int) -> bool:
    """Return whether a band of the list reaches over `weeks`, so that nobody can say who is past it."""
    return bool(_over(own[own["weeks_from"].notna()], weeks).any())


def _over(known: pd.DataFrame, weeks: int) -> pd.Series:
    over: pd.Series = (known["weeks_from"] < weeks) & (known["weeks_to"] > weeks).fillna(True)
    return over


def kpis_of(kpis: pd.DataFrame, clock: str) -> pd.DataFrame:
    """Return the KPIS rows about those who wait on a clock, in the edition's order."""
    # Reading YAML is slow, and most definitions do not so much as mention the clock.
    asked = {"clock": clock, "state": "waiting"}
    chosen = [clock in str(text) and definition_told(str(text)).get("select") == asked for text in kpis["definition"]]
    held: pd.DataFrame = kpis[pd.Series(chosen, index=kpis.index, dtype=bool)]
    return held


def summed(children: pd.Series, *by: pd.Series) -> pd.Series:
    """Return the sum of each part; missing where a band of it has no count."""
    sums: pd.Series = children.astype("Float64").groupby(list(by)).agg(lambda values: values.sum(skipna=False))
    return sums
