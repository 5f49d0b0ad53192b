"""What does not fit into memory lies in a folder beside its file meanwhile."""

import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from typing import Protocol, TypeVar

# Two processes that spill to one place read each other's rows. Those of two containers have the same number; a forked
# one has its parent's word.
_PROCESS = token_hex(8)
_held: Counter[Path] = Counter()
_one_at_a_time = threading.Lock()


class _Closes(Protocol):
    def close(self) -> None: ...


Opened = TypeVar("Opened", bound=_Closes)


@contextmanager
def spilling(path: Path, opened: Callable[[Path | None], Opened]) -> Iterator[Opened]:
    """Yield what `opened` opens with a folder beside the file to spill to, None where nothing may be written there.

    The folder is the owner's alone, one a process and file, because DuckDB wants one configuration a file. It is made
    once the file is open, so that whoever sweeps while alone with the file never takes one in use, and goes with the
    last who has the file open.
    """
    own = _own(path)
    folder = own if os.access(own.parent, os.W_OK) else None
    connection = opened(folder)
    with nullcontext() if folder is None else _there(folder), closing(connection):
        yield connection


@contextmanager
def _there(folder: Path) -> Iterator[None]:
    with _one_at_a_time:
        _held[folder] += 1
        with suppress(OSError):  # a full disk tells itself when there is something to spill
            folder.mkdir(mode=0o700, exist_ok=True)
    try:
        yield
    finally:
        with _one_at_a_time:
            _held[folder] -= 1
            if not _held[folder]:
                del _held[folder]
                shutil.rmtree(folder, ignore_errors=True)


def forget_spilled(path: Path) -> None:
    """Take away what killed processes left beside a file; for whoever is alone with it."""
    own = _own(path)
    for folder in own.parent.glob(f"{escape(_begins(path))}*"):
        if folder != own:
            shutil.rmtree(folder, ignore_errors=True)


def _own(path: Path) -> Path:
    return path.resolve().with_name(f"{_begins(path)}{_PROCESS}-{os.getpid()}")


def _begins(path: Path) -> str:
    return f".{path.resolve().name}.spill-"  # the same file by two names has one folder
