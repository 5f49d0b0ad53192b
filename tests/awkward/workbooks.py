"""Awkward workbooks, archives and what pretends to be one."""

import datetime
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.awkward.case import Case
from tests.awkward.parts import (
    HEADER,
    SHEET,
    archive,
    compound,
    csv_text,
    lying,
    members,
    rows,
    texts,
    with_cells,
    with_part,
    with_xml,
    workbook,
)

READ = {(1, 0): "Pathway", (2, 0): "W00000", (13, 0): "W00011", (2, 1): str(rows()[0][1])}
WHOLE = workbook()
TEXT = csv_text([HEADER, *texts(rows())]).encode()
DTD = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


def workbook_cases() -> Iterator[Case]:
    """Yield every workbook, and what is called one."""
    yield from _identity()
    yield from _archives()
    yield from _markup()
    yield from _values()
    yield from _far_cells()
    yield from _errors_and_formulas()
    yield from _sheets()
    yield from _formats()


def good(name: str, content: bytes, **expected: Any) -> Case:
    return Case(name, content, **({"rows": 13, "columns": 5, "cells": READ} | expected))


def _identity() -> Iterator[Case]:
    yield Case("zero_bytes.xlsx", b"", "EMPTY")
    yield Case("new_workbook.xlsx", workbook(table=[]), "EMPTY")
    yield Case("blanks_only.xlsx", workbook(table=[[" ", "\u00a0"], ["\n"]]), "EMPTY")
    yield Case("half.xlsx", WHOLE[: len(WHOLE) // 2], "FILE_DAMAGED")
    yield Case("rotted.xlsx", _rotted(WHOLE), "FILE_DAMAGED")
    yield Case("text_called.xlsx", TEXT, "TYPE_MISMATCH", ("a text file", ".csv"))
    yield Case("web_page_called.xls", b"<html><table><tr><td>1</table>", "TYPE_MISMATCH", ("web page", ".xlsx"))
    yield Case("web_page_called.xlsx", b"\r\n<html><table><tr><td>1</table>", "TYPE_MISMATCH", ("web page",))
    yield Case("text_called.xls", TEXT, "TYPE_MISMATCH", ("a text file",))
    yield Case("workbook_called.xls", WHOLE, "TYPE_MISMATCH", ("Rename it to .xlsx",))
    yield Case("picture_called.xlsx", b"\xff\xd8\xff\xe0" + bytes(99), "TYPE_MISMATCH", ("a picture",))
    yield Case("password.xlsx", compound("EncryptedPackage"), "FILE_ENCRYPTED", ("password",))
    yield Case("old.xls", compound("Workbook"), "TYPE_NOT_ALLOWED", ("save it as .xlsx",))
    yield Case("old_called.xlsx", compound("Workbook"), "TYPE_NOT_ALLOWED", ("save it as .xlsx",))
    yield Case("macros.xlsm", with_part(WHOLE, {"xl/vbaProject.bin": b"x"}), "TYPE_NOT_ALLOWED", ("macros", ".xlsx"))
    yield Case("macros_called.xlsx", with_part(WHOLE, {"xl/vbaProject.bin": b"x"}), "TYPE_NOT_ALLOWED", ("macros",))
    yield Case("binary.xlsb", with_part(WHOLE, {"xl/workbook.bin": b"x"}), "TYPE_NOT_ALLOWED", ("binary",))
    yield Case("archive_called.xlsx", archive({"list.csv": TEXT}), "TYPE_MISMATCH", ("zip",))
    document = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    yield Case("document_called.xlsx", document, "TYPE_MISMATCH", ("Word",))


def _rotted(book: bytes) -> bytes:
    """Bytes turned round in the middle of the sheet's packed content."""
    content = bytearray(book)
    start = book.index(SHEET.encode()) + len(SHEET) + 40
    for position in range(start, start + 30):
        content[position] ^= 0xFF
    return bytes(content)


def _archives() -> Iterator[Case]:
    yield Case("bomb.xlsx", with_part(WHOLE, {SHEET: bytes(120_000_000)}), "ZIP_BOMB", ("120 MB",))
    many: dict[str, bytes | None] = {f"xl/media/{number}": b"" for number in range(20_000)}
    yield Case("many_members.xlsx", with_part(WHOLE, many), "ZIP_TOO_MANY_MEMBERS", ("20,0",))
    yield Case("climbing_path.xlsx", with_part(WHOLE, {"../../evil.txt": b"x"}), "ZIP_PATH")
    yield Case("absolute_path.xlsx", with_part(WHOLE, {"/etc/evil.txt": b"x"}), "ZIP_PATH")
    yield Case("drive_path.xlsx", with_part(WHOLE, {"C:\\evil.txt": b"x"}), "ZIP_PATH")
    yield Case("declares_less.xlsx", lying(WHOLE, SHEET, 100), "ZIP_SIZE")
    yield Case("declares_more.xlsx", lying(WHOLE, SHEET, 90_000), "ZIP_SIZE")
    yield Case("missing_part.xlsx", with_part(WHOLE, {SHEET: None}), "FILE_DAMAGED")
    yield Case("no_list_of_sheets.xlsx", with_part(WHOLE, {"xl/workbook.xml": b"<workbook"}), "FILE_DAMAGED")
    twice = bytearray(with_part(WHOLE, {"xl/worksheets/sheet2.xml": members(WHOLE)[SHEET]}))
    while b"sheet2.xml" in twice:
        at = twice.index(b"sheet2.xml")
        twice[at : at + 10] = b"sheet1.xml"
    yield Case("part_twice.xlsx", bytes(twice), "ZIP_NAME_TWICE")
    stored = archive(members(WHOLE), zipfile.ZIP_STORED)
    yield good("not_packed.xlsx", stored)


def _markup() -> Iterator[Case]:
    for place, part in (("sheet", SHEET), ("list_of_sheets", "xl/workbook.xml"), ("styles", "xl/styles.xml")):
        content = members(WHOLE)[part]
        changed = DTD.encode() + content[content.index(b"?>") + 2 if content.startswith(b"<?xml") else 0 :]
        yield Case(f"entities_in_{place}.xlsx", with_part(WHOLE, {part: changed}), "XML_DTD")
    external = b'<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/x.dtd">' + members(WHOLE)[SHEET]
    yield Case("external_dtd.xlsx", with_part(WHOLE, {SHEET: external}), "XML_DTD")
    content = members(WHOLE)[SHEET]
    yield Case("sheet_cut.xlsx", with_part(WHOLE, {SHEET: content[: len(content) // 2]}), "FILE_DAMAGED")
    nested = content.replace(b"<sheetData>", b"<a>" * 300_000 + b"</a>" * 300_000 + b"<sheetData>")
    yield good("nested.xlsx", with_part(WHOLE, {SHEET: nested}))
    wide = content.decode().encode("utf-16")
    yield Case("sheet_in_utf16.xlsx", with_part(WHOLE, {SHEET: wide}), "FILE_DAMAGED")
    prefixed = content.replace(b"</", b"</m:").replace(b"<", b"<m:").replace(b"<m:/m:", b"</m:")
    prefixed = prefixed.replace(b"xmlns=", b"xmlns:m=")
    yield good("prefixed.xlsx", with_part(WHOLE, {SHEET: prefixed}))
    yield good("dimension_too_small.xlsx", with_part(WHOLE, {SHEET: _dimension(content, "A1:A1")}))
    yield good("dimension_too_large.xlsx", with_part(WHOLE, {SHEET: _dimension(content, "A1:XFD1048576")}))
    yield good("no_references.xlsx", with_part(WHOLE, {SHEET: _without_references(content)}))
    links = "xl/worksheets/_rels/sheet1.xml.rels"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    drawing = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{kinds}/drawing" Target="../drawings/drawing1.xml"/></Relationships>'
    )
    pointing = with_xml(WHOLE, "</worksheet>", f'<drawing xmlns:r="{kinds}" r:id="rId1"/></worksheet>')
    yield good("dangling_drawing.xlsx", with_part(pointing, {links: drawing.encode()}))
    external_link = b'<externalLink xmlns="x"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    yield good("external_link.xlsx", with_part(WHOLE, {"xl/externalLinks/externalLink1.xml": external_link}))


def _dimension(content: bytes, reference: str) -> bytes:
    start = content.index(b'<dimension ref="') + 16
    return content[:start] + reference.encode() + content[content.index(b'"', start) :]


def _without_references(content: bytes) -> bytes:
    return re.sub(rb"<(row|c) r=\"[A-Z]*\d+\"", rb"<\1", content)


def _values() -> Iterator[Case]:
    values: dict[str, tuple[Any, str, str]] = {
        "whole": (22, "General", "22"),
        "tenth": (0.1, "General", "0.1"),
        "nhs-like": (9_000_000_001, "General", "9000000001"),
        "science": (2_000_000_000, "0.00E+00", "2000000000"),
        "small": (1e-9, "General", "0.000000001"),
        "share": (0.583, "0.0%", "0.583"),
        "true": (True, "General", "TRUE"),
        "date": (datetime.date(2023, 4, 1), "dd/mm/yyyy", "2023-04-01"),
        "moment": (datetime.datetime(2023, 4, 1, 13, 45, 7), "dd/mm/yyyy hh:mm", "2023-04-01T13:45:07"),
        "time": (datetime.time(9, 30), "hh:mm", "09:30:00"),
        "span": (datetime.timedelta(hours=30), "[h]:mm:ss", "30:00:00"),
        "text": (" 0012 ", "@", " 0012 "),
        "lines": ("a\nb", "General", "a\nb"),
        "star": ("*", "General", "*"),
        "serial": (45017, "General", "45017"),
        "negative": (-0.5, "General", "-0.5"),
    }

    def fill(_: Workbook, sheet: Worksheet) -> None:
        for row, (name, (value, form, _text)) in enumerate(values.items(), start=3):
            sheet.cell(row, 3, name)
            sheet.cell(row, 4, value).number_format = form

    cells = {(row, 3): text for row, (_, _, text) in enumerate(values.values(), start=3)} | {
        (1, 0): "",
        (3, 2): "whole",
    }
    yield good("values.xlsx", workbook(fill, []), rows=len(values) + 2, columns=4, cells=cells)


def _far_cells() -> Iterator[Case]:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield good("stray_cell.xlsx", with_cells(WHOLE, far), notes=("STRAY_CELL",))
    right = '<row r="14"><c r="A14"><v>7</v></c><c r="ZZZ14" t="inlineStr"><is><t>note</t></is></c></row>'
    cells = READ | {(14, 0): "7"}
    yield good("stray_to_the_right.xlsx", with_cells(WHOLE, right), rows=14, cells=cells, notes=("STRAY_CELL",))
    formatted = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    yield good("formatted_to_the_end.xlsx", with_cells(WHOLE, formatted))
    many = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(900_000, 900_500))
    yield Case("many_stray_cells.xlsx", with_cells(WHOLE, many), "SHEET_TOO_LARGE", ("XFD900499",))
    below = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(20_000, 20_200))
    yield good("second_table_far_below.xlsx", with_cells(WHOLE, below), rows=20_199, cells=READ | {(20_199, 0): "1"})


def _errors_and_formulas() -> Iterator[Case]:
    errors = '<row r="14"><c r="B14" t="e"><v>#REF!</v></c><c r="C14" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    expected = READ | {(14, 1): "#REF!", (14, 2): "#DIV/0!"}
    notes = ("ERROR_CELL", "ERROR_CELL")
    yield good("errors.xlsx", with_cells(WHOLE, errors), rows=14, cells=expected, notes=notes)
    never = '<row r="14"><c r="A14"><f>A2</f></c><c r="B14"><f>B2</f><v></v></c><c r="D14"><f>D2</f><v>9</v></c></row>'
    expected = READ | {(14, 0): "", (14, 1): "", (14, 3): "9"}
    notes = ("FORMULA_NOT_CALCULATED", "FORMULA_NOT_CALCULATED")
    yield good("never_calculated.xlsx", with_cells(WHOLE, never), rows=14, cells=expected, notes=notes)
    # Some writers store 0 for every formula and ask Excel to calculate on opening: that 0 is no figure.
    zero = with_cells(WHOLE, '<row r="14"><c r="A14"><f>A2</f><v>0</v></c><c r="D14"><v>0</v></c></row>')
    expected = READ | {(14, 0): "", (14, 3): "0"}
    yield good("zero_for_formula.xlsx", zero, rows=14, cells=expected, notes=("FORMULA_NOT_CALCULATED",))
    blank = '<row r="14"><c r="A14" t="str"><f>IF(1,"")</f><v></v></c><c r="D14"><v>1</v></c></row>'
    yield good("formula_gives_nothing.xlsx", with_cells(WHOLE, blank), rows=14, cells=READ | {(14, 0): ""})
    epoch = with_xml(WHOLE, "<workbookPr", '<workbookPr date1904="1"', "xl/workbook.xml")
    later = str(rows()[0][1] + datetime.timedelta(days=1462))
    yield good("epoch_1904.xlsx", epoch, cells=READ | {(2, 1): later}, epoch_1904=True)
    beyond = (
        '<row r="14"><c r="B14" s="1"><v>9999999</v></c><c r="C14"><v>NaN</v></c><c r="D14"><v>1E+400</v></c></row>'
    )
    yield good("numbers_beyond.xlsx", with_cells(WHOLE, beyond), rows=14, cells=READ | {(14, 1): "9999999"})


def _sheets() -> Iterator[Case]:
    def hide_first(book: Workbook, sheet: Worksheet) -> None:
        sheet.sheet_state = "hidden"
        for row in [HEADER, *rows()]:
            book.create_sheet("Shown").append(row) if len(book.sheetnames) == 1 else book["Shown"].append(row)

    yield good("first_hidden.xlsx", workbook(hide_first), sheet=1, sheets=2, hidden=(True, False))

    def only_hidden(book: Workbook, sheet: Worksheet) -> None:
        sheet.sheet_state = "veryHidden"
        book.create_sheet("Shown")

    yield Case("all_data_hidden.xlsx", workbook(only_hidden), "EMPTY")

    def chart(book: Workbook, _: Worksheet) -> None:
        book.create_chartsheet("Chart", 0)
        book.create_sheet("Notes")["C3"] = "below"

    yield good("chart_first.xlsx", workbook(chart), sheets=2, hidden=(False, False))
    yield good(
        "starts_low.xlsx",
        workbook(chart),
        sheet=1,
        sheets=2,
        hidden=(False, False),
        rows=3,
        columns=3,
        cells={(1, 0): "", (3, 2): "below"},
    )


def _formats() -> Iterator[Case]:
    def merge(_: Workbook, sheet: Worksheet) -> None:
        sheet.merge_cells("E2:E9")
        sheet.row_dimensions[5].hidden = True
        sheet.row_dimensions[6].hidden = True

    expected = READ | {(2, 4): str(rows()[0][4]), (3, 4): ""}
    yield good(
        "merged_and_hidden_rows.xlsx",
        workbook(merge),
        cells=expected,
        merged=("E2:E9",),
        hidden_rows=2,
        notes=("HIDDEN_ROWS",),
    )

    def trailing(_: Workbook, sheet: Worksheet) -> None:
        for row in range(20, 400):
            sheet.cell(row, 9).number_format = "0.0"

    yield good("formatted_below.xlsx", workbook(trailing))

    def name(_: Workbook, sheet: Worksheet) -> None:
        sheet.title = "=<b>&'\"; DROP"

    yield good("hostile_sheet_name.xlsx", workbook(name))
