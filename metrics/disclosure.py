"""From the restricted figures to the board's: small counts hidden, others rounded, what could still be had widened.

Public figures pass. Everything else is hidden and rounded after it was added up, and whatever is derived (percentages,
rates, comparisons, trajectories, forecasts, sentences) is derived again from what is then left, so that nothing in the
board file can say more than its counts. Source of the rule: reference pack, "Disclosure: the rule and the check".
"""

from collections.abc import Iterable, Mapping
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
            widening = _Widening(own, _system(str(lead), str(area), own, told, waits, kpis, policy), policy)
            widening.widen()
            unique["treatment"] = unique["treatment"].mask(unique.index.isin(own.index), pd.Series(widening.treatment))
            withdrawn |= widening.withdrawn
            attacked += len(widening.attacked)
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


class _Widening:
    """The counts of one lead and area while more of them are hidden, until every hidden one can have enough values.

    `counts` has KEY, children, treatment and known; its rows are named by their index in the frame of all counts.
    """

    def __init__(self, counts: pd.DataFrame, system: System, policy: Policy) -> None:
        self.counts = counts
        self.treatment = counts["treatment"].to_dict()
        self.withdrawn: set[int] = set()
        self.attacked: set[int] = set()
        self._system, self._policy = system, policy
        self._children, self._breakdown = counts["children"].to_dict(), counts["breakdown"].to_dict()
        self._row_of = dict(zip(counts.index, system.row_of, strict=True))

    def widen(self) -> None:
        """Attack what is hidden, and hide what holds it fast."""
        waiting = self._hidden(self.counts.index)
        while waiting:
            number = waiting.pop()
            if self.treatment[number] not in _HIDDEN:
                continue
            self.attacked.add(number)
            for wide in (False, True):
                kept, holding = possible(self._system, self._row_of[number], self._policy.possible_values, wide=wide)
                if kept:
                    break
                more = self._hide_one(number, holding)
                if more is not None:
                    # What is hidden now must keep its values too; what was proven before only gains by it.
                    waiting += [number, *more]
                    break
            else:
                self._give_up(number)
                waiting.append(number)

    def _hidden(self, numbers: Iterable[int]) -> list[int]:
        return [n for n in numbers if self.treatment[n] in _HIDDEN]

    def _treat(self, number: int, treatment: str) -> None:
        """Tell no more of a count, and for which reason."""
        self.treatment[number] = treatment
        self._system.forget(self._row_of[number])

    def _hide_one(self, pinned: int, holding: list[int]) -> list[int] | None:
        """Hide the smallest thing that holds a count fast: a percentile, else a group's count, else a whole's.

        Return the counts hidden now; None where there is nothing left to hide.
        """
        system, counts = self._system, self.counts
        for row in holding:
            if (result := int(system.percentile_of[row])) >= 0:
                self.withdrawn.add(result)
                for one in np.flatnonzero(system.percentile_of == result):
                    system.forget(int(one), -np.inf)
                return []
        told = [int(counts.index[system.count_of[row]]) for row in holding if system.count_of[row] >= 0]
        same, beside = self._beside(pinned)
        for candidates in (told, list(beside.index), list(same.index)):
            usable = [n for n in candidates if self.treatment[n] == "rounded" and not counts.at[n, "known"]]
            usable = [n for n in usable if n != pinned]
            if usable:
                chosen = min(usable, key=self._smallest_group_first)
                self._treat(chosen, "secondary")
                return [chosen]
        return None

    def _smallest_group_first(self, number: int) -> tuple[bool, bool, float, int]:
        children = self._children[number]
        return self._breakdown[number] == EVERYONE, children == 0, children, number

    def _beside(self, pinned: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the counts of the same breakdown and month, and of those the ones of the same quantity and period."""
        near, pin = self.counts, self.counts.loc[pinned]
        same = near[(near["breakdown"] == pin["breakdown"]) & (near["month"] == pin["month"])]
        return same, same[(same["quantity"] == pin["quantity"]) & (same["length"] == pin["length"])]

    def _give_up(self, pinned: int) -> None:
        """Leave out what cannot be hidden."""
        pin = self.counts.loc[pinned]
        same, beside = self._beside(pinned)
        hidden = self._hidden(beside.index)
        certain = [n for n in hidden if self._system.high[self._row_of[n]] < np.inf and not self.counts.at[n, "known"]]
        if certain and any(self.treatment[n] == "secondary" for n in hidden):
            # Beside a count hidden to keep another, nobody can tell which hidden ones are small: there may be zeros.
            for one in certain:
                self._system.forget(self._row_of[one])
            return
        near = self.counts
        if pin["kpi"] == BAND:
            state = str(pin["part"]).partition(" ")[0]
            parts = same.index[(same["kpi"] == BAND) & (same["part"].str.partition(" ")[0] == state)]
        elif pin["breakdown"] != EVERYONE:
            # A whole of one or two, exact, says by itself what its parts can be: it is not split at all.
            parts = beside.index
        else:
            # What its groups say holds a whole fast, even hidden: then none is told; if none is left, the whole is not.
            parts = near.index[(near["breakdown"] != EVERYONE) & (near["month"] == pin["month"])]
            parts = parts[[self.treatment[n] != "not split" for n in parts]]
            parts = parts if len(parts) else pd.Index([pinned])
        for one in parts:
            self._treat(one, "not split")
