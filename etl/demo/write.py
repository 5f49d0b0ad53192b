"""Write the demonstration: files in their senders' layouts, to be loaded like any other, and a list of what each is."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
from openpyxl import Workbook
from pyarrow import csv as arrow_csv

from etl.demo.bands import CONTINUED, INTERPOLATED, INVENTED, PUBLISHED, month_ends
from etl.demo.cases import END, cases
from etl.demo.council import advice_log, case_management
from etl.demo.counts import measures
from etl.demo.progress import going_on
from etl.demo.published import write_published
from etl.demo.sen2 import write_blade
from etl.demo.surveys import WHAT as SURVEYED
from etl.demo.surveys import write_surveys
from etl.demo.waiting import LAST, Extract, waiting_lists
from etl.settings import SHIPPED

SEED = 2023
WHO = "Demonstration data analyst (invented)"
# Why each query of these files may load; what a person would answer after asking the sender.
EXPLANATIONS = {
    "CLOCK_TWICE": "Demonstration: MPFT sends its 18+ list apart from ages 5 to 18; no child is on both.",
    "START_UNKNOWN": "Demonstration: the sender is looking for the referral letters; the children stay on the list.",
    "WAIT_DIFFERS": "Demonstration: the sender's system takes pauses off its own wait; ours runs from the referral.",
}
_BASIS = {
    PUBLISHED: "Week bands as published by NHS England for R1D (CHS SitRep); the children are invented.",
    INTERPOLATED: "Week bands interpolated between published months; the children are invented.",
    INVENTED: "Invented throughout; no such figure is published.",
    CONTINUED: "How the cases of the published years go on; invented throughout.",
}
_CASES = (
    "Plans issued 2019-2024 within 20 weeks, within a year and later, with and without exceptions, requests, decisions "
    "and annual reviews of 2024, as DfE published them; the children and all else are invented."
)
# Above the tables that people made by hand; the data sets' own extracts begin with their headings.
_TITLES = {
    "slt_shropcom": "Speech and language therapy, children waiting",
    "nd_18_plus_mpft": "Autism and ADHD assessments, ages 18 and over",
}
_WORKBOOKS = {"nd_18_plus_mpft": "PTL", "measures": "Measures"}  # and what the sheet is called
_CHUNK = 100_000  # lines turned into bytes at a time


def write_demonstration(folder: Path, *, seed: int = SEED, children: int | None = None) -> list[Path]:
    """Write the files into the folder, replacing earlier ones, and return their paths in loading order.

    The same seed gives the same cells. `children` makes the last list of ages 5 to 18 that long, for trials of size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in folder.glob("demonstration_*"):
        earlier.unlink()
    told = [(path, "", "Published figures in the publisher's layout.") for path in write_published(folder)]
    known = cases(np.random.default_rng([seed, 9]))
    path = folder / f"demonstration_sen2_blade_{END:%Y-%m}.zip"
    told.append((write_blade(path, known, END), f"{END:%Y-%m}", _CASES))
    told += [_write(folder, extract) for extract in (*_council(known, seed), *waiting_lists(seed, children))]
    told += [(path, month, SURVEYED) for path, month in write_surveys(folder, SHIPPED / "plan", seed)]
    with (folder / "contents.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["file", "month", "demonstration data"])
        writer.writerows([path.name, month, what] for path, month, what in told)
    return [path for path, _, _ in told]


def _council(known: pd.DataFrame, seed: int) -> Iterator[Extract]:
    """Yield what the council sends: a case-management export a month, its log of advice, its workbook of measures."""
    rng = np.random.default_rng([seed, 10])
    first, *_, last = ends = month_ends(f"{END.year + 1}-01", LAST)
    later = going_on(known, last, rng)
    for end in ends:
        yield Extract("ehc_cases", end, case_management(later, end), CONTINUED)
    yield Extract("ehc_advice", last, advice_log(later, last, rng), INVENTED)
    yield Extract("measures", last, measures(last, rng), INVENTED)


def _write(folder: Path, extract: Extract) -> tuple[Path, str, str]:
    name, what = f"demonstration_{extract.series}_{extract.end:%Y-%m}", _BASIS[extract.basis]
    above = []
    if title := _TITLES.get(extract.series):
        above = [f"{title} as at {extract.end.day} {extract.end:%B %Y}", f"DEMONSTRATION DATA. {what}", ""]
    sheet = _WORKBOOKS.get(extract.series)
    path = folder / f"{name}{'.xlsx' if sheet else '.csv'}"
    if sheet:
        _write_workbook(path, sheet, above, extract.table)
    else:
        _write_csv(path, above, extract.table)
    return path, f"{extract.end:%Y-%m}", what


def _write_workbook(path: Path, name: str, above: list[str], table: pd.DataFrame) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    for row in [*([line] for line in above), list(table.columns), *table.to_numpy().tolist()]:
        sheet.append(row)
    book.save(path)


def _write_csv(path: Path, above: list[str], table: pd.DataFrame) -> None:
    schema = pa.schema([(name, pa.string()) for name in table.columns])
    plain = arrow_csv.WriteOptions(quoting_style="needed", quoting_header="needed")
    with path.open("wb") as file:
        for line in above:
            file.write(f'"{line}"{"," * (len(table.columns) - 1)}\r\n'.encode())
        with arrow_csv.CSVWriter(file, schema, write_options=plain) as writer:
            for first in range(0, len(table), _CHUNK):
                part = table.iloc[first : first + _CHUNK].astype("str")
                writer.write_table(pa.Table.from_pandas(part, schema=schema, preserve_index=False))
