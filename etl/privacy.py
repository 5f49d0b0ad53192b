"""Who can be recognised: identifiers found by what a column holds and by what it is called, whatever the source says.

Nothing here returns a cell. An identifier where none belongs stops the file; what it was is never repeated.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.clean import trimmed
from etl.finding import Finding
from etl.heading import normal

# Headings that announce an identifier. Such columns are dropped unless the source turns them into a pseudonym.
_ANNOUNCED = {
    "names": r".*\b(sur|fore|first|last|family|given|middle|full|child|patient|pupil|client|parent|carer|mother|father)"
    r"['s]* ?names?\b.*|names?|(known as|initials|title)",
    "NHS numbers": r".*\bnhs ?(no|nos|num|number|numbers|id)\b.*|nhsno|nhsnumber",
    "dates of birth": r".*\b(d\.? ?o\.? ?b|birth ?dates?|dates? of birth|born)\b.*|personbirthdate",
    "addresses": r".*\b(address|addr|street|house (no|number|name))\b.*",
    "postcodes": r".*\bpost ?codes?\b.*|zip",
    "e-mail addresses": r".*\be ?mails?\b.*",
    "telephone numbers": r".*\b(phone|telephone|tel|mobile|contact (no|number))\b.*",
    "pupil numbers": r".*\b(upn|uln|unique (pupil|learner) numbers?)\b.*",
}
_NHS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?:\.0)?(?!\d)")
_NHS_INSIDE = r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}"
_NHS_CELL = rf"^{_NHS_INSIDE}(?:\.0)?$"
_UPN = re.compile(r"\b[A-HJ-NP-RT-Z]\d{11}[0-9A-HJ-NP-RT-Z]\b")
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_EMAIL = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_POSTCODE = (
    r"(?:^|[^A-Z0-9])(?:GIR ?0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|"
    r"[A-HK-Y][0-9][ABEHMNPRVWXY]) ?[0-9][ABD-HJLNP-UW-Z]{2})(?:[^A-Z0-9]|$)"
)
# One ten-digit number in eleven passes the check by chance, one pupil number in 23: a column of case numbers is none.
_SHARE = 0.3
_MAYBE = r"[0-9]{3}|@|[0-9][A-Za-z]{2}"  # a text without it holds no identifier
_FEW_POSTCODES = 3  # one or two codes that look like a postcode are no column of them
_AT_MOST = 50_000  # texts taken apart one by one; a column with more numbers inside text is judged by these

Digits = npt.NDArray[np.int64]


def announced(heading: str) -> str | None:
    """Return what a heading announces (names, postcodes, …), else None."""
    plain = normal(heading).replace("-", " ").strip(" *:")
    return next((what for what, pattern in _ANNOUNCED.items() if re.fullmatch(pattern, plain)), None)


def valid_nhs_numbers(cells: pd.Series) -> pd.Series:
    """Return the ten digits of each valid NHS number, blank for anything else.

    Weights 10 to 2, remainder of 11; numbers of one repeated digit pass the check and are never issued, so they are
    refused (NHS Data Dictionary, NHS NUMBER). Vectorised, because a file holds a million; a test holds it to the
    library nhs-number, which also looks for a real date in Scottish numbers: here the wider net is the safer one.
    """
    found = pd.Series("", index=cells.index, dtype="str")
    candidate = cells.str.contains(_NHS_CELL, regex=True)
    if not candidate.any():
        return found
    plain = cells[candidate].str.replace(r"\.0$", "", regex=True).str.replace(r"[ -]", "", regex=True)
    digits = np.frombuffer("".join(plain).encode("ascii"), dtype=np.uint8).reshape(-1, 10).astype(np.int64) - 48
    found[candidate] = plain.where(_passes(digits), "").to_numpy()
    return found


def _passes(digits: Digits) -> npt.NDArray[np.bool_]:
    check = (11 - (digits[:, :9] * np.arange(10, 1, -1)).sum(axis=1) % 11) % 11
    repeated = (digits == digits[:, :1]).all(axis=1)
    result: npt.NDArray[np.bool_] = (check == digits[:, 9]) & ~repeated
    return result


def _count_nhs_numbers(cells: pd.Series) -> int:
    whole = cells.str.contains(_NHS_CELL, regex=True)
    valid = int((valid_nhs_numbers(cells[whole]) != "").sum())
    tried = int(whole.sum())
    inside = cells[~whole & cells.str.contains(_NHS_INSIDE, regex=True)]
    numbers = [number for text in inside.head(_AT_MOST) for number in _NHS.findall(text)]
    if numbers:
        valid += int((valid_nhs_numbers(pd.Series(numbers, dtype="str")) != "").sum())
    tried += len(numbers)
    return valid if tried and valid >= _SHARE * tried else 0


def _count_pupil_numbers(cells: pd.Series) -> int:
    likely = cells[cells.str.contains(r"[A-Za-z][0-9]{11}[0-9A-Za-z]", regex=True)].head(_AT_MOST)
    numbers = [number for text in likely for number in _UPN.findall(text.upper())]
    valid = sum(_is_pupil_number(number) for number in numbers)
    return valid if numbers and valid >= _SHARE * len(numbers) else 0


def _is_pupil_number(number: str) -> bool:
    """Check letter by weights 2 to 13, remainder of 23 (DfE, UPN guide); a temporary number ends in a letter."""
    values = [_UPN_LETTERS.index(sign) if sign.isalpha() else int(sign) for sign in number[1:]]
    return (
        _UPN_LETTERS[sum(value * weight for value, weight in zip(values, range(2, 14), strict=True)) % 23] == number[0]
    )


def _count_emails(cells: pd.Series) -> int:
    return int(cells.str.contains(_EMAIL, regex=True).sum())


def _count_postcodes(cells: pd.Series) -> int:
    found = int(cells.str.upper().str.contains(_POSTCODE, regex=True).sum())
    return found if found >= _FEW_POSTCODES or (found and found == int((cells != "").sum())) else 0


_KINDS: dict[str, Callable[[pd.Series], int]] = {
    "NHS numbers": _count_nhs_numbers,
    "pupil numbers": _count_pupil_numbers,
    "e-mail addresses": _count_emails,
    "postcodes": _count_postcodes,
}
EVERY_KIND = tuple(_KINDS)
# On a cover sheet an e-mail address is the sender's and a postcode the office's.
OF_CHILDREN = ("NHS numbers", "pupil numbers")


def identifiers_in(cells: pd.Series, kinds: Iterable[str] = EVERY_KIND) -> dict[str, int]:
    """Return how many cells hold identifiers, by kind; empty when none does."""
    distinct = pd.Series(pd.unique(cells), dtype="str")
    distinct = trimmed(distinct[distinct != ""])
    if distinct.empty or not distinct.str.contains(_MAYBE, regex=True).any():
        return {}
    found = {kind: _KINDS[kind](distinct) for kind in kinds}
    return {kind: count for kind, count in found.items() if count}


def holds_identifier(text: str) -> bool:
    """Return whether one text, such as a heading or a file's name, holds an identifier."""
    return bool(re.search(_MAYBE, text) and identifiers_in(pd.Series([text], dtype="str")))


def shown(heading: Any, place: int) -> str:
    """Return a heading as messages may quote it: the column's letter where it could be a child's and no heading."""
    text = " ".join(str(heading).split())
    suspicious = len(text) > 60 or re.search(r"\d{5}|@|\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}", text)
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters if not text or suspicious or holds_identifier(text) else text


def unexpected(found: Mapping[str, int], sheet: str, column: str | None, *, hidden: bool = False) -> list[Finding]:
    """Return the errors for identifiers where none belongs; kinds and counts only."""
    where = "a hidden sheet holds" if hidden else "the column holds"
    remedy = "Delete the file, tell your information governance lead, and ask the sender for one without them."
    return [
        Finding("IDENTIFIERS_UNEXPECTED", "error", f"{where} {kind}, which do not belong there", remedy, sheet,
                column=column, count=count)
        for kind, count in found.items()
    ]  # fmt: skip
