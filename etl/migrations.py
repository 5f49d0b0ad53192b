"""From the contract of an earlier Waymark to today's: ordered steps, run in the writer's own transaction.

Version 1 is every warehouse from before versions were stored. Whoever changes etl/tables.py adds a step here; a test
holds that every earlier warehouse comes out with the columns of a new one.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from etl.chain import chained
from etl.errors import WarehouseBusyError
from etl.local_area import load_local_area
from etl.record_tables import PLAN_RECORD
from etl.settings import plan_folder
from etl.tables import AUDIT, CONTRACT, COVERAGE, EVERYBODY, LOADS, WAREHOUSE

if TYPE_CHECKING:
    from etl.warehouse import Reader, Writer


def _chain_the_audit(writer: "Writer") -> None:
    """Number the audit's rows in the order of their time and hash each with the one before it."""
    rows = writer.query('SELECT * FROM audit ORDER BY "at", rowid')
    writer.execute("DROP TABLE audit")
    writer.execute(AUDIT.ddl())
    writer.insert(AUDIT, AUDIT.typed(chained(rows).assign(local_area=None)))


def _scale_the_answers(writer: "Writer") -> None:
    """Give answers their scale and what counts as a good one; nothing could be loaded into them before.

    The tables of the plan, its check-ins, answers and escalations begin empty.
    """
    writer.execute('ALTER TABLE answers ADD COLUMN "scale" TEXT')
    writer.execute('ALTER TABLE answers ADD COLUMN "favourable" BOOLEAN')


def _say_whose_it_is(writer: "Writer") -> None:
    """Give every load and every entry of a plan its local area: all were the plan's, or published and everybody's."""
    local = load_local_area(plan_folder())
    if local.members:
        raise WarehouseBusyError(
            "The warehouse was written before several areas could share one; nothing was changed. Open it first with "
            "the plan of the area it is of: python -m etl status."
        )
    area = local.code
    published = set(writer.query("SELECT load_id FROM loads WHERE public AND NOT demonstration")["load_id"])
    for table in (LOADS, COVERAGE, *PLAN_RECORD):
        writer.execute(table.ddl())  # the plan's are not there before version 3
        rows = writer.query(f'SELECT * FROM "{table.name}"')  # noqa: S608 (contract)
        loads = rows.get("load_id", pd.Series(None, index=rows.index))
        writer.execute(f'DROP TABLE "{table.name}"')
        writer.execute(table.ddl())
        whose = [EVERYBODY if load in published else area for load in loads]
        writer.insert(table, table.typed(rows.assign(local_area=whose)))
    acts = writer.query("SELECT * FROM audit")
    writer.execute("DROP TABLE audit")
    writer.execute(AUDIT.ddl())
    writer.insert(AUDIT, AUDIT.typed(acts.assign(local_area=None)))  # their hashes stand
    if len(writer.query("SELECT 1 FROM duckdb_tables() WHERE table_name = 'pieces'")):  # a lake's, etl/engine_spark.py
        writer.execute("ALTER TABLE pieces RENAME TO pieces_before")
        writer.execute("CREATE TABLE pieces (table_name TEXT NOT NULL, piece TEXT NOT NULL, load_id TEXT NOT NULL)")
        named = "left(regexp_replace(load_id, '[^A-Za-z0-9.]+', '-', 'g'), 80)"  # "rows-<load>-<12 characters>"
        writer.execute(
            "INSERT INTO pieces SELECT table_name, piece, load_id FROM pieces_before "  # noqa: S608 (ours)
            f"LEFT JOIN loads ON piece[6:-14] = {named}"
        )
        writer.execute("DROP TABLE pieces_before")


# Step n takes a warehouse of version n to n + 1. A step is never changed once released.
_STEPS: tuple[Callable[["Writer"], None], ...] = (_chain_the_audit, _scale_the_answers, _say_whose_it_is)
VERSION = len(_STEPS) + 1


def older_version(reader: "Reader") -> int | None:
    """Return the version of a warehouse that is older than this code, 0 where it holds no table; None where it is not.

    Raises WarehouseBusyError for one that is newer.
    """
    held = set(reader.query("SELECT table_name FROM duckdb_tables()")["table_name"])
    if CONTRACT.name not in held:
        return 1 if held else 0
    version = int(reader.query("SELECT version FROM contract")["version"].max())
    if version > VERSION:
        raise WarehouseBusyError(
            f"The warehouse was written by a newer Waymark (tables of version {version}, not {VERSION}). "
            "Nothing was changed. Install the newer Waymark."
        )
    return version if version < VERSION else None


def migrate(writer: "Writer") -> None:
    """Bring a warehouse to today's contract. Raises WarehouseBusyError for a newer one."""
    version = older_version(writer)
    if version is None:
        return
    for step in _STEPS[version - 1 :] if version else ():
        step(writer)
    for table in WAREHOUSE:
        writer.execute(table.ddl())
    writer.execute("DELETE FROM contract")
    writer.insert(CONTRACT, CONTRACT.frame([{"version": VERSION}]))
