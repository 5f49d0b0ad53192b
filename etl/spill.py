"""What does not fit into memory lies in a folder beside its file meanwhile."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

# Processes of two containers have the same number; a forked one has its parent's word.
_PROCESS = token_hex(4)


@contextmanager
def spill_beside(path: Path) -> Iterator[Path | None]:
    """Yield a folder beside a file for what does not fit into memory, the owner's alone; it goes once it is empty.

    One a process, because DuckDB wants one configuration a file. None where nothing may be written there.
    """
    folder = _own(path)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        yield None
        return
    try:
        yield folder
    finally:
        with suppress(OSError):  # another thread reads the same file
            folder.rmdir()


def forget_spilled(path: Path) -> None:
    """Take away what killed processes left beside a file; for whoever has opened it for writing, and so alone."""
    for folder in path.parent.glob(f"{_spill_of(path)}*"):
        if folder != _own(path):
            shutil.rmtree(folder, ignore_errors=True)


def _own(path: Path) -> Path:
    return path.with_name(f"{_spill_of(path)}{_PROCESS}-{os.getpid()}")


def _spill_of(path: Path) -> str:
    return f".{path.name}.spill-"
