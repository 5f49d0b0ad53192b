"""Awkward text files."""

import random
from collections.abc import Iterator

from tests.awkward.case import Case
from tests.awkward.parts import HEADER, compound, csv_text, rows, texts, workbook

TABLE = [HEADER, *texts(rows())]
PLAIN = csv_text(TABLE)
READ = {(1, 0): "Pathway", (2, 0): "W00000", (13, 0): "W00011"}


def csv_cases() -> Iterator[Case]:
    """Yield every csv, and what is called one."""
    yield from _identity()
    yield from _encodings()
    yield from _layouts()
    yield from _broken()


def _good(name: str, content: bytes | str, *notes: str, rows: int = 13) -> Case:
    data = content.encode() if isinstance(content, str) else content
    return Case(name, data, rows=rows, columns=5, cells=READ, notes=notes)


def _identity() -> Iterator[Case]:
    yield Case("zero_bytes.csv", b"", "EMPTY")
    yield Case("mark_only.csv", b"\xef\xbb\xbf\r\n", "EMPTY")
    yield Case("blanks_only.csv", b" \r\n\t\r\n  \n" * 50, "EMPTY")
    yield Case("blanks_for_long.csv", b" " * 60 + b"\r\n" * 70_000, "EMPTY")
    yield Case("delimiters_only.csv", b",,,,\r\n" * 9, "EMPTY")
    yield Case("no_break_spaces_only.csv", "\u00a0,\u00a0\r\n\u00a0,\r\n".encode(), "EMPTY")
    yield Case("workbook_called.csv", workbook(), "TYPE_MISMATCH", (".csv", "Excel workbook", ".xlsx"))
    yield Case("picture_called.csv", b"\x89PNG\r\n\x1a\n" + bytes(99), "TYPE_MISMATCH", ("a picture",))
    yield Case("random_called.csv", random.Random(4).randbytes(5_000), "TYPE_MISMATCH", ("neither text nor",))
    yield Case("web_page_called.csv", b"<!DOCTYPE html><html><table><tr><td>1", "TYPE_MISMATCH", ("web page",))
    yield Case("xml_called.csv", b'<?xml version="1.0"?><a xmlns="b"/>', "TYPE_MISMATCH", ("XML",))
    yield Case("json_called.csv", b'[{"Pathway": 1}]', "TYPE_MISMATCH", ("JSON",))
    yield Case("old_workbook_called.csv", compound("Workbook"), "TYPE_NOT_ALLOWED", ("97", "save it as .xlsx"))
    yield Case("list.csv.exe", PLAIN.encode(), "TYPE_NOT_ALLOWED", (".xlsx or .csv",))
    yield Case("list.txt", PLAIN.encode(), "TYPE_NOT_ALLOWED", (".xlsx or .csv",))
    yield Case("no_extension", PLAIN.encode(), "TYPE_NOT_ALLOWED")
    yield _good("CAPITALS.CSV", PLAIN)


def _encodings() -> Iterator[Case]:
    yield _good("utf8.csv", PLAIN)
    yield _good("utf8_mark.csv", b"\xef\xbb\xbf" + PLAIN.encode())
    yield _good("windows.csv", PLAIN.encode("cp1252"), "ENCODING_CP1252")
    yield _good("utf16_mark.csv", PLAIN.encode("utf-16"), "ENCODING_UTF16")
    yield _good("utf16_big_mark.csv", b"\xfe\xff" + PLAIN.encode("utf-16-be"), "ENCODING_UTF16")
    yield _good("utf16_no_mark.csv", PLAIN.encode("utf-16-le"), "ENCODING_UTF16")
    yield _good("utf16_big_no_mark.csv", PLAIN.encode("utf-16-be"), "ENCODING_UTF16")
    yield Case("utf32.csv", PLAIN.encode("utf-32"), "ENCODING_UNKNOWN", ("UTF-32",))
    yield Case("utf16_cut.csv", PLAIN.encode("utf-16")[:-3], "ENCODING_UNKNOWN", ("inside a character",))
    # Two exports pasted together: as Windows-1252 every right letter of the first would be garbled.
    yield Case("two_encodings.csv", (PLAIN * 3).encode() + "W9,,Ü,1,x\r\n".encode("cp1252"), "ENCODING_MIXED", ("40",))
    yield Case("undefined_byte.csv", PLAIN.encode("cp1252") + b"W9,\x81,,,\r\n", "ENCODING_UNKNOWN", ("Line 14",))
    yield Case("nul_in_cell.csv", (PLAIN + "W9,\0,x,1,y\r\n").encode(), "NUL_BYTES", ("Line 14",))
    yield Case("nul_tail.csv", PLAIN.encode() + bytes(2_000), "NUL_BYTES", ("Line 14",))


def _layouts() -> Iterator[Case]:
    for name, delimiter in (("semicolon", ";"), ("tab", "\t"), ("bar", "|")):
        yield _good(f"{name}.csv", csv_text(TABLE, delimiter), "DELIMITER")
    yield _good("excel_sep_line.csv", "sep=;\r\n" + csv_text(TABLE, ";"), "DELIMITER")
    yield _good("line_feed.csv", csv_text(TABLE, end="\n"))
    yield _good("carriage_return.csv", csv_text(TABLE, end="\r"))
    yield _good("all_quoted.csv", csv_text(TABLE, quote_all=True))
    yield _good("no_last_line_end.csv", PLAIN.rstrip())
    decimal = [["Area", "Share", "Note"], *([f"Area {n}", f"{n},5", "a, b"] for n in range(9))]
    cells = {(2, 1): "0,5", (2, 2): "a, b"}
    yield Case(
        "decimal_comma.csv", csv_text(decimal, ";").encode(), rows=10, columns=3, cells=cells, notes=("DELIMITER",)
    )
    broken_lines = [["Pathway", "Note"], ["W1", "first\r\nsecond\n\nlast"], ["W2", 'a "b" c']]
    cells = {(2, 1): "first\r\nsecond\n\nlast", (3, 1): 'a "b" c'}
    yield Case("line_breaks_in_fields.csv", csv_text(broken_lines).encode(), rows=3, columns=2, cells=cells)
    titled = "Waiting list, March 2024\r\n\r\n" + PLAIN
    cells = {(1, 0): "Waiting list", (2, 0): "", (3, 0): "Pathway", (15, 0): "W00011"}
    yield Case("title_rows.csv", titled.encode(), rows=15, columns=5, cells=cells)
    spaced = [["Pathway ", " Weeks"], [" W1", "22.0"], ["W2\u00a0", "0012"], ["=1+1", "2.0E+09"]]
    cells = {(1, 0): "Pathway ", (2, 0): " W1", (3, 0): "W2\u00a0", (3, 1): "0012", (4, 0): "=1+1", (4, 1): "2.0E+09"}
    yield Case("nothing_trimmed.csv", csv_text(spaced).encode(), rows=4, columns=2, cells=cells)
    yield Case("one_column.csv", b"Pathway\nW1\nW2\n", rows=3, columns=1, cells={(3, 0): "W2"})
    blank_rows = PLAIN + ",,,,\r\n" * 40 + "\r\n" * 3
    yield Case("blank_rows_below.csv", blank_rows.encode(), rows=56, columns=5, cells=READ | {(56, 4): ""})


def _broken() -> Iterator[Case]:
    lines = PLAIN.split("\r\n")
    short = "\r\n".join([*lines[:4], "W00003,2024-01-01", *lines[5:]])
    yield Case("short_row.csv", short.encode(), rows=13, cells=READ | {(5, 4): ""}, problems=(("RAGGED_ROW", 5),))
    comma = short.replace("W00003,2024-01-01", "W00003,2024-01-01,Autism, late,4,North")
    yield Case("unquoted_comma.csv", comma.encode(), rows=13, columns=5, cells=READ, problems=(("RAGGED_ROW", 5),))
    cut = PLAIN[: PLAIN.index("W00009") + 12]
    problems = (("RAGGED_ROW", 11),)
    yield Case("cut_in_row.csv", cut.encode(), rows=11, problems=problems, notes=("FILE_TRUNCATED",))
    foot = PLAIN + "\r\nSource: invented"
    yield Case("footnote.csv", foot.encode(), rows=15, cells=READ, problems=(("RAGGED_ROW", 15),))
    quote = "\r\n".join([*lines[:6], 'W00005,"2024-01-01,Autism,4,North', *lines[7:]])
    yield Case("open_quote.csv", quote.encode(), "QUOTE_NOT_CLOSED", ("row 7",))
    yield Case(
        "open_quote_for_long.csv", (quote + PLAIN.replace('"', "") * 900).encode(), "QUOTE_NOT_CLOSED", ("row 7",)
    )
    yield Case("cut_in_quotes.csv", (PLAIN + 'W9,2024-01-01,"Aut').encode(), "QUOTE_NOT_CLOSED", ("row 14",))
    yield Case("text_after_quote.csv", (PLAIN + 'W9,"a"b,c,1,d\r\n').encode(), "QUOTE_MISPLACED", ("Row 14",))
    wide = ",".join(f"c{n}" for n in range(5_000))
    yield Case("thousands_of_columns.csv", f"{wide}\r\n{wide}\r\n".encode(), "TOO_MANY_COLUMNS", ("5,000", "Row 1"))
    yield Case("one_wide_row.csv", (PLAIN + wide + "\r\n").encode(), "TOO_MANY_COLUMNS", ("5,000", "Row 14"))
    yield Case("endless_line.csv", PLAIN.encode() + b"x" * 12_000_000, "LINE_TOO_LONG")
    yield Case("long_field.csv", PLAIN.encode() + b"W9," + b"y" * 300_000 + b",,,\r\n", "FIELD_TOO_LONG", ("row 14",))
