"""Workbooks that leave us: every cell typed as text or number, none able to start a formula where it is opened."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | None
# What spreadsheet programs take for the start of a formula (OWASP, CSV injection), the full-width = too.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0", "\uff1d")
_WIDEST = 80


def safe_text(text: str) -> str:
    """Return the text with an apostrophe before it where it would start a formula, without control characters."""
    plain = "".join(sign for sign in text if sign.isprintable() or sign == "\n")
    return f"'{plain}" if text.startswith(_STARTS_A_FORMULA) else plain


def write_workbook(path: Path, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Value]]]]) -> Path:
    """Write sheets, each with a name, headings and rows, and return the path."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, headings, rows in sheets:
        sheet = book.create_sheet(name)
        for number, row in enumerate([headings, *rows], start=1):
            for place, value in enumerate(row, start=1):
                _write(sheet.cell(number, place), value)
        _lay_out(sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def _write(cell: Cell, value: Value) -> None:
    if isinstance(value, str):
        cell.value = safe_text(value)
        cell.data_type = "s"
    else:
        cell.value = value


def _lay_out(sheet: Worksheet) -> None:
    sheet.freeze_panes = "A2"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for place, column in enumerate(sheet.iter_cols(), start=1):
        width = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[get_column_letter(place)].width = min(width + 2, _WIDEST)
        if width > _WIDEST:
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
