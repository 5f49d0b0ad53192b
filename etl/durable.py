"""Written so that a power cut leaves the old or the new: beside first, flushed, then one rename."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk itself."""
    if path.is_dir() and os.name != "posix":  # there, folders cannot be flushed
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a small file, text as UTF-8, all of it or none, in place of one that may be there."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        flush(beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    flush(path.parent)
