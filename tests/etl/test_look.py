"""The look before opening: limits, the scan's patterns, places as Excel shows them."""

import zipfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import formats, look, scan
from etl.errors import UnreadableFileError
from tests.awkward.parts import SHEET, archive, members, with_cells, with_part, workbook


def written(folder: Path, content: bytes, name: str = "file.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def rule_of(path: Path) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        look.look(path)
    return caught.value.rule


@pytest.mark.parametrize(
    ("head", "nature"),
    [
        (b"PK\x03\x04", "zip"),
        (b"a,b\r\n1,2", "text"),
        ("é,ü\n".encode(), "text"),
        ("a,b\n1,2\n".encode("utf-16"), "text"),
        ("a,b\n1,2\n".encode("utf-16-be"), "text"),
        (b"\xef\xbb\xbf<html>", "html"),
        ("<html>".encode("utf-16"), "html"),
        (b'<?xml version="1.0"?><html>', "html"),
        (b'<?xml version="1.0"?><Workbook>', "xml"),
        (b"< 5,*\n", "text"),
        (b'{"a": 1}', "json"),
        (bytes(range(32)) * 3, "binary"),
        (b"%PDF-1.7", "a PDF"),
    ],
)
def test_nature(head: bytes, nature: str) -> None:
    assert formats.nature(head) == nature


def test_kinds(tmp_path: Path) -> None:
    assert look.look(written(tmp_path, workbook())) == "xlsx"
    assert look.look(written(tmp_path, b"a,b\n", "LIST.CSV")) == "csv"


def test_limits_are_kept_at_their_edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = workbook()
    path, parts = written(tmp_path, book), members(book)
    unpacked = sum(map(len, parts.values()))
    monkeypatch.setattr(look, "MAX_UNPACKED_BYTES", unpacked)
    monkeypatch.setattr(look, "MAX_MEMBERS", len(parts))
    monkeypatch.setattr(look, "MAX_FILE_BYTES", len(book))
    assert look.look(path) == "xlsx"
    monkeypatch.setattr(look, "MAX_UNPACKED_BYTES", unpacked - 1)
    assert rule_of(path) == "ZIP_BOMB"
    monkeypatch.setattr(look, "MAX_MEMBERS", len(parts) - 1)
    assert rule_of(path) == "ZIP_TOO_MANY_MEMBERS"
    monkeypatch.setattr(look, "MAX_FILE_BYTES", len(book) - 1)
    assert rule_of(path) == "FILE_TOO_LARGE"


def test_a_good_ratio_of_a_small_part_is_no_bomb(tmp_path: Path) -> None:
    padded = members(workbook())[SHEET].replace(b"</sheetData>", b"</sheetData>" + b" " * 5_000_000)
    assert look.look(written(tmp_path, with_part(workbook(), {SHEET: padded}))) == "xlsx"


def test_a_locked_member_is_a_password(tmp_path: Path) -> None:
    content = bytearray(archive({"xl/workbook.xml": b"x"}, zipfile.ZIP_STORED))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert rule_of(written(tmp_path, bytes(content))) == "FILE_ENCRYPTED"


def scanned(folder: Path, cells: str, recalculates: bool = False) -> scan.Scan:
    with ZipFile(written(folder, with_cells(workbook(), cells))) as opened:
        return scan.scan_sheet(opened, SHEET, recalculates)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_errors_are_found_with_their_place(tmp_path: Path, quote: str) -> None:
    cells = '<row r="20"><c s="1" t="e" r="AB20"><v>#N/A</v></c><c r="AC20" t="e"><f>A1</f><v>#NAME?</v></c>'
    cells += '<c r="AD20" t="e"/><c r="AE20" t="e"><v>9434765919</v></c><c r="AF20"><v>1</v></c></row>'
    found = scanned(tmp_path, cells.replace('"', quote)).errors
    assert found == {(19, 27): "#N/A", (19, 28): "#NAME?", (19, 29): "#ERROR!", (19, 30): "#ERROR!"}


def test_formulas_without_a_value_are_found(tmp_path: Path) -> None:
    cells = '<row r="20"><c r="A20"/><c r="B20"><f t="shared" si="0"/><v/></c><c r="C20"><f>A1</f><v>0</v></c>'
    cells += (
        '<c r="D20" t="str"><f>A1</f><v></v></c><c r="E20" t="b"><f>A1</f><v>1</v></c><c r="F20"><f>A1</f></c></row>'
    )
    assert scanned(tmp_path, cells).uncalculated == [(19, 1), (19, 5)]
    assert scanned(tmp_path, cells, recalculates=True).uncalculated == [(19, 1), (19, 2), (19, 5)]


def test_places_are_counted_where_no_reference_is_written(tmp_path: Path) -> None:
    assert scanned(tmp_path, '<row r="20"><c><v>1</v></c><c t="e"><v>#N/A</v></c></row>').errors == {(19, 1): "#N/A"}


def test_rows_are_never_cut_between_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = "".join(f'<row r="{n}" hidden="1"><c r="C{n}" t="e"><v>#N/A</v></c></row>' for n in range(20, 60))
    monkeypatch.setattr(look, "_CHUNK_BYTES", 97)
    found = scanned(tmp_path, cells)
    assert found.errors == {(n - 1, 2): "#N/A" for n in range(20, 60)}
    assert (found.hidden_rows, found.height, found.width) == (40, 59, 5)


def test_one_endless_row_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "MAX_ROW_XML_BYTES", 50_000)
    with pytest.raises(UnreadableFileError, match="One row"):
        scanned(tmp_path, '<row r="20">' + '<c r="A20"><v>1</v></c>' * 9_000 + "</row>")


def test_a_wide_sheet_is_refused_and_told_where(tmp_path: Path) -> None:
    cells = "".join(f'<c r="{scan.reference((19, n))[:-2]}20"><v>1</v></c>' for n in range(1_500))
    with pytest.raises(UnreadableFileError, match="ERZ1048|BER20"):
        scanned(tmp_path, f'<row r="20">{cells}</row>')


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_places_have_one_name(row: int, column: int) -> None:
    name = scan.reference((row, column))
    letters = name.rstrip("0123456789")
    assert (int(name[len(letters) :]) - 1, scan.column_number(letters.encode())) == (row, column)


def test_names_of_places() -> None:
    assert [scan.reference((0, n)) for n in (0, 25, 26, 701, 702, 16_383)] == ["A1", "Z1", "AA1", "ZZ1", "AAA1", "XFD1"]
