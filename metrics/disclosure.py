"""From the restricted figures to the board's: small counts hidden, others rounded, what could still be had widened.

Public figures pass. Everything else is hidden and rounded after it was added up, and whatever is derived (percentages,
rates, comparisons, trajectories, forecasts, sentences) is derived again from what is then left, so that nothing in the
board file can say more than its counts. Source of the rule: reference pack, "Disclosure: the rule and the check".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.tables import EVERYONE
from metrics.definition import Definition
from metrics.disclosure_attack import possible
from metrics.disclosure_counts import BAND, KEY, LISTED, REMEMBERED, Told, counts_told, told_months
from metrics.disclosure_policy import Policy
from metrics.disclosure_results import SHOWN, board_bands, board_results
from metrics.disclosure_system import Percentile, System, build
from metrics.quality_tables import DISCLOSED

_HIDDEN = ("primary", "secondary")
_PERCENTILE = "percentile"


@dataclass(frozen=True)
class Protected:
    """What a board file may hold of results and bands, and `disclosed`: how every count was treated (DISCLOSED).

    `attacked` is how many hidden counts were bounded by everything the file tells.
    """

    results: pd.DataFrame
    bands: pd.DataFrame
    disclosed: pd.DataFrame
    attacked: int


def not_public(fed: pd.DataFrame, loads: pd.DataFrame, measures: pd.DataFrame) -> set[tuple[str, str]]:
    """Return the leads and areas with a load that is not public: their figures are hidden and rounded.

    `fed` is metrics.arrived.read_feeds, `measures` the fact of that name, whose leads are one per length of period.
    """
    of_load = fed.merge(loads[["load_id", "public"]], on="load_id")
    public = of_load.groupby(["name", "area"])["public"].all()
    own = {(str(lead), str(area)) for lead, area in public.index[~public.astype("bool")].to_list()}
    kept = measures[["measure", "area", "period_months"]].drop_duplicates().itertuples(index=False)
    periods = {(f"{measure}/{months}", str(area)) for measure, area, months in kept if (measure, area) in own}
    return own | periods


def protected(
    results: pd.DataFrame, bands: pd.DataFrame, kpis: Mapping[str, Definition], facts: Mapping[str, pd.DataFrame],
    strict: set[tuple[str, str]], policy: Policy, before: pd.DataFrame | None = None,
) -> Protected:  # fmt: skip
    """Return what the board may see of results and bands.

    `before` is the DISCLOSED table of the edition in use: what the board was once shown stays known to it.
    """
    told = counts_told(results, bands, kpis, facts, strict, before)
    waits = _percentiles(results, kpis, strict, policy, before)
    counts = _judged(told.counts, policy)
    unique = counts.drop_duplicates(KEY, ignore_index=True)
    withdrawn: set[int] = set()
    attacked = 0
    for (lead, area), own in unique.groupby(["lead", "area"]):
        if own["treatment"].isin(_HIDDEN).any():
            system = _system(str(lead), str(area), own, told, waits, kpis, policy)
            attacked += _widened(unique, system, own.index.to_numpy(), policy, withdrawn)
    counts = counts.drop(columns="treatment").merge(unique[[*KEY, "treatment"]], on=KEY, how="left")
    shown = policy.rounded(counts["children"]).mask(counts["treatment"] == "exact", counts["children"])
    counts = counts.assign(shown=shown.where(counts["treatment"].isin(SHOWN)))
    ever = counts["known"] | counts["treatment"].isin(SHOWN)
    board = board_results(results, counts, kpis, strict, policy, withdrawn)
    told_now = waits.index.isin(board.index[board["value"].notna()])
    waits = waits[waits["seen"] | told_now].assign(part=_PERCENTILE, treatment="rounded", shown=True)
    ledger = [counts.assign(shown=ever).rename(columns={"length": "period_months"}), waits]
    return Protected(
        board,
        board_bands(bands, counts, strict),
        DISCLOSED.typed(pd.concat(ledger, ignore_index=True)),
        attacked,
    )


def _judged(counts: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return counts with `treatment` and `known`: whether the board was shown the same count before."""
    of_list = (counts["kpi"] == BAND) & counts["part"].str.startswith(f"{LISTED} ")
    exact = counts["lead"].isin(policy.exact) & (counts["breakdown"] == EVERYONE) & ~of_list
    small = policy.hides(counts["children"])
    told = (counts["part"] != "others") & (counts["result"] != REMEMBERED)
    # Where nearly all of a group are counted, the few others are the small count: then the counted are not told.
    few = counts.loc[~told & small & ~exact, ["kpi", "result"]].drop_duplicates().assign(few=True)
    with_few = counts[["kpi", "result"]].merge(few, on=["kpi", "result"], how="left")["few"].notna().to_numpy()
    treatment = pd.Series("rounded", index=counts.index, dtype="str")
    treatment = treatment.mask(exact, "exact").mask(~told, "not told")
    treatment = treatment.mask(~exact & with_few & (counts["part"] == "numerator"), "secondary")
    treatment = treatment.mask(~exact & small & (told | with_few), "primary")
    rank = treatment.map({"exact": 0, "primary": 1, "secondary": 2, "rounded": 3, "not told": 4})
    first = counts.assign(treatment=treatment, rank=rank).sort_values("rank").drop_duplicates(KEY)
    counts = counts.merge(first[[*KEY, "treatment"]], on=KEY, how="left")
    known = (counts["children"] == counts["before"]).fillna(False)
    return counts.assign(known=known.groupby([counts[name] for name in KEY], dropna=False).transform("any"))


def _system(
    lead: str, area: str, own: pd.DataFrame, told: Told, waits: pd.DataFrame, kpis: Mapping[str, Definition],
    policy: Policy,
) -> System:  # fmt: skip
    """Return the system of a lead and area, its counts in the order of `own`."""
    bounds = [
        _bounds(float(children), str(treatment), bool(known), policy)
        for children, treatment, known in zip(own["children"], own["treatment"], own["known"], strict=True)
    ]
    low, high = zip(*bounds, strict=True)
    cells = told.cells[(told.cells["lead"] == lead) & (told.cells["area"] == area)]
    quantities = told.quantities[lead]
    asked = [
        Percentile(
            -1 if row["seen"] else int(str(number)), str(row["breakdown"]), str(row["group"]), row["month"],
            quantities.numbers[str(row["kpi"]), "denominator"], float(kpis[str(row["kpi"])].percentile or 0),
            int(row["children"]), kpis[str(row["kpi"])].fact == "clock_days",
        )
        for number, row in waits[(waits["lead"] == lead) & (waits["area"] == area)].iterrows()
    ]  # fmt: skip
    return build(own.assign(low=low, high=high), cells, quantities, asked)


def _percentiles(
    results: pd.DataFrame, kpis: Mapping[str, Definition], strict: set[tuple[str, str]], policy: Policy,
    before: pd.DataFrame | None,
) -> pd.DataFrame:  # fmt: skip
    """Return the percentiles that the board may be told, or once was: `lead`, place, `children` (whole weeks), `seen`.

    What it once was told, unchanged since, cannot be withdrawn. The index is that of `results`.
    """
    leads = {name: str(kpi.select[kpi.lead]) for name, kpi in kpis.items() if kpi.kind == "percentile"}
    own = results[results["kpi"].isin(leads) & results["value"].notna()]
    pairs = zip(own["kpi"].map(leads), own["area"], strict=True)
    own = own[np.fromiter((pair in strict for pair in pairs), dtype=bool, count=len(own))]
    own = own.assign(lead=own["kpi"].map(leads), children=(own["value"] + 0.5).floordiv(1).astype("float64"))
    least = [policy.told(float(n))[0] if n == n else 0.0 for n in own["denominator"].astype("float64")]
    told = told_months(results)[own.index] & (np.array(least) >= policy.percentile_base)
    seen = np.zeros(len(own), dtype=bool)
    if before is not None:
        place = ["kpi", "area", "breakdown", "group", "month", "children"]
        earlier = before.loc[before["part"] == _PERCENTILE, place].astype({"month": "datetime64[s]"})
        seen = pd.MultiIndex.from_frame(own[place]).isin(pd.MultiIndex.from_frame(earlier))
    return own.assign(seen=seen)[told | seen]


def _bounds(children: float, treatment: str, known: bool, policy: Policy) -> tuple[float, float]:
    """Return what the board knows of a count."""
    if treatment == "exact":
        return children, children
    if treatment in ("rounded", "primary") or known:
        return policy.told(children)
    return 0.0, float("inf")


def _widened(
    unique: pd.DataFrame, system: System, numbers: np.ndarray, policy: Policy, withdrawn: set[int]
) -> int:  # fmt: skip
    """Hide more until every hidden count can have enough values. Return how many counts were attacked."""
    treatment = unique["treatment"].to_numpy(dtype=object).copy()
    row_of = dict(zip(numbers, system.row_of, strict=True))
    attacked: set[int] = set()
    waiting = [n for n in numbers if treatment[n] in _HIDDEN]
    while waiting:
        number = waiting.pop()
        if treatment[number] not in _HIDDEN:
            continue
        attacked.add(number)
        for wide in (False, True):
            kept, holding = possible(system, row_of[number], policy.possible_values, wide=wide)
            if kept:
                break
            more = _hide_one(unique, treatment, system, numbers, row_of, number, holding, withdrawn)
            if more is not None:
                # What is hidden now must keep its values too; what was proven before only gains by it.
                waiting += [number, *more]
                break
        else:
            _give_up(unique, treatment, system, numbers, row_of, number)
            waiting.append(number)
    unique["treatment"] = pd.Series(treatment, index=unique.index, dtype="str")
    return len(attacked)


def _hide_one(
    unique: pd.DataFrame, treatment: np.ndarray, system: System, numbers: np.ndarray, row_of: dict[int, int],
    pinned: int, holding: list[int], withdrawn: set[int],
) -> list[int] | None:  # fmt: skip
    """Hide the smallest thing that holds a count fast: a percentile, else a group's count, else a whole's.

    Return the counts hidden now; None where there is nothing left to hide.
    """
    for row in holding:
        if (result := int(system.percentile_of[row])) >= 0:
            withdrawn.add(result)
            for one in np.flatnonzero(system.percentile_of == result):
                system.forget(int(one), -np.inf)
            return []
    told = [int(numbers[system.count_of[row]]) for row in holding if system.count_of[row] >= 0]
    same, beside = _beside(unique, numbers, pinned)
    for candidates in (told, list(beside.index), list(same.index)):
        usable = [n for n in candidates if treatment[n] == "rounded" and not unique["known"].iat[n] and n != pinned]
        if usable:
            children, breakdown = unique["children"], unique["breakdown"]
            chosen = min(usable, key=lambda n: (breakdown[n] == EVERYONE, children[n] == 0, children[n], n))
            treatment[chosen] = "secondary"
            system.forget(row_of[chosen])
            return [chosen]
    return None


def _beside(unique: pd.DataFrame, numbers: np.ndarray, pinned: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the counts of the same breakdown and month, and of those the ones of the same quantity and period."""
    near, pin = unique.loc[numbers], unique.loc[pinned]
    same = near[(near["breakdown"] == pin["breakdown"]) & (near["month"] == pin["month"])]
    return same, same[(same["quantity"] == pin["quantity"]) & (same["length"] == pin["length"])]


def _give_up(
    unique: pd.DataFrame, treatment: np.ndarray, system: System, numbers: np.ndarray, row_of: dict[int, int],
    pinned: int,
) -> None:  # fmt: skip
    """Leave out what cannot be hidden."""
    pin = unique.loc[pinned]
    same, beside = _beside(unique, numbers, pinned)
    hidden = [n for n in beside.index if treatment[n] in _HIDDEN]
    certain = [n for n in hidden if system.high[row_of[n]] < np.inf and not unique["known"].iat[n]]
    if certain and any(treatment[n] == "secondary" for n in hidden):
        # Beside a count hidden to keep another, nobody can tell which hidden ones are small: there may be zeros.
        for one in certain:
            system.forget(row_of[one])
        return
    of_state = (same["kpi"] == BAND) & (same["part"].str.partition(" ")[0] == str(pin["part"]).partition(" ")[0])
    near = unique.loc[numbers]
    groups = near.index[(near["breakdown"] != EVERYONE) & (near["month"] == pin["month"])]
    if pin["kpi"] == BAND:
        parts = same.index[of_state]
    elif pin["breakdown"] != EVERYONE:
        # A whole of one or two, exact, says by itself what its parts can be: it is not split at all.
        parts = beside.index
    else:
        # What its groups say holds a whole fast, even hidden: then none is told; if none is left, the whole is not.
        parts = groups[[treatment[n] != "not split" for n in groups]]
        parts = parts if len(parts) else pd.Index([pinned])
    for one in parts:
        treatment[one] = "not split"
        system.forget(row_of[one])
