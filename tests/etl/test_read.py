"""Reading: whatever the bytes, one kind of error; whatever the text, exactly that text comes back."""

import csv
import datetime
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from etl import plain_csv
from etl.errors import UnreadableFileError
from etl.read import Content, read
from tests.awkward.parts import HEADER, members, rows, with_part, workbook

EXTENSIONS = [".xlsx", ".ods", ".csv", ".xls", ".xlsm", ".zip", ".txt", ""]
DATA = Path(os.environ.get("WAYMARK_SHARED") or Path(__file__).resolve().parents[3] / "shared") / "data"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def read_bytes(folder: Path, name: str, content: bytes) -> Content:
    path = folder / name
    path.write_bytes(content)
    return read(path)


def only_refuses(folder: Path, name: str, content: bytes) -> None:
    refusal = None
    try:
        read_bytes(folder, name, content)
    except UnreadableFileError as error:
        refusal = error
    if refusal is not None:
        assert refusal.rule.isupper()
        assert refusal.message.endswith(".")
        assert refusal.remedy.endswith(".")
        assert str(folder) not in str(refusal)


def starts() -> st.SearchStrategy[bytes]:
    return st.sampled_from(
        [b"", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xd0\xcf\x11\xe0", b"<html>"]
    )


@settings(max_examples=300, deadline=None)
@given(start=starts(), content=st.binary(max_size=400), extension=st.sampled_from(EXTENSIONS))
def test_arbitrary_bytes_are_read_or_refused(folder: Path, start: bytes, content: bytes, extension: str) -> None:
    only_refuses(folder, f"file{extension}", start + content)


@settings(max_examples=200, deadline=None)
@given(content=st.text(max_size=300), codec=st.sampled_from(["utf-8", "utf-16", "utf-16-le", "utf-32"]))
def test_arbitrary_text_is_read_or_refused(folder: Path, content: str, codec: str) -> None:
    only_refuses(folder, "file.csv", content.encode(codec, "surrogatepass"))


WHOLE = workbook()
PARTS = members(WHOLE)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), part=st.sampled_from(sorted(PARTS)))
def test_a_workbook_changed_anywhere_is_read_or_refused(folder: Path, data: st.DataObject, part: str) -> None:
    content = bytearray(PARTS[part])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=12))
    only_refuses(folder, "file.xlsx", with_part(WHOLE, {part: bytes(content)}))


@settings(max_examples=100, deadline=None)
@given(position=st.integers(0, len(WHOLE) - 1), value=st.integers(0, 255))
def test_a_changed_byte_never_changes_a_cell(folder: Path, position: int, value: int) -> None:
    content = bytearray(WHOLE)
    content[position] = value
    try:
        sheets = read_bytes(folder, "file.xlsx", bytes(content)).sheets
    except UnreadableFileError:
        return
    pd.testing.assert_frame_equal(sheets[0].cells, read_bytes(folder, "whole.xlsx", WHOLE).sheets[0].cells)


# A heading row as real files have, so that the delimiter is not up to chance; then any text at all, except control
# characters, many of which make a file no text.
CONTROLS = "".join(chr(number) for number in range(32) if number not in b"\t\n\r")
CELL = st.text(st.characters(exclude_characters=CONTROLS, exclude_categories=["Cs"]), max_size=12)
CODECS = ["utf-8", "utf-8-sig", "utf-16"]


@settings(max_examples=300, deadline=None)
@given(
    body=st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=6)),
    delimiter=st.sampled_from(",;\t|"),
    codec=st.sampled_from(CODECS),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_csv_comes_back_as_written(folder: Path, body: list[list[str]], delimiter: str, codec: str, end: str) -> None:
    table = [[f"Heading {n}" for n in range(len(body[0]))], *body]
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    content = read_bytes(folder, "file.csv", target.getvalue().encode(codec))
    assert content.sheets[0].cells.to_numpy().tolist() == table
    assert list(content.sheets[0].cells.index) == list(range(1, len(table) + 1))
    assert not content.sheets[0].problems


@settings(max_examples=100, deadline=None)
@given(body=st.lists(st.lists(st.sampled_from("äöé–“aZ 1"), min_size=3, max_size=3), min_size=1, max_size=9))
def test_windows_text_comes_back_as_written(folder: Path, body: list[list[str]]) -> None:
    text = "a,b,c\n" + "".join(",".join(row) + "\n" for row in body)
    content = read_bytes(folder, "file.csv", text.encode("cp1252"))
    assert content.sheets[0].cells.iloc[1:].to_numpy().tolist() == body
    assert [note.rule for note in content.notes] == [] if text.isascii() else ["ENCODING_CP1252"]


# _x000D_ and the like are Excel's own escapes; a carriage return is a line end to XML.
SHEET_TEXT = CELL.filter(lambda text: not ILLEGAL_CHARACTERS_RE.search(text) and "\r" not in text and "_x" not in text)
SHEET_VALUE = st.one_of(
    st.none(),
    SHEET_TEXT.filter(lambda text: not text.startswith(("=", "#"))),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e300, 1e300).map(lambda value: float(f"{value:.15g}")),  # Excel's precision
    st.dates(datetime.date(1901, 1, 1), datetime.date(2999, 12, 31)),
    st.datetimes(datetime.datetime(1901, 1, 1), datetime.datetime(2999, 12, 31)).map(
        lambda d: d.replace(microsecond=0)
    ),
)


def as_text(value: Any) -> str:
    """What Excel's formula bar shows, written independently of the reader."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value if isinstance(value, str) else f"{value}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(table=st.lists(st.lists(SHEET_VALUE, min_size=3, max_size=3), min_size=1, max_size=5))
def test_workbook_comes_back_as_written(folder: Path, table: list[list[Any]]) -> None:
    expected = [[as_text(value) for value in row] for row in table]
    assume(any(text.strip() for row in expected for text in row))
    cells = read_bytes(folder, "file.xlsx", workbook(table=table)).sheets[0].cells
    for row, texts in enumerate(expected):
        for column, text in enumerate(texts):
            got = cells.iat[row, column] if row < len(cells) and column < cells.shape[1] else ""
            if isinstance(table[row][column], float):
                assert "e" not in got.lower()
                assert float(got) == table[row][column]
            else:
                assert got == text


def test_same_rows_in_every_format(folder: Path) -> None:
    table = [HEADER, *rows()]
    plain = "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in table)
    from_csv = read_bytes(folder, "file.csv", plain.encode()).sheets[0].cells
    from_workbook = read_bytes(folder, "file.xlsx", workbook()).sheets[0].cells
    pd.testing.assert_frame_equal(from_csv, from_workbook)


def test_far_more_rows_than_one_piece(folder: Path) -> None:
    lines = [f"W{n},{n % 7},x" for n in range(25_000)]
    lines[12_345] = "W12345,4"
    sheet = read_bytes(folder, "file.csv", "\n".join(["a,b,c", *lines]).encode()).sheets[0]
    assert sheet.cells.shape == (25_001, 3)
    assert sheet.cells.at[12_347, 0] == "W12345"
    assert [(problem.rule, problem.row) for problem in sheet.problems] == [("RAGGED_ROW", 12_347)]


def test_large_text_is_verified_across_pieces(folder: Path) -> None:
    text = "a;b\n" + "é;x\n" * 400_000
    content = read_bytes(folder, "file.csv", text.encode())
    assert content.sheets[0].cells.shape == (400_001, 2)
    with pytest.raises(UnreadableFileError, match=r"Line 400,002"):
        read_bytes(folder, "file.csv", text.encode() + b"\0;x\n")


def test_a_note_names_its_place(folder: Path) -> None:
    def formulas(_: openpyxl.Workbook, sheet: Any) -> None:
        for row in range(3, 8):
            sheet.cell(row, 4, f"=A{row}")

    content = read_bytes(folder, "file.xlsx", workbook(formulas))
    note = content.notes[0]
    assert (note.rule, note.sheet, note.row, note.column, note.count) == ("FORMULA_NOT_CALCULATED", "List", 3, 3, 5)
    assert note.message == "D3 holds a formula that was never calculated, and so do 4 more below."


@pytest.mark.parametrize("name", ["missing.csv", "nul\0.csv", "", "a" * 300 + ".csv"])
def test_no_such_file(folder: Path, name: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        read(folder / name)
    assert caught.value.rule == "FILE_MISSING"


def test_a_pipe_is_no_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe.csv")
    with pytest.raises(UnreadableFileError) as caught:
        read(folder / "pipe.csv")
    assert caught.value.rule == "FILE_MISSING"


REAL = sorted(path for path in DATA.rglob("*") if path.suffix in {".xlsx", ".csv"})


@pytest.mark.skipif(not REAL, reason="the folder of real public files is not here")
def test_real_files_are_read(folder: Path) -> None:
    for path in REAL:
        for sheet in read(path).sheets:
            assert len(sheet.cells), path.name
            assert not sheet.problems, path.name


@pytest.mark.skipif(not REAL, reason="the folder of real public files is not here")
def test_published_figures_are_found(folder: Path) -> None:
    """Speech and language therapy, Shropshire Community Health, January 2023 and October 2025: the pack's README."""
    for name, total in (("2023-03-01", "859"), ("2025-26", "862")):
        content = read(DATA / "nhs_community" / f"community_health_{name}.xlsx")
        table = next(sheet.cells for sheet in content.sheets if sheet.name == "Table 4")
        ours = table[(table.apply(lambda c: c.str.upper()) == "SHROPSHIRE COMMUNITY HEALTH NHS TRUST").any(axis=1)]
        heading = table.apply(lambda c: c.str.contains("speech and language", case=False).any())
        assert total in ours.loc[:, heading].to_numpy().ravel().tolist(), name
    grants = read(DATA / "messy" / "DSG_by_year_dr.xlsx").sheets[-1].cells
    assert grants.apply(lambda c: c.str.startswith("260012757")).any(axis=None)


@settings(max_examples=500, deadline=None)
@given(
    text=st.one_of(
        st.text('ab,;" \t\r\né', min_size=1, max_size=40),
        st.lists(st.lists(st.sampled_from(['"a,b"', "a", '""', '"é"', " x"]), min_size=2, max_size=2), min_size=1).map(
            lambda table: "\n".join(",".join(row) for row in table)
        ),
    ),
    mark=st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_the_fast_way_agrees_with_the_strict_one(folder: Path, text: str, mark: str) -> None:
    def outcome() -> Any:
        try:
            return read_bytes(folder, "file.csv", ("a,b\n" + text).encode(mark)).sheets[0].cells.to_numpy().tolist()
        except UnreadableFileError as error:
            return str(error)

    strict = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_csv, "_WORTH_BYTES", 0)
        patch.setattr(plain_csv, "_LOOKED_AT_BYTES", 24)  # so that pieces begin anywhere
        assert outcome() == strict


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ("some text without a mark,some more of it\n", True),
        ('some text without a mark,"five, rue de la Paix, and more of it"\n', True),
        ('some text without a mark,"a mark "" inside, and some more of it"\n', False),
        ('some text without a mark,a mark " inside and some more of it\n', False),
        ('"a","b"\n', True),
        ('"a","b""c"\n', False),
    ],
)
def test_when_the_fast_way_is_taken(folder: Path, line: str, taken: bool) -> None:
    path = folder / "file.csv"
    path.write_text("a,b\n" + line * 200_000, encoding="utf-8")
    assert (plain_csv.plain_columns(path, "utf-8", ",", 2) is not None) == taken
    assert read(path).sheets[0].cells.shape == (200_001, 2)
