"""The board file of a roll-up: sums of what each member's board is shown, and of nothing else.

Whatever can be had from the sums can be had from the members' board files, which stand beside them: no subtraction
between a roll-up and its members, this month's or an earlier one's, says more than those do.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from etl.tables import EVERYONE
from metrics.beside import Beside, comparable
from metrics.definition import Definition
from metrics.disclosure import Protected
from metrics.disclosure_counts import of_people
from metrics.disclosure_policy import Policy
from metrics.edition import EditionError
from metrics.edition_tables import BANDS, RESULTS
from metrics.intervals import wilson_ends
from metrics.kinds import added_up
from metrics.quality_tables import DISCLOSED

_PERIOD = ["kpi", "month", "period_months"]
_ROW = [*_PERIOD, "breakdown", "group"]
_LIST = ["clock", "state", "month"]
_BAND = [*_LIST, "weeks_from", "weeks_to"]
_FIGURES = ["numerator", "denominator", "value"]


def members_beside(others: Sequence[Beside], members: Sequence[str], left_out: Sequence[str]) -> list[Beside]:
    """Return the members' board files, in their order. Raises EditionError where one is not there."""
    held = {other.area: other for other in others}
    if missing := [code for code in members if code not in held]:
        why = "".join(f" {sentence}" for sentence in left_out)
        raise EditionError(
            f"A roll-up's board is told what its members' boards are told, and {', '.join(missing)} has no edition "
            f"beside it; nothing was published. Publish there, and name its data folder in WAYMARK_BESIDE.{why}"
        )
    return [held[code] for code in members]


def added_for_board(
    results: pd.DataFrame, bands: pd.DataFrame, kpis: Mapping[str, Definition], strict: set[tuple[str, str]],
    members: Sequence[Beside], policy: Policy, of_plan: AbstractSet[str] = frozenset(),
) -> Protected:  # fmt: skip
    """Return what a roll-up's board may see of results and bands: public rows, and sums of the members' board files.

    A sum is missing where a part of it is hidden or was not published yet. Percentiles do not add up and are hidden,
    and so are figures of measures that a plan's own record gives (`of_plan`). Groups are told where the members' are.
    """
    leads = {name: str(kpi.select[kpi.lead]) for name, kpi in kpis.items() if of_people(kpi)}
    own = pd.MultiIndex.from_arrays([results["kpi"].map(leads).fillna(""), results["area"]]).isin(list(strict))
    rows = pd.concat([comparable(member, kpis) for member in members], ignore_index=True)
    sums = _sums(rows[~rows["kpi"].map(leads).isin(of_plan)], len(members))
    groups = pd.MultiIndex.from_frame(results[_ROW]).isin(pd.MultiIndex.from_frame(sums[_ROW]))
    mine = results[own & ((results["breakdown"] == EVERYONE) | groups).to_numpy()]
    made = _results(mine, sums, kpis, len(members), policy)
    listed = pd.MultiIndex.from_frame(bands[["clock", "area"]]).isin(list(strict))
    board = pd.concat([bands[~listed], _bands(bands[listed], members)], ignore_index=True)
    told = pd.concat([results[~own], made]).sort_index()
    return Protected(RESULTS.typed(told), BANDS.typed(board), DISCLOSED.empty(), 0)


def _of_all(added: pd.DataFrame, rows: pd.DataFrame, key: list[str], members: int) -> pd.DataFrame:
    """Return those sums for whose key every member has a row."""
    told = rows.groupby(key)["area"].nunique().rename("told").reset_index()
    return added[(added[key].merge(told, on=key, how="left")["told"] == members).to_numpy()]


def _sums(rows: pd.DataFrame, members: int) -> pd.DataFrame:
    """Return one row per result whose breakdown every member is told; a group that one has none of adds nothing."""
    return _of_all(added_up(rows, _ROW, _FIGURES), rows, [*_PERIOD, "breakdown"], members)


def _results(
    mine: pd.DataFrame, sums: pd.DataFrame, kpis: Mapping[str, Definition], members: int, policy: Policy
) -> pd.DataFrame:
    both = mine[_ROW].merge(sums, on=_ROW, how="left").set_index(mine.index)
    upper, lower, summed = (both[name].astype("Float64") for name in _FIGURES)
    kind, unit = (mine["kpi"].map({name: getattr(kpi, of) for name, kpi in kpis.items()}) for of in ("kind", "unit"))
    per = mine["kpi"].map({name: kpi.per for name, kpi in kpis.items()}).astype("Float64")
    minimum = mine["kpi"].map({name: kpi.minimum_base or 0 for name, kpi in kpis.items()}).astype("Float64")
    share = kind.isin(["share", "top_two_box"]) | ((kind == "measure") & (unit == "percent"))
    ratio = upper / lower.where(lower > 0)
    least = lower - members * policy.rounding_base / 2  # every member's base is rounded by itself
    enough = (least >= minimum.clip(lower=policy.percentage_base)).fillna(False).astype("bool")
    value = pd.Series(pd.NA, index=mine.index, dtype="Float64")
    value = value.mask(share & enough, 100 * ratio).mask((kind == "rate") & enough, per * ratio)
    value = value.mask(kind.isin(["count", "measure"]) & ~share, upper).mask(kind == "net_flow", summed)
    # Months without a figure are for the reasons that the exact one has none; a small base is for the sums to say.
    of_us = mine["flag"].isna() | mine["flag"].isin(["small_base", "no_base"])
    value = value.mask(kind == "clearance_weeks", ratio).where(of_us)
    few = upper.notna() & lower.notna() & ~enough & (share | (kind == "rate"))
    flag = pd.Series(None, index=mine.index, dtype="str").mask(value.isna(), "suppressed")
    flag = flag.mask(value.isna() & few, "small_base").mask(value.isna() & (mine["flag"] == "no_base"), "no_base")
    low, high = (100 * end for end in wilson_ends(upper, lower.where(lower > 0)))
    return mine.assign(
        numerator=upper.where(of_us), denominator=lower.where(of_us), value=value, at_least=np.nan,
        flag=flag.where(of_us, mine["flag"]),
        low=low.where(share & value.notna()), high=high.where(share & value.notna()),
    )  # fmt: skip


def _bands(own: pd.DataFrame, members: Sequence[Beside]) -> pd.DataFrame:
    """Return a list's bands added up, where every member's board is told the list by band."""
    told = [member.tables["bands"] for member in members]
    rows = pd.concat([bands[bands["area"] == m.area] for m, bands in zip(members, told, strict=True)])
    added = _of_all(added_up(rows, _BAND), rows, _LIST, len(members))
    added = added.merge(own[[*_LIST, "area"]].drop_duplicates(), on=_LIST)
    hidden = added["children"].isna()
    return added.assign(flag=pd.Series(None, index=added.index, dtype="str").mask(hidden, "suppressed"))
