"""One at a time, across processes: the operating system's lock, which ends with the process that holds it.

Whoever takes both takes the editions' first.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from etl.errors import WarehouseBusyError
from etl.settings import warehouse_wait_seconds

_AGAIN = "Nothing was changed. Try again in a minute."


def alone_with_editions(editions: Path) -> AbstractContextManager[None]:
    """Hold off every other publish, prune, backup and restore. Raises WarehouseBusyError."""
    wait = warehouse_wait_seconds()
    return _alone(
        editions, wait, f"Another publish, backup or restore did not finish within {wait:g} seconds. {_AGAIN}"
    )


def alone_with_warehouse(path: Path, wait_seconds: float | None = None) -> AbstractContextManager[None]:
    """Hold off every other writer of the warehouse. Raises WarehouseBusyError."""
    wait = warehouse_wait_seconds() if wait_seconds is None else wait_seconds
    return _alone(path, wait, busy_words(wait))


def busy_words(wait_seconds: float) -> str:
    """Return the sentence for a warehouse that another process does not let go of."""
    return f"The warehouse is busy: another load or publish did not finish within {wait_seconds:g} seconds. {_AGAIN}"


@contextmanager
def _alone(path: Path, wait_seconds: float, busy: str) -> Iterator[None]:
    """Hold the lock `<path>.lock`, or raise with the sentence `busy`, or with one on a folder that cannot be used."""
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
