"""The fast way through a csv that is plainly laid out; every other csv takes the strict way in delimited.py.

Plain is: UTF-8, all rows of one width, and every quotation mark belongs to a field that is quoted from end to end
without marks or line breaks inside. There Arrow's reader and Python's strict one agree on every cell, and Arrow
needs a quarter of the time (a million rows of 15 columns: 1 s against 4 s). Whatever else turns up ends the attempt.
"""

import re
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pyarrow.csv as arrow_csv  # type: ignore[import-untyped]

from etl.formats import MAX_CELLS, MAX_LINE_BYTES, MAX_ROWS, TextColumns

_WORTH_BYTES = 1_000_000  # smaller files are read at once either way
_MARKS_PER_BYTE = 0.06  # where nearly every field is quoted, checking the marks costs more than it saves


def plain_columns(path: Path, codec: str, delimiter: str, width: int) -> TextColumns | None:
    """Return the columns of a plain csv, None where the file is not plain, not worth it or beyond the limits."""
    if codec not in {"utf-8", "utf-8-sig"} or width < 2 or path.stat().st_size < _WORTH_BYTES:
        return None
    if not _marks_are_plain(path, delimiter.encode()):
        return None
    columns, rows = TextColumns(width), 0
    names = [str(number) for number in range(width)]
    try:
        with arrow_csv.open_csv(
            path,
            arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=4 * MAX_LINE_BYTES),
            arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False),
        ) as reader:
            for batch in reader:
                columns.add_arrays(batch.columns)
                rows += batch.num_rows
                if rows > MAX_ROWS or rows * width > MAX_CELLS:
                    return None
    except pa.ArrowInvalid:  # a row of another width, an empty line
        return None
    return columns


def _marks_are_plain(path: Path, delimiter: bytes) -> bool:
    """Tell whether all quotation marks come in pairs round a whole field that holds neither marks nor line breaks.

    No mark is left outside the pairs and none is inside, so every delimiter outside a pair is a true one.
    """
    edge = b"[^" + re.escape(delimiter) + rb"\r\n]"
    field = re.compile(rb'"(?<!' + edge + rb'")[^"\r\n]*"(?!' + edge + rb")")
    rest = b""
    with path.open("rb") as file:
        file.seek(3 if file.read(3) == b"\xef\xbb\xbf" else 0)
        while piece := file.read(MAX_LINE_BYTES):
            piece = rest + piece
            cut = piece.rfind(b"\n") + 1
            if not cut or not _pairs(piece[:cut], field):
                return False
            rest = piece[cut:]
    return _pairs(rest, field)


def _pairs(piece: bytes, field: re.Pattern[bytes]) -> bool:
    marks = piece.count(b'"')
    return marks <= _MARKS_PER_BYTE * len(piece) and marks == 2 * len(field.findall(piece)) if marks else True
