"""The week bands of a crosstab: which sheet holds which, told by its title, and whether all of them make one list."""

import re
from collections.abc import Sequence
from itertools import pairwise

from etl.finding import Finding
from etl.formats import Sheet
from etl.heading import normal
from etl.source import Band, Crosstab, Source

_DAYS = re.compile(r"\((\d+)-(\d+) days\)")


def title(sheet: Sheet, header_row: int, layout: Crosstab) -> str:
    """Return the first line above a header that names a band, as it is compared; notes below it may name others."""
    lines = (normal(" ".join(filter(None, map(str, cells)))) for cells in sheet.cells.loc[: header_row - 1].to_numpy())
    return next((line for line in lines if any(normal(band.title) in line for band in layout.bands)), "")


def band_of(sheet: Sheet, header_row: int, layout: Crosstab) -> Band | None:
    """Return the one band that a sheet's title names, else None."""
    told = title(sheet, header_row, layout)
    found = [band for band in layout.bands if normal(band.title) in told]
    return found[0] if len(found) == 1 else None


def unknown_band(sheet: Sheet, source: Source) -> Finding:
    """Return the error for a sheet whose title names no band."""
    problem = "the sheet's title names no week band we know"
    remedy = f"Add its words under crosstab.bands in {source.path}, with weeks_from and weeks_to."
    return Finding("BAND_UNKNOWN", "error", problem, remedy, sheet.name, 1)


def band_gaps(bands: Sequence[Band], source: Source) -> list[Finding]:
    """Return an error unless the bands cover every wait once, from 0 to open: else the list would look shorter."""
    parts = sorted((b for b in bands if not b.total), key=lambda b: (b.weeks_from or 0, b.weeks_to or 0))
    ends = [0, *(band.weeks_to for band in parts)]
    starts = [*(band.weeks_from for band in parts), None]
    if ends == starts and any(band.total for band in bands):
        return []
    problem = "the sheets do not cover every wait once, or the sheet with the totals is missing"
    remedy = f"Use the workbook as published; a new set of bands goes under crosstab.bands in {source.path}."
    return [Finding("BANDS_INCOMPLETE", "error", problem, remedy)]


def contradictions(sheets: Sequence[tuple[Sheet, int, Band]], layout: Crosstab) -> list[Finding]:
    """Return queries for titles that contradict themselves, or the order of the sheets' names (4, 4a, 4b, …).

    The order of the tabs says nothing; their names are given in the order of the bands.
    """
    findings = []
    for sheet, header_row, band in sheets:
        days = _DAYS.search(title(sheet, header_row, layout))
        if days and not band.total and (int(days[1]), int(days[2])) != _days(band):
            problem = "the days in the sheet's title are not those of the weeks in it"
            findings.append(Finding("BAND_CONTRADICTS", "query", problem, _ASK, sheet.name, 1))
    named = sorted(sheets, key=lambda one: normal(one[0].name))
    places = [(not band.total, band.weeks_from or 0) for _, _, band in named]
    for (before, after), (sheet, _, _) in zip(pairwise(places), named[1:], strict=True):
        if after < before:
            problem = "the sheet's title names shorter waits than that of the sheet before it: titles may be swapped"
            findings.append(Finding("BAND_CONTRADICTS", "query", problem, _ASK, sheet.name, 1))
    return findings


_ASK = "Compare the sheet with the same one of another month, or ask the publisher."


def _days(band: Band) -> tuple[int, int | None]:
    """Return first and last day of a band: >1-2 weeks is day 8 to 14."""
    first = 7 * band.weeks_from + 1 if band.weeks_from else 0
    return first, None if band.weeks_to is None else 7 * band.weeks_to
