"""Checks that a month's counts can be true. A failed check withholds the figures of its clock, area and month.

Six checks, on pathways and on published bands alike where they have what it takes:
  stock_flow  opening + started - completed - removed = closing
  ageing      who has waited long now must have waited nearly as long a month ago
  unchanged   a list that is the same as last month's, when lists of its size change
  submitters  every organisation that answers for the area answered this month
  lists       whoever sends several lists sent each of them
  two_sources a published table of the same list stands beside it: told with both figures, never a fault
Sources: RTT guidance v5.0, annex B (month not identical to the one before); waiting-list identity and ageing check,
reference SPC notes, section 7. All pure, frame to frame.

A list is what one organisation sends of one source; the published bands of an area are one list. Months are compared
over the lists that both have: one that fails to come is one fault, not three, and no list hides another's.
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
_LIST = [*_PLACE, "source", "submitter"]
_FLOWS = ["started", "completed", "removed"]


def checks(facts: Facts) -> pd.DataFrame:
    """Return one row per clock, area, month and check made: the checks contract.

    Where children come onto a clock later than they start, its list need not add up, and long waits appear at once.
    Nor need one that holds the last round alone: who starts anew leaves without a trace.
    """
    types = {"month": "datetime64[s]", "source": "str", "submitter": "str"}
    counts, observed = facts["list_counts"].astype(types), facts["observed"].astype(types)
    lists = _lists(counts, observed)
    clocks = load_clocks().items()
    late = [name for name, clock in clocks if not clock.known_at_start]
    of_one_round = [name for name, clock in clocks if not clock.rebuilt]
    made = [
        _stock_flow(lists[~lists["clock"].isin([*late, *of_one_round])]),
        _unchanged(lists, counts),
        _ageing(counts[~counts["clock"].isin(late)]),
        _submitters(observed),
        _every_list(observed),
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


def bands_withheld(bands: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Return the BANDS rows, those of a clock, area and month of which a check failed without their count, flagged."""
    failed = pd.MultiIndex.from_frame(made.loc[~made["passed"].astype("bool"), _PLACE])
    struck = pd.MultiIndex.from_frame(bands[_PLACE]).isin(failed)
    return bands.assign(children=bands["children"].mask(struck), flag=bands["flag"].mask(struck, "withheld"))


def _lists(counts: pd.DataFrame, observed: pd.DataFrame) -> pd.DataFrame:
    """Return per list waiting, the flows and last month's `opening`, missing where not known.

    `rows` says whether it is child by child. One that does not show who left it (open referrals only) has no count of
    those, which is not a count of nobody.
    """
    states = counts.pivot_table(index=_LIST, columns="state", values="children", aggfunc="sum").reset_index()
    own = observed[[*_LIST, "leaves"]].drop_duplicates(_LIST).assign(rows=True)
    states = states.merge(own, on=_LIST, how="outer")
    states["rows"], shown = states["rows"].notna(), states.pop("leaves").fillna(False).astype("bool")
    for state in ("waiting", *_FLOWS):
        told = states[state].astype("Float64") if state in states else pd.Series(pd.NA, states.index, dtype="Float64")
        states[state] = told.mask(shown & told.isna(), 0)
    return states.merge(_a_month_later(states[[*_LIST, "waiting"]], {"waiting": "opening"}), on=_LIST, how="left")


def _a_month_later(frame: pd.DataFrame, names: dict[str, str] | None = None) -> pd.DataFrame:
    later = frame["month"] + pd.DateOffset(months=1) if len(frame) else frame["month"]
    return frame.assign(month=later.astype("datetime64[s]")).rename(columns=names or {})


def _stock_flow(lists: pd.DataFrame) -> pd.DataFrame:
    parts = ["opening", "started", "completed", "removed", "waiting"]
    grouped = lists.assign(told=lists[parts].notna().all(axis=1)).groupby(_PLACE)
    held = grouped["told"].agg(["sum", "size"]).reset_index()
    whole = lists.dropna(subset=parts).groupby(_PLACE)[parts].sum().reset_index().merge(held, on=_PLACE)
    expected = whole["opening"] + whole["started"] - whole["completed"] - whole["removed"]
    gap = whole["waiting"] - expected
    passed = gap.abs() <= TOLERATED_SHARE * whole["opening"]
    words = [
        f"{o:,.0f} at the start, {s:,.0f} started, {c:,.0f} completed, {r:,.0f} removed: "
        f"{o + s - c - r:,.0f} expected, {w:,.0f} on the list."
        + (f" Of {told} of {every} lists: the others show no month before, or not who left." if told < every else "")
        for o, s, c, r, w, told, every in zip(
            *(whole[part] for part in parts), whole["sum"], whole["size"], strict=True
        )
    ]
    return _found(whole, "stock_flow", passed, gap, words)


def _unchanged(lists: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Return the check for lists large enough: no movement at all, or every published band as it was."""
    large = lists[(lists["waiting"] >= UNCHANGED_FROM) & lists["opening"].notna()]
    # Whoever sends rows and names nobody who came or went says that nobody did.
    moved = large[_FLOWS].sum(axis=1).where(large["rows"])
    still = (moved == 0) & (large["waiting"] == large["opening"])
    bands = _band_words(counts)
    both = large[_LIST].merge(bands, on=_LIST, how="left")
    both = both.merge(_a_month_later(bands, {"bands": "before"}), on=_LIST, how="left")
    as_before = (both["bands"] == both["before"]).fillna(False).to_numpy() & ~(moved > 0).fillna(False).to_numpy()
    same = large.assign(same=as_before | still.fillna(False).to_numpy())
    several = same.groupby(_PLACE)["same"].transform("size") > 1
    same["name"] = (" of " + _names(same)).where(several, "")
    named = same[same["same"]].groupby(_PLACE)["name"].agg(lambda names: " and that".join(sorted(names)))
    places = same[_PLACE].drop_duplicates().merge(named.reset_index(), on=_PLACE, how="left")
    words = [
        "The list differs from the month before."
        if pd.isna(name)
        else f"The list{name} is the same as a month before, band by band."
        for name in places["name"]
    ]
    return _found(places, "unchanged", places["name"].isna(), None, words)


def _names(lists: pd.DataFrame) -> pd.Series:
    """Return what a list goes by in a sentence."""
    names: pd.Series = lists["submitter"] + " (" + lists["source"] + ")"
    return names


def _band_words(counts: pd.DataFrame) -> pd.DataFrame:
    waiting = counts[counts["state"] == "waiting"].sort_values("weeks_from")
    cells = waiting.groupby([*_LIST, "weeks_from"], dropna=False)["children"].sum().reset_index()
    cells["bands"] = [
        f"{start}:{children}" for start, children in zip(cells["weeks_from"], cells["children"], strict=True)
    ]
    return cells.groupby(_LIST)["bands"].agg(" ".join).reset_index()


def _ageing(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the check per month that follows another: nobody's wait grows by more than the month is long."""
    waiting = counts[(counts["state"] == "waiting") & counts["weeks_from"].notna()]
    earlier = _a_month_later(waiting)
    both = waiting[_LIST].drop_duplicates().merge(earlier[_LIST].drop_duplicates(), on=_LIST)
    now, before = (dict(iter(_by_week(rows.merge(both, on=_LIST)).groupby(_PLACE))) for rows in (waiting, earlier))
    rows = []
    for place, frame in now.items():
        excess, weeks = _excess(frame, before[place])
        allowed = TOLERATED_SHARE * float(before[place]["children"].sum())
        words = (
            f"{excess:,.0f} more children have waited over {weeks} weeks than could have a month before."
            if excess > 0
            else "Every wait is one the month before could have grown into."
        )
        found = {"check": "ageing", "passed": excess <= allowed, "gap": max(excess, 0.0), "sentence": words}
        rows.append(dict(zip(_PLACE, place, strict=True)) | found)
    return pd.DataFrame(rows)


def _by_week(waiting: pd.DataFrame) -> pd.DataFrame:
    return waiting.astype({"weeks_from": "int64"}).groupby([*_PLACE, "weeks_from"])["children"].sum().reset_index()


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


def _every_list(observed: pd.DataFrame) -> pd.DataFrame:
    """Return the check for months in which an organisation that sends several lists of a clock sent one of them.

    A list is expected from its first month on, until one of the same sender begins after its last: that follows it.
    """
    sender, months = ["clock", "area", "submitter"], observed[_LIST].drop_duplicates()
    spans = months.groupby([*sender, "source"])["month"].agg(first="min", last="max").reset_index()
    others = spans.merge(spans[[*sender, "first"]].rename(columns={"first": "next"}), on=sender)
    follows = others[others["next"] > others["last"]].groupby([*sender, "source"])["next"].min()
    spans = spans.merge(follows.reset_index(), on=[*sender, "source"], how="left")
    due = months[[*_PLACE, "submitter"]].drop_duplicates().merge(spans, on=sender)
    due = due[(due["first"] <= due["month"]) & ~(due["next"] <= due["month"])]
    due = due.merge(months.assign(have=True), on=_LIST, how="left").assign(have=lambda rows: rows["have"].notna())
    several = due[due.groupby([*_PLACE, "submitter"])["have"].transform("size") > 1]
    missing = several[~several["have"]].assign(name=_names)
    absent = missing.groupby(_PLACE)["name"].agg(lambda names: ", ".join(sorted(names)))
    grouped = several.groupby(_PLACE)["have"].agg(["sum", "size"]).reset_index()
    grouped = grouped.merge(absent.reset_index(), on=_PLACE, how="left")
    words = [
        f"{have} of {every} lists of organisations that send several came" + ("." if pd.isna(a) else f"; missing: {a}.")
        for have, every, a in zip(grouped["sum"], grouped["size"], grouped["name"], strict=True)
    ]
    return _found(grouped, "lists", grouped["name"].isna(), None, words)


def _two_sources(lists: pd.DataFrame, set_aside: pd.DataFrame | None) -> pd.DataFrame:
    """Return what a published table says of the lists that were counted child by child in its place."""
    if set_aside is None or set_aside.empty:
        return pd.DataFrame()
    told = set_aside[(set_aside["breakdown"] == EVERYONE) & (set_aside["state"] == "waiting")]
    told = told.astype({"clock": "str", "area": "str", "month": "datetime64[s]"})
    published = told.groupby(_PLACE)["children"].agg(lambda part: part.sum(skipna=False)).rename("published")
    own_lists = lists.groupby(_PLACE)["waiting"].sum(min_count=1).reset_index()
    both = own_lists.merge(published.reset_index(), on=_PLACE).dropna(subset=["waiting", "published"])
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
