"""Whole extracts with invented children, to be spoilt in one way each, and what must come of them at the doors."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Row = dict[str, Any]
Edit = Callable[[Workbook, Worksheet], None]
COUNT = 40
FIRST = date(2023, 1, 1)


@dataclass(frozen=True)
class ExtractCase:
    """One file at the doors: the verdict, how many rows it holds and how many are held back, and why.

    `rules` are those of all errors and queries, in alphabetical order; `notes` must be among the notes. `before` is
    loaded first; `arguments` are given to the door. `secrets` must not appear in anything that is said.
    """

    name: str
    content: bytes = field(repr=False)
    verdict: str = "accept"
    rows: int = COUNT
    held: int = 0
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    before: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    secrets: tuple[str, ...] = ()


def day(number: int) -> date:
    """Return the day child `number` was referred: ten days apart from 1 January 2023, over again after 50 children."""
    return FIRST + timedelta(days=10 * (number % 50))


def children(count: int = COUNT, start: int = 1) -> list[Row]:
    """Return rows of a neutral list as at 31 May 2024, dates day first."""
    return [
        {
            "Referral ID": f"R{number:04}",
            "Child ID": f"C{number:04}",
            "Snapshot date": "31/05/2024",
            "Provider code": "RRE",
            "Referral received date": f"{day(number):%d/%m/%Y}",
            "Diagnosis": ("Autism", "ADHD", "Both")[number % 3],
            "First attended date": "",
            "Attendance": "",
            "Closed date": "",
            "Closed reason": "",
            "Age": str(3 + number % 14),
        }
        for number in range(start, start + count)
    ]


def speech(count: int = COUNT) -> list[Row]:
    """Return rows of a speech and language therapy list."""
    rows = children(count)
    for row in rows:
        del row["Diagnosis"]
        row["Service"] = "Speech and language therapy"
    return rows


def changed(rows: Sequence[Row], *numbers: int, **changes: Any) -> list[Row]:
    """Return the rows with some, counted from 1, changed; underscores in a keyword are the spaces of a heading."""
    changes = {name.replace("_", " "): value for name, value in changes.items()}
    return [{**row, **changes} if number in numbers else dict(row) for number, row in enumerate(rows, 1)]


def every(rows: Sequence[Row], **changes: Any) -> list[Row]:
    """Return the rows, all changed; a value may be worked out from the row."""
    changes = {name.replace("_", " "): value for name, value in changes.items()}
    return [{**row, **{k: v(row) if callable(v) else v for k, v in changes.items()}} for row in rows]


def renamed(rows: Sequence[Row], names: Mapping[str, str]) -> list[Row]:
    """Return the rows under other headings."""
    return [{names.get(name, name): value for name, value in row.items()} for row in rows]


def lines(rows: Sequence[Row], above: Iterable[Sequence[Any]] = (), below: Iterable[Sequence[Any]] = ()) -> list[Any]:
    """Return title lines, heading line, rows and what follows."""
    return [*above, list(rows[0]), *(list(row.values()) for row in rows), *below]


def csv_bytes(table: Sequence[Sequence[Any]], encoding: str = "utf-8", **options: Any) -> bytes:
    """Return the lines as a csv, as Excel ends its lines unless the options say otherwise."""
    text = io.StringIO(newline="")
    csv.writer(text, **{"lineterminator": "\r\n", **options}).writerows(table)
    return text.getvalue().encode(encoding)


def book_bytes(table: Sequence[Sequence[Any]], edit: Edit | None = None, name: str = "List") -> bytes:
    """Return the lines as a workbook, edited before it is saved."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    for line in table:
        sheet.append([None if cell == "" else cell for cell in line])
    if edit:
        edit(book, sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def typed(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with dates as dates and ages as numbers, as a workbook types them."""
    return [
        {**row, "Referral received date": day(number), "Snapshot date": date(2024, 5, 31), "Age": int(row["Age"])}
        for number, row in enumerate(rows, 1)
    ]
