"""Cohorts kept by list: a new extract takes its children out of the months they were counted in, and puts them anew.

A list is what one organisation sends of one source. Where its next extract follows all it sent before, only the
children of that extract are counted, as they stood before it and as they stand now; anything else, a late extract, a
corrected or a withdrawn one, has the list counted anew.
"""

import pandas as pd

from etl.tables import Column, Table
from etl.warehouse import Reader
from metrics.kept_store import KeptStore, quoted
from metrics.splits import asked_cohorts
from metrics.warehouse_facts import select_cohorts

_OF_LIST = (Column("source", "TEXT", "the list's source"), Column("submitter", "TEXT", "who sends it"))
_COHORTS = Table(
    "cohorts",
    "One row per list, month, clock, cohort, excepted, area, breakdown, group, week band and in_time.",
    (
        *_OF_LIST,
        Column("month", "DATE", "the month"),
        Column("clock", "TEXT", "what is timed"),
        Column("cohort", "TEXT", "which children are followed"),
        Column("excepted", "BOOLEAN", "whether a legal exception applies"),
        Column("area", "TEXT", "whose list"),
        Column("breakdown", "TEXT", "what it is split by"),
        Column("group", "TEXT", "which part"),
        Column("weeks_from", "INTEGER", "band starts; missing: not completed", required=False),
        Column("weeks_to", "INTEGER", "band ends", required=False),
        Column("in_time", "BOOLEAN", "within the clock's limit"),
        Column("children", "INTEGER", "how many"),
    ),
)
_LISTS = Table(
    "lists",
    "One row per list and month it answers for.",
    (
        *_OF_LIST,
        Column("month", "DATE", "the month"),
        Column("load_id", "TEXT", "the load that answers"),
        Column("content_sha256", "TEXT", "hash of its rows"),
        Column("basis", "TEXT", "how it knows the month"),
        Column("month_end_day", "INTEGER", "last day of the month"),
    ),
)
_KEY = [f'"{name}"' for name in _COHORTS.names()[:-1]]
_SAME = ", ".join(_KEY)
# The source and who sends it.
List = tuple[str, str]
# What select_cohorts returns, by list; months of one list follow one another, so its newest is the one of all.
SELECT_COHORTS = """
    SELECT
        cohorts.month, clock, cohort, excepted, area, breakdown, "group", weeks_from, weeks_to, in_time,
        CAST(newest.month_end_day - lists.month_end_day AS INTEGER) AS observed_days, children,
        CAST(NULL AS VARCHAR) AS flag
    FROM cohorts
    JOIN (SELECT DISTINCT source, submitter, month, month_end_day FROM lists) AS lists USING (source, submitter, month)
    JOIN (SELECT source, submitter, MAX(month_end_day) AS month_end_day FROM lists GROUP BY source, submitter) AS newest
        USING (source, submitter)
"""
# Children of several lists that are told apart by nothing else are one row.
SELECT_COHORTS_ADDED = (
    f"SELECT * REPLACE (CAST(SUM(children) AS BIGINT) AS children) FROM ({SELECT_COHORTS}) GROUP BY ALL"  # noqa: S608
)


def keep_cohorts(reader: Reader, store: KeptStore, coverage: pd.DataFrame) -> None:
    """Bring the store to the cohorts of every list; `coverage` has the rows of coverage with their loads' hashes."""
    store.holding(_COHORTS, _LISTS)
    now = _LISTS.typed(coverage.rename(columns={"organisation": "submitter"}))
    both = store.rows(_LISTS).merge(now, how="outer", indicator="side")
    anew: list[List] = []
    for (source, submitter), rows in both.groupby(["source", "submitter"]):
        one = (str(source), str(submitter))
        fresh, gone = rows[rows["side"] == "right_only"], rows[rows["side"] == "left_only"]
        if fresh.empty and gone.empty:
            continue
        known = rows.loc[rows["side"] == "both", "month_end_day"]
        follows = len(known) > 0 and gone.empty and (fresh["month_end_day"] > known.max()).all()
        if not follows or fresh["load_id"].nunique() > 1 or not _moved(reader, store, one, fresh, int(known.max())):
            anew.append(one)
    if anew:
        store.execute(f"DELETE FROM cohorts WHERE {_among(anew, 'submitter')}")  # noqa: S608 (quoted)
        store.insert(_COHORTS, _counted(reader, anew)[_COHORTS.names()])
    if not (both["side"] == "both").all():
        store.execute("DELETE FROM lists")
        store.insert(_LISTS, now)


def _moved(reader: Reader, store: KeptStore, one: List, fresh: pd.DataFrame, last: int) -> bool:
    """Count the children of a load that follows the rest of its list anew; `last` is the last day of that rest.

    So are those who start or stop on a later day in an earlier extract: its months did not reach that far. `fresh` is
    what the load answers for. Return whether all who are taken out were there.
    """
    load = quoted(fresh["load_id"].iloc[0])
    late = f"pathways.started_day > {last} OR pathways.stopped_day > {last}"
    newer = f"SELECT clock, pathway_id FROM pathways WHERE load_id = {load} AND started_day IS NOT NULL"  # noqa: S608
    held = f"(pathways.clock, pathways.pathway_id) IN ({newer}) OR {late}"
    gone = _counted(reader, [one], f" AND load_id <> {load}", held)
    come = _counted(reader, [one], "", f"pathways.load_id = {load} OR {late}")
    moved = pd.concat([gone.assign(children=-gone["children"]), come])
    store.execute(
        f"CREATE OR REPLACE TEMP TABLE moved AS SELECT {_SAME}, CAST(SUM(children) AS INTEGER) AS children FROM moving "  # noqa: S608
        f"GROUP BY {_SAME} HAVING SUM(children) <> 0",
        moving=moved,
    )
    met = " AND ".join(f"cohorts.{name} IS NOT DISTINCT FROM moved.{name}" for name in _KEY)
    store.execute(f"UPDATE cohorts SET children = cohorts.children + moved.children FROM moved WHERE {met}")  # noqa: S608
    store.execute(f"INSERT INTO cohorts SELECT * FROM moved WHERE NOT EXISTS (SELECT 1 FROM cohorts WHERE {met})")  # noqa: S608
    store.execute("DELETE FROM cohorts WHERE children = 0")
    return store.rows(_COHORTS, "children < 0 LIMIT 1").empty


def _counted(reader: Reader, lists: list[List], but: str = "", children: str = "TRUE") -> pd.DataFrame:
    """Return the cohorts of lists, of pathways that meet a condition."""
    coverage = f"SELECT * FROM coverage WHERE {_among(lists, 'organisation')}{but}"  # noqa: S608 (quoted)
    return reader.coded(select_cohorts(asked_cohorts(), coverage, children, by_list=True))


def _among(lists: list[List], submitter: str) -> str:
    """Return SQL that says whether a row is of one of these lists."""
    return f"(source, {submitter}) IN ({', '.join(f'({quoted(one)}, {quoted(other)})' for one, other in lists)})"
