"""Published tables: areas, blanks, merged cells, formulas, titles, and what a table says beside the one before it."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from etl.audit import Act
from etl.examine import Examination, examine
from etl.pipeline import Outcome, load_files
from etl.settings import SHIPPED
from etl.warehouse import Warehouse
from tests import release, sitrep

TODAY = date(2026, 11, 21)


def examined(path: Path, source: str | None = None) -> Examination:
    return examine(path, today=TODAY, reference=SHIPPED / "reference", source=source, month=None)


def said(found: Examination, rule: str) -> list[tuple[str, int, str]]:
    return [(f.severity, f.count, f.message(found.file)) for f in found.findings if f.rule == rule]


def severities(found: Examination, rule: str) -> list[str]:
    return [severity for severity, _, _ in said(found, rule)]


def edited(path: Path, sheet: str, **cells: Any) -> Path:
    """Write a SitRep workbook with some cells changed, and return its path."""
    book = load_workbook(sitrep.write(path))
    for place, value in cells.items():
        book[sheet][place] = value
    book.save(path)
    return path


def years(*codes: str) -> list[list[str]]:
    """Return a line a code for Shropshire's place in the release, each of a year of its own."""
    lines = [release.row(str(1990 + number)) for number in range(len(codes))]
    for line, code in zip(lines, codes, strict=True):
        line[release.HEADER.index("new_la_code")] = code
    return lines


def bands(found: Examination, area: str = "R1D", clock: str = "slt") -> list[tuple[Any, ...]]:
    rows = (found.frames or {})["band_counts"]
    rows = rows[(rows["area"] == area) & (rows["clock"] == clock)]
    told = rows[["weeks_from", "weeks_to", "children", "flag"]].astype("object")
    return [tuple(None if pd.isna(v) else v for v in row) for row in told.itertuples(index=False, name=None)]


# -- areas


@pytest.mark.parametrize("code", ["e06000051", " E06000051 ", "E0 6000051"])
def test_a_code_in_small_letters_or_with_spaces_is_the_same_area(tmp_path: Path, code: str) -> None:
    found = examined(release.write(tmp_path / "file.csv", years(code)))
    assert (found.verdict, (found.frames or {})["areas"]["area"].tolist()) == ("accept", ["E06000051"])


@pytest.mark.parametrize("code", ["E0600005", "E060000511", "E12000005", "SHR"])
def test_a_code_that_is_none_of_its_kind_holds_its_line(tmp_path: Path, code: str) -> None:
    found = examined(release.write(tmp_path / "file.csv", years(*["E06000051"] * 30, code)))
    assert severities(found, "AREA_UNKNOWN") == ["query"]
    assert (found.rows_rejected, [reject.row for reject in found.rejects]) == (1, [32])


def test_an_organisation_nobody_has_heard_of_is_asked_about_and_loads(tmp_path: Path) -> None:
    found = examined(edited(tmp_path / "waits.xlsx", "Table 4", B6="X9Z"))
    for number in range(1, 8):
        edited_all = load_workbook(tmp_path / "waits.xlsx")
        edited_all.worksheets[number]["B6"] = "X9Z"
        edited_all.save(tmp_path / "waits.xlsx")
    found = examined(tmp_path / "waits.xlsx")
    assert [f.rule for f in found.findings if f.severity == "query"] == ["AREA_GONE", "AREA_UNKNOWN"]
    assert bands(found, "X9Z")[0] == (0, 1, 2, None)
    assert "R1D, which the plan follows" in said(found, "AREA_GONE")[0][2]


def test_an_area_of_the_plan_that_a_table_of_its_kind_lacks_is_asked_about(tmp_path: Path) -> None:
    found = examined(release.write(tmp_path / "file.csv", years("E06000020")))  # Telford and Wrekin
    assert [(f.rule, f.severity) for f in found.findings] == [("AREA_GONE", "query")]
    assert "E06000051" in found.findings[0].problem


# -- a table beside the one before it


def load(warehouse: Warehouse, act: Act, path: Path, *explained: str) -> Outcome:
    [outcome] = load_files(warehouse, [path], act, explanations=dict.fromkeys(explained, "asked"))
    return outcome


def england(count: int) -> sitrep.Line:
    """Return England with that many children in each of seven bands, for both services."""
    counts = [7 * count] + [count] * 7
    return (sitrep.England, counts, counts)


def test_figures_that_fall_by_a_third_are_asked_about_and_by_a_quarter_are_not(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    trust = sitrep.lines()[1]
    for month, count in (("January", 100), ("February", 76), ("March", 50)):
        path = sitrep.write(tmp_path / f"{month}.xlsx", rows=[england(count), trust], month=f"{month} 2023")
        outcome = load(warehouse, act, path)
        odd = {finding.rule for finding in outcome.found.findings if finding.severity == "query"}
        assert odd == ({"VOLUME_DROP"} if month == "March" else set())  # (7 x 50 + 20) of (7 x 76 + 20) is 67 %
    assert outcome.refused


def test_one_area_of_the_plan_that_halves_is_asked_about(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    for month, counts in (("January", [63] + [9] * 7), ("February", [28] + [4] * 7)):  # 28 is less than half of 63
        rows = [england(1000), (sitrep.Trust, [7] + [1] * 7, counts)]
        outcome = load(warehouse, act, sitrep.write(tmp_path / f"{month}.xlsx", rows=rows, month=f"{month} 2023"))
    [finding] = [finding for finding in outcome.found.findings if finding.severity == "query"]
    assert (finding.rule, finding.problem) == ("VOLUME_DROP", "slt: 28 in R1D, beside 63 in January 2023")


def test_figures_that_went_blank_are_asked_about(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    trusts = [(("Provider", f"RX{n}", f"Trust {n}"), [7] + [1] * 7, [7] + [1] * 7) for n in range(9)]
    blank = [(area, [""] * 8, [""] * 8) for area, _, _ in trusts]
    rows = [england(1000), sitrep.lines()[1]]
    load(warehouse, act, sitrep.write(tmp_path / "a.xlsx", rows=rows + trusts), "AREA_UNKNOWN")
    second = load(warehouse, act, sitrep.write(tmp_path / "b.xlsx", rows=rows + blank, month="February 2023"))
    assert "VOLUME_DROP" in second.unexplained
    assert severities(second.found, "FIGURE_BLANK") == ["note"]
    assert said(second.found, "FIGURE_BLANK")[0][1] == 9 * 8 * 2


def test_a_place_that_vanished_is_asked_about(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    both = [*years("E06000051"), *years("E06000020")]
    load(warehouse, act, release.write(tmp_path / "a.csv", both))
    second = load(warehouse, act, release.write(tmp_path / "b.csv", years("E06000051", "E06000051")))
    assert second.unexplained == ("AREA_GONE",)
    assert "E06000020" in said(second.found, "AREA_GONE")[0][2]


def test_one_provider_of_many_that_vanished_is_said(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    trusts = [(("Provider", f"RX{n}", f"Trust {n}"), [7] + [1] * 7, [7] + [1] * 7) for n in range(10)]
    rows = [*sitrep.lines(), *trusts]
    load(warehouse, act, sitrep.write(tmp_path / "a.xlsx", rows=rows), "AREA_UNKNOWN")
    path = sitrep.write(tmp_path / "b.xlsx", rows=rows[:-1], month="February 2023")
    second = load(warehouse, act, path, "AREA_UNKNOWN")
    assert (second.refused, severities(second.found, "AREA_GONE")) == (False, ["note"])


# -- cells


def test_a_list_blank_on_one_sheet_alone_is_asked_about(tmp_path: Path) -> None:
    found = examined(edited(tmp_path / "waits.xlsx", "Table 4c", F6=None))
    assert sorted(severities(found, "FIGURE_BLANK")) == ["note", "query"]


def test_a_figure_that_was_never_calculated_refuses_the_file(tmp_path: Path) -> None:
    found = examined(edited(tmp_path / "waits.xlsx", "Table 4c", F6="=1+1"))
    assert found.verdict == "reject"
    [(severity, count, message)] = said(found, "FORMULA_NOT_CALCULATED")
    assert (severity, count) == ("error", 1)
    assert f'sheet "Table 4c", row 6, column "{sitrep.SLT}"' in message


def test_a_formula_in_a_column_that_does_not_count_is_no_matter(tmp_path: Path) -> None:
    assert examined(edited(tmp_path / "waits.xlsx", "Table 4c", D6="=1+1")).verdict == "accept"


@pytest.mark.parametrize(
    ("area", "verdict"), [("E5:F5", "reject"), ("F5:F6", "reject"), ("A1:F1", "accept"), ("A9:F9", "accept")]
)
def test_merged_figures_refuse_the_file_and_a_merged_footnote_does_not(tmp_path: Path, area: str, verdict: str) -> None:
    path = edited(tmp_path / "waits.xlsx", "Table 4c", A9="Source: the organisations named above.")
    book = load_workbook(path)
    book["Table 4c"].merge_cells(area)
    book.save(path)
    found = examined(path)
    assert (found.verdict, "MERGED_CELLS" in [f.rule for f in found.findings]) == (verdict, verdict == "reject")


# -- bands


def test_two_swapped_sheets_are_asked_about_and_the_order_of_the_tabs_is_not(tmp_path: Path) -> None:
    titles = list(sitrep.TITLES)
    titles[2], titles[3] = titles[3], titles[2]
    found = examined(sitrep.write(tmp_path / "swapped.xlsx", titles=titles))
    assert severities(found, "BAND_CONTRADICTS") == ["query"]
    book = load_workbook(sitrep.write(tmp_path / "tabs.xlsx"))
    book.move_sheet("Table 4c", -3)
    book.save(tmp_path / "tabs.xlsx")
    assert examined(tmp_path / "tabs.xlsx").verdict == "accept"


def test_days_in_a_title_that_are_not_those_of_its_weeks_are_asked_about(tmp_path: Path) -> None:
    titles = [title.replace("(15-28 days)", "(29-84 days)") for title in sitrep.TITLES]
    found = examined(sitrep.write(tmp_path / "waits.xlsx", titles=titles))
    assert severities(found, "BAND_CONTRADICTS") == ["query"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # 20 in all, 18 known outside the hidden band: it joins the one after it, 2 + 2 children.
        ([20, 2, 2, "*", 2, 2, 2, 8], [(0, 1, 2), (1, 2, 2), (2, 12, 4), (12, 18, 2), (18, 52, 2), (52, None, 8)]),
        # The last one joins the one before it: 20 - 10 = 10 over 18 weeks.
        ([20, 2, 2, 2, 2, 2, 2, "*"], [(0, 1, 2), (1, 2, 2), (2, 4, 2), (4, 12, 2), (12, 18, 2), (18, None, 10)]),
        # Two with one between them become one of three: 20 - 14 = 6.
        ([20, 2, "*", 2, "*", 2, 2, 8], [(0, 1, 2), (1, 12, 6), (12, 18, 2), (18, 52, 2), (52, None, 8)]),
    ],
)
def test_a_suppressed_band_leaves_the_total_known_and_nobody_learns_the_count(
    tmp_path: Path, counts: list[Any], expected: list[tuple[Any, ...]]
) -> None:
    rows = [(sitrep.Trust, [10, 1, 1, 1, 1, 1, 1, 4], counts)]
    found = examined(sitrep.write(tmp_path / "waits.xlsx", rows=rows))
    assert sorted(bands(found)) == [(*band, None) for band in expected]
    assert [(f.rule, f.severity) for f in found.findings] == [("BANDS_JOINED", "note")]


def test_a_suppressed_band_of_a_suppressed_total_stays_suppressed(tmp_path: Path) -> None:
    rows = [(sitrep.Trust, [10, 1, 1, 1, 1, 1, 1, 4], ["*", 2, 2, "*", 2, 2, 2, 8])]
    assert (2, 4, None, "suppressed") in bands(examined(sitrep.write(tmp_path / "waits.xlsx", rows=rows)))


@pytest.mark.parametrize(("total", "severity"), [(105, "note"), (106, "query")])  # 5 of 105 is 4.8 %, 6 of 106 5.7 %
def test_many_unknown_waits_are_asked_about_with_their_number_and_place(
    tmp_path: Path, total: int, severity: str
) -> None:
    rows = [(sitrep.England, [100] + [10] * 6 + [40], [total] + [10] * 6 + [40])]
    found = examined(sitrep.write(tmp_path / "waits.xlsx", rows=rows))
    [(how, count, message)] = said(found, "WAIT_UNKNOWN")
    assert (how, count) == (severity, 1)
    assert f"in one list (E92000001) the week bands hold {total - 100} children fewer" in message


# -- the release


@pytest.mark.parametrize("kind", ["Academic year", "Financial year", "Calendar quarter", ""])
def test_a_line_of_another_kind_of_period_is_held(tmp_path: Path, kind: str) -> None:
    lines = years(*["E06000051"] * 30)
    lines[4][release.HEADER.index("time_identifier")] = kind
    found = examined(release.write(tmp_path / "file.csv", lines))
    assert [(f.rule, f.severity, f.row, f.column) for f in found.findings] == [
        ("PERIOD_KIND_UNKNOWN", "query", 6, "time_identifier")
    ]
    lines = [[line[0], kind, *line[2:]] for line in lines]
    assert examined(release.write(tmp_path / "all.csv", lines)).verdict == "reject"


def test_footnotes_below_a_release_are_no_lines(tmp_path: Path) -> None:
    path = release.write(tmp_path / "file.csv", [*years("E06000051"), [], ["Source: SEN2 data collection"]])
    found = examined(path)
    assert (found.verdict, found.rows_in, found.rows_rejected) == ("accept", 2, 1)
    path.write_bytes(path.read_bytes().rstrip())  # the last line is no cut one, only unended
    assert examined(path).verdict == "accept"


# -- what is told


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nd_waiting_list", "no sheet has a heading of Neurodevelopmental"),
        ("dfe_ehc_timeliness", "no sheet has a heading of EHC plans issued"),
    ],
)
def test_a_file_that_is_said_to_follow_a_source_it_has_nothing_of_is_told_so(
    tmp_path: Path, source: str, words: str
) -> None:
    found = examined(sitrep.write(tmp_path / "waits.xlsx"), source=source)
    assert [f.rule for f in found.findings if f.severity == "error"] == ["WRONG_SOURCE"]
    assert words in said(found, "WRONG_SOURCE")[0][2]


def test_a_csv_said_to_be_a_crosstab_is_told_which_kinds_of_file_it_comes_as(tmp_path: Path) -> None:
    found = examined(release.write(tmp_path / "file.csv", years("E06000051")), source="chs_sitrep")
    assert "comes as .xlsx or .ods, and this is a .csv" in said(found, "WRONG_SOURCE")[0][2]


def test_a_title_is_found_however_far_down_the_header_is(tmp_path: Path) -> None:
    path = sitrep.write(tmp_path / "waits.xlsx")
    book = load_workbook(path)
    for sheet in book.worksheets:
        sheet.insert_rows(1, 6)
    book.save(path)
    assert examined(path).verdict == "accept"
