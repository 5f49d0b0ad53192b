"""What a publication leaves for the next beside the warehouse, in one file that may be lost at any time.

It is a cache and nothing else: delete it and the next publication makes it again, to the digit. A new one is begun when
Waymark's code, its definitions or the libraries that count have changed, and when it cannot be read.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pandas as pd

from etl.engine_duckdb import TAKEN, coded, connect, insert_frame, is_damage
from etl.spill import forget_spilled, spilling
from etl.tables import Table
from etl.warehouse import Warehouse

Result = TypeVar("Result")
# Another has it, or the machine is short of memory: a store is not lost by that.
_NOT_THE_STORE = (*TAKEN, "Out of Memory")
_ROOT = Path(__file__).resolve().parent.parent


class KeptStore:
    """The tables of an open store; `rolls_up` where it is of several areas. What is written stays from `commit` on."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, rolls_up: bool) -> None:
        self.connection, self.rolls_up = connection, rolls_up
        # By month, a hash of the loads that answer for it; known once the store was brought up to date.
        self.fed: dict[pd.Timestamp, str] = {}

    def holding(self, *tables: Table) -> None:
        """Make the tables where they are not there yet."""
        for table in tables:
            self.connection.execute(table.ddl())

    def rows(self, table: Table, where: str = "TRUE") -> pd.DataFrame:
        """Return rows of a table with the contract's types."""
        return table.typed(coded(self.connection, f'SELECT * FROM "{table.name}" WHERE {where}'))  # noqa: S608 (ours)

    def execute(self, sql: str, **frames: pd.DataFrame) -> None:
        """Run a statement that may name the frames."""
        for name, frame in frames.items():
            self.connection.register(name, frame)
        self.connection.execute(sql)
        for name in frames:
            self.connection.unregister(name)

    def insert(self, table: Table, frame: pd.DataFrame) -> None:
        """Append a frame to a table of the same columns."""
        insert_frame(self.connection, table, frame)

    def commit(self) -> None:
        """Keep what was written."""
        self.connection.commit()
        self.connection.begin()


class _UnusableError(Exception):
    """Nothing can be kept in the folder."""


def with_store(folder: Path, warehouse: Warehouse, work: Callable[[KeptStore | None], Result]) -> Result:
    """Return what `work` returns, given the store of a folder; None where another has it or nothing can be kept.

    A damaged store is taken away, and the work begun anew with an empty one, then without. Where there is no memory, it
    is begun anew without.
    """
    scope = warehouse.scope
    counted_as = hashlib.sha256(f"{_CODE}{scope}".encode()).hexdigest()[:16]
    path = folder / f"counted_{counted_as}.duckdb"
    for _ in range(2):
        try:
            with _opened(path) as connection:
                return work(KeptStore(connection, rolls_up=bool(scope and scope.members)))
        except _UnusableError:
            break
        except duckdb.Error as error:
            if any(said in str(error) for said in _NOT_THE_STORE):
                break
            if not is_damage(error):
                raise
            if not _taken_away(path):
                break
    return work(None)


def quoted(word: object) -> str:
    """Return a word as SQL has it."""
    told = str(word).replace("'", "''")
    return f"'{told}'"


def copy_kept(folder: Path, to: Path) -> None:
    """Copy a store, where there is one, for a trial publication; not what others spill beside it meanwhile.

    A copy torn by a publication is a damaged one or an earlier one. That the copying process lets go of its lock on the
    file harms nothing: who publishes holds that of the editions.
    """
    if folder.is_dir():
        shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".*"))


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with ExitStack() as held:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for old in path.parent.glob("[!.]*.duckdb*"):
                if not old.name.startswith(path.name):
                    forget_spilled(old)
                    old.unlink(missing_ok=True)
            connection = held.enter_context(
                spilling(path, lambda spill: connect(path, read_only=False, spill=spill)),
            )
            path.chmod(0o600)
            forget_spilled(path)
        except OSError as error:
            raise _UnusableError from error
        connection.begin()
        yield connection


def _taken_away(path: Path) -> bool:
    """Take a store away with what it had not written yet, and return whether that was allowed."""
    try:
        for part in (path, Path(f"{path}.wal")):
            part.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _hash_of_code() -> str:
    """Return a hash of everything that decides what is counted of a load: code, definitions, libraries."""
    whole = hashlib.sha256(f"{duckdb.__version__} {np.__version__} {pd.__version__}".encode())
    for folder in ("etl", "metrics"):
        for path in sorted((_ROOT / folder).rglob("*")):
            if path.suffix in (".py", ".sql", ".yaml"):
                whole.update(f"{path.relative_to(_ROOT)}\n".encode() + path.read_bytes())
    return whole.hexdigest()


# Of the code that runs: a server that is not started anew after an update still counts as the code before.
_CODE = _hash_of_code()
