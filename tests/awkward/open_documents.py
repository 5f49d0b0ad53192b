"""Awkward OpenDocument spreadsheets."""

import zipfile
from collections.abc import Iterator

from tests.awkward.case import Case
from tests.awkward.parts import HEADER, archive, members, ods, ods_rows, rows
from tests.awkward.workbooks import DTD, READ, WHOLE, good


def open_document_cases() -> Iterator[Case]:
    """Yield every .ods, and what is called one."""
    table = ods_rows([HEADER, *rows()])
    yield good("list.ods", ods({"List": table}))
    padded = table + '<table:table-row table:number-rows-repeated="1048560"><table:table-cell/></table:table-row>'
    yield good("padded.ods", ods({"List": padded}))
    blank = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    below = {(1, 0): "", (4, 0): "Pathway", (16, 0): "W00011"}
    yield good("starts_low.ods", ods({"List": blank + table}), rows=16, cells=below)
    bomb = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="float" '
        'office:value="1" table:number-columns-repeated="16000"/></table:table-row>'
    )
    yield Case("repeats.ods", ods({"List": bomb}), "SHEET_TOO_LARGE")
    error = (
        '<table:table-row><table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell></table:table-row>'
    )
    yield good(
        "error.ods", ods({"List": table + error}), rows=14, cells=READ | {(14, 0): "#REF!"}, notes=("ERROR_CELL",)
    )
    hidden = '<style:table-properties table:display="false"/>'
    styles = f'<style:style style:name="ta2" style:family="table">{hidden}</style:style>'
    yield Case("hidden.ods", ods({"List": table}, styles), "EMPTY")
    whole = members(ods({"List": table}))
    locked = whole["META-INF/manifest.xml"].replace(
        b'spreadsheet"/>', b'spreadsheet"><manifest:encryption-data/></manifest:file-entry>'
    )
    yield Case("password.ods", archive(whole | {"META-INF/manifest.xml": locked}, zipfile.ZIP_STORED), "FILE_ENCRYPTED")
    dtd = whole["content.xml"].replace(b"?>", b"?>" + DTD.encode(), 1)
    yield Case("entities.ods", archive(whole | {"content.xml": dtd}, zipfile.ZIP_STORED), "XML_DTD")
    yield Case("workbook_called.ods", WHOLE, "TYPE_MISMATCH", ("Rename it to .xlsx",))
