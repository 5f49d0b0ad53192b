"""Backups: warehouse, editions, plan and notices of one moment in one file, each part with its hash. Never the key.

A backup holds what the warehouse holds, pseudonymised rows of children: keep it as you keep the warehouse.
"""

import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import BaseModel, ValidationError

from etl.audit import Act, append, audit_head
from etl.durable import flush
from etl.engine_duckdb import as_it_stands
from etl.errors import UsageError, WarehouseBusyError, WaymarkError
from etl.leftovers import working_folder
from etl.lock import alone_with_editions
from etl.warehouse import Reader, Warehouse

Progress = Callable[[int, int], None]  # bytes done, bytes in all

WAREHOUSE = "warehouse.duckdb"
PARTS = ("editions", "packs", "plan", "reference", "notices")
_MANIFEST = "backup.json"
_CHUNK = 1 << 20


class BackupError(WaymarkError):
    """A backup is damaged, or cannot be made here."""


class Kept(BaseModel):
    """One file of a backup."""

    sha256: str
    bytes: int


class Content(BaseModel):
    """What a table of the warehouse holds, whatever the order of its rows."""

    rows: int
    checksum: str


class Backup(BaseModel):
    """What a backup says about itself."""

    made_at: datetime
    made_by: str
    audit_head: str
    key_ids: list[str]
    content_sha256: str
    tables: dict[str, Content]
    files: dict[str, Kept]
    damaged: list[str] = []  # editions that were not what was published when they were copied


def back_up(
    warehouse: Warehouse, data: Path, to: Path, act: Act, progress: Progress = lambda *_: None
) -> tuple[Path, Backup]:
    """Write one backup into the folder `to`, of one moment in which nobody writes; return its file and what it says.

    Raises UsageError where there is nothing to back up, BackupError, WarehouseBusyError; nothing is left behind then.
    """
    if not warehouse.exists() and not (data / "editions").is_dir():
        raise UsageError("Nothing is loaded and nothing published, so there is nothing to back up.")
    to.mkdir(parents=True, exist_ok=True)
    place = to / f"waymark-{act.at:%Y%m%dT%H%M%SZ}.zip"
    with alone_with_editions(data / "editions"):
        if place.exists():
            raise BackupError(f"{place} is there already; a backup is never written over.")
        with warehouse.writing() as writer:
            append(writer, act, "backup", place.name, "begun")
        building = working_folder(".backing-up-", to)
        try:
            with warehouse.held() as file:
                made = _write(building / place.name, file, data, act, progress)
            flush(building / place.name)
            (building / place.name).rename(place)
            flush(to)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return place, made


def contents(reader: Reader) -> dict[str, Content]:
    """Return what each table holds: how many rows, and the sum of 64 bits of their MD5, whatever their order."""
    held = reader.query(
        "SELECT table_name, list(column_name ORDER BY column_index) AS names FROM duckdb_columns() "
        "WHERE NOT internal GROUP BY table_name ORDER BY table_name"
    )
    found = {}
    for table, names in zip(held["table_name"], held["names"], strict=True):
        cells = ", ".join(f"coalesce('=' || CAST(\"{name}\" AS TEXT), '-')" for name in names)
        [row] = reader.query(
            f"SELECT count(*) AS n, CAST(sum(md5_number_lower(concat_ws(chr(31), {cells}))) AS TEXT) AS checksum "  # noqa: S608 (names of our own tables)
            f'FROM "{table}"'
        ).to_dict("records")
        found[str(table)] = Content(rows=int(row["n"]), checksum=str(row["checksum"]) if row["n"] else "0")
    return found


def editions_among(files: Iterable[str]) -> list[str]:
    """Return the ids of the editions that these files of a backup belong to."""
    return sorted({name.split("/")[1] for name in files if name.startswith("editions/") and name.count("/") > 1})


def content_hash(tables: dict[str, Content]) -> str:
    """Return the SHA-256 over what all tables hold."""
    said = json.dumps({name: tables[name].model_dump() for name in sorted(tables)}, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def verify_backup(path: Path, progress: Progress = lambda *_: None) -> Backup:
    """Read a whole backup and return what it says. Raises UsageError, BackupError where anything is not as it was."""
    folder = working_folder("waymark-")
    try:
        return unpack(path, lambda name: folder / WAREHOUSE if name == WAREHOUSE else None, progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unpack(path: Path, place: Callable[[str], Path | None], progress: Progress) -> Backup:
    """Write each file of a backup where `place` says (None: nowhere), all hashes held to what was noted.

    The warehouse must be among those written: its tables are held to their content too.
    """
    if not path.is_file():
        raise UsageError(f"There is no backup {path}.")
    try:
        with zipfile.ZipFile(path) as held:
            said = Backup.model_validate_json(held.read(_MANIFEST))
            names = held.namelist()
            if sorted(names) != sorted([_MANIFEST, *said.files]) or not all(map(_is_ours, said.files)):
                raise BackupError(f"{path.name} is damaged: it does not hold the files it names. Take another backup.")
            done, whole = 0, sum(file.bytes for file in said.files.values())
            for name, noted in said.files.items():
                target = place(name)
                with held.open(name) as stream:
                    found = _copied(stream, target, noted.bytes)
                if found != noted:
                    raise BackupError(f"{path.name} is damaged: {name} is not what was put in. Take another backup.")
                if target:
                    target.chmod(held.getinfo(name).external_attr >> 16 & 0o777 or 0o600)
                done += noted.bytes
                progress(done, whole)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, ValidationError) as error:
        raise BackupError(f"{path.name} is damaged, or no backup of Waymark. Take another backup.") from error
    _hold_to_content(path, place(WAREHOUSE), said)
    return said


def _hold_to_content(path: Path, warehouse: Path | None, said: Backup) -> None:
    assert warehouse
    try:
        with as_it_stands(warehouse) as reader:
            same = contents(reader) == said.tables and content_hash(said.tables) == said.content_sha256
    except WarehouseBusyError as error:
        raise BackupError(f"{path.name} is damaged: its warehouse cannot be opened. Take another backup.") from error
    if not same:
        raise BackupError(f"{path.name} is damaged: its tables are not what was put in. Take another backup.")


def _write(target: Path, warehouse: Path, data: Path, act: Act, progress: Progress) -> Backup:
    with as_it_stands(warehouse) as reader:
        tables, head = contents(reader), audit_head(reader)
        keys = reader.query("SELECT DISTINCT key_id FROM loads WHERE key_id IS NOT NULL ORDER BY key_id")["key_id"]
    files = {WAREHOUSE: warehouse, **dict(_files(data))}
    done, whole = 0, sum(path.stat().st_size for path in files.values())
    kept = {}
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        target.chmod(0o600)
        for name, path in files.items():
            about = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            about.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as stream, archive.open(about, "w", force_zip64=True) as into:
                kept[name] = _poured(stream, into)
            done += kept[name].bytes
            progress(done, whole)
        made = Backup(
            made_at=act.at, made_by=act.who, audit_head=head, key_ids=[str(key) for key in keys],
            content_sha256=content_hash(tables), tables=tables, files=kept, damaged=_damaged(data / "editions", kept),
        )  # fmt: skip
        archive.writestr(_MANIFEST, made.model_dump_json(indent=1))
    return made


def _damaged(editions: Path, kept: dict[str, Kept]) -> list[str]:
    """Return the editions whose manifest cannot be read, or names a file that is gone or another one now."""
    found = []
    for edition_id in editions_among(kept):
        try:
            said = json.loads((editions / edition_id / "manifest.json").read_text(encoding="utf-8"))
            whole = all(
                kept.get(f"editions/{edition_id}/{name}", Kept(sha256="", bytes=0)).sha256 == sha256
                for name, sha256 in said.get("files", {}).items()  # an edition of an earlier Waymark notes none
            )
        except (OSError, ValueError, AttributeError):
            whole = False
        if not whole:
            found.append(edition_id)
    return found


def _files(data: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of the parts by their name in a backup; half-built ones and links have no place in it."""
    for part in PARTS:
        for path in sorted((data / part).rglob("*")):
            inside = path.relative_to(data)
            if path.is_file() and not path.is_symlink() and not any(p.startswith(".") for p in inside.parts):
                yield inside.as_posix(), path


def _is_ours(name: str) -> bool:
    """Return whether a name in a backup is one that a backup has: no way out of the folder it is unpacked into."""
    parts = PurePosixPath(name).parts
    plain = "\\" not in name and ":" not in name and ".." not in parts and "/".join(parts) == name
    return name == WAREHOUSE or (plain and len(parts) > 1 and parts[0] in PARTS)


def _copied(stream: IO[bytes], target: Path | None, at_most: int) -> Kept:
    if target is None:
        return _poured(stream, None, at_most)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as into:
        return _poured(stream, into, at_most)


def _poured(stream: IO[bytes], into: IO[bytes] | None, at_most: int | None = None) -> Kept:
    """Copy a stream and return its hash and length; one longer than it may be is cut and so found."""
    digest, length = hashlib.sha256(), 0
    while (chunk := stream.read(_CHUNK)) and (at_most is None or length <= at_most):
        digest.update(chunk)
        length += len(chunk)
        if into:
            into.write(chunk)
    return Kept(sha256=digest.hexdigest(), bytes=length)
