"""DuckDB behind the warehouse door. Nothing else opens the warehouse file; editions come through `connect` too."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from etl.errors import WarehouseBusyError
from etl.lock import alone_with_warehouse, busy_words
from etl.migrations import migrate, older_version
from etl.scope import Scope
from etl.spill import forget_spilled, spilling
from etl.tables import LOCAL_AREA, Table

# Nothing a file or a definition says may reach the host: no file reads, no extensions, no later SET.
# reference: DuckDB, "Securing DuckDB".
_LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "lock_configuration": "true",
}
# With it a process that publishes ten million pathways takes under 3 GB in all; with DuckDB's own limit, four fifths of
# the machine, it took 5 GB and a tenth less time (benchmarks/publish.py).
_MEMORY = "1500MB"
_ROW_GROUP = 122_880  # rows DuckDB stores together: a piece of it is compressed and written at once
_WORD = pa.dictionary(pa.int32(), pa.string())
_NULLABLE = {pa.int32(): pd.Int64Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
# What DuckDB raises for a block that is cut or rotted; a fatal one leaves the connection unusable.
_DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
# How DuckDB says that another process, or another thread of this one, has the file open the other way.
TAKEN = ("Conflicting lock is held", "Could not set lock", "different configuration")
# What the operating system said, in DuckDB's messages; everything else is damage.
_SAID = {
    "Out of Memory": "There is neither memory nor disk enough for this; nothing was changed. Make room and try again.",
    "No space left": "The disk of the warehouse is full; nothing was changed. Make room and try again.",
    "File too large": "The warehouse may not grow any further here; nothing was changed. Make room and try again.",
    "Permission denied": "You may not use the warehouse's file or folder; nothing was changed. Ask for access to it.",
    "Read-only file system": "The warehouse's folder is read-only; nothing was changed. Make it one you may write to.",
}


def is_damage(error: BaseException) -> bool:
    """Return whether it is the file or the host an engine fails by, not what it was asked."""
    # A block whose checksum does not fit has no class of its own, and a commit the disk refuses has that of any commit.
    told = isinstance(error, duckdb.Error) and any(said in str(error) for said in _SAID)
    return told or isinstance(error, _DAMAGE) or type(error) is duckdb.Error


def _refused(error: BaseException) -> WarehouseBusyError:
    damaged = "The warehouse cannot be opened; nothing was changed. Restore it from a backup."
    return WarehouseBusyError(next((words for said, words in _SAID.items() if said in str(error)), damaged))


def connect(path: Path | None, *, read_only: bool, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a connection to the file, or to memory where path is None, with every way to the host closed.

    With `spill` it takes 1.5 GB of memory, and what is more lies in that folder meanwhile.
    """
    where = ":memory:" if path is None else str(path)
    limits = {} if spill is None else {"memory_limit": _MEMORY, "temp_directory": str(spill)}
    return duckdb.connect(where, read_only=read_only, config={**_LOCKED, **limits})


class DuckDBTransaction:
    """What a writer may do; all of it happens, or none. With a scope, what is read is what that area may see."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scope: Scope | None = None) -> None:
        self._connection, self.scope = connection, scope
        if scope is not None:
            for name, select in scope.views(self._database).items():
                connection.execute(f'CREATE TEMP VIEW "{name}" AS {select}')

    @cached_property
    def _database(self) -> str:
        return str(self._connection.execute("SELECT current_database()").fetchall()[0][0])

    def stored(self, table: Table) -> str:
        """Return the name of the table as it is stored, every area's rows in it."""
        return f'"{self._database}".main."{table.name}"'

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the rows a SELECT yields, this transaction's own writes included."""
        try:
            return self._connection.execute(sql, list(parameters)).df()
        except duckdb.Error as error:
            if is_damage(error):
                raise _refused(error) from error
            raise

    def coded(self, sql: str) -> pd.DataFrame:
        """Return the rows a SELECT yields with its words as categories: millions of rows repeat a few words."""
        try:
            return coded(self._connection, sql)
        except duckdb.Error as error:
            if is_damage(error):
                raise _refused(error) from error
            raise

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run one UPDATE or DELETE."""
        self._connection.execute(sql, list(parameters))

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        """Append the frame's rows, the scope's own where they do not say whose they are.

        Raises ValueError where the frame breaks the table's contract.
        """
        if self.scope is not None and LOCAL_AREA.name in frame:
            frame = frame.assign(**{LOCAL_AREA.name: frame[LOCAL_AREA.name].fillna(self.scope.area)})
        if faults := table.faults(frame):
            raise ValueError("; ".join(faults))
        insert_frame(self._connection, table, frame, self.stored(table))

    def arrow(self, sql: str) -> pa.Table:
        """Return the rows of a SELECT as Arrow has them."""
        return self._connection.sql(sql).to_arrow_table()

    def as_arrow(self, table: Table, frame: pd.DataFrame) -> pa.Table:
        """Return what inserting the frame would store, as Arrow has it."""
        self._connection.register("incoming", frame.iloc[table.laid(frame)])
        try:
            return self.arrow(f"SELECT {_cast(table)} FROM incoming")  # noqa: S608 (contract names)
        finally:
            self._connection.unregister("incoming")


@contextmanager
def transaction_on(name: str, rows: pa.Table) -> Iterator[DuckDBTransaction]:
    """Yield a transaction in memory that knows nothing but these rows, under this name."""
    connection = connect(None, read_only=False)
    try:
        connection.register(name, rows)
        yield DuckDBTransaction(connection)
    finally:
        connection.close()


@contextmanager
def as_it_stands(path: Path) -> Iterator[DuckDBTransaction]:
    """Yield a reader of a warehouse file, of whatever version it is. Raises WarehouseBusyError for a damaged one."""

    def opened(spill: Path | None) -> duckdb.DuckDBPyConnection:
        try:
            return connect(path, read_only=True, spill=spill)
        except duckdb.Error as error:
            raise _refused(error) from error

    with spilling(path, opened) as connection:
        yield DuckDBTransaction(connection)


def coded(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
    """Return the rows of a SELECT, its words as codes: no row has strings of its own. Raises duckdb.Error."""
    try:
        reader = connection.sql(sql, params=list(parameters)).to_arrow_reader(_ROW_GROUP)
        kinds = [_WORD if pa.types.is_string(field.type) else field.type for field in reader.schema]
        schema = pa.schema(zip(reader.schema.names, kinds, strict=True))
        pieces = [pa.RecordBatch.from_arrays(_columns(piece), schema=schema) for piece in reader]
    except OSError as error:  # a stream tells the engine's errors in Arrow's own
        kind = duckdb.OutOfMemoryException if str(error).startswith("Out of Memory") else duckdb.IOException
        raise kind(str(error)) from error
    table = pa.Table.from_batches(pieces, schema).unify_dictionaries()
    frame: pd.DataFrame = table.to_pandas(types_mapper=_NULLABLE.get, date_as_object=False)
    return frame


def _columns(piece: pa.RecordBatch) -> list[pa.Array]:
    return [column.dictionary_encode() if pa.types.is_string(column.type) else column for column in piece.columns]


def _cast(table: Table) -> str:
    return ", ".join(f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' for c in table.columns)


def insert_frame(
    connection: duckdb.DuckDBPyConnection, table: Table, frame: pd.DataFrame, stored: str | None = None
) -> None:
    """Append a frame to a table of the same columns, in pieces: a million rows take no memory beside their own.

    `stored` is the table's name where it is not its own.
    """
    into = stored or f'"{table.name}"'
    places = table.laid(frame)
    for begin in range(0, len(frame), _ROW_GROUP):
        connection.register("incoming", frame.iloc[places[begin : begin + _ROW_GROUP]])
        connection.execute(f"INSERT INTO {into} SELECT {_cast(table)} FROM incoming")  # noqa: S608 (contract names)
        connection.unregister("incoming")


class DuckDBEngine:
    """A warehouse in one DuckDB file. Readers open, read and close; one writer at a time holds a lock beside it."""

    def __init__(self, path: Path, wait_seconds: float, scope: Scope | None = None) -> None:
        self._path, self._wait, self.scope = path, wait_seconds, scope

    def exists(self) -> bool:
        """Return whether anything was ever written."""
        return self._path.exists()

    def copy_to(self, path: Path) -> "DuckDBEngine":
        """Return a warehouse of its own at `path` that holds what this one does now. Raises WarehouseBusyError."""
        with self.reading():  # keeps writers away
            for ending in ("", ".wal"):
                if (held := Path(f"{self._path}{ending}")).exists():
                    shutil.copyfile(held, f"{path}{ending}")
        return DuckDBEngine(path, self._wait, self.scope)

    @contextmanager
    def reading(self) -> Iterator[DuckDBTransaction]:
        """Yield a reader of one consistent state. Raises WarehouseBusyError when a writer does not finish in time.

        A warehouse of an earlier version is brought to today's first.
        """
        with ExitStack() as held:
            if not self.exists():
                connection = held.enter_context(closing(connect(None, read_only=False)))
                migrate(DuckDBTransaction(connection))
            else:
                connection = held.enter_context(self._opened(read_only=True))
                if older_version(DuckDBTransaction(connection)) is not None:
                    held.close()
                    with self.writing():
                        pass
                    connection = held.enter_context(self._opened(read_only=True))
            yield DuckDBTransaction(connection, self.scope)

    @contextmanager
    def writing(self) -> Iterator[DuckDBTransaction]:
        """Yield the one writer; commit at the end, roll back on any error. Raises WarehouseBusyError."""
        with alone_with_warehouse(self._path, self._wait), self._transaction() as writer:
            yield writer

    @contextmanager
    def held(self) -> Iterator[Path]:
        """Yield the file with every commit in it, closed, while nobody else may write. Raises WarehouseBusyError."""
        with alone_with_warehouse(self._path, self._wait):
            with self._transaction():
                pass
            yield self._path

    @contextmanager
    def _transaction(self) -> Iterator[DuckDBTransaction]:
        if version := self._older_version():
            self._keep_a_copy(version)
        with self._opened(read_only=False) as connection:
            try:
                forget_spilled(self._path)
                connection.begin()
                self._path.chmod(0o600)
                migrate(DuckDBTransaction(connection))
                yield DuckDBTransaction(connection, self.scope)
                connection.commit()
            except BaseException as error:
                if is_damage(error):
                    raise _refused(error) from error
                connection.rollback()
                raise

    def _older_version(self) -> int | None:
        """Return the version of a warehouse that is there and older than this code. Raises WarehouseBusyError."""
        if not self.exists():
            return None
        with self._opened(read_only=True) as connection:
            return older_version(DuckDBTransaction(connection))

    def _keep_a_copy(self, version: int) -> None:
        """Leave the warehouse as the earlier Waymark wrote it beside the migrated one."""
        copy = self._path.with_name(f"{self._path.stem}.version-{version}{self._path.suffix}")
        if not copy.exists():
            part = copy.with_name(f"{copy.name}.part")
            shutil.copyfile(self._path, part)
            part.chmod(0o600)
            part.rename(copy)

    def _opened(self, *, read_only: bool) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        return spilling(self._path, lambda spill: self._open(read_only, spill))

    def _open(self, read_only: bool, spill: Path | None) -> duckdb.DuckDBPyConnection:
        # DuckDB lets one write or many read; the other side is refused at once, so the waiting is ours.
        until = time.monotonic() + self._wait
        while True:
            try:
                return connect(self._path, read_only=read_only, spill=spill)
            except duckdb.Error as error:
                if not any(said in str(error) for said in TAKEN):
                    raise _refused(error) from error
                if time.monotonic() >= until:
                    raise WarehouseBusyError(busy_words(self._wait)) from error
                time.sleep(0.05)
