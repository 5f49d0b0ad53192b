"""Where the lines of a source of several modules come from: which record of which table each was made of."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from etl.locate import Located


@dataclass(frozen=True)
class Origin:
    """Lines and records. `rows` has a line a row and a module a column: the row of its record, missing without one.

    `line_of` gives, by module and row, the line a record belongs to, missing for those that belong to none.
    """

    tables: Mapping[str, Located]
    of_key: Mapping[str, str]
    lines: str
    rows: pd.DataFrame
    line_of: Mapping[str, pd.Series]

    def table(self, key: str | None) -> Located:
        """Return the table a column stands in; that of the lines for none."""
        return self.tables[self.of_key.get(key or "", self.lines)]

    def rows_of(self, lines: pd.Series, key: str | None) -> tuple[str, pd.Series]:
        """Return sheet and, by row number, the records of the column's module behind the lines that are true."""
        module = self.of_key.get(key or "", self.lines)
        found = self.rows.loc[lines, module].dropna()
        if found.empty and lines.any():
            module = self.lines
            found = self.rows.loc[lines, module].dropna()
        rows = pd.Index(sorted(set(found.astype("int64"))))
        return self.tables[module].sheet.name, pd.Series(True, index=rows, dtype="bool")
