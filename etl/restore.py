"""Restoring a backup: unpacked and verified beside, then put in place by renames that any door can complete."""

import shutil
from collections.abc import Callable
from pathlib import Path

from etl.audit import Act, append, audit_head
from etl.backup import PARTS, WAREHOUSE, Backup, Progress, unpack, verify_backup
from etl.durable import flush, write_whole
from etl.engine_duckdb import DuckDBEngine, as_it_stands
from etl.errors import WarehouseBusyError
from etl.leftovers import working_folder
from etl.lock import alone_with_editions, alone_with_warehouse
from etl.settings import warehouse_wait_seconds
from etl.unfinished import Journal, Move, carry_out, finish_restore, journal_of, put_back


def restore(
    path: Path, data: Path, warehouse: Path, act: Act, progress: Progress = lambda *_: None
) -> tuple[Backup, list[Path]]:
    """Put a backup in the place of warehouse and data folder; return what it says, and where what stood there is kept.

    Everything is verified before anything is touched. A process killed at any moment leaves all of the old or, as soon
    as anything opens the data, all of the new. Raises UsageError, BackupError, WarehouseBusyError.
    """
    data, warehouse = data.resolve(), warehouse.resolve()
    finish_restore(data)
    if not data.exists():
        verify_backup(path, progress)  # a refused one leaves no folder behind
    for folder in (data, warehouse.parent):
        folder.mkdir(parents=True, exist_ok=True)
    with alone_with_editions(data / "editions"), alone_with_warehouse(warehouse):
        stage, beside = (working_folder(".restoring-", folder) for folder in (data, warehouse.parent))
        try:
            new = beside / WAREHOUSE
            said = unpack(path, lambda name: new if name == WAREHOUSE else stage / name, progress)
            with DuckDBEngine(new, warehouse_wait_seconds()).writing() as writer:
                append(writer, act, "restore", path.name, f"in place of {_head_of(warehouse)}")
            for built in (*stage.rglob("*"), stage, new, beside):
                flush(built)
            kept = f"replaced-{act.at:%Y%m%dT%H%M%SZ}-{stage.name.rpartition('-')[2]}"
            _put_in_place(data, _journal(data, warehouse, stage, new, kept))
        finally:
            if not journal_of(data).exists():
                for folder in (stage, beside):
                    shutil.rmtree(folder, ignore_errors=True)
    return said, [folder for folder in {warehouse.parent / kept, data / kept} if folder.exists()]


def _put_in_place(data: Path, journal: Journal) -> None:
    begun = False
    try:
        write_whole(journal_of(data), journal.model_dump_json())
        begun = True
        carry_out(data)
    except OSError:
        if journal_of(data).exists():
            put_back(data)
            raise
        if not begun:
            raise
        # else all is in place, and only the flush of the journal's removal was refused


def _journal(data: Path, warehouse: Path, stage: Path, new: Path, kept: str) -> Journal:
    exists: Callable[[Path], Path | None] = lambda found: found if found.exists() else None  # noqa: E731
    log = warehouse.with_name(f"{warehouse.name}.wal")  # of a process that was killed: it belongs to the old file
    aside = warehouse.parent / kept
    moves = [Move(place=log, new=None, aside=aside / log.name), Move(place=warehouse, new=new, aside=aside / WAREHOUSE)]
    moves += [Move(place=data / part, new=exists(stage / part), aside=data / kept / part) for part in PARTS]
    # What is not there now must not be taken for old when a journal that came back after a power cut is done again.
    return Journal(warehouse=warehouse, moves=[move for move in moves if move.new or move.place.exists()])


def _head_of(warehouse: Path) -> str:
    """Return in words how the audit that is replaced ended, so that the new one names it."""
    if not warehouse.exists():
        return "nothing"
    try:
        with as_it_stands(warehouse) as reader:
            return f"an audit that ended with {audit_head(reader) or 'no row'}"
    except WarehouseBusyError:
        return "a warehouse that cannot be opened"
