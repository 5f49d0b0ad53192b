"""The audit: one row per act, appended in the transaction of the act where it has one, never changed."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from etl.tables import AUDIT
from etl.warehouse import Reader, Warehouse, Writer


@dataclass(frozen=True)
class Act:
    """Who does something, when (UTC), and in which role."""

    who: str
    at: datetime
    role: str = "analyst"


def append(writer: Writer, act: Act, what: str, subject: str, detail: str) -> None:
    """Add one row within the writer's transaction. `detail` is in words, without any cell's value."""
    row = {"at": act.at, "who": act.who, "role": act.role, "act": what, "subject": subject, "detail": detail}
    writer.insert(AUDIT, AUDIT.frame([row]))


def record(warehouse: Warehouse, act: Act, what: str, subject: str, detail: str) -> None:
    """Add one row for an act that changes no row of the warehouse, a publication say. Raises WarehouseBusyError."""
    with warehouse.writing() as writer:
        append(writer, act, what, subject, detail)


def acts(reader: Reader) -> pd.DataFrame:
    """Return every row of the audit, newest first."""
    return reader.query('SELECT * FROM audit ORDER BY "at" DESC')
