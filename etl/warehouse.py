"""The door to the warehouse: read, write, nothing else. Which engine stands behind it is an address."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from etl.engine_duckdb import DuckDBEngine
from etl.engine_spark import SparkEngine
from etl.errors import UsageError
from etl.local_area import load_local_area
from etl.scope import Scope
from etl.settings import data_folder, plan_folder, warehouse_address, warehouse_wait_seconds
from etl.spark_address import FORMS, parse_spark
from etl.tables import Table
from etl.unfinished import finish_restore


class Reader(Protocol):
    """One consistent state of the warehouse, as far as the local area may see it."""

    @property
    def scope(self) -> Scope | None:
        """Return whose view this is; None: everybody's."""

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the rows a SELECT yields."""

    def coded(self, sql: str) -> pd.DataFrame:
        """Return the rows a SELECT yields, its words as categories."""

    def stored(self, table: Table) -> str:
        """Return the name of a table as it is stored, every area's rows in it."""


class Writer(Reader, Protocol):
    """A transaction: all of it happens, or none."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one UPDATE or DELETE, on tables as they are `stored`."""

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        """Append rows, the area's own unless they say whose. Raises ValueError where they break the contract."""


class Warehouse(Protocol):
    """What every engine offers. All but `exists` raise WarehouseBusyError when the warehouse stays busy."""

    @property
    def scope(self) -> Scope | None:
        """Return whose warehouse this is; None: everybody's."""

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


def open_warehouse(address: str | None = None, *, everybody: bool = False) -> Warehouse:
    """Return the warehouse at `<engine>:<place>`, by default the one the settings name, as the plan's area sees it.

    With `everybody` as it is stored, for what is no area's: backup and health. A restore that was cut off is
    completed first. Raises UsageError, and DocumentError for a plan that names no local area.
    """
    if address is None:
        finish_restore(data_folder())
    engine, _, place = (address or warehouse_address()).partition(":")
    scope = None if everybody else load_local_area(plan_folder()).scope
    if engine == "spark":
        return SparkEngine(parse_spark(place), warehouse_wait_seconds(), scope)
    if engine != "duckdb" or not place:
        raise UsageError(f'WAYMARK_WAREHOUSE must be "duckdb:<path>" or "spark:…"; "{engine}" is not known. {FORMS}')
    return DuckDBEngine(Path(place), warehouse_wait_seconds(), scope)
