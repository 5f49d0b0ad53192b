"""Merged cells hold one value in their top left corner; the cells they cover lose theirs."""

import re

import pandas as pd

from etl.finding import Finding
from etl.recognise import Located
from etl.scan import column_number

_RANGE = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


def merged_cells(table: Located, *, fills_down: str | None = None) -> list[Finding]:
    """Return one error for cells merged in rows of data over columns that count.

    `fills_down` is a column whose merged groups are read as meant. A footnote or a title across the sheet merges
    nothing that counts: its row holds nothing else.
    """
    counted = set(table.columns.values()) - {table.columns.get(fills_down or "")}
    for area in table.sheet.merged:
        found = _RANGE.fullmatch(area)
        if found is None:
            continue
        rows = range(max(int(found[2]), table.header_row + 1), int(found[4]) + 1)
        columns = range(column_number(found[1].encode()), column_number(found[3].encode()) + 1)
        if rows and counted & set(columns) and _holds_data(table.body(), rows, columns):
            problem = f"cells are merged in rows of data ({area})"
            remedy = "Unmerge them and give every cell its own value."
            return [Finding("MERGED_CELLS", "error", problem, remedy, table.sheet.name, rows[0])]
    return []


def _holds_data(body: pd.DataFrame, rows: range, columns: range) -> bool:
    inside = body.loc[body.index.isin(rows)]
    return bool((inside.drop(columns=[c for c in columns if c in inside]) != "").any(axis=None))
