"""The door to the warehouse: read, write, nothing else. Which engine stands behind it is an address."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from etl.engine_duckdb import DuckDBEngine
from etl.engine_spark import SparkEngine
from etl.errors import UsageError
from etl.settings import data_folder, warehouse_address, warehouse_wait_seconds
from etl.spark_address import FORMS, parse_spark
from etl.tables import Table
from etl.unfinished import finish_restore


class Reader(Protocol):
    """One consistent state of the warehouse."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the rows a SELECT yields."""

    def coded(self, sql: str) -> pd.DataFrame:
        """Return the rows a SELECT yields, its words as categories."""


class Writer(Reader, Protocol):
    """A transaction: all of it happens, or none."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one UPDATE or DELETE."""

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        """Append rows. Raises ValueError where the frame breaks the table's contract."""


class Warehouse(Protocol):
    """What every engine offers. All but `exists` raise WarehouseBusyError when the warehouse stays busy."""

    def exists(self) -> bool:
        """Return whether anything was ever written."""

    def copy_to(self, path: Path) -> "Warehouse":
        """Return a warehouse of its own at `path` that holds what this one does now, to try things on."""

    def reading(self) -> AbstractContextManager[Reader]:
        """Open for reading; close as soon as the block ends."""

    def writing(self) -> AbstractContextManager[Writer]:
        """Open for writing, one writer at a time; commit at the end, roll back on any error."""

    def held(self) -> AbstractContextManager[Path]:
        """Hold off every writer and name the file to copy, all commits in it."""


def open_warehouse(address: str | None = None) -> Warehouse:
    """Return the warehouse at `<engine>:<place>`, by default the one the settings name. Raises UsageError.

    A restore that was cut off is completed first.
    """
    if address is None:
        finish_restore(data_folder())
    engine, _, place = (address or warehouse_address()).partition(":")
    if engine == "spark":
        return SparkEngine(parse_spark(place), warehouse_wait_seconds())
    if engine != "duckdb" or not place:
        raise UsageError(f'WAYMARK_WAREHOUSE must be "duckdb:<path>" or "spark:…"; "{engine}" is not known. {FORMS}')
    return DuckDBEngine(Path(place), warehouse_wait_seconds())
