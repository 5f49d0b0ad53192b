"""The audit: one row per act, appended in the transaction of the act where it has one, never changed.

The rows are chained (etl/chain.py), so that a row changed, removed, reordered or put in is found.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from etl import chain
from etl.errors import NotAllowedError
from etl.roles import EVERY_RIGHT, Right, may
from etl.tables import AUDIT
from etl.warehouse import Reader, Warehouse, Writer


@dataclass(frozen=True)
class Act:
    """Who does something, when (UTC), in which role, and what that person may do at all."""

    who: str
    at: datetime
    role: str = "analyst"
    rights: frozenset[Right] = EVERY_RIGHT


def one_line(text: str) -> str:
    """Return a text without breaks and what cannot be printed, so that no entry of the audit can look like two."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def append(writer: Writer, act: Act, what: str, subject: str, detail: str) -> None:
    """Add one row within the writer's transaction. `detail` is in words, without any cell's value.

    Raises NotAllowedError for an act that is not this person's to do: with it goes everything the transaction did.
    """
    if act.rights != EVERY_RIGHT and not may(act.rights, what):
        raise NotAllowedError("Your role does not allow this; nothing was changed. Ask an analyst.")
    told = {"who": act.who, "role": act.role, "act": what, "subject": subject, "detail": detail}
    row: dict[str, object] = {"at": act.at, **{name: one_line(text) for name, text in told.items()}}
    row["local_area"] = writer.scope.area if writer.scope else None
    typed = AUDIT.frame([row]).drop(columns=["number", "sha256"])
    last = _last(writer)
    before = (int(last["number"].iloc[0]), str(last["sha256"].iloc[0])) if len(last) else ()
    writer.insert(AUDIT, AUDIT.typed(chain.chained(typed, *before)))


def record(warehouse: Warehouse, act: Act, what: str, subject: str, detail: str) -> None:
    """Add one row for an act that changes no row of the warehouse, a publication say. Raises WarehouseBusyError."""
    with warehouse.writing() as writer:
        append(writer, act, what, subject, detail)


def acts(reader: Reader) -> pd.DataFrame:
    """Return every row of the audit that the reader's area may see, newest first."""
    return reader.query("SELECT * FROM audit ORDER BY number DESC")


def audit_head(reader: Reader) -> str:
    """Return `<number>:<sha256>` of the last row, which editions and backups note; nothing before the first act."""
    return chain.head(_last(reader))


def audit_faults(reader: Reader, heads: Mapping[str, str]) -> list[str]:
    """Return, in sentences, where the audit is not what was written; `heads` are heads noted elsewhere, by where."""
    every = f"SELECT * FROM {reader.stored(AUDIT)} ORDER BY number DESC"  # noqa: S608 (contract)
    return chain.faults(reader.query(every), heads)


def published_heads(editions: Path) -> dict[str, str]:
    """Return the heads that the manifests of published editions carry; one that cannot be read carries none."""
    heads = {}
    for path in sorted(editions.glob("[!.]*/manifest.json")):
        try:
            noted = json.loads(path.read_text(encoding="utf-8")).get("audit_head")
        except (ValueError, AttributeError):
            continue
        if noted:
            heads[f"Edition {path.parent.name}"] = str(noted)
    return heads


def _last(reader: Reader) -> pd.DataFrame:
    newest = f"SELECT number, sha256 FROM {reader.stored(AUDIT)} ORDER BY number DESC LIMIT 1"  # noqa: S608 (contract)
    return reader.query(newest)
