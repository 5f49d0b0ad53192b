"""Small SitRep workbooks in the three layouts NHS England has used, with invented counts."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

SLT = "(CYP) Therapy interventions: Speech and language"
PAEDIATRICS = "(CYP) Community paediatric service"
TITLES = (
    "Total waiting list by service",
    "Number waiting 0-1 weeks (0-7 days) by service",
    "Number waiting >1-2 weeks (8-14 days) by service",
    "Number waiting >2-4 weeks (15-28 days) by service",
    "Number waiting >4-12 weeks (29-84 days) by service",
    "Number waiting >12-18 weeks (85-126 days) by service",
    "Number waiting >18-52 weeks (127-364 days) by service",
    "Number waiting over 52 weeks (over 365 days) by service",
)
# Level, code, name; then per sheet the counts of audiology (unused), paediatrics and speech and language.
England, Trust = ("National", None, "England"), ("Provider", "R1D", "Shropshire Community Health NHS Trust")
Line = tuple[tuple[str, str | None, str], Sequence[Any], Sequence[Any]]


def lines() -> list[Line]:
    """Return England with 4 more children than its bands, and a trust whose list adds up to 10 and 20."""
    return [
        (England, [100, 10, 10, 10, 10, 10, 10, 40], [104, 10, 10, 10, 10, 10, 10, 40]),
        (Trust, [10, 1, 1, 1, 1, 1, 1, 4], [20, 2, 2, 2, 2, 2, 2, 8]),
    ]


def write(
    path: Path,
    layout: str = "C",
    rows: list[Line] | None = None,
    month: str = "January 2023",
    slt: str = SLT,
    titles: Sequence[str] = TITLES,
) -> Path:
    """Write a workbook; layout A has no headings over its labels, B no codes, C everything in capitals."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, title in enumerate(titles):
        sheet = book.create_sheet("Table 4" + ("" if number == 0 else "abcdefghij"[number - 1]))
        sheet.append([f"{title}, {month}"])
        sheet.append(["Blanks indicate no organisation submitted."])
        if layout == "A":
            sheet.append([])
        labels = {
            "A": ["", "", ""],
            "B": ["Organisation Type", "Organisation Name"],
            "C": ["Organisation Type", "Organisation Code", "Organisation Name"],
        }[layout]
        sheet.append([])
        sheet.append([*labels, "(A) Audiology", PAEDIATRICS, slt])
        seen = ""
        for (level, code, name), paediatrics, therapy in lines() if rows is None else rows:
            if layout == "A":
                shown = "" if level in ("National", seen) else {"Provider": "Organisation"}.get(level, level)
                label: list[Any] = ["", shown, name]
                seen = level
            elif layout == "B":
                label = [level, name]
            else:
                label = [level, code, name if level == "National" else name.upper()]
            sheet.append([*label, 5, paediatrics[number], therapy[number]])
    book.save(path)
    return path


def rewrite(path: Path, member: str, pattern: str, replacement: str) -> Path:
    """Change the text of members of a workbook, as faulty exporters leave it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = {
        name: re.sub(pattern, replacement, content.decode()).encode() if re.fullmatch(member, name) else content
        for name, content in parts.items()
    }
    assert changed != parts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in changed.items():
            archive.writestr(name, content)
    return path
