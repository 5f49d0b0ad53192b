"""How many children wait in each week band at each month end of the demonstration's speech and language therapy list.

Months that NHS England published for Shropshire Community Health NHS Trust are taken as they are. Those between lie on
a straight line from one published month to the next, give or take a few children, and are marked.
"""

import csv
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.settings import reference_folder

PUBLISHED, INTERPOLATED, INVENTED, CONTINUED = "published", "interpolated", "invented", "continued"
BANDS = ("0-1", ">1-2", ">2-4", ">4-12", ">12-18", ">18-52", ">52")
# Days waited, first and last of each band (SitRep; the open band ends where the trust's longest waits would).
DAYS = ((0, 7), (8, 14), (15, 28), (29, 84), (85, 126), (127, 364), (365, 420))
_UNEVEN = 0.04  # spread of an interpolated count around the line


@dataclass(frozen=True)
class Lists:
    """Month ends in order, where each month's counts come from, and the counts: one row a month, one column a band."""

    ends: list[date]
    basis: list[str]
    counts: npt.NDArray[np.int64]


def month_ends(first: str, last: str) -> list[date]:
    """Return the last days of the months from `first` to `last`, both YYYY-MM."""
    return [(month + pd.offsets.MonthEnd(0)).date() for month in pd.date_range(first, last, freq="MS")]


def speech_and_language_lists(rng: np.random.Generator) -> Lists:
    """Return the list of every month from the one before the first published month to the last published one."""
    published = _published()
    months = sorted(published)
    before = (pd.Timestamp(months[0]) - pd.offsets.MonthBegin(1)).strftime("%Y-%m")
    ends = month_ends(before, months[-1])
    places = [position for position, end in enumerate(ends) if f"{end:%Y-%m}" in published]
    lines = np.array([published[month] for month in months], dtype=float)
    along = np.column_stack([np.interp(range(len(ends)), places, lines[:, band]) for band in range(len(BANDS))])
    near = np.rint(along * rng.normal(1, _UNEVEN, along.shape)).astype(np.int64).clip(min=0)
    basis = [PUBLISHED if position in places else INTERPOLATED for position in range(len(ends))]
    near[places] = lines.astype(np.int64)
    return Lists(ends, basis, near)


def _published() -> dict[str, list[int]]:
    """Return the trust's counts by month; the two bands over a year that are printed since 2025 are one again."""
    found = {}
    with (reference_folder() / "community_waits.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            if (line["service"], line["code"]) == ("slt", "R1D"):
                longest = sum(int(line[band]) for band in (">52", ">52-104", ">104") if line[band])
                found[line["month"]] = [*(int(line[band]) for band in BANDS[:-1]), longest]
    return found
