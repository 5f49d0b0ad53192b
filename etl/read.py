"""From a path to sheets of text cells. Call it in the child process of etl/confine.py: readers can abort."""

import datetime
import io
import posixpath
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError  # two types; defusedxml parses # nosec B405
from zipfile import ZipFile

import defusedxml.ElementTree
import pandas as pd
from defusedxml import DefusedXmlException
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

from etl.delimited import read_delimited
from etl.formats import Content, Kind, ReadNote, ReadProblem, Sheet, TextColumns, refused, without_collector
from etl.look import EXPORT_AGAIN, look, open_archive, read_part, stream_part
from etl.read_parts import joined, read_xml, read_zip
from etl.scan import Place, Scan, reference, refuse_dtd, scan_ods, scan_sheet, without_cells

__all__ = ["Content", "Kind", "ReadNote", "ReadProblem", "Sheet", "look", "read", "read_together"]

_ROWS_AT_ONCE = 2_000  # small pieces stay in the processor's cache: 20,000 rows at once took twice as long
_DAMAGED = "Open it in Excel, let it be repaired and save it again, or ask for it again."


def read(path: Path) -> Content:
    """Return every sheet of the file as text. Raises UnreadableFileError with rule, message and remedy."""
    kind = look(path)
    if kind == "csv":
        content = read_delimited(path)
    elif kind == "zip":
        content = read_zip(path)
    else:
        content = read_xml(path) if kind == "xml" else _read_workbook(path, kind)
    if not any(_holds_text(sheet.cells) for sheet in content.sheets if not sheet.hidden):
        raise refused("EMPTY", "The file holds no data.", EXPORT_AGAIN)
    return content


def read_together(paths: Sequence[Path]) -> Content:
    """Return the files of one extract as sheets named as the files are. Raises UnreadableFileError."""
    return joined("csv", {path.name: read(path) for path in paths})


def _holds_text(cells: pd.DataFrame) -> bool:
    """Tell whether any cell is more than blanks; the top mostly settles it."""
    return any(bool((part[c].str.strip() != "").any()) for part in (cells.head(100), cells) for c in part.columns)


def _read_workbook(path: Path, kind: Kind) -> Content:
    with closing(open_archive(path)) as archive:
        book = _outline(archive) if kind == "xlsx" else _Book(scan_ods(archive))
        source = _without_stray(archive, book) or path
    try:
        with CalamineWorkbook.from_object(source) as workbook:
            sheets = tuple(_sheets(workbook, book.scans))
    except PasswordError as error:
        raise refused(
            "FILE_ENCRYPTED", "The file is protected by a password.", "Save it without a password."
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise refused("FILE_DAMAGED", "The workbook cannot be read.", _DAMAGED) from error
    except BaseException as error:  # noqa: BLE001 (a Rust panic derives from BaseException and cannot be imported)
        if type(error).__name__ != "PanicException":
            raise
        raise refused("FILE_DAMAGED", "The workbook cannot be read.", _DAMAGED) from None
    names = [about.name for about in sheets]
    notes = [note for name, scan in zip(names, filter(None, book.scans), strict=True) for note in _notes(name, scan)]
    return Content(kind, sheets, tuple(notes), book.epoch_1904)


class _Book(NamedTuple):
    """What is known of a workbook before it is opened: its sheets in order, None for charts and dialogs."""

    scans: list[Scan | None]
    parts: list[str] = []
    epoch_1904: bool = False


def _outline(archive: ZipFile) -> _Book:
    """Return the outline of an .xlsx, each sheet scanned, every part that is read verified."""
    main = next((name for name in archive.namelist() if name.lower() == "xl/workbook.xml"), "xl/workbook.xml")
    workbook = _xml(read_part(archive, main))
    rels = posixpath.join(posixpath.dirname(main), "_rels", posixpath.basename(main) + ".rels")
    links = {link.get("Id"): link for link in _xml(read_part(archive, rels))}
    properties = next(_named(workbook, "workbookPr"), None)
    calculation = next(_named(workbook, "calcPr"), None)
    recalculates = calculation is not None and calculation.get("fullCalcOnLoad") in {"1", "true"}
    scans: list[Scan | None] = []
    parts: list[str] = []
    for sheet in _named(workbook, "sheet"):
        link = links.get(next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None))
        is_sheet = link is not None and link.get("Type", "").endswith("/worksheet")
        target = link.get("Target", "") if link is not None else ""
        parts.append(posixpath.normpath(posixpath.join(posixpath.dirname(main), target)).lstrip("/"))
        scans.append(scan_sheet(archive, parts[-1], recalculates) if is_sheet else None)
    for name in archive.namelist():
        if name.lower() in {"xl/sharedstrings.xml", "xl/styles.xml"}:
            for position, piece in enumerate(stream_part(archive, name)):
                refuse_dtd(piece if position == 0 else b"")
    return _Book(scans, parts, properties is not None and properties.get("date1904") in {"1", "true"})


def _xml(content: bytes) -> Element:
    try:
        return defusedxml.ElementTree.fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise refused(
            "XML_DTD", "The file declares a document type (DTD), as no workbook does.", "Save it again in Excel."
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise refused("FILE_DAMAGED", "The workbook's list of sheets is damaged.", _DAMAGED) from error


def _named(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)


def _notes(name: str, scan: Scan) -> Iterator[ReadNote]:
    """Yield what the scan found of one sheet, a note per rule and column."""
    if scan.hidden_rows:
        yield ReadNote("HIDDEN_ROWS", "Rows hidden by hand or by a filter are read too.", name, count=scan.hidden_rows)
    for place in scan.stray:
        message = f"A lone cell at {reference(place)}, far from everything else, is not read."
        yield ReadNote("STRAY_CELL", message, name, place[0] + 1, place[1])
    found: tuple[tuple[str, str, Sequence[Place]], ...] = (
        ("ERROR_CELL", "holds an error such as #REF!", sorted(scan.errors)),
        ("FORMULA_NOT_CALCULATED", "holds a formula that was never calculated", scan.uncalculated),
    )
    for rule, words, places in found:
        by_column: dict[int, list[Place]] = {}
        for place in places:
            by_column.setdefault(place[1], []).append(place)
        for column, here in sorted(by_column.items()):
            more = f", and so do {len(here) - 1:,} more below." if len(here) > 1 else "."
            yield ReadNote(rule, f"{reference(here[0])} {words}{more}", name, here[0][0] + 1, column, len(here))


def _without_stray(archive: ZipFile, book: _Book) -> io.BytesIO | None:
    """Return the workbook without its stray cells, in memory; None when there are none."""
    stray = {part: scan.stray for part, scan in zip(book.parts, book.scans, strict=False) if scan and scan.stray}
    if not stray:
        return None
    copy = io.BytesIO()
    with ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name in archive.namelist():
            if name.lower().endswith((".xml", ".rels")):  # pictures and the like are not read
                target.writestr(name, without_cells(archive, name, stray.get(name, ())))
    copy.seek(0)
    return copy


def _sheets(workbook: CalamineWorkbook, scans: list[Scan | None]) -> Iterator[Sheet]:
    if len(scans) != len(workbook.sheets_metadata):  # the scan and the reader must speak of the same sheets
        raise refused("FILE_DAMAGED", "The workbook's list of sheets is damaged.", _DAMAGED)
    for position, (about, scan) in enumerate(zip(workbook.sheets_metadata, scans, strict=True)):
        if scan is not None:
            sheet = workbook.get_sheet_by_index(position)
            marks = scan.errors | dict.fromkeys(scan.uncalculated, "")
            merged = tuple(
                f"{reference(a)}:{reference(b)}" for a, b in (*(sheet.merged_cell_ranges or ()), *scan.merged)
            )
            hidden = about.visible != SheetVisibleEnum.Visible
            yield Sheet(about.name, _cells(sheet, marks), hidden, scan.hidden_rows, merged)


def _cells(sheet: CalamineSheet, marks: dict[Place, str]) -> pd.DataFrame:
    """Return a sheet's cells as text; `marks` are texts that calamine does not give, by place."""
    start, end = sheet.start or (0, 0), sheet.end or (-1, -1)
    written = [place for place, text in marks.items() if text]
    height = max([end[0], *(row for row, _ in written)]) + 1
    width = max([end[1], *(column for _, column in written)]) + 1
    plain = not marks and not start[1] and sheet.start is not None
    rows = sheet.iter_rows() if plain else _patched(sheet, marks, start[1], width, height)
    columns = TextColumns(width)
    with without_collector():
        while piece := list(islice(rows, _ROWS_AT_ONCE)):
            columns.add_columns(map(_texts, zip(*piece, strict=True)))
    return columns.frame()


def _patched(sheet: CalamineSheet, marks: dict[Place, str], left: int, width: int, height: int) -> Iterator[list[Any]]:
    """Yield all rows from the first, all as wide: calamine leaves out the columns before the first value."""
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in marks.items():
        by_row.setdefault(row, []).append((column, text))
    before, number = [""] * left, -1
    for number, values in enumerate(sheet.iter_rows() if sheet.start else ()):
        cells = before + values if left or len(values) < width else values
        cells += [""] * (width - len(cells))
        for column, text in by_row.get(number, ()):
            if column < width:
                cells[column] = text
        yield cells
    for row in range(number + 1, height):  # below calamine's last row there are only marks
        last = [""] * width
        for column, text in by_row.get(row, ()):
            last[column] = text
        yield last


def _texts(column: Sequence[Any]) -> Sequence[str]:
    """Return one column's values as text; a column of text alone goes through untouched."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return column
    if len(kinds) == 1:
        return list(map(_TEXT[kinds.pop()], column))
    return [value if type(value) is str else _TEXT[type(value)](value) for value in column]


_LAST_SECOND = datetime.datetime(9999, 12, 31, 23, 59, 59)


def _number(value: float) -> str:
    """Return a number as the file has it, without exponent or a trailing .0: identifiers stay as typed."""
    text = repr(value + 0.0)  # turns -0.0 into 0.0
    if text.endswith(".0"):
        return text[:-2]
    return format(Decimal(text), "f") if "e" in text else text


def _moment(value: datetime.datetime, date: bool = True) -> str:
    """Return ISO text, midnight dropped. Serials carry binary dust, so the time is rounded to the second."""
    dust = datetime.timedelta(microseconds=500_000 if value < _LAST_SECOND else 0)
    whole = (value + dust).replace(microsecond=0)
    if not date:
        return whole.time().isoformat()
    return whole.date().isoformat() if whole.time() == datetime.time(0) else whole.isoformat()


def _span(value: datetime.timedelta) -> str:
    """Return a length of time as Excel shows [h]:mm:ss: 30:00:00."""
    seconds = round(value.total_seconds())
    return f"{'-' if seconds < 0 else ''}{abs(seconds) // 3600:02}:{abs(seconds) // 60 % 60:02}:{abs(seconds) % 60:02}"


_TEXT: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime.datetime: _moment,
    datetime.date: datetime.date.isoformat,
    datetime.time: lambda value: _moment(datetime.datetime.combine(datetime.date(1, 1, 1), value), date=False),
    datetime.timedelta: _span,
}
