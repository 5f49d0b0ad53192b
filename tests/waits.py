"""Small row-level waiting lists with invented children, and what reading them gives."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook

from etl.examine import Examination, examine
from etl.settings import SHIPPED

TODAY = date(2026, 11, 21)
ND = {
    "Referral ID": "R1",
    "Child ID": "C1",
    "Snapshot date": "31/05/2024",
    "Provider code": "RRE",
    "Referral received date": "15/01/2024",
    "Diagnosis": "Autism",
    "First attended date": "",
    "Closed date": "",
    "Closed reason": "",
    "Age": "9",
}
Row = Mapping[str, Any]


def child(number: int, **changes: Any) -> dict[str, Any]:
    """Return one row; underscores in a keyword stand for the spaces of a heading."""
    row = {**ND, "Referral ID": f"R{number}", "Child ID": f"C{number}"}
    return {**row, **{name.replace("_", " "): value for name, value in changes.items()}}


def children(count: int, start: int = 1, **changes: Any) -> list[dict[str, Any]]:
    """Return that many rows."""
    return [child(number, **changes) for number in range(start, start + count)]


def write(
    path: Path,
    rows: Sequence[Row],
    *,
    headings: Sequence[str] | None = None,
    above: Iterable[Sequence[Any]] = (),
    below: Iterable[Sequence[Any]] = (),
    encoding: str = "utf-8",
    delimiter: str = ",",
    hidden: Mapping[str, Sequence[Sequence[Any]]] | None = None,
) -> Path:
    """Write the rows as .csv or .xlsx, by the path's ending, and return the path."""
    heads = list(headings or rows[0])
    lines = [*above, heads, *([row.get(head, "") for head in heads] for row in rows), *below]
    if path.suffix == ".csv":
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
        path.write_bytes(text.getvalue().encode(encoding))
        return path
    book = Workbook()
    sheet = book.worksheets[0]
    for line in lines:
        sheet.append([None if cell == "" else cell for cell in line])
    for name, cells in (hidden or {}).items():
        other = book.create_sheet(name)
        other.sheet_state = "hidden"
        for cell_row in cells:
            other.append(list(cell_row))
    book.save(path)
    return path


def check(path: Path, *, source: str | None = None, month: date | None = None) -> Examination:
    """Return the examination of a file, made in this process."""
    return examine(path, today=TODAY, reference=SHIPPED / "reference", source=source, month=month)


def pathways(found: Examination, clock: str = "nd_assessment") -> pd.DataFrame:
    """Return the rows of one clock."""
    assert found.frames
    rows = found.frames["pathways"]
    return rows[rows["clock"] == clock].reset_index(drop=True)


def rules(found: Examination, severity: str | None = None) -> list[str]:
    """Return the rules of the findings, of one severity where it is named."""
    return [finding.rule for finding in found.findings if severity in (None, finding.severity)]


def said(found: Examination, rule: str) -> str:
    """Return the sentence of the one finding of a rule."""
    [finding] = [finding for finding in found.findings if finding.rule == rule]
    return finding.message(found.file)
