"""Codes and names of areas and NHS organisations, from the lookups in data/reference."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from etl.clean import area_name_key
from etl.errors import DocumentError

# Codes by the Office for National Statistics and by the Organisation Data Service, told apart by their form. Any other
# three to six letters and digits may be a provider's.
_FORMS = {
    "national": r"[EWSNK]9[2-4]\d{6}|K0[2-4]\d{6}",
    "region": r"E12\d{6}|Y\d{2}",
    "icb": r"Q[A-Z0-9]{2}|E54\d{6}",
    "sub_icb": r"\d\d[A-Z]|[A-Z]\d[A-Z]\d[A-Z]",
    "local_authority": r"E(?:06|07|08|09|10)\d{6}|[WSN]\d{8}",
    "provider": r"[A-Z0-9]{3,6}",
}
_PLACE = r"[EWSNK][0-9]{8}"


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

    def knows(self, code: str) -> bool:
        """Return whether the lookup has the code. It holds the NHS's; places are known by the form of their code."""
        return code in self._names or re.fullmatch(_PLACE, code) is not None


def tidy_codes(codes: pd.Series) -> pd.Series:
    """Return codes as they are compared: in capitals, without spaces."""
    return codes.str.replace(" ", "").str.upper()


def ill_formed(codes: pd.Series, levels: pd.Series) -> pd.Series:
    """Return which codes do not have the form their level's codes have; a blank is not ill-formed."""
    good = codes == ""
    for level, form in _FORMS.items():
        good |= (levels == level) & codes.str.fullmatch(form)
    return ~good


def kind_of(code: str) -> str:
    """Return which kind of code this is, so that an area is looked for only in files that hold its kind.

    Regions and integrated care boards have codes of two systems, which never stand in one table.
    """
    level = next((level for level, form in _FORMS.items() if re.fullmatch(form, code)), "name")
    return f"{level} {'E' if re.fullmatch(_PLACE, code) else ''}"


@cache
def load_organisations(folder: Path) -> Organisations:
    """Return the lookup kept in a reference folder, one row per code and name it has had. Raises DocumentError."""
    rows = _lookup(folder / "organisations.csv", ("code", "level", "name"))
    return Organisations((code, level, name) for code, level, name in rows)


@cache
def load_numbered(folder: Path) -> Mapping[str, tuple[str, str, str]]:
    """Return code, level and name of each place by DfE's three-digit number; a place we do not take has no code.

    Raises DocumentError where the lookup is not there or not whole.
    """
    rows = _lookup(folder / "local_authorities.csv", ("number", "code", "level", "name"))
    return {number: (code, level, name) for number, code, level, name in rows}


def _lookup(path: Path, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return [tuple(row[column] for column in columns) for row in csv.DictReader(lines)]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise DocumentError(
            f"{path.name}: the lookup is missing from the reference folder or damaged; "
            "restore it from the repository (data/reference)."
        ) from error
