"""Small published figures written as files in their publishers' own layouts, to be loaded like any other file.

Every figure is a published one (data/reference/README.md names the source).
"""

import csv
import shutil
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from pathlib import Path

from openpyxl import Workbook

from etl.settings import reference_folder

_RELEASE = ("ehc_timeliness_20_week.csv", "ehc_annual_reviews.csv", "ehc_requests.csv")
_SERVICES = {
    "community_paediatrics": "(CYP) Community paediatric service",
    "slt": "(CYP) Therapy interventions: Speech and language",
}
# Sheet titles as NHS England words them; the top band was split in 2025.
_TITLES = {
    "total": "Total waiting list by service",
    "0-1": "Number waiting 0-1 weeks (0-7 days) by service",
    ">1-2": "Number waiting >1-2 weeks (8-14 days) by service",
    ">2-4": "Number waiting >2-4 weeks (15-28 days) by service",
    ">4-12": "Number waiting >4-12 weeks (29-84 days) by service",
    ">12-18": "Number waiting >12-18 weeks (85-126 days) by service",
    ">18-52": "Number waiting >18-52 weeks (127-364 days) by service",
    ">52": "Number waiting over 52 weeks (over 365 days) by service",
    ">52-104": "Number waiting >52-104 weeks (365-728 days) by service",
    ">104": "Number waiting over 104 weeks (over 2 years) by service",
}

Line = dict[str, str]


def write_published(folder: Path) -> list[Path]:
    """Write the extracts into the folder, replacing earlier ones, and return their paths in loading order."""
    folder.mkdir(parents=True, exist_ok=True)
    reference = reference_folder()
    paths = []
    with (reference / "community_waits.csv").open(encoding="utf-8", newline="") as lines:
        for month, rows in groupby(csv.DictReader(lines), key=lambda line: line["month"]):
            path = folder / f"demonstration_community_health_{month}.xlsx"
            _write_waits(path, date.fromisoformat(f"{month}-01"), list(rows))
            paths.append(path)
    for name in _RELEASE:
        paths.append(Path(shutil.copyfile(reference / name, folder / f"demonstration_{name}")))
    return paths


def _write_waits(path: Path, month: date, lines: list[Line]) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    bands = [band for band in _TITLES if any(line[band] for line in lines)]
    for number, band in enumerate(bands):
        sheet = book.create_sheet("Table 4" + ("" if number == 0 else "abcdefgh"[number - 1]))
        sheet.append([f"{_TITLES[band]}, {month:%B %Y}"])
        sheet.append(["Demonstration file made from published figures. Blanks indicate no organisation submitted."])
        sheet.append([])
        sheet.append(["Organisation Type", "Organisation Code", "Organisation Name", *_SERVICES.values()])
        for row in _by_area(lines, band):
            sheet.append(row)
    book.save(path)


def _by_area(lines: list[Line], band: str) -> Iterable[list[str | int | None]]:
    areas = dict.fromkeys((line["level"], line["code"], line["name"]) for line in lines)
    counts = {(line["level"], line["code"], line["service"]): line[band] for line in lines}
    for level, code, name in sorted(
        areas, key=lambda area: (["National", "Region", "ICB", "Provider"].index(area[0]), area[1])
    ):
        cells = [counts.get((level, code, service), "") for service in _SERVICES]
        yield [level, code or None, name, *(int(cell) if cell else None for cell in cells)]
