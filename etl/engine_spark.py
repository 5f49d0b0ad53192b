"""Spark behind the warehouse door: rows lie in a lake, all that is small in a DuckDB file beside them, the register.

A load writes its pieces into the lake and then commits the register, which alone says what counts: a load that is cut
off leaves nothing to be seen, and the next writer takes its pieces away. A question about rows runs on Spark with the
small tables it names handed in, any other on the register. Both engines read the same SQL text, and what Spark counted
comes back through DuckDB, so that frames have the same types whichever counted.
"""

import uuid
from collections.abc import Container, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from etl.durable import write_whole
from etl.engine_duckdb import DuckDBEngine, DuckDBTransaction, transaction_on
from etl.errors import UsageError, WaymarkError
from etl.lake import CatalogLake, FolderLake, Lake, new_piece
from etl.scope import Scope
from etl.spark_address import NO_BACKUP, SparkAddress
from etl.spark_session import Spark
from etl.spark_steps import Step, steps_of, tables_of
from etl.tables import ANSWERS, LOADS, PATHWAYS, WAREHOUSE, WAVES, Column, Table

LAKE = {table.name: table for table in (PATHWAYS, ANSWERS)}  # one row a child's journey, or an answer
PIECES = Table(
    "pieces",
    "One row per piece of the lake that counts.",
    (
        Column("table_name", "TEXT", "the table whose rows it holds"),
        Column("piece", "TEXT", "its name in the lake"),
        Column("load_id", "TEXT", "the load whose rows it holds"),
    ),
    key=("piece",),
)
_TABLES = {table.name for table in WAREHOUSE}
_BACK = "came_back"
_NO_COPY = (
    "On Spark nothing is tried on a copy first: python -m etl check says what is wrong with a file, python -m etl load "
    "loads it, and python -m etl withdraw takes it out of the figures again."
)


class SparkTransaction:
    """What a reader or the writer may do: on the register, and on the pieces of the lake that it names."""

    def __init__(self, register: DuckDBTransaction, lake: Lake, spark: Spark, journal: Path) -> None:
        self._register, self._lake, self._spark, self._journal = register, lake, spark, journal
        self._pieces, self._shown = _seen(register), set[str]()
        self.written: list[tuple[str, str]] = []

    @property
    def scope(self) -> Scope | None:
        """Return whose view this is; None: everybody's."""
        return self._register.scope

    def stored(self, table: Table) -> str:
        """Return the name of a small table as it is stored, every area's rows in it."""
        return self._register.stored(table)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the rows a SELECT yields, this transaction's own writes included."""
        if not self._asks_the_lake(sql):
            return self._register.query(sql, parameters)
        with transaction_on(_BACK, self._counted(sql, parameters)) as rows:
            return rows.query(f"SELECT * FROM {_BACK}")  # noqa: S608 (ours)

    def coded(self, sql: str) -> pd.DataFrame:
        """Return the rows a SELECT yields, its words as categories."""
        if not self._asks_the_lake(sql):
            return self._register.coded(sql)
        with transaction_on(_BACK, self._counted(sql, ())) as rows:
            return rows.coded(f"SELECT * FROM {_BACK}")  # noqa: S608 (ours)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one UPDATE or DELETE, on small tables alone: rows in the lake are never changed."""
        self._register.execute(sql, parameters)
        self._shown.clear()

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        """Append the frame's rows. Raises ValueError where the frame breaks the table's contract."""
        self._shown.discard(table.name)
        if table.name not in LAKE:
            self._register.insert(table, frame)
            return
        if faults := table.faults(frame):
            raise ValueError("; ".join(faults))
        for load_id, rows in frame.groupby("load_id", sort=False):
            piece = new_piece(str(load_id))
            self.written.append((table.name, piece))
            write_whole(self._journal, "".join(f"{name} {one}\n" for name, one in self.written))
            self._lake.write(table, piece, self._register.as_arrow(table, rows))
            named: dict[str, object] = {"table_name": table.name, "piece": piece, "load_id": load_id}
            self._register.insert(PIECES, PIECES.frame([named]))
            self._pieces.setdefault(table.name, []).append(piece)

    def _asks_the_lake(self, sql: str) -> bool:
        return not self._pieces.keys().isdisjoint(tables_of(sql))

    def _counted(self, sql: str, parameters: Sequence[Any]) -> pa.Table:
        """Return what Spark counts. Steps on small tables are the register's; one read twice is kept meanwhile."""
        steps, last = ([], sql) if parameters else steps_of(sql)
        small: list[Step] = []
        with self._spark.session() as session, ExitStack() as kept:
            for name in (tables_of(sql) & _TABLES) - self._shown:
                self._show(name)
            for step in steps:
                if tables_of(step.select) <= self._small() | {one.name for one in small}:
                    small.append(step)
                    self._spark.hand_in(step.name, self._register.arrow(_up_to(small)))
                    continue
                rows = session.sql(step.select)
                if step.mentions > 1:
                    rows = rows.cache()
                    kept.callback(rows.unpersist)
                    rows.count()  # now, so that what follows knows how small it is
                rows.createOrReplaceTempView(step.name)
            self._shown -= {step.name for step in steps}
            return session.sql(last, args=list(parameters) or None).toArrow()

    def _small(self) -> set[str]:
        """Return the tables whose rows lie in the register."""
        return _TABLES - self._pieces.keys()

    def _show(self, name: str) -> None:
        if name in self._pieces:
            self._lake.show(LAKE[name], self._pieces[name])
            self._as_seen(LAKE[name])
        else:
            self._spark.hand_in(name, self._register.arrow(f'SELECT * FROM "{name}"'))  # noqa: S608 (ours)
        self._shown.add(name)

    def _as_seen(self, table: Table) -> None:
        """Have a table of the lake counted as the local area sees it: a roll-up's children under its own code."""
        if self.scope is None or not self.scope.members:
            return  # the pieces are its own
        whole = {table: f"every_{table.name}"}
        with self._spark.session() as session:
            self._show(LOADS.name)
            self._show(WAVES.name)
            session.table(table.name).createOrReplaceTempView(whole[table])
            select = self.scope.select(table, lambda one: whole.get(one, one.name))
            session.sql(str(select)).createOrReplaceTempView(table.name)


class SparkEngine:
    """A warehouse whose rows lie in a lake. One writer at a time holds the register's lock."""

    def __init__(self, address: SparkAddress, wait_seconds: float, scope: Scope | None = None) -> None:
        self._address, self.scope = address, scope
        self._register = DuckDBEngine(address.register, wait_seconds, scope)

    def exists(self) -> bool:
        """Return whether anything was ever written."""
        return self._register.exists()

    def copy_to(self, path: Path) -> "SparkEngine":  # noqa: ARG002 (a Warehouse's)
        """Refuse: a trial would leave children's rows in the lake that no register accounts for."""
        raise UsageError(_NO_COPY)

    def held(self) -> AbstractContextManager[Path]:
        """Refuse: rows in a lake are backed up where they lie."""
        raise UsageError(NO_BACKUP)

    @contextmanager
    def reading(self) -> Iterator[SparkTransaction]:
        """Yield a reader of one consistent state. Raises WarehouseBusyError."""
        with self._register.reading() as register, self._spark() as spark:
            yield SparkTransaction(register, self._lake(spark), spark, self._journal())

    @contextmanager
    def writing(self) -> Iterator[SparkTransaction]:
        """Yield the one writer; commit at the end, roll back on any error. Raises WarehouseBusyError."""
        journal = self._journal()
        with self._register.writing() as register, self._spark() as spark:
            lake = self._lake(spark)
            register.execute(PIECES.ddl())
            self._sweep(register, lake)
            writer = SparkTransaction(register, lake, spark, journal)
            try:
                yield writer
            except BaseException:
                with suppress(WaymarkError, OSError):  # what stays is swept by the next writer
                    _drop(lake, journal)
                raise
        journal.unlink(missing_ok=True)

    @contextmanager
    def _spark(self) -> Iterator[Spark]:
        spark = Spark(self._address)
        try:
            yield spark
        finally:
            spark.end()

    def _lake(self, spark: Spark) -> Lake:
        if self._address.lake:
            return FolderLake(self._address.lake, spark)
        return CatalogLake(str(self._address.catalog), spark)

    def _journal(self) -> Path:
        """Return where one writer notes the pieces it is about to write."""
        register = self._address.register
        return register.with_name(f"{register.name}.pending-{uuid.uuid4().hex[:12]}")

    def _sweep(self, register: DuckDBTransaction, lake: Lake) -> None:
        """Take away the pieces of writers that were cut off before they committed."""
        count = {piece for pieces in counting(register).values() for piece in pieces}
        for journal in sorted(self._address.register.parent.glob(f"{self._address.register.name}.pending-*")):
            _drop(lake, journal, count)


def counting(register: DuckDBTransaction, of: str = "") -> dict[str, list[str]]:
    """Return the pieces that count, by table; none where nothing was ever written."""
    held = register.query("SELECT table_name FROM duckdb_tables()")["table_name"]
    if PIECES.name not in set(held):
        return {}
    rows = register.query(f"SELECT table_name, piece FROM pieces {of} ORDER BY piece")  # noqa: S608 (ours)
    return {str(name): found["piece"].tolist() for name, found in rows.groupby("table_name")}


def _seen(register: DuckDBTransaction) -> dict[str, list[str]]:
    """Return the pieces whose loads the local area may see, by table."""
    return counting(register, "WHERE load_id IN (SELECT load_id FROM loads)" if register.scope else "")


def _drop(lake: Lake, journal: Path, but: Container[str] = ()) -> None:
    """Take away the pieces a journal names, and then the journal."""
    for line in journal.read_text(encoding="utf-8").splitlines() if journal.exists() else ():
        name, piece = line.split()
        if piece not in but:
            lake.drop(LAKE[name], piece)
    journal.unlink(missing_ok=True)


def _up_to(steps: Sequence[Step]) -> str:
    """Return SQL for the rows of the last of these steps."""
    named = ", ".join(f'"{step.name}" AS ({step.select})' for step in steps)
    return f'WITH {named} SELECT * FROM "{steps[-1].name}"'  # noqa: S608 (ours)
