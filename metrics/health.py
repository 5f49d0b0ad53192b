"""Whether this installation works: the edition in use, the warehouse, room on the disk, and the server where asked.

Told in sentences for people and by an exit code for machines; nothing is changed by asking.
"""

import shutil
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from etl.errors import UsageError, WarehouseBusyError
from etl.settings import data_folder, editions_folder, shown_to, warehouse_address
from etl.warehouse import open_warehouse
from metrics.edition import EditionError, current_edition, read_manifest, read_tables, refuse_changed

# A month's load, a pack and an edition, many times over; beside it, an update leaves a copy of the warehouse.
ROOM_BYTES = 500_000_000
_PATIENCE = 5  # seconds for the server's answer


@dataclass(frozen=True)
class Check:
    """What was looked at, what there is to say, and the exit code it leads to: 0 well, 1 not, 3 busy or unreachable."""

    what: str
    sentence: str
    code: int = 0


def health(server: str | None = None, *, screens: bool = False) -> list[Check]:
    """Return every check made; `screens` leaves out the warehouse, which screens do without. Raises UsageError."""
    made = [edition_check(editions_folder())]
    if not screens:
        made.append(warehouse_check())
    made.append(disk_check(data_folder()))
    return [*made, server_check(server)] if server else made


def exit_code(made: list[Check]) -> int:
    """Return 0 where all is well, 3 where the warehouse alone is busy or unreachable, else 1."""
    codes = {check.code for check in made} - {0}
    return 1 if 1 in codes else max(codes, default=0)


def edition_check(folder: Path) -> Check:
    """Return whether the edition in use is, byte by byte, what was published and opens."""
    try:
        current = current_edition(folder)
        if current is None:
            return Check("edition", "No edition has been published yet.")
        said = read_manifest(folder, current)
        refuse_changed(folder / current, said)
        read_tables(folder, current, "board" if shown_to() == "board" else "restricted")
    except EditionError as error:
        return Check("edition", f"{error} Readers are shown the one before; publish again.", 1)
    except OSError as error:
        return Check("edition", f"The edition in use cannot be read: {error.strerror}.", 1)
    return Check("edition", f"Edition {current} is what was published.")


def warehouse_check() -> Check:
    """Return whether the warehouse can be read, waiting for a writer as long as `WAYMARK_WAIT` says."""
    try:
        with open_warehouse(everybody=True).reading() as reader:
            loads = int(reader.query("SELECT count(*) AS loads FROM loads")["loads"].iloc[0])
    except WarehouseBusyError as error:
        return Check("warehouse", str(error), 3)
    return Check("warehouse", f"The warehouse can be read: {loads} load{'' if loads == 1 else 's'}.")


def disk_check(folder: Path) -> Check:
    """Return whether there is room for what an update leaves beside the warehouse, and for a month's work."""
    there = next((place for place in (folder, *folder.absolute().parents) if place.is_dir()), folder)
    engine, _, place = warehouse_address().partition(":")
    held = Path(place).stat().st_size if engine == "duckdb" and Path(place).is_file() else 0
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return Check("disk", f"The data folder cannot be used: {error.strerror}.", 1)
    room = f"{free / 1e9:.1f} GB free on the disk of the data folder"
    if free < held + ROOM_BYTES:
        return Check("disk", f"Only {room}; work needs {(held + ROOM_BYTES) / 1e9:.1f} GB.", 1)
    return Check("disk", f"{room}.")


def server_check(address: str) -> Check:
    """Return whether the server at an address answers. Raises UsageError for what is no http address."""
    if urlsplit(address).scheme not in ("http", "https"):
        raise UsageError("--server takes an address: http://127.0.0.1:8501")
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/_stcore/health", timeout=_PATIENCE):  # noqa: S310 (http)
            return Check("server", "The server answers.")
    except OSError as error:
        return Check("server", f"The server does not answer ({type(error).__name__}).", 1)
