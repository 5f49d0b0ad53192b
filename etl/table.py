"""What a table of a contract is: its grain, its columns, and what follows from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Type = Literal["TEXT", "INTEGER", "DOUBLE", "DATE", "TIMESTAMP", "BOOLEAN"]


@dataclass(frozen=True)
class Column:
    """One column: `required` columns hold a value in every row, `allowed` lists the only values."""

    name: str
    type: Type
    meaning: str
    required: bool = True
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: `grain` opens with "One row per", `key` names the columns no two rows share.

    Rows are stored in the order of the columns `laid_by`, where a table names any.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    laid_by: tuple[str, ...] = ()

    def ddl(self) -> str:
        """Return the CREATE TABLE statement, in words DuckDB and Spark both read."""
        lines = [f'"{c.name}" {c.type}{" NOT NULL" if c.required else ""}' for c in self.columns]
        return f'CREATE TABLE IF NOT EXISTS "{self.name}" ({", ".join(lines)})'

    def names(self) -> list[str]:
        """Return the column names in order."""
        return [c.name for c in self.columns]

    def empty(self) -> pd.DataFrame:
        """Return a frame with the table's columns and no rows."""
        return self._empty.copy()

    @cached_property
    def _empty(self) -> pd.DataFrame:
        return pd.DataFrame({c.name: pd.Series(dtype=PANDAS_TYPES[c.type]) for c in self.columns})

    def frame(self, rows: Iterable[dict[str, object]]) -> pd.DataFrame:
        """Return the rows as a typed frame in column order; columns a row leaves out are missing."""
        return self.typed(pd.DataFrame(list(rows), columns=pd.Index(self.names())))

    def typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame in column order with the contract's types; raises KeyError for a column it lacks."""
        return frame[self.names()].astype({c.name: PANDAS_TYPES[c.type] for c in self.columns})

    def laid(self, frame: pd.DataFrame) -> npt.NDArray[np.intp]:
        """Return the places of the frame's rows in the order they are stored in."""
        if not self.laid_by:
            return np.arange(len(frame))
        by = frame[list(self.laid_by)].reset_index(drop=True)
        return by.sort_values(list(self.laid_by)).index.to_numpy()

    def faults(self, frame: pd.DataFrame) -> list[str]:
        """Return, in words, every way the frame breaks this contract; empty when it holds."""
        if list(frame.columns) != self.names():
            return [f"{self.name}: columns are {list(frame.columns)}, not {self.names()}"]
        faults = []
        for column in self.columns:
            values = frame[column.name]
            if column.required and values.isna().any():
                faults.append(f"{self.name}.{column.name}: {int(values.isna().sum())} rows without a value")
            if column.allowed and not values.dropna().isin(column.allowed).all():
                faults.append(f"{self.name}.{column.name}: holds values other than {', '.join(column.allowed)}")
        if self.key and frame.duplicated(list(self.key)).any():
            faults.append(f"{self.name}: {int(frame.duplicated(list(self.key)).sum())} rows repeat {self.key}")
        return faults


PANDAS_TYPES = {
    "TEXT": "str",
    "INTEGER": "Int64",
    "DOUBLE": "Float64",
    "DATE": "datetime64[s]",
    "TIMESTAMP": "datetime64[s]",
    "BOOLEAN": "boolean",
}
