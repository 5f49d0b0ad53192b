"""Every fact for a publication; clock counts of a load and month are counted once and kept: loads never change."""

import hashlib

import pandas as pd

from etl.engine_duckdb import coded
from etl.tables import Column, Table
from etl.warehouse import Reader
from metrics.fact_frames import FactFrames, Relation
from metrics.kept_cohorts import SELECT_COHORTS, SELECT_COHORTS_ADDED, keep_cohorts
from metrics.kept_store import KeptStore, quoted
from metrics.splits import asked_splits
from metrics.warehouse_facts import compact, facts_from, read_facts, select_clock_cells

CELLS = Table(
    "cells",
    "One row per load, month, clock, state, excepted, area, breakdown, group, band, in_time, and day for everyone.",
    (
        Column("load_id", "TEXT", "the load"),
        Column("month", "DATE", "the month"),
        Column("clock", "TEXT", "what is timed"),
        Column("state", "TEXT", "waiting at month end, or what happened in the month"),
        Column("excepted", "BOOLEAN", "whether a legal exception applies"),
        Column("area", "TEXT", "whose list"),
        Column("breakdown", "TEXT", "what it is split by"),
        Column("group", "TEXT", "which part"),
        Column("weeks_from", "INTEGER", "band starts", required=False),
        Column("weeks_to", "INTEGER", "band ends", required=False),
        Column("in_time", "BOOLEAN", "within the clock's limit", required=False),
        Column("days", "INTEGER", "days waited", required=False),
        Column("children", "INTEGER", "how many", required=False),
        Column("flag", "TEXT", "why the count is not there", required=False),
    ),
)
_PARTS = Table(
    "parts",
    "One row per load and month whose cells are kept.",
    (
        Column("load_id", "TEXT", "the load"),
        Column("month", "DATE", "the month"),
        # After a restore another file may come under a load's old name.
        Column("content_sha256", "TEXT", "hash of the rows that were counted"),
    ),
)


def kept_facts(reader: Reader, store: KeptStore | None) -> FactFrames:
    """Return every fact; with a store, only what it does not hold yet is counted.

    Clock counts are read from the store when they are asked for, so it must be open as long as the facts are used.
    """
    if store is None:
        return read_facts(reader)
    coverage = covered(reader)
    keep_cells(reader, store, coverage)
    keep_cohorts(reader, store, coverage)
    store.commit()
    return facts_from(
        reader,
        lambda: read_cells(store),
        lambda: coded(store.connection, "SELECT DISTINCT load_id, clock, area, month FROM cells"),
        Relation(store.connection, SELECT_COHORTS, lambda: compact(coded(store.connection, SELECT_COHORTS_ADDED))),
    )


def read_cells(store: KeptStore, where: str = "TRUE") -> pd.DataFrame:
    """Return kept cells as select_clock_cells has them, their words as categories."""
    return coded(store.connection, f"SELECT * FROM cells WHERE {where}")  # noqa: S608 (ours)


def covered(reader: Reader) -> pd.DataFrame:
    """Return the rows of coverage with the hash of their loads' rows, content_sha256."""
    rows = reader.query(
        "SELECT coverage.*, loads.content_sha256 FROM coverage JOIN loads ON loads.load_id = coverage.load_id"
    )
    return rows.astype({"month": "datetime64[s]"})


def keep_cells(reader: Reader, store: KeptStore, coverage: pd.DataFrame) -> None:
    """Bring the store to the clock counts of every load and month that coverage names, as `covered` returns it."""
    store.holding(CELLS, _PARTS)
    both = coverage.merge(store.rows(_PARTS).assign(kept=True), on=_PARTS.names(), how="left")
    known = both["kept"].notna()
    for table in (CELLS, _PARTS):
        store.execute(
            f"DELETE FROM {table.name} WHERE (load_id, month) NOT IN "  # noqa: S608 (contract names)
            "(SELECT load_id, CAST(month AS DATE) FROM known)",
            known=both.loc[known, ["load_id", "month"]],
        )
    fresh = both[~known]
    if len(fresh):
        store.insert(CELLS, reader.coded(select_clock_cells(asked_splits(), _select_coverage(fresh))))
        store.insert(_PARTS, _PARTS.typed(fresh))
    store.fed = _fed(coverage)


def _fed(coverage: pd.DataFrame) -> dict[pd.Timestamp, str]:
    """Return by month a hash of all that the counts of the month rest on: its rows of coverage and their loads."""
    rows: dict[pd.Timestamp, list[str]] = {}
    for month, row in zip(coverage["month"], coverage.itertuples(index=False), strict=True):
        rows.setdefault(month, []).append(str(tuple(row)))
    return {month: hashlib.sha256("\n".join(sorted(own)).encode()).hexdigest() for month, own in rows.items()}


def _select_coverage(fresh: pd.DataFrame) -> str:
    """Return SQL for the coverage rows of these loads and months."""
    rows = ", ".join(
        f"({quoted(load)}, {int(day)})" for load, day in zip(fresh["load_id"], fresh["month_start_day"], strict=True)
    )
    return (
        f"SELECT coverage.* FROM coverage JOIN (VALUES {rows}) AS fresh(load_id, month_start_day) "  # noqa: S608 (ours)
        "ON fresh.load_id = coverage.load_id AND fresh.month_start_day = coverage.month_start_day"
    )
