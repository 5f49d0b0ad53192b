"""The demonstration's files: the same by seed, true to the published lists, and nobody's."""

import csv
import re
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from etl.audit import Act
from etl.demo.bands import BANDS, INTERPOLATED, PUBLISHED, Lists, month_ends, speech_and_language_lists
from etl.demo.children import nhs_numbers
from etl.demo.journeys import journeys_of_lists
from etl.demo.waiting import waiting_lists
from etl.demo.write import EXPLANATIONS, write_demonstration
from etl.pipeline import load_files
from etl.privacy import valid_nhs_numbers
from etl.settings import SHIPPED
from etl.source import load_sources
from etl.warehouse import Warehouse
from tests.conftest import NOW, Demonstration

Cells = list[list[str]]
WAITS = SHIPPED / "reference" / "community_waits.csv"


def cells(path: Path) -> Cells:
    """Return every cell of a CSV, of a zip's CSVs or of a workbook's sheets as text."""
    if path.suffix == ".zip":
        return [line for module in modules(path).values() for line in module]
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.reader(lines))
    book = CalamineWorkbook.from_path(str(path))
    return [
        [str(cell) for cell in row] for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()
    ]


def modules(path: Path) -> dict[str, Cells]:
    """Return the cells of each file of a Blade export by module."""
    with zipfile.ZipFile(path) as archive:
        texts = {name[:-4].rpartition("_")[2]: archive.read(name).decode().splitlines() for name in archive.namelist()}
    return {name: list(csv.reader(text)) for name, text in texts.items()}


def records(table: Cells) -> list[dict[str, str]]:
    """Return the lines of a table by heading."""
    return [dict(zip(table[0], line, strict=True)) for line in table[1:]]


def day(blade: str) -> date:
    """Return a date as a Blade export writes it."""
    return datetime.strptime(blade, "%Y-%b-%d 00:00:00").date()


def published() -> dict[str, list[int]]:
    """Return what NHS England printed for the trust, by month: the seven bands of 2023."""
    found = {}
    for line in csv.DictReader(
        (SHIPPED / "reference" / "community_waits.csv").read_text(encoding="utf-8").splitlines()
    ):
        if (line["code"], line["service"]) == ("R1D", "slt"):
            longest = sum(int(line[band] or 0) for band in (">52", ">52-104", ">104"))
            found[line["month"]] = [int(line[band]) for band in BANDS[:-1]] + [longest]
    return found


def in_bands(lines: Cells, end: date) -> list[int]:
    """Count, line by line, who waits at a month end, as the SitRep bands it."""
    start = next(number for number, line in enumerate(lines) if line[0] == "Referral No")
    counts: Counter[int] = Counter()
    for line in {tuple(line): dict(zip(lines[start], line, strict=True)) for line in lines[start + 1 : -1]}.values():
        text = line["Date referral received"].strip()
        received = datetime.strptime(text, "%d/%m/%Y" if "/" in text else "%d %B %Y").date()
        ended = [line[name] for name in ("First seen", "Rejected", "Discharge Date") if line[name]]
        if received <= end and not any(datetime.strptime(day, "%d/%m/%Y").date() <= end for day in ended):
            days = (end - received).days
            counts[sum(days > last for last in (7, 14, 28, 84, 126, 364))] += 1
    return [counts[band] for band in range(7)]


def file(demonstration: Demonstration, series: str, month: str) -> Path:
    """Return the file of a series for a month."""
    [path] = [path for path in demonstration.files if path.stem == f"demonstration_{series}_{month}"]
    return path


def test_every_published_month_of_the_list_is_in_the_files(demonstration: Demonstration) -> None:
    known = published()
    assert len(known) == 11
    # The first list shows who left in the twelve months before, so those months can be counted on it.
    earlier = cells(file(demonstration, "slt_shropcom", "2024-01"))
    last = cells(file(demonstration, "slt_shropcom", "2025-10"))
    for month, counts in known.items():
        [end] = month_ends(month, month)
        assert in_bands(last if month == "2025-10" else earlier, end) == counts, month


# Issued and within 20 weeks, of all plans and without exceptions: DfE, Education, health and care plans 2025.
TWENTY_WEEKS = {
    2019: (126, 95, 116, 95), 2020: (185, 122, 175, 115), 2021: (189, 125, 184, 125), 2022: (270, 124, 270, 124),
    2023: (666, 253, 652, 250), 2024: (720, 268, 687, 251),
}  # fmt: skip


def test_the_cases_give_the_published_plans_requests_and_reviews(demonstration: Demonstration) -> None:
    tables = {name: records(table) for name, table in modules(file(demonstration, "sen2_blade", "2024-12")).items()}
    requests = {line["requeststableid"]: line for line in tables["requests"]}
    found = {year: [0, 0, 0, 0] for year in TWENTY_WEEKS}
    for line in (line for line in tables["assessment"] if line["assessmentoutcome"] == "Y"):
        issued = day(line["assessmentoutcomedate"])
        in_time = (issued - day(requests[line["requeststableid"]]["receiveddate"])).days <= 140
        plain = line["week20"] == "0"
        for place, counts in enumerate((True, in_time, plain, plain and in_time)):
            found[issued.year][place] += counts
    assert {year: tuple(counts) for year, counts in found.items()} == TWENTY_WEEKS
    of_2024 = Counter(line["requestoutcome"] for line in requests.values() if day(line["receiveddate"]).year == 2024)
    assert of_2024 == {"Y": 595, "N": 163, "A": 74, "W": 1}
    days = [
        (day(line["requestoutcomedate"]) - day(line["receiveddate"])).days
        for line in requests.values() if "2024" in line["requestoutcomedate"]
    ]  # fmt: skip
    assert (sum(waited <= 42 for waited in days), sum(waited > 42 for waited in days)) == (614, 257)
    assert len(tables["activeplans"]) == 3016
    decided = [line for line in tables["activeplans"] if line["lastreview"]]
    soon = sum((day(line["lastreview"]) - day(line["reviewmeeting"])).days <= 28 for line in decided)
    assert (soon, len(decided)) == (50, 658)
    assert sum("2024" in line["reviewmeeting"] for line in tables["activeplans"]) == 1716


def test_the_cases_go_on_month_by_month(demonstration: Demonstration) -> None:
    books = [records(cells(file(demonstration, "ehc_cases", f"2025-{month:02}"))) for month in range(1, 11)]
    for end, before, now in zip(month_ends("2025-02", "2025-10"), books, books[1:], strict=False):
        known = {line["UPN"]: line for line in now}
        issued = {line["UPN"]: line["Date EHC plan issued"] for line in before if line["Date EHC plan issued"]}
        assert {upn: known[upn]["Date EHC plan issued"] for upn in issued if upn in known} == {
            upn: day for upn, day in issued.items() if upn in known
        }
        waiting = [line["UPN"] for line in before if line["Request outcome"] == "Not yet made"]
        waiting += [line["UPN"] for line in before if line["Assessment outcome"] == "Pending"]
        assert set(waiting) <= set(known)  # whoever waits is on the next list, waiting or not
        days = [
            line[heading] for line in now for heading in line if re.search("date|issued", heading) and line[heading]
        ]
        known_on = [datetime.strptime(text, "%d/%m/%Y").date() for text in days]
        assert max(known_on) == end
    assert max(datetime.strptime(line["Request received date"], "%d/%m/%Y") for line in books[0]) > datetime(2025, 1, 1)


def test_advice_is_asked_of_four_for_every_assessment_and_comes_after_it_was_asked_for(
    demonstration: Demonstration,
) -> None:
    log = records(cells(file(demonstration, "ehc_advice", "2025-10")))
    asked = Counter(line["Child ID"] for line in log)
    assert set(asked.values()) <= {1, 2, 3, 4}  # fewer where a request lies before the log begins
    assert Counter(asked.values())[4] > 0.9 * len(asked)
    dated = [
        (line["Advice requested date"], line["Advice received date"]) for line in log if line["Advice received date"]
    ]
    days = [[datetime.strptime(text, "%d/%m/%Y") for text in pair] for pair in dated]
    assert all(received > requested for requested, received in days)


def test_every_measure_is_counted_and_none_beyond_its_base(demonstration: Demonstration) -> None:
    figures = load_sources()["measures"].figures
    assert figures
    rows = records(cells(file(demonstration, "measures", "2025-10")))
    of = {figure.title: figure for figure in figures.measures.values()}
    assert {line["Measure"] for line in rows} == set(of)
    for line in rows:
        figure = of[line["Measure"]]
        assert bool(line["Out of"]) is (figure.of is not None)
        assert figure.of is None or figure.counts_more or float(line["Count"]) <= float(line["Out of"])


def test_what_is_interpolated_says_so(demonstration: Demonstration) -> None:
    with (demonstration.files[0].parent / "contents.csv").open(encoding="utf-8") as lines:
        told = {line["file"]: line["demonstration data"] for line in csv.DictReader(lines)}
    assert set(told) == {path.name for path in demonstration.files}
    slt = {name[-11:-4]: words for name, words in told.items() if "slt_shropcom" in name}
    assert [month for month, words in slt.items() if "as published" in words] == ["2025-10"]
    assert all("interpolated" in words for month, words in slt.items() if month != "2025-10")
    for month in slt:
        assert cells(file(demonstration, "slt_shropcom", month))[1][0].startswith("DEMONSTRATION DATA. ")


def test_the_same_seed_writes_the_same_cells_and_another_seed_others(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    again = write_demonstration(tmp_path)
    assert [path.name for path in again] == [path.name for path in demonstration.files]
    assert all(cells(one) == cells(two) for one, two in zip(again, demonstration.files, strict=True))
    mine, others = (next(waiting_lists(seed, 10)).table for seed in (1, 2))
    assert not mine.equals(others)


def test_every_nhs_number_is_of_the_range_that_is_never_issued(demonstration: Demonstration) -> None:
    found: set[str] = set()
    for path in demonstration.files:
        texts = {cell.strip() for line in cells(path) for cell in line}
        found |= set(valid_nhs_numbers(pd.Series(sorted(texts), dtype="str"))) - {""}
    assert len(found) > 1_000
    assert all(number.startswith("999") for number in found)


def test_ids_are_plainly_invented_and_no_list_names_anybody(demonstration: Demonstration) -> None:
    for path in demonstration.files:
        lines = cells(path)
        [heading] = [line for line in lines if re.fullmatch("ServiceRequestId|Referral No|Patient ID", line[0])] or [[]]
        if heading:
            body = [line for line in lines[lines.index(heading) + 1 :] if line[0] != "Total"]
            assert all(line[0].startswith("DEMO-") for line in body)
            assert not [name for name in heading if re.search("name|postcode|address|phone", name, re.IGNORECASE)]


def test_numbers_given_out_are_different_valid_and_end_with_the_range() -> None:
    numbers = nhs_numbers(0, 950_000)
    known = numbers[numbers != ""]
    assert list(known[:3]) == ["9990000018", "9990000026", "9990000034"]  # worked out in the domain definitions
    assert known.is_unique
    assert 900_000 < len(known) < 950_000


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_journeys_give_exactly_the_lists_they_were_made_for(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lists = speech_and_language_lists(rng)
    assert lists.basis.count(PUBLISHED) == 11
    assert lists.basis.count(INTERPOLATED) == len(lists.ends) - 11
    journeys = journeys_of_lists(lists, rng)
    assert (journeys["stopped"].isna() | (journeys["stopped"] >= journeys["started"])).all()
    for end, counts in zip(lists.ends, lists.counts, strict=True):
        day = pd.Timestamp(end)
        waiting = journeys[(journeys["started"] <= day) & ~(journeys["stopped"] <= day)]
        days = [(end - started.date()).days for started in waiting["started"]]
        bands = Counter(sum(waited > last for last in (7, 14, 28, 84, 126, 364)) for waited in days)
        assert [bands[band] for band in range(7)] == list(counts)


def test_lists_that_contradict_each_other_are_refused() -> None:
    nobody_then_long_waits = np.array([[0] * 7, [0, 0, 0, 0, 0, 3, 0]])
    lists = Lists(month_ends("2024-01", "2024-02"), [PUBLISHED] * 2, nobody_then_long_waits)
    with pytest.raises(ValueError, match="contradict"):
        journeys_of_lists(lists, np.random.default_rng(0))


@pytest.mark.parametrize("children", [2, 1_000])
def test_a_list_can_be_made_as_long_as_wanted(children: int, tmp_path: Path) -> None:
    large = list(waiting_lists(1, children))[-1]
    assert (large.series, len(large.table)) == ("nd_5_18_mpft", children)


def test_the_long_list_loads(warehouse: Warehouse, tmp_path: Path) -> None:
    [long] = [path for path in write_demonstration(tmp_path, children=2_000) if "nd_5_18_mpft_2025-10" in path.name]
    [outcome] = load_files(warehouse, [long], Act("A", NOW), explanations=EXPLANATIONS)
    assert not outcome.refused
    assert (outcome.found.rows_in, outcome.found.rows_rejected) == (2_000, 1)  # one row stands there twice
