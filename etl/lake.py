"""Where the rows of a Spark warehouse lie: a piece per load and table, written once, never changed.

A piece that the register does not name does not exist for any reader. Parquet in a folder that every machine of the
cluster sees under the same path, or a partition a piece in tables of the cluster's catalog.
"""

import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from etl.durable import flush
from etl.spark_session import Spark
from etl.tables import Table

_TYPES = {"TEXT": "STRING", "INTEGER": "INT", "DOUBLE": "DOUBLE", "DATE": "DATE", "TIMESTAMP": "TIMESTAMP_NTZ",
          "BOOLEAN": "BOOLEAN"}  # fmt: skip
_ROW_GROUP = 1 << 17  # rows that are read at once, or skipped at once where they are of another load


class Lake(Protocol):
    """Write a piece, show pieces as one table, drop a piece that never counted. All raise WarehouseBusyError."""

    def write(self, table: Table, piece: str, rows: pa.Table) -> None:
        """Put a piece's rows there. Nobody sees them before the register names the piece."""

    def show(self, table: Table, pieces: Sequence[str]) -> None:
        """Make the pieces the session's view of the table's name."""

    def drop(self, table: Table, piece: str) -> None:
        """Take a piece away; it may be half there or not at all."""


def new_piece(load_id: str) -> str:
    """Return a name nothing else bears: the load's, for people, and a random part."""
    return f"rows-{re.sub(r'[^A-Za-z0-9.]+', '-', load_id)[:80]}-{uuid.uuid4().hex[:12]}"


def spark_columns(table: Table) -> str:
    """Return the table's columns in Spark's words."""
    return ", ".join(f"`{column.name}` {_TYPES[column.type]}" for column in table.columns)


class FolderLake:
    """Parquet files `<folder>/<table>/<piece>.parquet`, each put in place by one rename. Needs no Spark to write."""

    def __init__(self, folder: Path, spark: Spark) -> None:
        self._folder, self._spark = folder, spark

    def write(self, table: Table, piece: str, rows: pa.Table) -> None:
        """Put a piece's rows there, flushed. Raises OSError; the writer of a register drops the piece then."""
        path = self._path(table, piece)
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        part = _part(path)
        pq.write_table(rows, part, row_group_size=_ROW_GROUP, compression="zstd")
        part.chmod(0o640)  # workers may run as another member of the group
        flush(part)
        part.rename(path)
        flush(path.parent)

    def show(self, table: Table, pieces: Sequence[str]) -> None:
        """Make the pieces the session's view of the table's name. A column younger than a piece is missing in it."""
        with self._spark.session() as session:
            paths = [f"file://{self._path(table, piece)}" for piece in pieces]
            session.read.schema(spark_columns(table)).parquet(*paths).createOrReplaceTempView(table.name)

    def drop(self, table: Table, piece: str) -> None:
        """Take a piece away; it may be half there or not at all."""
        path = self._path(table, piece)
        for one in (path, _part(path)):
            one.unlink(missing_ok=True)

    def _path(self, table: Table, piece: str) -> Path:
        return self._folder / table.name / f"{piece}.parquet"


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


class CatalogLake:
    """Tables `<database>.<table>` of the cluster's catalog, Parquet, a partition a piece."""

    def __init__(self, database: str, spark: Spark) -> None:
        self._database, self._spark = database, spark

    def write(self, table: Table, piece: str, rows: pa.Table) -> None:
        """Put a piece's rows there; makes the table, and the columns it lacks, where they are not there yet."""
        name = self._name(table)
        with self._spark.session() as session:
            session.sql(f"CREATE DATABASE IF NOT EXISTS {self._database}")
            session.sql(
                f"CREATE TABLE IF NOT EXISTS {name} ({spark_columns(table)}, piece STRING) "
                "USING parquet PARTITIONED BY (piece)"
            )
            held = session.table(name).columns
            for column in table.columns:
                if column.name not in held:
                    session.sql(f"ALTER TABLE {name} ADD COLUMNS (`{column.name}` {_TYPES[column.type]})")
            columns = ", ".join(f"`{column}`" for column in session.table(name).columns if column != "piece")
            self._spark.hand_in("arriving", rows)
            session.sql(f"INSERT INTO {name} PARTITION (piece = '{piece}') SELECT {columns} FROM arriving")  # noqa: S608 (ours)
            session.catalog.dropTempView("arriving")

    def show(self, table: Table, pieces: Sequence[str]) -> None:
        """Make the pieces the session's view of the table's name."""
        named = ", ".join(f"'{piece}'" for piece in pieces)
        columns = ", ".join(f"`{column.name}`" for column in table.columns)
        with self._spark.session() as session:
            rows = session.sql(f"SELECT {columns} FROM {self._name(table)} WHERE piece IN ({named})")  # noqa: S608 (ours)
            rows.createOrReplaceTempView(table.name)

    def drop(self, table: Table, piece: str) -> None:
        """Take a piece away; it may be half there or not at all."""
        with self._spark.session() as session:
            if session.catalog.tableExists(self._name(table)):
                session.sql(f"ALTER TABLE {self._name(table)} DROP IF EXISTS PARTITION (piece = '{piece}')")

    def _name(self, table: Table) -> str:
        return f"{self._database}.{table.name}"
