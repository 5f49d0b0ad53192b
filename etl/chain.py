"""The chain of the audit: the hash of each row covers the row and the hash of the row before it.

Whoever changes, removes, reorders or inserts a row breaks it. Whoever cuts the end off, or works all hashes out anew,
is found by the heads that editions and backups carry: number and hash of the last row when they were made.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

_FIELDS = ("number", "at", "who", "role", "act", "subject", "detail")
_BEFORE_THE_FIRST = ""


def chained(rows: pd.DataFrame, number: int = 0, sha256: str = _BEFORE_THE_FIRST) -> pd.DataFrame:
    """Return audit rows without number and sha256 with these two, following on a row that has those given."""
    links = []
    for row in rows.to_dict("records"):
        number += 1
        sha256 = _link(sha256, {**row, "number": number})
        links.append({"number": number, "sha256": sha256})
    return rows.reset_index(drop=True).join(pd.DataFrame(links, columns=pd.Index(["number", "sha256"])))


def head(rows: pd.DataFrame) -> str:
    """Return `<number>:<sha256>` of the last row, or nothing where there is none."""
    if rows.empty:
        return ""
    last = rows.sort_values("number").iloc[-1]
    return f"{last['number']}:{last['sha256']}"


def faults(rows: pd.DataFrame, heads: Mapping[str, str]) -> list[str]:
    """Return, in sentences, every place at which the audit is not what was written; empty when it holds.

    `heads` are heads noted elsewhere, by the words for where.
    """
    return [*_broken(rows.sort_values("number", kind="stable").to_dict("records")), *_denied(rows, heads)]


def _broken(rows: Iterable[Mapping[Any, Any]]) -> Iterable[str]:
    number, sha256 = 0, _BEFORE_THE_FIRST
    for row in rows:
        found = int(str(row["number"]))
        if found > number + 1:
            gone = f"Row {number + 1} is" if found == number + 2 else f"Rows {number + 1} to {found - 1} are"
            yield f"{gone} missing."
        elif found <= number:
            yield f"Row {found} stands there more than once."
        elif row["sha256"] != _link(sha256, row):
            yield f"Row {found} is not as it was written, or not where."
        number, sha256 = found, str(row["sha256"])


def _denied(rows: pd.DataFrame, heads: Mapping[str, str]) -> Iterable[str]:
    held = dict(zip(rows["number"], rows["sha256"], strict=True))
    for where, noted in heads.items():
        number, _, sha256 = noted.partition(":")
        if int(number) not in held:
            yield f"{where} was made when the audit had {number} rows; row {number} is gone."
        elif held[int(number)] != sha256:
            yield f"{where} was made when row {number} was another one: the audit was written anew."


def _link(before: str, row: Mapping[Any, Any]) -> str:
    said = [_plain(row[name]) for name in _FIELDS]
    whose = _plain(row.get("local_area"))
    if whose is not None:  # acts were nobody's before several areas shared a warehouse
        said.append(whose)
    return hashlib.sha256(json.dumps([before, *said]).encode()).hexdigest()


def _plain(value: object) -> object:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return value.isoformat(timespec="seconds") if isinstance(value, pd.Timestamp) else str(value)
