"""Checks that a month's counts can be true. A failed check withholds the figures of its clock, area and month.

Five checks, on pathways and on published bands alike where they have what it takes:
  stock_flow  opening + started - completed - removed = closing
  ageing      who has waited long now must have waited nearly as long a month ago
  unchanged   a list that is the same as last month's, when lists of its size change
  submitters  every organisation that answers for the area answered this month
  two_sources a published table of the same list stands beside it: told with both figures, never a fault
Sources: RTT guidance v5.0, annex B (month not identical to the one before); waiting-list identity and ageing check,
reference SPC notes, section 7. All pure, frame to frame.
"""

from collections.abc import Iterable

import pandas as pd

from etl.tables import EVERYONE
from metrics.clocks import load_clocks
from metrics.definition import CLOCK_FACTS, Definition
from metrics.periods import LENGTH, months_behind
from metrics.quality_tables import CHECKS
from metrics.warehouse_facts import Facts

# A late or moved referral a month is life, not a fault: 2 % of the list may come or go without a record of it.
TOLERATED_SHARE = 0.02
# Smaller lists can stand still for a month by chance.
UNCHANGED_FROM = 20
# The longest month has 31 days: at its end a child has waited at most 4.43 weeks longer than at its start.
_WEEKS_OF_A_MONTH = 5

_PLACE = ["clock", "area", "month"]


def checks(facts: Facts) -> pd.DataFrame:
    """Return one row per clock, area, month and check made: the checks contract.

    Where children come onto a clock later than they start, its list need not add up, and long waits appear at once.
    """
    counts = facts["clock_counts"]
    counts = counts[(counts["breakdown"] == EVERYONE) & counts["flag"].isna()]
    counts = counts.astype({"month": "datetime64[s]"})
    lists = _lists(counts, facts["observed"])
    late = [name for name, clock in load_clocks().items() if not clock.known_at_start]
    made = [
        _stock_flow(lists[~lists["clock"].isin(late)]),
        _unchanged(lists, counts),
        _ageing(counts[~counts["clock"].isin(late)]),
        _submitters(facts["observed"].astype({"month": "datetime64[s]"})),
        _two_sources(lists, facts.get("set_aside")),
    ]
    found = pd.concat([CHECKS.empty(), *(CHECKS.typed(frame) for frame in made if len(frame))], ignore_index=True)
    return found.sort_values(list(CHECKS.key), ignore_index=True)


def withheld(results: pd.DataFrame, kpis: Iterable[Definition], made: pd.DataFrame) -> pd.DataFrame:
    """Return the results with every figure that rests on a failed check withheld: no value, no parts, a flag.

    A figure over several months rests on all of them, and so does a pace. A missing submitter does not touch the split
    by organisation.
    """
    failed = made[~made["passed"]]
    if failed.empty:
        return results
    clocks = pd.DataFrame(
        [(kpi.id, kpi.select.get("clock"), months_behind(kpi.kind, 1)) for kpi in kpis if kpi.fact in CLOCK_FACTS],
        columns=["kpi", "clock", "pace"],
    )
    rows = results[["kpi", "area", "breakdown", "month", "period_months"]].reset_index().merge(clocks, on="kpi")
    hits = []
    for back in range(max(LENGTH.values())):
        reached = rows[rows[["period_months", "pace"]].max(axis=1) > back]
        month = reached["month"] - pd.DateOffset(months=back) if len(reached) else reached["month"]
        reached = reached.assign(month=month.astype("datetime64[s]"))
        found = reached.merge(failed[[*_PLACE, "check"]], on=_PLACE)
        own = (found["check"] == "submitters") & (found["breakdown"] == "organisation")
        hits += found.loc[~own, "index"].tolist()
    struck = results.index.isin(hits)
    parts = ["numerator", "denominator", "value", "low", "high", "at_least"]
    blanked = results.assign(**{part: results[part].mask(struck) for part in parts})
    return blanked.assign(flag=blanked["flag"].mask(struck, "withheld"))


def _lists(counts: pd.DataFrame, observed: pd.DataFrame) -> pd.DataFrame:
    """Return waiting, started, completed, removed per place and last month's `opening`; missing where not known.

    A list that never shows who left it (open referrals only) has no count of those, which is not a count of nobody.
    """
    states = counts.pivot_table(index=_PLACE, columns="state", values="children", aggfunc="sum").reset_index()
    for state in ("waiting", "started", "completed", "removed"):
        if state not in states:
            states[state] = pd.NA
    own = observed[_PLACE].drop_duplicates().astype({"month": "datetime64[s]"}).assign(rows=True)
    states = states.merge(own, on=_PLACE, how="outer")
    rows = states.pop("rows").notna()
    leaves = (states["completed"].notna() | states["removed"].notna()).groupby([states["clock"], states["area"]])
    rows &= leaves.transform("any")
    for state in ("waiting", "started", "completed", "removed"):
        states[state] = states[state].astype("Float64")
        states[state] = states[state].mask(rows & states[state].isna(), 0)
    return states.merge(_a_month_later(states[[*_PLACE, "waiting"]], {"waiting": "opening"}), on=_PLACE, how="left")


def _a_month_later(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    later = frame["month"] + pd.DateOffset(months=1) if len(frame) else frame["month"]
    return frame.assign(month=later.astype("datetime64[s]")).rename(columns=names)


def _stock_flow(lists: pd.DataFrame) -> pd.DataFrame:
    whole = lists.dropna(subset=["opening", "waiting", "started", "completed", "removed"])
    expected = whole["opening"] + whole["started"] - whole["completed"] - whole["removed"]
    gap = whole["waiting"] - expected
    passed = gap.abs() <= TOLERATED_SHARE * whole["opening"]
    parts = ("opening", "started", "completed", "removed", "waiting")
    words = [
        f"{o:,.0f} at the start, {s:,.0f} started, {c:,.0f} completed, {r:,.0f} removed: "
        f"{o + s - c - r:,.0f} expected, {w:,.0f} on the list."
        for o, s, c, r, w in zip(*(whole[part] for part in parts), strict=True)
    ]
    return _found(whole, "stock_flow", passed, gap, words)


def _unchanged(lists: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the check for lists large enough: no movement at all, or every published band as it was."""
    large = lists[(lists["waiting"] >= UNCHANGED_FROM) & lists["opening"].notna()]
    moved = large[["started", "completed", "removed"]].sum(axis=1, min_count=3)
    still = (moved == 0) & (large["waiting"] == large["opening"])
    bands = _band_words(counts)
    both = large[_PLACE].merge(bands, on=_PLACE, how="left")
    both = both.merge(_a_month_later(bands, {"bands": "before"}), on=_PLACE, how="left")
    as_before = (both["bands"] == both["before"]).fillna(False).to_numpy() & ~(moved > 0).fillna(False).to_numpy()
    same = as_before | still.fillna(False).to_numpy()
    words = [
        "The list is the same as a month before, band by band." if one else "The list differs from the month before."
        for one in same
    ]
    return _found(large, "unchanged", pd.Series(~same, index=large.index), None, words)


def _band_words(counts: pd.DataFrame) -> pd.DataFrame:
    waiting = counts[counts["state"] == "waiting"].sort_values("weeks_from")
    cells = waiting.groupby([*_PLACE, "weeks_from"], dropna=False)["children"].sum().reset_index()
    cells["bands"] = [
        f"{start}:{children}" for start, children in zip(cells["weeks_from"], cells["children"], strict=True)
    ]
    return cells.groupby(_PLACE)["bands"].agg(" ".join).reset_index()


def _ageing(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the check per month that follows another: nobody's wait grows by more than the month is long."""
    waiting = counts[(counts["state"] == "waiting") & counts["weeks_from"].notna()]
    by_week = waiting.groupby([*_PLACE, "weeks_from"])["children"].sum().reset_index().astype({"weeks_from": "int64"})
    rows = []
    series: dict[tuple[str, str, pd.Timestamp], pd.DataFrame] = {
        (str(frame["clock"].iloc[0]), str(frame["area"].iloc[0]), frame["month"].iloc[0]): frame
        for _, frame in by_week.groupby(_PLACE)
    }
    for (clock, area, month), frame in series.items():
        before = series.get((clock, area, month - pd.DateOffset(months=1)))
        if before is not None:
            excess, weeks = _excess(frame, before)
            allowed = TOLERATED_SHARE * float(before["children"].sum())
            words = (
                f"{excess:,.0f} more children have waited over {weeks} weeks than could have a month before."
                if excess > 0
                else "Every wait is one the month before could have grown into."
            )
            place = {"clock": clock, "area": area, "month": month, "check": "ageing"}
            rows.append({**place, "passed": excess <= allowed, "gap": max(excess, 0.0), "sentence": words})
    return pd.DataFrame(rows)


def _excess(now: pd.DataFrame, before: pd.DataFrame) -> tuple[float, int]:
    """Return by how many children the worst threshold is exceeded, and the threshold in weeks; rows by weeks_from."""
    weeks, edges = now["weeks_from"].to_numpy(), before["weeks_from"].to_numpy()
    have, had = (frame["children"].to_numpy(dtype="float64")[::-1].cumsum()[::-1] for frame in (now, before))
    # Waits over `weeks` now were over the nearest band edge at least a month's weeks lower.
    nearest = edges.searchsorted(weeks - _WEEKS_OF_A_MONTH, side="right") - 1
    known = nearest >= 0
    more = have[known] - had[nearest[known]]
    if not (more > 0).any():
        return 0.0, 0
    return float(more.max()), int(weeks[known][more.argmax()])


def _submitters(observed: pd.DataFrame) -> pd.DataFrame:
    """Return the check for areas several organisations answer for, from the first month of each on."""
    firsts = observed.groupby(["clock", "area", "submitter"])["month"].min().rename("first").reset_index()
    months = observed[_PLACE].drop_duplicates()
    expected = months.merge(firsts, on=["clock", "area"])
    expected = expected[expected["first"] <= expected["month"]]
    have = observed[[*_PLACE, "submitter"]].drop_duplicates().assign(have=True)
    both = expected.merge(have, on=[*_PLACE, "submitter"], how="left")
    both["have"] = both["have"].notna()
    grouped = both.groupby(_PLACE).agg(expected=("have", "size"), have=("have", "sum")).reset_index()
    absent = both[~both["have"]].groupby(_PLACE)["submitter"].agg(lambda names: ", ".join(sorted(names)))
    several = grouped[grouped["expected"] > 1].merge(absent.rename("absent").reset_index(), on=_PLACE, how="left")
    words = [
        f"{h} of {e} organisations submitted" + ("." if pd.isna(a) else f"; missing: {a}.")
        for h, e, a in zip(several["have"], several["expected"], several["absent"], strict=True)
    ]
    return _found(several, "submitters", several["have"] == several["expected"], None, words)


def _two_sources(lists: pd.DataFrame, set_aside: pd.DataFrame | None) -> pd.DataFrame:
    """Return what a published table says of the lists that were counted child by child in its place."""
    if set_aside is None or set_aside.empty:
        return pd.DataFrame()
    told = set_aside[(set_aside["breakdown"] == EVERYONE) & (set_aside["state"] == "waiting")]
    told = told.astype({"clock": "str", "area": "str", "month": "datetime64[s]"})
    published = told.groupby(_PLACE)["children"].agg(lambda part: part.sum(skipna=False)).rename("published")
    both = lists[[*_PLACE, "waiting"]].merge(published.reset_index(), on=_PLACE).dropna(subset=["waiting", "published"])
    words = [
        f"{own:,.0f} waiting by the list of children, which counts; {other:,.0f} by the published table beside it."
        for own, other in zip(both["waiting"], both["published"], strict=True)
    ]
    return _found(both, "two_sources", pd.Series(True, index=both.index), both["waiting"] - both["published"], words)


def _found(
    places: pd.DataFrame, check: str, passed: pd.Series, gap: pd.Series | None, words: list[str]
) -> pd.DataFrame:
    return places[_PLACE].assign(
        check=check, passed=passed.astype("boolean"), gap=gap if gap is not None else None, sentence=words
    )
