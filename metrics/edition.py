"""Editions: one published set of figures, written once, never changed, opened read-only.

An edition is a folder `<id>/` with `manifest.json` and one DuckDB file per audience; `CURRENT` names the edition in
use. It is built under a temporary name, checked, flushed and renamed once; the pointer moves last, so a process killed
at any moment leaves the editions as they were.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd
from pydantic import BaseModel, ConfigDict

from etl.durable import flush, write_whole
from etl.engine_duckdb import connect, insert_frame
from etl.errors import WaymarkError
from etl.leftovers import working_folder
from etl.tables import Table
from etl.unfinished import finish_restore
from metrics.action_tables import PLAN_TABLES
from metrics.edition_tables import EDITION
from metrics.survey_tables import SURVEYS

Audience = Literal["restricted", "board"]
_POINTER = "CURRENT"
_NOT_WRITTEN = (
    "The edition could not be written; nothing was published. Check that the disk is not full and that you may write "
    "to the data folder."
)
# Tables that editions did not have from the first; where one is not there, nothing was ever in it.
_LATER = ("disclosed", "read_beside", "differences", *(table.name for table in (*SURVEYS, *PLAN_TABLES)))
_OTHER_VERSION = "Edition {} was published by another version of Waymark; publish again."


class EditionError(WaymarkError):
    """An edition is missing, damaged or breaks its contract."""


class MilestoneDate(BaseModel):
    """One milestone of the plan clock."""

    model_config = ConfigDict(frozen=True)
    label: str
    month: date
    months: int


class Manifest(BaseModel):
    """What an edition says about itself. Months are the first of the month."""

    model_config = ConfigDict(frozen=True)
    edition_id: str
    content_sha256: str
    board_sha256: str = ""
    audience: Audience = "restricted"
    disclosure: str = ""
    published_at: datetime
    published_by: str
    note: str = ""
    area_name: str
    local_area: str = ""  # code; editions did not have it from the first
    beside: dict[str, str] = {}  # other areas whose board figures stand beside, and the edition they are from
    plan_title: str
    as_of: date
    plan_start: date
    months_elapsed: int
    milestones: list[MilestoneDate]
    demonstration: bool
    version: str
    rows: dict[str, int]
    audit_head: str = ""  # number and hash of the audit's last row when the figures were read
    files: dict[str, str] = {}  # SHA-256 of each file's bytes, so that a backup can tell a damaged one unopened

    def same_content(self, restricted: str, board: str) -> bool:
        """Return whether both files of the edition hold what these hashes are of."""
        return (self.content_sha256, self.board_sha256) == (restricted, board)

    def for_audience(self, audience: Audience) -> "Manifest":
        """Return what an audience is told: the board never the content hash of exact figures."""
        own = {"content_sha256": self.board_sha256, "audience": audience, "files": {}}
        return self if audience == "restricted" else self.model_copy(update=own)


def content_hash(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the SHA-256 of all figures and words, whatever the order of rows; floats count to their last bit.

    When a file was loaded is no figure and stays out, so that the same inputs give the same hash at any time.
    """
    digest = hashlib.sha256()
    for table in EDITION:
        frame = tables[table.name].drop(columns="loaded_at", errors="ignore")
        if table.name in _LATER and frame.empty:
            continue
        digest.update(f"{table.name}:{','.join(table.names())}\n".encode())
        columns = [_plain(frame[column.name]) for column in table.columns if column.name in frame]
        lines = sorted(json.dumps(row) for row in zip(*columns, strict=True))
        digest.update("\n".join(lines).encode())
    return digest.hexdigest()


def _plain(values: pd.Series) -> list[object]:
    missing = values.isna().to_numpy()
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        plain = [None if gone else value.isoformat() for value, gone in zip(values, missing, strict=True)]
    elif isinstance(values.dtype, pd.StringDtype):
        plain = values.to_list()
    else:
        plain = [value.hex() for value in values.to_numpy("float64", na_value=0.0).tolist()]
    return [None if gone else value for value, gone in zip(plain, missing, strict=True)]


def write_edition(
    folder: Path, tables: Mapping[str, pd.DataFrame], manifest: Manifest,
    board: Mapping[str, pd.DataFrame] | None = None,
) -> Manifest:  # fmt: skip
    """Write the restricted file, the board's and the manifest, make the edition current, and return the manifest.

    Raises EditionError where a table breaks its contract or the id is taken; nothing is left behind then.
    """
    held: dict[Audience, Mapping[str, pd.DataFrame]] = {"restricted": tables}
    if board is not None:
        held["board"] = board
    for frames in held.values():
        for table in EDITION:
            if faults := table.faults(frames[table.name]):
                raise EditionError(f"The edition was not published: {'; '.join(faults)}")
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / manifest.edition_id
    if place.exists():
        raise EditionError(f"Edition {manifest.edition_id} is there already; editions are never changed.")
    building = working_folder(".building-", folder)
    try:
        for audience, frames in held.items():
            _write_file(building / f"{audience}.duckdb", EDITION, frames)
        files = {path.name: _sha256(path) for path in sorted(building.iterdir())}
        manifest = manifest.model_copy(update={"files": files})
        (building / "manifest.json").write_text(_sealed(manifest), encoding="utf-8")
        for path in (*building.iterdir(), building):
            if path.is_file():
                path.chmod(0o400)  # written once
            flush(path)
        building.rename(place)
        flush(folder)
        make_current(folder, manifest.edition_id)
    except BaseException as error:
        if place.exists() and current_edition(folder) != manifest.edition_id:
            place.rename(building)
        elif place.exists() and isinstance(error, OSError):
            return manifest  # all is in place, and only the flush of the pointer's name was refused
        shutil.rmtree(building, ignore_errors=True)
        if isinstance(error, duckdb.Error):
            raise EditionError(_NOT_WRITTEN) from error
        raise
    return manifest


def make_current(folder: Path, edition_id: str) -> None:
    """Point readers at an edition by one rename."""
    write_whole(folder / _POINTER, edition_id)


def current_edition(folder: Path) -> str | None:
    """Return the id of the edition in use, or None where nothing was ever published."""
    finish_restore(folder.parent)
    return pointed_at(folder)


def pointed_at(folder: Path) -> str | None:
    """Return the id of the edition in use, in a folder that is another's to mend; None without one."""
    pointer = folder / _POINTER
    return pointer.read_text(encoding="utf-8", errors="replace").strip() if pointer.exists() else None


def read_manifest(folder: Path, edition_id: str) -> Manifest:
    """Return an edition's manifest. Raises EditionError when it is missing or damaged."""
    # The id comes from an address bar: only a plain folder name of this folder may be opened.
    if edition_id not in {path.parent.name for path in folder.glob("[!.]*/manifest.json")}:
        raise EditionError(f"There is no edition {edition_id[:40]!r}.")
    try:
        said = json.loads((folder / edition_id / "manifest.json").read_text(encoding="utf-8"))
        if said.pop("seal", None) not in (None, _seal(said)):
            raise ValueError("the manifest is not what was written")
        return Manifest.model_validate(said)
    except (ValueError, AttributeError) as error:
        raise EditionError(f"Edition {edition_id} is damaged: its manifest cannot be read.") from error


def _sealed(manifest: Manifest) -> str:
    said = manifest.model_dump(mode="json")
    return json.dumps({**said, "seal": _seal(said)}, indent=1)


def _seal(said: Mapping[str, object]) -> str:
    """Return a hash over all a manifest says, so that a bit that rots in it is found as one in the figures is."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def list_editions(folder: Path) -> list[Manifest]:
    """Return the manifests of all readable editions, newest first; a damaged one is left out."""
    found = []
    for path in folder.glob("[!.]*/manifest.json"):
        try:
            found.append(read_manifest(folder, path.parent.name))
        except EditionError:
            continue
    return sorted(found, key=lambda m: (m.published_at, m.edition_id), reverse=True)


def read_tables(folder: Path, edition_id: str, audience: Audience = "restricted") -> dict[str, pd.DataFrame]:
    """Return every table of an edition, typed by its contract. Raises EditionError when it is missing or damaged."""
    path = folder / edition_id / f"{audience}.duckdb"
    if not path.is_file():
        raise EditionError(f"Edition {edition_id} has no {audience} file.")
    try:
        connection = connect(path, read_only=True)
        try:
            held = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            there = [t for t in EDITION if t.name in held or t.name not in _LATER]
            if held and not held.issuperset(t.name for t in there):
                raise EditionError(_OTHER_VERSION.format(edition_id))
            frames = {t.name: connection.execute(f'SELECT * FROM "{t.name}"').df() for t in there}  # noqa: S608
        finally:
            connection.close()
    except duckdb.Error as error:
        raise EditionError(f"Edition {edition_id} is damaged and cannot be opened.") from error
    try:
        return {t.name: t.typed(frames[t.name]) if t in there else t.empty() for t in EDITION}
    except KeyError as error:
        raise EditionError(_OTHER_VERSION.format(edition_id)) from error


def refuse_changed(edition: Path, manifest: Manifest, audience: Audience | None = None) -> None:
    """Raise EditionError where a file in an edition's folder is not what its manifest says, byte for byte.

    All that are named, or the one of an audience; an edition from before they were named says nothing of them.
    Raises OSError for one that cannot be read.
    """
    for name, expected in manifest.files.items():
        if audience in (None, name.removesuffix(".duckdb")) and _sha256(edition / name) != expected:
            raise EditionError(f"Edition {edition.name} does not hold what was published.")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_file(path: Path, tables: tuple[Table, ...], frames: Mapping[str, pd.DataFrame]) -> None:
    connection = connect(path, read_only=False)
    try:
        for table in tables:
            connection.execute(table.ddl())
            insert_frame(connection, table, frames[table.name])
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
