"""Several local areas counted as one: figures of all members added up, and none where a member's is missing.

Children are counted under the roll-up's own code by the same SQL as any area's (etl/scope.py).
"""

from collections.abc import Sequence

import pandas as pd

from etl.warehouse import Reader
from metrics.beside import Beside
from metrics.kinds import added_up
from metrics.quality_tables import CHECKS

_PERIOD = ["measure", "month", "period_months"]
_MEASURE = [*_PERIOD, "area", "breakdown", "group"]
_PARTS = ["numerator", "denominator"]
_MOVES = ("stock_flow", "ageing", "unchanged")
_HELD = (
    "SELECT DISTINCT measures.measure, measures.month, measures.period_months, measures.area, measures.breakdown, "
    'measures."group", coverage.local_area AS member FROM coverage '
    "JOIN measures ON measures.load_id = coverage.load_id AND measures.month = coverage.month "
    "WHERE measures.area = ? AND list_contains(?, coverage.local_area)"
)


def added_measures(reader: Reader, values: pd.DataFrame) -> pd.DataFrame:
    """Return the fact measure_values with members' figures added up; not supplied where a member's is missing."""
    if reader.scope is None or not reader.scope.members:
        return values
    held = reader.query(_HELD, [reader.scope.area, list(reader.scope.members)])
    known = held[_MEASURE].drop_duplicates().assign(known=True)
    ours = values[_MEASURE].merge(known, on=_MEASURE, how="left")["known"].notna().to_numpy()
    added = added_up(values[ours], _MEASURE, _PARTS)
    # A group that a member has none of adds nothing, where the member splits its figure at all.
    split = [*_PERIOD, "breakdown"]
    members = held.groupby(split)["member"].nunique().rename("members").reset_index()
    complete = added[split].merge(members, on=split, how="left")["members"] == len(reader.scope.members)
    added["flag"] = added["flag"].mask(~complete, "not_supplied")
    added[_PARTS] = added[_PARTS].mask(added["flag"].notna())
    return pd.concat([values[~ours], added.reindex(columns=values.columns).astype(values.dtypes)], ignore_index=True)


def with_members(made: pd.DataFrame, observed: pd.DataFrame, area: str, members: Sequence[Beside]) -> pd.DataFrame:
    """Return the checks of a roll-up: failed where a member has no list for a clock and month, or its own check failed.

    `observed` is the fact of that name: in a roll-up a submitter is the member's code and the organisation's.
    """
    if not members:
        return made
    codes = [member.area for member in members]
    lists = observed[observed["area"] == area].astype({"month": "datetime64[s]"})
    lists = lists.assign(member=lists["submitter"].str.split(" ").str[0])
    rows: list[dict[str, object]] = []
    for (clock, month), held in lists[lists["member"].isin(codes)].groupby(["clock", "month"]):
        if missing := [code for code in codes if code not in set(held["member"])]:
            have = f"{len(codes) - len(missing)} of {len(codes)} local areas have a list"
            rows.append({"clock": clock, "area": area, "month": month, "check": "members", "passed": False,
                         "sentence": f"{have}; missing: {', '.join(missing)}."})  # fmt: skip
    # What came and went cannot be told beside a month that lacks a member.
    lacking = CHECKS.frame(rows)[["clock", "area", "month"]]
    after = lacking.assign(month=(lacking["month"] + pd.DateOffset(months=1)).astype("datetime64[s]"))
    partial = pd.MultiIndex.from_frame(pd.concat([lacking, after]))
    untold = pd.MultiIndex.from_frame(made[["clock", "area", "month"]]).isin(partial) & made["check"].isin(_MOVES)
    own = [_failed(member, area) for member in members]
    both = pd.concat([CHECKS.frame(rows), *own, made[~untold]], ignore_index=True).drop_duplicates(list(CHECKS.key))
    return CHECKS.typed(both.sort_values(list(CHECKS.key), ignore_index=True))


def _failed(member: Beside, area: str) -> pd.DataFrame:
    """Return a member's failed checks as the roll-up's, said to be the member's."""
    checks = member.tables["checks"]
    failed = checks[(checks["area"] == member.area) & ~checks["passed"].astype("bool")]
    return failed.assign(area=area, sentence=f"{member.area}: " + failed["sentence"])
