"""Files as a browser hands them over: on disk for as long as they are read, in a private folder, then removed."""

import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from etl.leftovers import working_folder

_LONGEST = 150  # bytes of a name without its ending; file systems allow 255 with it
_FORBIDDEN = '/\\:*?"<>|'
_ENDING = 16  # bytes


@contextmanager
def received(files: Sequence[tuple[str, bytes]]) -> Iterator[list[Path]]:
    """Write files, each a name and its content, into a private folder and yield their paths, in order.

    The folder is removed at the end, also on an error. Files of one name get folders of their own.
    """
    folder = working_folder("waymark-received-")
    try:
        seen: Counter[str] = Counter()
        paths = []
        for name, content in files:
            safe = safe_name(name)
            # File systems may take names in another case for the same.
            place = folder / str(seen[safe.casefold()])
            seen[safe.casefold()] += 1
            place.mkdir(mode=0o700, exist_ok=True)
            path = place / safe
            path.write_bytes(content)
            paths.append(path)
        yield paths
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def safe_name(name: str) -> str:
    """Return the last part of a file's name without anything that makes a path, hides or reorders what it says."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
    plain = "".join("_" if c in _FORBIDDEN else c for c in shown).strip(" .")
    path = PurePosixPath(plain or "file")
    stem, ending = _cut(path.stem, _LONGEST), _cut(path.suffix, _ENDING)
    return f"{stem}{ending}"


def _cut(text: str, length: int) -> str:
    return text.encode()[:length].decode(errors="ignore")
