"""One at a time, across processes: the operating system's lock, which ends with the process that holds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from etl.errors import WarehouseBusyError


@contextmanager
def alone(path: Path, wait_seconds: float, busy: str) -> Iterator[None]:
    """Hold the lock `<path>.lock` while the block runs.

    Raises WarehouseBusyError with the sentence `busy` where another process holds it for longer than one waits, and
    with a sentence of its own where the folder does not let itself be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{path}.lock", timeout=wait_seconds, mode=0o600)
        lock.acquire()
    except Timeout as error:
        raise WarehouseBusyError(busy) from error
    except OSError as error:
        raise WarehouseBusyError(
            f"The data folder cannot be written to ({error.strerror}); nothing was changed. Check that it exists, that "
            "you may write to it and that the disk is not full; WAYMARK_DATA names it."
        ) from error
    try:
        yield
    finally:
        lock.release()
