"""Which of the files given together are one extract: the modules of a return that comes as one csv a module."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from etl.heading import normal
from etl.source import load_sources

_HEAD_BYTES = 16_384
_MARK = 2  # a header with the numbers of two modules, or one module's and a column of it, is a module's


def bundles(paths: Sequence[Path]) -> list[tuple[Path, ...]]:
    """Return the files by extract, in order of the first of each. Only the first line of a csv is looked at.

    What a file is, its headings say; which of several exports it belongs to, its folder and the front of its name.
    """
    found: dict[object, list[Path]] = {}
    for path in paths:
        key: object = (path.parent, _front(path.stem)) if _is_module(path) else path
        found.setdefault(key, []).append(path)
    return [tuple(dict.fromkeys(files)) for files in found.values()]


def _is_module(path: Path) -> bool:
    if path.suffix.lower() != ".csv":
        return False
    with path.open("rb") as file:
        line = file.read(_HEAD_BYTES).replace(b"\0", b"").partition(b"\n")[0].decode("latin-1")
    headings = {normal(cell.strip(' "\r\ufeff\xef\xbb\xbf\xff\xfe')) for cell in re.split("[,;\t|]", line)}
    keys, columns = _module_headings()
    return bool(headings & keys) and len(headings & (keys | columns)) >= _MARK


@cache
def _module_headings() -> tuple[frozenset[str], frozenset[str]]:
    """Return the headings of the modules' numbers that no single list carries, and those of their columns."""
    keys: set[str] = set()
    columns: set[str] = set()
    for source in load_sources().values():
        layout = source.pathways
        if layout is None:
            continue
        for module in layout.modules.values():
            keys |= {normal(heading) for heading in module.key if normal(heading).endswith("tableid")}
            columns |= {normal(heading) for heading in module.known}
            columns |= {normal(heading) for key in module.columns for heading in layout.columns[key].headers}
    return frozenset(keys), frozenset(columns)


def _front(stem: str) -> str:
    """Return a file's name without the name of its module at the end: what the files of one export share."""
    words = "|".join(sorted(_titles(), key=len, reverse=True))
    return re.sub(rf"(?:^|[^a-z0-9])(?:{words})$", "", stem.casefold())


@cache
def _titles() -> frozenset[str]:
    modules = [m for s in load_sources().values() if s.pathways for m in s.pathways.modules.items()]
    titles = {re.sub(r"[^a-z0-9]+", "", word.casefold()) for name, m in modules for word in (name, m.title, *m.also)}
    return frozenset(titles)
