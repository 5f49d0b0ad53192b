"""Working folders carry the number of their process, so that what a killed one left behind can be swept later."""

import os
import re
import shutil
import tempfile
import time
from pathlib import Path

_OLD_SECONDS = 3_600.0  # a process of another container may be alive under a number that is nobody's here


def working_folder(prefix: str, within: Path | None = None) -> Path:
    """Make and return a private folder named `<prefix><process>-…`, and sweep those of processes that are gone."""
    place = within or Path(tempfile.gettempdir())
    _sweep(place, prefix)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=place))


def _sweep(place: Path, prefix: str) -> None:
    """Remove what is ours by owner, older than an hour, and of a process that no longer runs."""
    for path in place.glob(f"{prefix}*"):
        found = re.fullmatch(rf"{re.escape(prefix)}(\d+)-\w+", path.name)
        try:
            about = path.lstat()
        except OSError:  # swept by another process meanwhile
            continue
        ours = path.is_dir() and not path.is_symlink() and (os.name != "posix" or about.st_uid == os.getuid())
        if found and ours and time.time() - about.st_mtime > _OLD_SECONDS and not _runs(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    if os.name != "posix":  # there, asking is killing; what is old is left for the system's own sweep
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
