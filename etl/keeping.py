"""What audit, backup and restore answer on the command line: as data, and in sentences."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.audit import Act, acts, audit_faults, published_heads
from etl.backup import Backup, Progress, back_up, editions_among, verify_backup
from etl.errors import UsageError, WarehouseBusyError
from etl.local_area import load_local_area
from etl.restore import restore
from etl.settings import data_folder, editions_folder, plan_folder, warehouse_file
from etl.tables import EVERYBODY
from etl.warehouse import open_warehouse


@dataclass(frozen=True)
class Told:
    """An answer, as data and in sentences, and its exit code."""

    data: dict[str, Any]
    lines: list[str]
    code: int = 0


def audit(*, verify: bool) -> Told:
    """Return every act, newest first, and whether each stands as it was written. Raises WarehouseBusyError."""
    with open_warehouse().reading() as reader:
        rows, faults = acts(reader), audit_faults(reader, published_heads(editions_folder())) if verify else []
    plain = rows.assign(at=rows["at"].dt.strftime("%Y-%m-%dT%H:%M:%S")).astype("object")
    data = {"acts": plain.where(plain.notna(), None).to_dict("records"), "faults": faults}
    if verify:
        return Told(data, faults or [f"{len(rows)} acts, each as it was written and in its place."], 1 if faults else 0)
    lines = []
    for row in rows.fillna({"detail": ""}).to_dict("records"):
        words = f"{row['who']} ({row['role']}): {row['act']} {row['subject']}; {row['detail']}".removesuffix("; ")
        lines.append(f"{row['number']}  {row['at']:%Y-%m-%d %H:%M}  {words}")
    return Told(data, lines or ["Nobody has done anything yet."])


def backup(to: Path | None, act: Act, progress: Progress) -> Told:
    """Make a backup and say where it is and what it lacks. Raises UsageError, BackupError, WarehouseBusyError."""
    warehouse_file()  # another engine is refused before anything is written
    place, made = back_up(open_warehouse(everybody=True), data_folder(), to or data_folder() / "backups", act, progress)
    keys = f" ({', '.join(made.key_ids)})" if made.key_ids else ""
    lines = [
        f"Wrote {place}: {_holds(made)}.",
        f"It holds children's rows: keep it as you keep the warehouse. The pseudonym key{keys} is not in it: keep "
        "that apart.",
    ]
    return Told(_data(place, made), lines + _damaged(made))


def verified(path: Path, progress: Progress) -> Told:
    """Read a backup whole and say what it holds. Raises UsageError, BackupError."""
    said = verify_backup(path, progress)
    whole = f"{path} is whole: {_holds(said)}, made {said.made_at:%d %B %Y, %H:%M} UTC."
    return Told(_data(path, said), [whole, *_damaged(said)])


def restored(path: Path, into: Path | None, act: Act, progress: Progress, *, every_area: bool = False) -> Told:
    """Restore a backup and say what stands there now. Raises UsageError, BackupError, WarehouseBusyError.

    Other areas' loads in the same warehouse go back with it, which only `every_area` allows.
    """
    data = into or data_folder()
    if others := [] if into or every_area else _other_areas():
        raise UsageError(
            f"The warehouse holds loads of {', '.join(others)} too, which would become those of the backup. "
            "Ask them first, and then say --every-area."
        )
    said, aside = restore(path, data, data / "warehouse.duckdb" if into else warehouse_file(), act, progress)
    kept = f" What stood there before is kept in {' and '.join(map(str, aside))}." if aside else ""
    lines = [f"Restored {path.name}: {_holds(said)}.{kept}", *_damaged(said)]
    if said.key_ids:
        lines.append(f"Its pseudonyms need the key {', '.join(said.key_ids)}, which no backup holds.")
    return Told(_data(path, said), lines)


def _other_areas() -> list[str]:
    """Return the codes of other local areas that have loads in the warehouse; none in one that cannot be read."""
    own, warehouse = load_local_area(plan_folder()), open_warehouse(everybody=True)
    try:
        with warehouse.reading() as reader:
            held = set(reader.query("SELECT DISTINCT local_area FROM loads WHERE state = 'current'")["local_area"])
    except WarehouseBusyError:
        return []
    return sorted(held - {EVERYBODY, own.code})


def _holds(said: Backup) -> str:
    loads, editions = said.tables["loads"].rows, len(editions_among(said.files))
    return f"{loads} load{'' if loads == 1 else 's'}, {editions} edition{'' if editions == 1 else 's'}"


def _damaged(said: Backup) -> list[str]:
    if not said.damaged:
        return []
    return [
        f"Not what was published, and copied as found: {', '.join(said.damaged)}. Restore an earlier backup of it, or "
        "publish again; `python -m metrics editions --verify` says which are whole."
    ]


def _data(path: Path, said: Backup) -> dict[str, Any]:
    return {
        "backup": str(path),
        "made_at": said.made_at.isoformat(),
        "made_by": said.made_by,
        "content_hash": said.content_sha256,
        "audit_head": said.audit_head,
        "key_ids": said.key_ids,
        "rows": {name: content.rows for name, content in said.tables.items()},
        "editions": editions_among(said.files),
        "damaged_editions": said.damaged,
        "files": len(said.files),
    }
