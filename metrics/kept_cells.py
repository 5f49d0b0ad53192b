"""Clock counts of a load and month, computed once and kept beside the warehouse: loads never change.

The store is a cache and nothing else: delete it and the next publish makes it again, to the digit. It starts anew when
the SQL, the clocks or the splits that are asked for change, and when it cannot be read.
"""

import hashlib
import shutil
from pathlib import Path

import duckdb
import pandas as pd

from etl.engine_duckdb import coded, connect, insert_frame
from etl.spill import forget_spilled, spilling
from etl.tables import PANDAS_TYPES, Column, Table
from etl.warehouse import Reader
from metrics.splits import Split, asked_splits
from metrics.warehouse_facts import WORDS, select_clock_cells

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


def read_cells(reader: Reader, store: Path | None) -> pd.DataFrame:
    """Return the clock counts of every load and month that coverage names: from the store, or computed and kept.

    Words are categories. Without a store all are computed. One publisher writes it at a time; a second
    one computes for itself.
    """
    splits = asked_splits()
    if store is None:
        return _typed(reader.coded(select_clock_cells(splits)))
    counted_as = f"{select_clock_cells(splits)}{reader.scope}"
    rule = hashlib.sha256(counted_as.encode()).hexdigest()[:16]
    path = store / f"clock_cells_{rule}.duckdb"
    store.mkdir(parents=True, exist_ok=True)
    for old in store.glob("clock_cells_*"):
        if not old.name.startswith(path.name):
            forget_spilled(old)
            old.unlink()
    try:
        return _kept(reader, path, splits)
    except duckdb.Error as error:
        if "set lock on file" in str(error):  # another publisher holds it
            return _typed(reader.coded(select_clock_cells(splits)))
        path.unlink(missing_ok=True)
    try:
        return _kept(reader, path, splits)
    except duckdb.Error:  # no room to keep anything
        return _typed(reader.coded(select_clock_cells(splits)))


def copy_kept(store: Path, to: Path) -> None:
    """Copy a store, where there is one, for a trial publication; not what others spill beside it meanwhile."""
    if store.is_dir():
        shutil.copytree(store, to, ignore=shutil.ignore_patterns(".*"))


def _kept(reader: Reader, path: Path, splits: list[Split]) -> pd.DataFrame:
    wanted = reader.query(
        "SELECT coverage.load_id, coverage.month, coverage.month_start_day, loads.content_sha256 FROM coverage "
        "JOIN loads ON loads.load_id = coverage.load_id"
    )
    wanted = wanted.astype({"month": "datetime64[s]"})
    with spilling(path, lambda spill: connect(path, read_only=False, spill=spill)) as connection:
        path.chmod(0o600)
        forget_spilled(path)
        connection.begin()
        for table in (CELLS, _PARTS):
            connection.execute(table.ddl())
        have = _PARTS.typed(connection.execute("SELECT * FROM parts").df())
        both = wanted.merge(have.assign(kept=True), on=_PARTS.names(), how="left")
        fresh = both[both["kept"].isna()]
        connection.register("kept", both.loc[both["kept"].notna(), ["load_id", "month"]])
        for table in (CELLS, _PARTS):
            connection.execute(
                f"DELETE FROM {table.name} WHERE (load_id, month) NOT IN "  # noqa: S608 (contract names)
                "(SELECT load_id, CAST(month AS DATE) FROM kept)"
            )
        if len(fresh):
            found = _typed(reader.coded(select_clock_cells(splits, _select_coverage(fresh))))
            insert_frame(connection, CELLS, found)
            insert_frame(connection, _PARTS, _PARTS.typed(fresh))
        cells = _typed(coded(connection, "SELECT * FROM cells"))
        connection.commit()
        return cells


def _typed(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells with the contract's types, their words left as the categories they came as."""
    return cells.astype({c.name: PANDAS_TYPES[c.type] for c in CELLS.columns if c.name not in WORDS})


def _select_coverage(fresh: pd.DataFrame) -> str:
    """Return SQL for the coverage rows of these loads and months."""
    rows = ", ".join(
        f"('{str(load).replace(chr(39), chr(39) * 2)}', {int(day)})"
        for load, day in zip(fresh["load_id"], fresh["month_start_day"], strict=True)
    )
    return (
        f"SELECT coverage.* FROM coverage JOIN (VALUES {rows}) AS fresh(load_id, month_start_day) "  # noqa: S608 (ours)
        "ON fresh.load_id = coverage.load_id AND fresh.month_start_day = coverage.month_start_day"
    )
