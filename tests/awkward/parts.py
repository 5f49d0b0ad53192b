"""Building blocks of awkward files: an invented list, workbooks edited at the level of their XML, odd archives."""

import datetime
import io
import random
import struct
import zipfile
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HEADER = ["Pathway", "Referred", "Reason", "Weeks", "Team"]
SHEET = "xl/worksheets/sheet1.xml"
Row = Sequence[Any]


def rows(count: int = 12, seed: int = 1) -> list[list[Any]]:
    """An invented waiting list; the identifiers are no NHS numbers."""
    chance = random.Random(seed)
    start = datetime.date(2024, 1, 1)
    return [
        [
            f"W{number:05d}",
            start + datetime.timedelta(days=chance.randrange(300)),
            chance.choice(["Autism", "ADHD", "Speech"]),
            chance.randrange(90),
            chance.choice(["North", "South, rural", "Café team"]),
        ]
        for number in range(count)
    ]


def texts(table: Sequence[Row]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in table]


def csv_text(table: Sequence[Row], delimiter: str = ",", end: str = "\r\n", quote_all: bool = False) -> str:
    def field(cell: Any) -> str:
        text = str(cell)
        odd = quote_all or any(mark in text for mark in (delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if odd else text

    return "".join(delimiter.join(map(field, row)) + end for row in table)


def workbook(edit: Callable[[Workbook, Worksheet], None] | None = None, table: Sequence[Row] | None = None) -> bytes:
    """A workbook of the list, edited before it is saved."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "List"
    for row in [HEADER, *rows()] if table is None else table:
        sheet.append(list(row))
    if edit is not None:
        edit(book, sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        return {name: source.read(name) for name in source.namelist()}


def archive(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return target.getvalue()


def with_part(book: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The workbook with parts added, replaced or (None) left out."""
    parts: dict[str, bytes | None] = {**members(book), **changes}
    return archive({name: content for name, content in parts.items() if content is not None})


def with_xml(book: bytes, old: str, new: str, part: str = SHEET) -> bytes:
    """The workbook with the first `old` in one part replaced; it must be there."""
    content = members(book)[part]
    assert old.encode() in content, old
    return with_part(book, {part: content.replace(old.encode(), new.encode(), 1)})


def with_cells(book: bytes, cells: str) -> bytes:
    """The workbook with rows of XML added below the list."""
    return with_xml(book, "</sheetData>", cells + "</sheetData>")


def lying(book: bytes, part: str, declared: int) -> bytes:
    """The archive with a wrong unpacked size declared for one part, in the directory and beside the part."""
    content = bytearray(book)
    with zipfile.ZipFile(io.BytesIO(book)) as source:
        info = source.getinfo(part)
    content[info.header_offset + 22 : info.header_offset + 26] = struct.pack("<I", declared)
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(part.encode()))
    content[entry + 24 : entry + 28] = struct.pack("<I", declared)
    return bytes(content)


def compound(stream: str) -> bytes:
    """The start of an OLE container whose directory names one stream: enough to be told what it is."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(600)


def ods(tables: dict[str, str], styles: str = "") -> bytes:
    """An OpenDocument spreadsheet of sheets given as XML rows."""
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    )
    body = "".join(
        f'<table:table table:name="{escape(name)}"{" table:style-name=" + chr(34) + "ta2" + chr(34) if styles else ""}>'
        f"{content}</table:table>"
        for name, content in tables.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type='
        '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()}
    return archive(parts | {"META-INF/manifest.xml": manifest.encode()}, zipfile.ZIP_STORED)


def ods_rows(table: Sequence[Row]) -> str:
    def cell(value: Any) -> str:
        kind = 'office:value-type="string"'
        if isinstance(value, datetime.date):
            kind = f'office:value-type="date" office:date-value="{value}"'
        elif isinstance(value, int):
            kind = f'office:value-type="float" office:value="{value}"'
        return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"

    return "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in table)
