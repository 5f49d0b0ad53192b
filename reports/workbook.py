"""The pack as an Excel workbook: typed cells, filters, frozen headers, definitions, native charts.

No text can start a formula: what could is marked with ', and every text cell is typed as text.
"""

import html
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo

from pages.components.edition import Edition
from pages.components.tables import harmless
from pages.components.theme import LIGHT
from reports import figures
from reports.content import Pack, Part
from reports.record_parts import CHANGES, DEFINITIONS, QUALITY
from reports.sealed import fit, sealed
from reports.workbook_charts import add_charts

_HEAD = 5  # the row of a sheet's headings: title, marks and edition stand above
_LONG, _WIDE, _NARROW, _SHEET = 30, 45, 11, 110  # letters: of a column; of a sheet across
_LINE = 15.5  # points: the height of a line
_COUNTS = ("Numerator", "Denominator", "Children", "Answers", "Favourable answers")
_NAME = re.compile(r'name="Chart (\d+)"')


def as_workbook(pack: Pack, edition: Edition) -> bytes:
    """Return the pack as an .xlsx."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    _summary(_sheet(book, pack, "Summary", pack.title), pack)
    typed = (
        ("Scorecard", "Every KPI of the scorecard", figures.scorecard(edition)),
        ("Series", "Every KPI’s figures over time, not broken down", figures.series(edition)),
        ("Milestones", "What the plan says at each milestone, and what was reached", figures.milestones(edition)),
        ("Waits", "Children waiting, by how long, at each month’s end", figures.waits(edition)),
        ("Surveys", "Every question of every survey", figures.surveys(edition)),
        ("Actions", "The plan’s actions", figures.actions(edition)),
    )
    for name, title, frame in typed:
        if len(frame) or name not in ("Surveys", "Actions"):
            _filled(_sheet(book, pack, name, title), frame, name)
    for group in (CHANGES, QUALITY, DEFINITIONS):
        parts = [part for part in pack.parts if part.group == group]
        if parts:
            _told(_sheet(book, pack, group, parts[0].title), parts)
    told = add_charts(_sheet(book, pack, "Charts", "Charts"), _sheet(book, pack, "Chart data", "Chart data"), pack)
    about, said = book.properties, pack.manifest
    about.title, about.subject, about.creator, about.language = fit(pack.title), pack.foot, "Waymark", "en-GB"
    about.keywords, about.category, about.lastModifiedBy = pack.marks[0], "Board pack", "Waymark"
    out = io.BytesIO()
    book.save(out)

    def described(name: str, part: bytes) -> bytes:
        if not name.startswith("xl/drawings/drawing"):
            return part
        return _NAME.sub(lambda found: _accessible(*told[int(found[1]) - 1]), part.decode()).encode()

    return sealed(out.getvalue(), said.published_at, described)


def put(cell: Any, value: object) -> None:
    """Write a value into a cell by its type: numbers, dates and truth as they are, text so that it is no formula."""
    if value is None or value is pd.NaT or pd.isna(value):  # type: ignore[call-overload]
        return
    if isinstance(value, (bool, int, float)):
        cell.value = value
    elif isinstance(value, (pd.Timestamp, datetime, date)):
        moment = pd.Timestamp(value)
        cell.value = moment.date() if moment == moment.normalize() else moment.to_pydatetime()
    else:
        cell.value = harmless(fit(value))
        cell.data_type = "s"
        cell.alignment = Alignment(vertical="top", wrap_text=len(str(value)) > _LONG or "\n" in str(value))


def _accessible(name: str, words: str) -> str:
    return f'name="{html.escape(fit(name))}" descr="{html.escape(fit(words))}"'


def _sheet(book: Workbook, pack: Pack, name: str, title: str) -> Any:
    """Return a new sheet under its title, marked and printed across with edition and page number beneath."""
    sheet: Any = book.create_sheet(name)
    exact = pack.manifest.audience == "restricted"
    for row, text in enumerate((title, " · ".join(pack.marks), pack.foot), 1):
        cell = sheet.cell(row, 1)
        put(cell, text)
        cell.alignment = Alignment(wrap_text=False)
    sheet["A1"].font = Font("Calibri", 16, bold=True)
    sheet["A2"].font = Font("Calibri", 11, bold=exact, color=(LIGHT.tones["red"][0] if exact else LIGHT.muted)[1:])
    sheet["A3"].font = Font("Calibri", 11, color=LIGHT.muted[1:])
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.left.text = " · ".join(pack.marks).replace("&", "&&")
    sheet.oddFooter.left.text = pack.foot.replace("&", "&&")
    sheet.oddFooter.right.text = "&P of &N"
    return sheet


def _summary(sheet: Any, pack: Pack) -> None:
    first, said = pack.parts[0], pack.manifest
    lines = [*first.sentences, *(line for head, part in first.lists for line in (head, *part))]
    lines += [f"Content hash of these figures: {said.content_sha256}"]
    lines += [f"What is hidden: {said.disclosure}"] if said.disclosure else []
    lines += ["Where a cell of figures is empty, the column “Without a value” says why. None of these is zero."]
    sheet.column_dimensions["A"].width = _SHEET
    for row, line in enumerate(lines, _HEAD):
        put(sheet.cell(row, 1), line)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = _LINE * (len(line) // _SHEET + 1)


def _filled(sheet: Any, frame: pd.DataFrame, name: str) -> None:
    """Write a frame as a table with filters under frozen headings, or say that there is nothing."""
    if frame.empty:
        put(sheet.cell(_HEAD, 1), "This edition has none.")
        return
    _grid(sheet, frame, _HEAD, name)
    sheet.freeze_panes = sheet.cell(_HEAD + 1, 2)
    sheet.print_title_rows, sheet.print_title_cols = f"{_HEAD}:{_HEAD}", "A:A"
    total = sum(held.width for held in sheet.column_dimensions.values())
    sheet.page_setup.fitToWidth = int(total // (2 * _SHEET)) + 1


def _grid(sheet: Any, frame: pd.DataFrame, top: int, name: str) -> None:
    rows = frame.astype("object").where(frame.notna(), None).to_numpy().tolist()
    for column, heading in enumerate(map(str, frame.columns), 1):
        cell = sheet.cell(top, column)
        put(cell, heading)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font("Calibri", 11, bold=True, color=LIGHT.background[1:])
        cell.fill = PatternFill("solid", fgColor=LIGHT.actual[1:])
        shape = _format(heading, frame[heading])
        longest = max((len(str(row[column - 1])) for row in rows[:200] if row[column - 1] is not None), default=0)
        wide = _NARROW if shape else min(max(longest, len(heading), _NARROW), _WIDE if longest > _LONG else _LONG)
        held = sheet.column_dimensions[get_column_letter(column)]
        held.width = max(held.width if top > _HEAD else 0, wide)
        for row, values in enumerate(rows, top + 1):
            cell = sheet.cell(row, column)
            put(cell, values[column - 1])
            if shape:
                cell.number_format = shape
    area = f"A{top}:{get_column_letter(len(frame.columns))}{top + len(rows)}"
    table = Table(displayName=re.sub(r"\W", "_", name), ref=area)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleMedium2", showRowStripes=True)
    sheet.add_table(table)


def _format(heading: str, column: pd.Series) -> str:
    """Return the number format of a column, "" for text."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return "mmm yyyy" if (column.dropna().dt.day == 1).all() else "d mmm yyyy"
    if pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
        return ""
    whole = heading in _COUNTS or pd.api.types.is_integer_dtype(column)
    return figures.COUNT if whole else figures.VALUE


def _told(sheet: Any, parts: Sequence[Part]) -> None:
    """Write what parts say, then their tables under each other, each with its own filter."""
    row = _HEAD
    tables = [table for part in parts for table in part.tables]
    for line in (line for p in parts for line in (*p.sentences, *(t for h, ts in p.lists for t in (f"{h}:", *ts)))):
        put(sheet.cell(row, 1), line)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=False)
        row += 1
    row += 1 if row > _HEAD else 0
    for table in tables:
        if len(tables) == 1 and row == _HEAD:
            sheet.freeze_panes = sheet.cell(_HEAD + 1, 2)
            sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
        else:
            put(sheet.cell(row, 1), table.words)
            sheet.cell(row, 1).font = Font("Calibri", 11, bold=True)
            row += 1
        _grid(sheet, table.frame, row, table.words)
        row += len(table.frame) + 2
