"""The shapes reading hands on, its limits, and what a file really is, whatever its name says."""

import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from etl.errors import UnreadableFileError
from etl.heading import normal

Kind = Literal["xlsx", "ods", "csv", "xml", "zip"]

# Limits. Each is several times what any real extract needs and well below what hurts a child of 2 GB.
MAX_FILE_BYTES = 500_000_000  # a million rows of 15 columns are 140 MB as csv
MAX_UNPACKED_BYTES = 600_000_000  # 100,000 rows of 15 columns unpack to 75 MB; bombs measured had 1.26 and 2.1 GB
MAX_RATIO = 250  # sheets shrink 10 to 40 times, padded ones 120 times; the bombs measured 420 and 660 times
RATIO_COUNTS_FROM = 20_000_000  # bytes: below, a good ratio is harmless
MAX_MEMBERS = 2_000  # parts in a workbook; the largest real one seen has 60
MAX_COLUMNS = 1_000  # the widest real sheet is padded to 200 columns
MAX_ROWS = 2_000_000  # rows of a csv; Excel itself stops at 1,048,576
MAX_CELLS = 40_000_000  # rows times columns of one sheet: calamine holds the whole rectangle, 24 bytes a cell
MAX_LINE_BYTES = 1_048_576  # one line of a csv; also how much is looked at in one go
MAX_ROW_XML_BYTES = 32_000_000  # one row of a workbook's sheet: 16,384 cells of 2,000 characters
# Title rows above a header are few; looking further would take a body row of a pivoted sheet for one.
_HEADER_WITHIN = 40


@dataclass(frozen=True)
class ReadNote:
    """Something about the file that is to be said; `count` places, the first at `row` and `column`."""

    rule: str
    message: str
    sheet: str | None = None
    row: int | None = None  # as Excel numbers it
    column: int | None = None  # as Sheet.cells numbers it, from 0
    count: int = 1


@dataclass(frozen=True)
class ReadProblem:
    """One row that cannot be trusted and is to be held."""

    rule: str
    row: int  # as Excel numbers it


@dataclass(frozen=True)
class Sheet:
    """One sheet: every cell as text, "" for blank, columns 0 to n-1, the index as Excel numbers the rows."""

    name: str
    cells: pd.DataFrame
    hidden: bool = False
    hidden_rows: int = 0
    merged: tuple[str, ...] = ()
    problems: tuple[ReadProblem, ...] = ()

    @cached_property
    def top(self) -> dict[int, dict[str, int]]:
        """Return the rows a header may stand in: by Excel row number, what each cell says as a heading and where.

        Kept, because every layout of every source looks for its headings here. The first of two alike counts.
        """
        rows = self.cells.head(_HEADER_WITHIN)
        columns = [[normal(cell) for cell in rows[place]] for place in reversed(rows.columns)]
        places = [int(place) for place in reversed(rows.columns)]
        return {
            int(row): {column[at]: place for column, place in zip(columns, places, strict=True)}
            for at, row in enumerate(rows.index)
        }


@dataclass(frozen=True)
class Content:
    """What one file holds."""

    kind: Kind
    sheets: tuple[Sheet, ...]
    notes: tuple[ReadNote, ...] = ()
    epoch_1904: bool = False


# First bytes of what people send by mistake. Text has none, so it is told apart by its content.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM\x00", "a picture"),
    (b"RIFF", "a sound, film or picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"{\\rtf", "a rich-text document"),
)
TEXT_MARKS = {b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32"} | {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}


def refused(rule: str, message: str, remedy: str) -> UnreadableFileError:
    """Return the error to raise; a short name, because every check of the reading layer ends in it."""
    return UnreadableFileError(rule, message, remedy)


def nature(head: bytes) -> str:
    """Return what a file is by its first bytes: "zip", "ole", "html", "xml", "json", "text", "binary" or words."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    for mark, codec in TEXT_MARKS.items():
        if head.startswith(mark):
            return _nature_of_text(head[: len(head) // 4 * 4].decode(codec, "replace"))
    if _looks_binary(head):
        return "binary"
    return _nature_of_text(head.decode("latin-1"))


def utf_16_without_mark(head: bytes) -> str | None:
    """Return the codec if every other byte is zero, as in UTF-16 of Latin letters; None otherwise."""
    even, odd = head[0::2], head[1::2]
    if len(odd) < 2:
        return None
    zeros_even, zeros_odd = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros_odd > 0.7 and zeros_even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if zeros_even > 0.7 and zeros_odd < 0.05 else None


def _looks_binary(head: bytes) -> bool:
    """Tell whether more than 5 % are control characters (random bytes: 11 %).

    Zeros do not count: UTF-16 has them, and so has the tail of a text file whose writing was interrupted.
    """
    head = head.replace(b"\0", b"")
    controls = len(head) - len(head.translate(None, bytes({*range(32)} - {9, 10, 12, 13, 26})))
    return controls > 0.05 * len(head)


def _nature_of_text(text: str) -> str:
    start = text.replace("\0", "").lstrip("\ufeff \t\r\n").lower()
    if start.startswith(("<!doctype html", "<html", "<table", "<head", "<meta", "<body", "<style", "<div")):
        return "html"
    if start.startswith("<?xml") or re.match(r"<[a-z_][\w.:-]*[\s/>]", start):
        return "html" if "<html" in start else "xml"
    return "json" if start.startswith(('{"', '[{"', "[[")) else "text"


class TextColumns:
    """Text columns that grow piece by piece, without a Python object per cell once a piece is in."""

    def __init__(self, width: int) -> None:
        self._pieces: list[list[pa.Array]] = [[] for _ in range(width)]

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        """Add rows, all of the width, all text."""
        self.add_columns(zip(*rows, strict=True))

    def add_columns(self, columns: Iterable[Sequence[str]]) -> None:
        """Add a piece given by columns, all as long."""
        for pieces, column in zip(self._pieces, columns, strict=True):
            pieces.append(pa.array(column, pa.large_string()))

    def add_arrays(self, arrays: Iterable[pa.Array]) -> None:
        """Add a piece given by Arrow arrays of large strings."""
        for pieces, array in zip(self._pieces, arrays, strict=True):
            pieces.append(array)

    def frame(self) -> pd.DataFrame:
        """Return the columns as Sheet.cells has them, and let go of the pieces."""
        joined = []
        for pieces in self._pieces:
            joined.append(pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string()))
            pieces.clear()
        frame: pd.DataFrame = pa.table(joined, names=[str(n) for n in range(len(joined))]).to_pandas()
        frame.columns = pd.RangeIndex(len(joined))
        frame.index = pd.RangeIndex(1, len(frame) + 1)
        return frame


@contextmanager
def without_collector() -> Iterator[None]:
    """Pause the cycle collector: a million short-lived lists without cycles cost a third of the time otherwise."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
