"""A row-level list beside what is loaded already: volume, copies, other people's lists, children who vanished.

Only pseudonyms and dates are compared, outside the child process, which never sees an earlier load. After the checks
NHS England asks of a waiting-list return (RTT guidance v5.0, Annex B) and the autism statistics' rule that a referral
missing from the latest extract is not open.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]

from etl.examine import Examination
from etl.finding import Finding
from etl.source import Source
from etl.warehouse import Reader

_ENOUGH = 20  # children; below, a list moves by a third of itself without meaning anything
_LEAST, _MOST = 0.7, 1.3
_ALIKE = 0.98  # share of rows equal to last month's from which a list is called a copy
_OTHERS = 0.5  # share of children known from another sender's list
_OWN = 0.1
_LONG_DAYS = 364  # over 52 weeks (RTT guidance: strictly more)
_KEY = ["clock", "pathway_id"]

_EARLIER = """
SELECT load_id, source, organisation, month, key_id FROM loads
WHERE state = 'current' AND load_id IN (SELECT load_id FROM pathways) ORDER BY month
"""
_ROWS = "SELECT clock, pathway_id, started_on, stopped_on FROM pathways WHERE load_id = ?"


@dataclass(frozen=True)
class _List:
    """The rows of a load or of the file, and the month they are for."""

    rows: pd.DataFrame
    month: date

    def open_rows(self) -> pd.DataFrame:
        """Return the rows whose clock still runs."""
        return self.rows[self.rows["stopped_on"].isna()]

    def on(self, clocks: set[str]) -> "_List":
        """Return the list of these clocks alone."""
        return _List(self.rows[self.rows["clock"].isin(clocks)], self.month)

    def waiting(self) -> int:
        """Return how many pathways still wait on any clock: how long lists show who left differs, and says nothing."""
        return int(self.open_rows()["pathway_id"].nunique())

    def children(self) -> int:
        """Return how many pathways are on the list, each counted once."""
        return int(self.rows["pathway_id"].nunique())


def beside_history(reader: Reader, found: Examination) -> list[Finding]:
    """Return what is odd about an examined list beside the loads there are; nothing for other kinds of file."""
    pathways = (found.frames or {}).get("pathways")
    if found.source is None or found.month is None or pathways is None or pathways.empty:
        return []
    ours = _List(pathways[[*_KEY, "started_on", "stopped_on"]], found.month)
    loads = reader.query(_EARLIER)
    same = (loads["source"] == found.source.kept_as) & (loads["organisation"] == found.organisation)
    findings = _other_key(found, loads) + _counted_twice(reader, found, loads[~same], ours)
    earlier = loads[same & (loads["month"] < pd.Timestamp(found.month))]
    if len(earlier):
        last = earlier.iloc[-1]
        before = _List(reader.query(_ROWS, [last["load_id"]]), last["month"].date())
        findings += _beside_last(ours, before, found.source)
    replaced = loads[same & (loads["month"] == pd.Timestamp(found.month))]
    if len(replaced):
        findings += _beside_replaced(ours, reader.query(_ROWS, [replaced.iloc[-1]["load_id"]]))
    return findings + _of_others(reader, loads, same, ours)


def _beside_last(ours: _List, last: _List, source: Source) -> list[Finding]:
    """Compare the clocks both lists have; rounds end and begin anew, so their children are not followed."""
    month = f"{last.month:%B %Y}"
    clocks = source.pathways.clocks if source.pathways else {}
    restarting = {clock.feeds or name for name, clock in clocks.items() if clock.restarts}
    rounds = {clock.feeds or name for name, clock in clocks.items() if clock.round}
    followed = (set(ours.rows["clock"]) & set(last.rows["clock"])) - restarting - rounds
    now, then = ours.on(followed), last.on(followed)
    return [*_volume(now, then, month), *_long_waits(now, then, month), *_copy(ours, last, month),
            *_dropped(now, then, month), *_moved_starts(ours, last, month, restarting)]  # fmt: skip


def _volume(ours: _List, last: _List, month: str) -> list[Finding]:
    before, now = last.waiting(), ours.waiting()
    if before < _ENOUGH or _LEAST * before <= now <= _MOST * before:
        return []
    rule, word = ("VOLUME_DROP", "fewer") if now < before else ("VOLUME_JUMP", "more")
    problem = f"{now:,} children are waiting, far {word} than the {before:,} of {month}"
    remedy = "Ask the sender whether the list is whole." if now < before else "Ask the sender what was added."
    return [Finding(rule, "query", problem, remedy)]


def _long_waits(ours: _List, last: _List, month: str) -> list[Finding]:
    before, now = (_over_a_year(one) for one in (last, ours))
    if before < _ENOUGH or _LEAST * before <= now <= _MOST * before:
        return []
    problem = f"{now:,} children have waited over 52 weeks, beside {before:,} in {month}"
    return [Finding("LONG_WAITS_CHANGED", "query", problem, "Ask the sender what happened to them.")]


def _over_a_year(one: _List) -> int:
    end = pd.Timestamp(one.month) + pd.offsets.MonthEnd(0)
    rows = one.open_rows()
    return int(rows.loc[(end - rows["started_on"]).dt.days > _LONG_DAYS, "pathway_id"].nunique())


def _copy(ours: _List, last: _List, month: str) -> list[Finding]:
    """Say so where nearly every row is last month's and nothing began or ended in the month the file is for."""
    begin = pd.Timestamp(ours.month)
    news = (ours.rows["started_on"] >= begin) | (ours.rows["stopped_on"] >= begin)
    both = ours.rows.merge(last.rows, on=[*_KEY, "started_on", "stopped_on"], how="inner")
    if news.any() or len(both) < _ALIKE * max(len(ours.rows), len(last.rows)) or len(both) < 2:
        return []
    problem = f"the list is that of {month} over again: nobody joined it and nobody left"
    return [Finding("SAME_AS_LAST_MONTH", "query", problem, "Ask the sender for this month's list.")]


def _dropped(ours: _List, last: _List, month: str) -> list[Finding]:
    before = last.open_rows()["pathway_id"]
    count = int(before[~_among(before, ours.rows["pathway_id"])].nunique())
    if not count:
        return []
    problem = f"children waiting in {month} are on this list neither as waiting nor as closed; they are not counted"
    return [Finding("DROPPED_WITHOUT_CLOSURE", "note", problem, "Ask the sender what became of them.", count=count)]


def _moved_starts(ours: _List, last: _List, month: str, restarting: set[str]) -> list[Finding]:
    both = ours.rows.merge(last.rows, on=_KEY, suffixes=("", "_before"))
    both = both[~both["clock"].isin(restarting)]
    moved = both["started_on"].notna() & both["started_on_before"].notna()
    moved &= both["started_on"] != both["started_on_before"]
    count = int(both.loc[moved, "pathway_id"].nunique())
    if not count:
        return []
    problem = f"children have another clock start than in {month}"
    remedy = "A cancelled or missed appointment does not restart the clock; ask the sender."
    return [Finding("START_MOVED", "query" if count > 0.05 * ours.children() else "note", problem, remedy, count=count)]


def _beside_replaced(ours: _List, replaced: pd.DataFrame) -> list[Finding]:
    """Ask before a list takes the place of one with other children: two lists of one sender are no correction."""
    known = _shared(ours.rows["pathway_id"], replaced["pathway_id"])
    before = _List(replaced, ours.month)
    shrunk = _volume(ours, before, "the load it replaces") if ours.waiting() < before.waiting() else []
    if known >= _OTHERS * min(ours.children(), replaced["pathway_id"].nunique()):
        return shrunk
    problem = f"it would replace this month's list, but shares {known:,} children with it"
    remedy = "If both lists count, send them as one file, or give the second a source of its own (based_on)."
    return [*shrunk, Finding("REPLACES_OTHERS", "query", problem, remedy)]


def _of_others(reader: Reader, loads: pd.DataFrame, same: pd.Series, ours: _List) -> list[Finding]:
    """Ask where half of the children are known from another sender and next to none from this one."""
    ids = ours.rows["pathway_id"].drop_duplicates()
    for group, of_sender in loads[~same].groupby(["source", "organisation"]):
        rows = reader.query(_ROWS, [of_sender.iloc[-1]["load_id"]])
        if _shared(ids, rows["pathway_id"]) < max(2, _OTHERS * len(ids)):
            continue
        mine = loads[same]
        known = reader.query(_ROWS, [mine.iloc[-1]["load_id"]])["pathway_id"] if len(mine) else ids.head(0)
        if _shared(ids, known) <= _OWN * len(ids):
            problem = f"most of the children are known from the list of {group[1]} ({group[0]})"
            return [Finding("WRONG_ORGANISATION", "query", problem, "Check whose file it is.")]
    return []


def _other_key(found: Examination, loads: pd.DataFrame) -> list[Finding]:
    keys = set(loads["key_id"].dropna())
    if found.key_id is None or not keys or found.key_id in keys:
        return []
    problem = "earlier lists were pseudonymised under another key, so no child can be followed from them to this one"
    remedy = "Restore the key from its copy (WAYMARK_KEY), or say why a new one was begun."
    return [Finding("KEY_CHANGED", "query", problem, remedy)]


def _counted_twice(reader: Reader, found: Examination, others: pd.DataFrame, ours: _List) -> list[Finding]:
    """Ask where another source already gives this sender's list on the same clock and month: the two would add up."""
    rivals = others[(others["organisation"] == found.organisation) & (others["month"] == pd.Timestamp(ours.month))]
    for rival in rivals.to_dict("records"):
        theirs = reader.query(_ROWS, [rival["load_id"]])["clock"]
        shared = set(theirs.unique()) & set(ours.rows["clock"].unique())
        if shared:
            problem = f"{rival['source']} already gives the clock {min(shared)} for this sender and month"
            remedy = "Withdraw that load first, unless the two lists hold different children."
            return [Finding("CLOCK_TWICE", "query", problem, remedy)]
    return []


def _shared(these: pd.Series, those: pd.Series) -> int:
    """Return how many different texts of the first stand in the second too."""
    different = these.drop_duplicates()
    return int(_among(different, those).sum())


def _among(these: pd.Series, those: pd.Series) -> npt.NDArray[np.bool_]:
    """Return which of the first stand in the second, by Arrow: pandas' isin makes a Python object of every text."""
    among: npt.NDArray[np.bool_] = pc.is_in(
        pa.array(these, pa.large_string()), value_set=pa.array(those, pa.large_string())
    ).to_numpy(zero_copy_only=False)
    return among
