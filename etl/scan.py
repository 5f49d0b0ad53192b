"""What calamine does not tell of a workbook: a streaming scan of the sheets' XML, before anything is opened.

Found are error cells (calamine gives ""), formulas without a stored value (""), hidden rows, and cells so far out
that holding the rectangle up to them would abort the process. The patterns expect what spreadsheet programs write;
a file made to fool them ends at the limits of the child process instead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice, pairwise
from zipfile import ZipFile

from etl.errors import UnreadableFileError
from etl.formats import MAX_CELLS, MAX_COLUMNS, MAX_ROW_XML_BYTES, refused
from etl.look import stream_part

Place = tuple[int, int]  # row and column, both from 0

ROW_GAP = 10_000  # a cell this many rows below everything else is a slip of the keyboard, not data
COLUMN_GAP = 500
MAX_STRAY = 100  # more cells than this beyond a gap are data


@dataclass
class Scan:
    """What was found in one sheet."""

    errors: dict[Place, str] = field(default_factory=dict)
    uncalculated: list[Place] = field(default_factory=list)
    hidden_rows: int = 0
    stray: tuple[Place, ...] = ()
    merged: list[tuple[Place, Place]] = field(default_factory=list)  # of an .ods: calamine tells of .xlsx alone
    far: bool = False  # a row or column so far out that every cell has to be looked at
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class _Patterns:
    """The patterns of one sheet; `prefix` is the namespace prefix its writer chose, mostly none."""

    row_start: bytes
    row_end: re.Pattern[bytes]
    cell_start: bytes
    formula_start: bytes
    cell_place: re.Pattern[bytes]
    hidden_row: re.Pattern[bytes]
    error: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    valued: re.Pattern[bytes]


@cache
def _patterns(literal: bytes) -> _Patterns:
    prefix = re.escape(literal)
    cell, place = rb"<" + prefix + rb"c\b", rb"[^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']"
    value = rb"<" + prefix + rb"v\b[^>]*>([^<]*)<"
    any_formula = rb"<" + prefix + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</" + prefix + rb"f>)"
    return _Patterns(
        row_start=b"<" + literal + b"row",
        row_end=re.compile(rb"</" + prefix + rb"row>"),
        cell_start=b"<" + literal + b"c ",
        formula_start=b"<" + literal + b"f",
        cell_place=re.compile(cell + place),
        hidden_row=re.compile(rb"<" + prefix + rb"row\b[^>]*\bhidden=[\"'](?:1|true)[\"']"),
        error=re.compile(cell + rb"([^>]*\bt=[\"']e[\"'][^>]*)>(?:\s*" + any_formula + rb")?\s*(?:" + value + rb")?"),
        formula=re.compile(cell + rb"([^>]*[^>/]|)>\s*" + any_formula + rb"\s*(?:" + value + rb")?"),
        valued=re.compile(cell + place + rb"[^>]*(?<!/)>\s*<" + prefix + rb"(?:v|is|f)\b"),
    )


def scan_sheet(archive: ZipFile, part: str, recalculates: bool) -> Scan:
    """Return what one sheet's part holds that calamine hides. Raises UnreadableFileError for sheets beyond the limits.

    `recalculates`: the workbook asks to be calculated on opening, so a stored 0 was never calculated either.
    """
    scan = Scan()
    for rows, patterns in _whole_rows(archive, part):
        _extent(rows, patterns, scan)
        if b"hidden=" in rows:
            scan.hidden_rows += len(patterns.hidden_row.findall(rows))
        if b't="e"' in rows or b"t='e'" in rows:
            for match in patterns.error.finditer(rows):
                scan.errors[_place(match, rows, patterns)] = _error_text(match[2])
        if patterns.formula_start in rows:
            _formulas(rows, patterns, recalculates, scan)
    if scan.far or scan.width > MAX_COLUMNS or scan.width * scan.height > MAX_CELLS:
        _find_stray(archive, part, scan)
    return scan


def _whole_rows(archive: ZipFile, part: str) -> Iterator[tuple[bytes, _Patterns]]:
    """Yield the part in pieces that begin with a row and never cut one."""
    patterns, rest = None, b""
    for piece in stream_part(archive, part):
        if patterns is None:
            refuse_dtd(piece)
            prefix = re.search(rb"<([A-Za-z0-9_.-]+:)?worksheet\b", piece)
            patterns = _patterns(prefix[1] or b"" if prefix else b"")
        rest += piece
        cut = rest.rfind(patterns.row_start)
        if cut > 0:
            yield rest[:cut], patterns
            rest = rest[cut:]
        if len(rest) > MAX_ROW_XML_BYTES:
            message = f"One row of a sheet takes more than {MAX_ROW_XML_BYTES / 1e6:.0f} MB."
            raise refused("SHEET_TOO_LARGE", message, "Delete what is not part of the table and save again.")
    if patterns is not None:
        yield rest, patterns


def refuse_dtd(start: bytes) -> None:
    """Raise UnreadableFileError if XML begins with a document type, the way into entity bombs, or is not UTF-8."""
    if b"\0" in start[:200]:
        raise refused("FILE_DAMAGED", "A part of the file is in an encoding that no workbook uses.", "Save it again.")
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise refused(
            "XML_DTD", "The file declares a document type (DTD), as no workbook does.", "Save it again in Excel."
        )


def _extent(rows: bytes, patterns: _Patterns, scan: Scan) -> None:
    """Widen the scan's extent by the last cell of every row; real writers put cells in order."""
    height, ends = scan.height, set()
    for match in patterns.row_end.finditer(rows):
        last = patterns.cell_place.match(rows, rows.rfind(patterns.cell_start, 0, match.start()))
        if last is not None:
            ends.add(last[1])
            row = int(last[2])
            if row > height:
                scan.far = scan.far or row > height + ROW_GAP
                height = row
    scan.height = height
    scan.width = max([scan.width, *(column_number(letters) + 1 for letters in ends)])


def _formulas(rows: bytes, patterns: _Patterns, recalculates: bool, scan: Scan) -> None:
    """Add the formulas without a stored value. A stored empty text (t="str") is a value, an error is listed as such."""
    for match in patterns.formula.finditer(rows):
        value = (match[2] or b"").strip()
        typed = re.search(rb"\bt=[\"'](str|e)[\"']", match[1])
        if not typed and (not value or (recalculates and value == b"0")):
            scan.uncalculated.append(_place(match, rows, patterns))


def _error_text(value: bytes | None) -> str:
    """Return the error's own text, #REF! and the like; never anything longer that a file could smuggle in."""
    text = (value or b"").decode("utf-8", "replace").strip()
    return text if re.fullmatch(r"#[A-Z0-9/_]{1,15}[!?]?", text) else "#ERROR!"


def _place(match: re.Match[bytes], rows: bytes, patterns: _Patterns) -> Place:
    """Return where a cell is: by its reference, or by counting in its row where the writer left references out."""
    found = re.search(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']", match[1])
    if found:
        return int(found[2]) - 1, column_number(found[1])
    start = max(rows.rfind(patterns.row_start, 0, match.start()), 0)
    row = re.match(rb"[^>]*?\br=[\"']([0-9]{1,7})[\"']", rows[start : match.start()])
    column = len(re.findall(re.escape(patterns.cell_start[:-1]) + rb"\b", rows[start : match.start()]))
    return (int(row[1]) if row else rows.count(patterns.row_start, 0, match.start())) - 1, column


def _find_stray(archive: ZipFile, part: str, scan: Scan) -> None:
    """Look at every cell with a value and name the few beyond a wide gap. Raises UnreadableFileError if too large."""
    rows: set[int] = set()
    columns: set[int] = set()
    for piece, patterns in _whole_rows(archive, part):
        found = patterns.valued.findall(piece)
        rows.update({int(row) - 1 for _, row in found})
        columns.update(column_number(letters) for letters in {letters for letters, _ in found})
    end = _end_of_block(rows, ROW_GAP), _end_of_block(columns, COLUMN_GAP)
    stray: list[Place] = []
    for piece, patterns in _whole_rows(archive, part):
        places = ((int(row) - 1, column_number(letters)) for letters, row in patterns.valued.findall(piece))
        stray += islice((place for place in places if place[0] > end[0] or place[1] > end[1]), MAX_STRAY + 1)
        if len(stray) > MAX_STRAY:  # no slip: a second table, to be read if all fits
            end, stray = (max(rows), max(columns)), []
            break
    if end[1] >= MAX_COLUMNS or (end[0] + 1) * (end[1] + 1) > MAX_CELLS:
        raise _too_large(end)
    scan.stray = tuple(stray)


def _too_large(place: Place) -> UnreadableFileError:
    limits = f"up to {MAX_COLUMNS:,} columns and {MAX_CELLS:,} cells are read"
    message = f"A sheet holds cells out to {reference(place)}; {limits}."
    return refused("SHEET_TOO_LARGE", message, "Delete what is not part of the table, or save the table as .csv.")


def _end_of_block(numbers: set[int], gap: int) -> int:
    """Return the last of the numbers before a jump of more than `gap`."""
    ordered = sorted(numbers)
    return next((here for here, after in pairwise(ordered) if after - here > gap), ordered[-1] if ordered else -1)


@cache
def column_number(letters: bytes) -> int:
    """Return the number of a column from 0: A is 0, Z 25, AA 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def reference(place: Place) -> str:
    """Return a place as Excel shows it: (0, 27) is AB1."""
    letters, number = "", place[1] + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{place[0] + 1}"


def without_cells(archive: ZipFile, part: str, places: tuple[Place, ...]) -> bytes:
    """Return a sheet's part with the cells at these places taken out."""
    content = b"".join(stream_part(archive, part))
    for place in places:
        cell = rb"<((?:[\w.-]+:)?c)\b[^>]*?\br=[\"']" + reference(place).encode() + rb"[\"'][^>]*(?:/>|>.*?</\1>)"
        content = re.sub(cell, b"", content, count=1, flags=re.DOTALL)
    return content


_ODS_TAG = re.compile(
    rb"<table:(table|table-row|(?:covered-)?table-cell)(?![\w-])((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>"
    rb"(?:\s*<text:p[^>/]*>([^<]*))?"
)


def scan_ods(archive: ZipFile) -> list[Scan | None]:
    """Return what each sheet of an .ods holds, in order. Raises UnreadableFileError for sheets beyond the limits.

    A cell or row that says how often it repeats is a bomb of a few bytes, so repeats are multiplied out here.
    """
    content = b"".join(stream_part(archive, "content.xml"))
    refuse_dtd(content[:_DTD_BYTES])
    scans: list[Scan | None] = []
    scan, row, rows, column = Scan(), 0, 0, 0
    for match in _ODS_TAG.finditer(content):
        tag, attributes = match[1], match[2]
        if tag == b"table":
            scan, row, rows = Scan(), 0, 0
            scans.append(scan)
        elif tag == b"table-row":
            row, rows, column = row + rows, _number(attributes, b"rows-repeated"), 0
        else:
            times = _number(attributes, b"columns-repeated")
            if b"value-type=" in attributes:
                scan.height, scan.width = row + rows, max(scan.width, column + times)
                _ods_error(match, (row, column), scan)
            down, across = _number(attributes, b"rows-spanned"), _number(attributes, b"columns-spanned")
            if down > 1 or across > 1:
                scan.merged.append(((row, column), (row + down - 1, column + across - 1)))
            column += times
            if scan.width > MAX_COLUMNS or scan.width * scan.height > MAX_CELLS:
                raise _too_large((scan.height - 1, scan.width - 1))
    return scans


_DTD_BYTES = 4_096


def _ods_error(match: re.Match[bytes], place: Place, scan: Scan) -> None:
    if b'calcext:value-type="error"' in match[2]:
        scan.errors[place] = _error_text(match[3])


def _number(attributes: bytes, what: bytes) -> int:
    """Return how many rows or columns a tag says it stands for, one where it says nothing."""
    if what not in attributes:
        return 1
    found = re.search(rb"\btable:number-" + what + rb"=[\"'](\d{1,9})", attributes)
    return int(found[1]) if found else 1
