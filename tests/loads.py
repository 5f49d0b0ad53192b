"""Loads as tests write them: whole rows of the contract, with the months they answer for."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from etl.load import coverage
from etl.tables import COVERAGE, EVERYBODY, LOADS
from etl.warehouse import Writer

Row = dict[str, object]


def load_row(load_id: str, source: str, month: date, first: date | None = None, **more: object) -> Row:
    """Return the row of a load everybody may see: a snapshot of its month, a history where it begins earlier."""
    text = {column.name: "-" for column in LOADS.columns if column.type == "TEXT"}
    return {
        **text, "load_id": load_id, "source": source, "organisation": "o", "month": month,
        "covers_from": first or month, "covers_to": month, "coverage": "history" if first else "snapshot",
        "rows_in": 1, "rows_loaded": 1, "rows_rejected": 0, "loaded_at": pd.Timestamp("2024-09-01"),
        "public": False, "demonstration": False, "state": "current", "local_area": EVERYBODY, **more,
    }  # fmt: skip


def insert_loads(writer: Writer, rows: Iterable[Row]) -> None:
    """Add loads, and lay the coverage of all anew."""
    writer.insert(LOADS, LOADS.frame(rows))
    writer.execute(f"DELETE FROM {writer.stored(COVERAGE)}")
    writer.insert(COVERAGE, coverage(writer.query(f"SELECT * FROM {writer.stored(LOADS)}")))
