"""CSV read strictly as text: the encoding, the delimiter and the width are decided by rule, never guessed per row."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from etl.errors import UnreadableFileError
from etl.formats import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_LINE_BYTES,
    MAX_ROWS,
    TEXT_MARKS,
    Content,
    ReadNote,
    ReadProblem,
    Sheet,
    TextColumns,
    refused,
    utf_16_without_mark,
    without_collector,
)
from etl.plain_csv import plain_columns

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ROWS_AT_ONCE = 2_000  # as in read.py
_SAMPLE_LINES = 1_000
_CSV_UTF8 = "In Excel choose “Save as”, “CSV UTF-8”."


class _Layout(NamedTuple):
    """How a csv is laid out: `lead` is the first row (from 0) with as many fields as most rows have."""

    delimiter: str
    width: int
    lead: int
    skip: int  # lines before the first row: 1 for Excel's "sep=;" line, which Excel does not show


def read_delimited(path: Path) -> Content:
    """Return the one sheet of a csv. Raises UnreadableFileError, with the row as Excel numbers it."""
    codec, notes = _encoding(path)
    layout = _layout(path, codec)
    if layout.delimiter != ",":
        notes.append(
            ReadNote(
                "DELIMITER",
                f"The columns are separated by {_DELIMITERS[layout.delimiter]}.",
            )
        )
    try:
        sheet = _sheet(path, codec, layout)
    except csv.Error as error:
        raise _broken(path, codec, layout, str(error)) from error
    last = sheet.problems[-1].row if sheet.problems else 0
    if last and last == len(sheet.cells) and _ends_open(path) and not _is_footnote(sheet):
        message = "The last row is short and has no line end: the file may have been cut off."
        notes.append(ReadNote("FILE_TRUNCATED", message, row=last))
    return Content("csv", (sheet,), tuple(notes))


def _is_footnote(sheet: Sheet) -> bool:
    """Tell whether the last row stands apart from the table, below a blank row, or is words in the first cell alone."""
    first, *others = sheet.cells.iloc[-1]
    apart = len(sheet.cells) > 1 and not any(sheet.cells.iloc[-2])
    return apart or (not any(others) and " " in str(first).strip())


def _ends_open(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 4, 0))
        return not file.read().replace(b"\0", b"").endswith((b"\n", b"\r"))


# --- encoding ---------------------------------------------------------------------------------------------------------


def _encoding(path: Path) -> tuple[str, list[ReadNote]]:
    """Return the codec and what to say of it: by mark, then strict UTF-8, then Windows-1252."""
    with path.open("rb") as file:
        head = file.read(65_536)
    codec = next((codec for mark, codec in TEXT_MARKS.items() if head.startswith(mark)), None)
    unmarked = utf_16_without_mark(head) if codec is None else None
    if codec == "utf-32":
        raise refused("ENCODING_UNKNOWN", "The text is in UTF-32, which no spreadsheet writes.", _CSV_UTF8)
    if codec or unmarked:
        _verify(path, codec or unmarked or "")
        if codec == "utf-8-sig":
            return codec, []
        return codec or unmarked or "", [ReadNote("ENCODING_UTF16", "The text is in UTF-16 and was read whole.")]
    try:
        _verify(path, "utf-8")
        return "utf-8", []
    except UnreadableFileError as error:
        if error.rule != "ENCODING_UNKNOWN":
            raise
    _refuse_mixed(path)
    _verify(path, "cp1252")
    message = "The text is in Windows-1252, not in UTF-8; check that accented letters are right."
    return "cp1252", [ReadNote("ENCODING_CP1252", message)]


def _verify(path: Path, codec: str) -> None:
    """Raise UnreadableFileError for a NUL, a line beyond the limit, or bytes that are no text in this encoding."""
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    lines = 0
    with path.open("rb") as file:
        while piece := file.read(MAX_LINE_BYTES):
            if len(piece) == MAX_LINE_BYTES and b"\n" not in piece and b"\r" not in piece:
                message = f"Line {lines + 1:,} is longer than {MAX_LINE_BYTES // 1_048_576} MB."
                raise refused("LINE_TOO_LONG", message, "Check how the file was exported.")
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as error:
                lines += piece.count(b"\n", 0, error.start)
                message = f"Line {lines + 1:,} holds bytes that are no text in a known encoding."
                raise refused("ENCODING_UNKNOWN", message, _CSV_UTF8) from error
            if "\0" in text:
                lines += text.count("\n", 0, text.index("\0"))
                raise refused("NUL_BYTES", f"Line {lines + 1:,} holds NUL characters.", "Export the file again.")
            lines += piece.count(b"\n")
    if decoder.getstate()[0]:
        raise refused("ENCODING_UNKNOWN", "The file ends inside a character.", "Ask for it again: it may be cut off.")


def _refuse_mixed(path: Path) -> None:
    """Raise UnreadableFileError if most accented letters are UTF-8 after all: Windows-1252 would garble them."""
    wrong = right = first = lines = 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    with path.open("rb") as file:
        while piece := file.read(MAX_LINE_BYTES):
            text = decoder.decode(piece)
            bad = text.count("\ufffd")
            if bad and not first:
                first = lines + text.count("\n", 0, text.index("\ufffd")) + 1
            wrong += bad
            right += 0 if text.isascii() else sum(not letter.isascii() for letter in text) - bad
            lines += text.count("\n")
    cut = decoder.getstate()[0]
    if right > 0 and right >= wrong + bool(cut):
        place = f"Line {first:,} holds" if first else "The end of the file holds"
        raise refused("ENCODING_MIXED", f"{place} bytes that are no UTF-8, though the rest is UTF-8.", _CSV_UTF8)


# --- layout -----------------------------------------------------------------------------------------------------------


def _layout(path: Path, codec: str) -> _Layout:
    """Return delimiter and width: the delimiter under which rows agree from the earliest row on."""
    with path.open(encoding=codec, newline="") as file:
        lines = list(islice(file, _SAMPLE_LINES))
    stated = lines[0].strip('"\r\n') if lines else ""
    skip = int(stated[:4].lower() == "sep=" and stated[4:] in _DELIMITERS)
    candidates = [stated[4:]] if skip else list(_DELIMITERS)
    found = [_widths(lines[skip:], delimiter, skip) for delimiter in candidates]
    best = max(found, key=lambda scored: scored[0])[1]
    return best if best.width > 1 or skip else _Layout(",", 1, 0, skip)


def _widths(lines: list[str], delimiter: str, skip: int) -> tuple[tuple[bool, int, float], _Layout]:
    """Return how well a delimiter explains the lines, and the layout it gives."""
    widths = []
    try:
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            widths.append(len(row))
    except csv.Error:
        pass  # the sample may end inside a quoted field; a true fault is met, with its row, when all is read
    filled = [width for width in widths if width]
    counts = Counter(filled)
    width = max(counts, key=lambda width: (counts[width], width), default=1)
    lead = widths.index(width) if width in counts else 0
    share = counts[width] / len(filled) if filled else 0.0
    return (width > 1 and share >= 0.5, -lead, share * width), _Layout(delimiter, width, lead, skip)


# --- rows -------------------------------------------------------------------------------------------------------------


@contextmanager
def _rows(path: Path, codec: str, layout: _Layout) -> Iterator[Any]:
    """Yield the csv reader, past the lines that Excel does not show."""
    with path.open(encoding=codec, newline="") as file:
        for _ in range(layout.skip):
            file.readline()
        yield csv.reader(file, delimiter=layout.delimiter, strict=True)


def _sheet(path: Path, codec: str, layout: _Layout) -> Sheet:
    if layout.width > MAX_COLUMNS:
        raise _too_wide(layout.lead + 1, layout.width)
    if layout.lead == layout.skip == 0:
        plain = plain_columns(path, codec, layout.delimiter, layout.width)
        if plain is not None:
            return Sheet(path.name, plain.frame())
    columns = TextColumns(layout.width)
    problems: list[ReadProblem] = []
    width, done = layout.width, 0
    with _rows(path, codec, layout) as rows, without_collector():
        while piece := list(islice(rows, _ROWS_AT_ONCE)):
            if set(map(len, piece)) != {width}:
                _level(piece, done, layout, problems)
            columns.add(piece)
            done += len(piece)
            if done > MAX_ROWS or done * width > MAX_CELLS:
                message = f"The file has more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells."
                raise refused("FILE_TOO_LARGE", message, "Split it by month.")
    return Sheet(path.name, columns.frame(), problems=tuple(problems))


def _level(piece: list[list[str]], done: int, layout: _Layout, problems: list[ReadProblem]) -> None:
    """Bring all rows to one width. Rows that hold something and do not fit are problems; title rows may be short."""
    width = layout.width
    for position, row in enumerate(piece):
        if len(row) > MAX_COLUMNS:
            raise _too_wide(done + position + 1, len(row))
        short = len(row) < width
        if len(row) != width:
            if any(map(str.strip, row)) and not (short and done + position < layout.lead):
                problems.append(ReadProblem("RAGGED_ROW", done + position + 1))
            piece[position] = row + [""] * (width - len(row)) if short else row[:width]


def _too_wide(row: int, width: int) -> UnreadableFileError:
    message = f"Row {row:,} has {width:,} columns; up to {MAX_COLUMNS:,} are read."
    return refused("TOO_MANY_COLUMNS", message, "Check how the file was exported.")


def _broken(path: Path, codec: str, layout: _Layout, reason: str) -> UnreadableFileError:
    """Return the error for text that is no csv, with the row it begins in, found by reading up to it again."""
    row, lines = 1, 0
    with _rows(path, codec, layout) as rows:
        try:
            for _ in rows:
                row, lines = row + 1, rows.line_num
        except csv.Error:
            lines = rows.line_num - lines
    if "field larger" in reason and lines == 1:
        message = f"A field in row {row:,} is longer than {csv.field_size_limit():,} characters."
        return refused("FIELD_TOO_LONG", message, "Check how the file was exported.")
    if "unexpected end" in reason or "field larger" in reason:
        message = f"A quotation mark opened in row {row:,} is never closed."
        return refused("QUOTE_NOT_CLOSED", message, "Close it, or export the file again: it may be cut off.")
    remedy = "Double the quotation marks inside fields, or export the file again."
    return refused("QUOTE_MISPLACED", f"Row {row:,} has text after a closing quotation mark.", remedy)
