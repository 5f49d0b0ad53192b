"""Keeping editions and letting them go: whether each is still what was published, which must stay, which may leave.

An edition that a pack was made from is named in `packs/<edition id>.json` beside the editions' folder and never goes,
nor does the current one. Nothing is pruned unless somebody asks for it. The note also pins what the first pack of an
edition and audience rested on beside it, so that the pack can be made again bit for bit.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from etl.audit import Act, record
from etl.durable import write_whole
from etl.errors import UsageError
from etl.lock import alone_with_editions
from etl.warehouse import Warehouse
from metrics.edition import (
    Audience,
    EditionError,
    Manifest,
    content_hash,
    current_edition,
    list_editions,
    read_manifest,
    read_tables,
)

_GOING = ".pruned-"


@dataclass(frozen=True)
class Pins:
    """What a pack rests on beside its edition: the one it is compared with, its template by its hash; None: neither."""

    since: str | None
    template: str | None


def edition_fault(folder: Path, edition_id: str) -> str | None:
    """Return, in a sentence, what is wrong with an edition; None where it holds what its manifest's hash says."""
    try:
        said = read_manifest(folder, edition_id)
        held = content_hash(read_tables(folder, edition_id))
        # An edition made before there was a board's file has no hash of one.
        board = content_hash(read_tables(folder, edition_id, "board")) if said.board_sha256 else ""
    except EditionError as error:
        return str(error)
    return None if said.same_content(held, board) else f"Edition {edition_id} does not hold what was published."


def edition_faults(folder: Path) -> dict[str, str | None]:
    """Return `edition_fault` of everything that lies among the editions, newest first."""
    found = {path.name for path in folder.glob("[!.]*") if path.is_dir()}
    return {edition_id: edition_fault(folder, edition_id) for edition_id in sorted(found, reverse=True)}


def keep_for_pack(folder: Path, edition_id: str, what: str, pins: Mapping[Audience, Pins] | None = None) -> Path:
    """Note that something was made from an edition, so that it is never pruned; return the note's file.

    What is pinned for an audience already stays. Raises EditionError for one that is not there, UsageError without
    words for what, WarehouseBusyError.
    """
    if not what.strip():
        raise UsageError('Say what the edition is kept for: --why "…".')
    note = _notes(folder) / f"{edition_id}.json"
    with alone_with_editions(folder):
        read_manifest(folder, edition_id)
        note.parent.mkdir(parents=True, exist_ok=True)
        why = dict.fromkeys([*kept_for(folder, edition_id), what.strip()])
        pinned = {
            **{who: asdict(one) for who, one in (pins or {}).items()},
            **_said(folder, edition_id).get("packs", {}),
        }
        write_whole(note, json.dumps({"kept_for": list(why), "packs": pinned}, indent=1))
    return note


def pinned(folder: Path, edition_id: str, audience: Audience) -> Pins | None:
    """Return what the first pack of an edition for an audience rested on; None where none was made."""
    said = _said(folder, edition_id).get("packs", {}).get(audience)
    return None if said is None else Pins(said["since"], said["template"])


def packed_before(folder: Path, edition_id: str, audience: Audience) -> str | None:
    """Return the newest edition published before this one that a pack was made from for an audience, None if none."""
    known = list_editions(folder)
    at = next((place for place, one in enumerate(known) if one.edition_id == edition_id), len(known))
    return next((one.edition_id for one in known[at + 1 :] if pinned(folder, one.edition_id, audience)), None)


def kept_for(folder: Path, edition_id: str) -> list[str]:
    """Return what an edition is kept for; a note that cannot be read keeps it too."""
    return [str(what) for what in _said(folder, edition_id).get("kept_for", [])]


def prunable(folder: Path, *, keep: int | None = None, before: date | None = None) -> list[Manifest]:
    """Return the editions that would go, newest first: all but the newest `keep`, or those published before a day.

    Never the current one, and none that a pack was made from. Raises UsageError unless one of the two is asked.
    """
    if (keep is None) == (before is None) or (keep is not None and keep < 1):
        raise UsageError("Say which editions may go: --keep N for all but the newest N, or --before YYYY-MM-DD.")
    known, current = list_editions(folder), current_edition(folder)
    chosen = known[keep:] if before is None else [m for m in known if m.published_at.date() < before]
    return [m for m in chosen if m.edition_id != current and not kept_for(folder, m.edition_id)]


def prune(
    warehouse: Warehouse, folder: Path, act: Act, *, keep: int | None = None, before: date | None = None
) -> list[Manifest]:
    """Take those editions away for good, each by one rename first, on record in the audit; return them.

    Raises UsageError, WarehouseBusyError; what is on record by then is gone.
    """
    with alone_with_editions(folder):
        going = prunable(folder, keep=keep, before=before)
        for manifest in going:
            told = f"published {manifest.published_at:%Y-%m-%d} by {manifest.published_by}, {manifest.content_sha256}"
            record(warehouse, act, "prune", manifest.edition_id, told)
            (folder / manifest.edition_id).rename(folder / f"{_GOING}{manifest.edition_id}")
        for left in folder.glob(f"{_GOING}*"):  # of a process that was killed, too
            shutil.rmtree(left)
    return going


def _said(folder: Path, edition_id: str) -> dict[str, Any]:
    """Return what the note of an edition says, nothing where there is none."""
    note = _notes(folder) / f"{edition_id}.json"
    if not note.exists():
        return {}
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        return {"packs": {}, **said, "kept_for": list(said["kept_for"])}
    except (ValueError, KeyError, TypeError):
        return {"kept_for": ["a note that cannot be read"]}


def _notes(folder: Path) -> Path:
    return folder.parent / "packs"
