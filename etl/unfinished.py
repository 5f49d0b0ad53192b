"""A restore that was cut off between its renames: every door to the data completes it first.

The journal `.restoring.json` names every rename. It is written when all that is new lies ready and verified, so that
what follows needs nothing but renames, and each can be done again.
"""

import shutil
from pathlib import Path

from pydantic import BaseModel

from etl.durable import flush
from etl.lock import alone_with_editions, alone_with_warehouse

_JOURNAL = ".restoring.json"


class Move(BaseModel):
    """What stands at `place` goes to `aside`, and `new`, where there is one, takes its place."""

    place: Path
    new: Path | None
    aside: Path


class Journal(BaseModel):
    """All renames of one restore, and the warehouse whose lock guards them."""

    warehouse: Path
    moves: list[Move]


def journal_of(data: Path) -> Path:
    """Return where a data folder's journal stands while a restore is under way."""
    return data / _JOURNAL


def finish_restore(data: Path) -> None:
    """Complete a restore that was cut off; most of the time there is none. Raises WarehouseBusyError."""
    if journal_of(data).exists():
        try:
            warehouse = _read(data).warehouse
        except FileNotFoundError:  # another process was quicker
            return
        with alone_with_editions(data / "editions"), alone_with_warehouse(warehouse):
            carry_out(data)


def carry_out(data: Path) -> None:
    """Do the renames of the journal that are still to do, and take it away. The caller holds both locks."""
    if not journal_of(data).exists():
        return
    folders, moves = set(), _read(data).moves
    for move in moves:
        if not move.new.exists() if move.new else move.aside.exists():
            continue  # done before
        if move.place.exists():
            move.aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            move.place.rename(move.aside)
        if move.new:
            move.new.rename(move.place)
        folders |= {move.place.parent, move.aside.parent}
    for folder in folders:
        if folder.exists():
            flush(folder)
    _close(data, moves)


def put_back(data: Path) -> None:
    """Undo the renames of the journal that were done: one of them was refused. The caller holds both locks."""
    moves = _read(data).moves
    for move in reversed(moves):
        if move.new and not move.new.exists():
            move.place.rename(move.new)
        if move.aside.exists():
            move.aside.rename(move.place)
    _close(data, moves)


def _close(data: Path, moves: list[Move]) -> None:
    journal_of(data).unlink()
    flush(data)
    for built in {move.new.parent for move in moves if move.new}:
        shutil.rmtree(built, ignore_errors=True)


def _read(data: Path) -> Journal:
    return Journal.model_validate_json(journal_of(data).read_text(encoding="utf-8"))
