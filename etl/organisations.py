"""Codes and names of NHS organisations, from data/reference/organisations.csv: one row per code and name it has had."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from etl.clean import area_name_key


@dataclass(frozen=True)
class Area:
    """A code and the name to show for it."""

    code: str
    name: str


class Organisations:
    """The lookup. Where a file prints no code, the name finds it; a name never seen stands for itself."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self._codes: dict[tuple[str, str], str] = {}
        self._names: dict[str, str] = {}
        for code, level, name in rows:
            self._codes[level, area_name_key(name)] = code
            self._names.setdefault(code, name)

    def area(self, level: str, name: str, code: str = "") -> Area:
        """Return the area of a line: by its code, else by level and name, else `name:…`."""
        found = code or self._codes.get((level, area_name_key(name))) or f"name:{area_name_key(name)}"
        return Area(found, self._names.get(found, name))


@cache
def load_organisations(folder: Path) -> Organisations:
    """Return the lookup kept in a reference folder."""
    with (folder / "organisations.csv").open(encoding="utf-8", newline="") as lines:
        return Organisations((row["code"], row["level"], row["name"]) for row in csv.DictReader(lines))
