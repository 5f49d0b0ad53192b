"""Long public files, one metric a line: autism statistics, four-week waits and the Local Authority Interactive Tool."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.documents import read_document
from etl.errors import DocumentError
from etl.examine import Examination, examine
from etl.settings import SHIPPED
from etl.values import Values

AREA = ["REPORTING_PERIOD_START", "REPORTING_PERIOD_END", "STATUS", "BREAKDOWN", "PRIMARY_LEVEL",
        "PRIMARY_LEVEL_DESCRIPTION", "SECONDARY_LEVEL", "SECONDARY_LEVEL_DESCRIPTION"]  # fmt: skip
AUTISM_2022 = [*AREA, "METRIC", "METRIC_DESCRIPTION", "METRIC_VALUE"]
AUTISM_2026 = [*AREA, "METRIC", "METRIC_NAME", "METRIC_VALUE"]
FOUR_WEEKS = [*AREA, "MEASURE_ID", "MEASURE_NAME", "MEASURE_VALUE"]
LAIT = ["Short Desc", "Data item", "Years", "LA and Regions", "Values", "LA Number", "Region"]
SUB_ICB = [
    "CCG or Sub ICB Location - GP Practice or Residence",
    "M2L0M",
    "NHS SHROPSHIRE, TELFORD AND WREKIN ICB - M2L0M",
]
ICB = ["ICB of GP Practice or Residence", "QOC", "NHS SHROPSHIRE, TELFORD AND WREKIN INTEGRATED CARE BOARD"]
ENGLAND = ["England", "England", "England"]


def line(
    metric: str, value: str, place: list[str] = SUB_ICB, begins: str = "01/09/2022", ends: str = "30/09/2022"
) -> list[str]:
    """Return one line as NHS England prints it."""
    return [begins, ends, "Latest Available Data", *place, "NONE", "NONE", metric, "in words", value]


def tool(metric: str, year: str, value: str, number: str = "893.0") -> list[str]:
    """Return one line of the tool's long table."""
    return [metric, "in words", year, "Shropshire", value, number, "West Midlands"]


def examined(folder: Path, header: list[str], lines: Iterable[list[str]]) -> Examination:
    path = folder / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([header, *lines])
    return examine(path, today=date(2026, 11, 21), reference=SHIPPED / "reference", source=None, month=None)


def figures(found: Examination) -> dict[tuple[str, str, str], tuple[object, ...]]:
    """Return period length, numerator, denominator, value and flag by measure, area and month; None where missing."""
    rows = (found.frames or {})["measures"].astype("object")
    rows = rows.where(rows.notna(), None)
    return {
        (row["measure"], row["area"], f"{row['month']:%Y-%m}"): tuple(
            row[part] for part in ("period_months", "numerator", "denominator", "value", "flag")
        )
        for row in rows.to_dict("records")
    }


def rules(found: Examination) -> list[tuple[str, str, int]]:
    return [(f.rule, f.severity, f.count) for f in found.findings]


@pytest.mark.parametrize("header", [AUTISM_2022, AUTISM_2026])
def test_both_layouts_of_the_autism_statistics_give_the_same_measures(tmp_path: Path, header: list[str]) -> None:
    lines = [line("ASD16b", "405"), line("ASD16c", "310"), line("ASD12a", "35"), line("ASD19f", "77")]
    found = examined(tmp_path, header, lines)
    assert (found.source and found.source.name, found.verdict, found.rows_in) == ("nhs_autism", "accept", 4)
    place = ("M2L0M", "2022-09")
    assert figures(found) == {
        ("autism_waiting_13_weeks_or_more", *place): (1, 310, 405, None, None),
        ("autism_referrals_new", *place): (1, 35, None, None, None),
        ("autism_waiting_without_contact", *place): (1, None, None, 77, None),
    }
    [area] = (found.frames or {})["areas"][["area", "level", "name"]].to_numpy().tolist()
    assert area == ["M2L0M", "sub_icb", "Shropshire, Telford and Wrekin, M2L0M"]


def test_four_week_waits_are_told_by_their_headings_and_englands_code_is_its_own(tmp_path: Path) -> None:
    lines = [line(m, v, ENGLAND) for m, v in (("MRS09", "1000"), ("MRS09e", "484"), ("MRS09f", "48.4"))]
    found = examined(tmp_path, FOUR_WEEKS, [*lines, line("MRS10a", "131", ICB), line("MRS02", "9", ICB)])
    assert (found.source and found.source.name, found.rows_in) == ("nhs_four_week_waits", 4)
    assert figures(found) == {
        ("mental_health_waiting_over_52_weeks", "E92000001", "2022-09"): (1, 484, 1000, 48.4, None),
        ("mental_health_waiting_over_104_weeks", "E92000001", "2022-09"): (1, None, 1000, None, "not_available"),
        ("mental_health_median_wait_days", "QOC", "2022-09"): (1, None, None, 131, None),
    }


@pytest.mark.parametrize(
    ("printed", "flag"), [("*", "suppressed"), ("", "not_supplied"), ("0", None), (None, "not_available")]
)
def test_suppressed_blank_absent_and_zero_are_four_things(
    tmp_path: Path, printed: str | None, flag: str | None
) -> None:
    lines = [line("ASD16b", "405"), *([] if printed is None else [line("ASD16c", printed)])]
    [(_, numerator, base, _, told)] = figures(examined(tmp_path, AUTISM_2022, lines)).values()
    assert (numerator, base, told) == (0 if printed == "0" else None, 405, flag)


def test_what_is_not_taken_is_left_out_with_a_note_and_is_no_reject(tmp_path: Path) -> None:
    by_age = [f"{SUB_ICB[0]}; Age Group", *SUB_ICB[1:]]
    lines = [
        line("ASD12a", "35"), line("ASD12", "50"), line("ASD12a", "5", by_age),
        line("ASD12a", "5", [SUB_ICB[0], "UNKNOWN", "UNKNOWN"]), line("ASD12a", "*", ["Gender", "4", "Other"]),
    ]  # fmt: skip
    found = examined(tmp_path, AUTISM_2022, lines)
    assert (found.verdict, found.rows_in, found.rows_rejected, found.rejects) == ("accept", 1, 0, ())
    assert sorted(rules(found)) == [("COUNTS_ROUNDED", "note", 1), ("NOT_IN_SCOPE", "note", 4)]
    assert [figure[1] for figure in figures(found).values()] == [35]


def test_a_kind_of_area_nobody_knows_is_asked_about(tmp_path: Path) -> None:
    found = examined(tmp_path, AUTISM_2022, [line("ASD12a", "35"), line("ASD12a", "5", ["Neighbourhood", "N1", "One"])])
    assert ("LEVEL_UNKNOWN", "query", 1) in rules(found)
    assert found.rows_in == 1
    [asked] = [f for f in found.findings if f.rule == "LEVEL_UNKNOWN"]
    assert (asked.row, asked.column) == (3, "BREAKDOWN")
    assert "Neighbourhood" not in asked.message("file.csv")


@pytest.mark.parametrize(
    ("bad", "rule"),
    [  # NHS England's file of December 2022 has a line whose period ends on the day it begins
        (line("ASD16b", "405", begins="01/07/2022", ends="01/07/2022"), "PERIOD_UNREADABLE"),
        (line("ASD16b", "405", begins="07/01/2022", ends="07/31/2022"), "PERIOD_UNREADABLE"),
        (line("ASD16b", "405", [SUB_ICB[0], "", "Somewhere"]), "AREA_MISSING"),
        (line("ASD16b", "405", [SUB_ICB[0], "Q0C7", "Somewhere"]), "AREA_UNKNOWN"),
        (line("ASD16b", "many"), "NUMBER_UNREADABLE"),
        (line("ASD16b", "-5"), "COUNT_NEGATIVE"),
        (line("ASD16b", "4.5"), "COUNT_UNREADABLE"),
    ],
)  # fmt: skip
def test_each_rule_holds_its_line_and_no_other(tmp_path: Path, bad: list[str], rule: str) -> None:
    good = [line("ASD12a", "35", begins=f"01/01/{1990 + n}", ends=f"31/01/{1990 + n}") for n in range(30)]
    found = examined(tmp_path, AUTISM_2022, [*good, bad])
    assert [f.rule for f in found.findings if f.severity != "note"] == [rule]
    assert (found.rows_in, [(r.row, r.rule) for r in found.rejects]) == (31, [(32, rule)])
    assert len(figures(found)) == 30


def test_lines_that_contradict_each_other_are_both_held_and_a_repeat_counts_once(tmp_path: Path) -> None:
    good = [line("ASD12a", "35", begins=f"01/01/{1990 + n}", ends=f"31/01/{1990 + n}") for n in range(30)]
    found = examined(tmp_path, AUTISM_2022, [*good, good[0], line("ASD13a", "20"), line("ASD13a", "25")])
    assert [(r.row, r.rule) for r in found.rejects] == [
        (32, "ROW_REPEATED"),
        (33, "ROW_CONFLICTS"),
        (34, "ROW_CONFLICTS"),
    ]
    assert (found.rows_in, found.rows_rejected) == (33, 3)


@pytest.mark.parametrize(
    ("place", "printed", "asked"),
    [  # 1,730 of 4,325 is 40.0; both rounded to 5 and the share to a point: up to 0.58 apart. England's are exact
        (ICB, "40", False), (ICB, "40.5", False), (ICB, "41", True), (ENGLAND, "40.04", False), (ENGLAND, "40.1", True),
    ],
)  # fmt: skip
def test_a_printed_share_beyond_what_rounding_explains_is_asked_about(
    tmp_path: Path, place: list[str], printed: str, asked: bool
) -> None:
    lines = [line(m, v, place) for m, v in (("MRS09", "4325"), ("MRS09e", "1730"), ("MRS09f", printed))]
    found = examined(tmp_path, FOUR_WEEKS, lines)
    assert (("PERCENTAGE_DIFFERS", "query", 1) in rules(found)) is asked


def test_a_part_larger_than_its_whole_is_withheld(tmp_path: Path) -> None:
    found = examined(tmp_path, AUTISM_2022, [line("ASD16b", "300"), line("ASD16c", "310")])
    assert [figure[-1] for figure in figures(found).values()] == ["withheld"]
    assert ("PART_EXCEEDS_WHOLE", "note", 1) in rules(found)


def test_the_tools_years_are_those_of_each_metric(tmp_path: Path) -> None:
    lines = [tool("SEN_EHC_All_20wks", "2016", "68.599999999999994"), tool("SEN_TotStat", "2025", "5.7"),
             tool("TotSevPerAbNew", "2024", "2.12"), tool("TotSevPerAbNew", "2020", "-")]  # fmt: skip
    found = examined(tmp_path, LAIT, lines)
    assert (found.source and found.source.name, found.verdict, found.month) == ("dfe_lait", "accept", date(2025, 1, 1))
    place = "E06000051"
    assert figures(found) == {
        ("ehc_plans_within_20_weeks_percentage", place, "2016-12"): (12, None, None, 68.6, None),
        ("pupils_with_ehc_plan_percentage", place, "2025-01"): (0, None, None, 5.7, None),
        ("severe_absence_percentage", place, "2024-08"): (12, None, None, 2.12, None),
        ("severe_absence_percentage", place, "2020-08"): (12, None, None, None, "not_supplied"),
    }


def test_the_tool_brings_no_second_figure_for_years_that_come_with_counts(tmp_path: Path) -> None:
    lines = [tool("SEN_EHC_All_20wks", year, "50") for year in ("2018", "2019", "2024")]
    found = examined(tmp_path, LAIT, lines)
    assert list(figures(found)) == [("ehc_plans_within_20_weeks_percentage", "E06000051", "2018-12")]
    assert rules(found) == [("NOT_IN_SCOPE", "note", 2)]


def test_the_tools_aggregates_are_no_authorities_and_its_numbers_are_numbers(tmp_path: Path) -> None:
    lines = [tool("SEN_TotStat", "2025", "5", number) for number in ("893", "970.0", "984", "987", "838.0")]
    found = examined(tmp_path, LAIT, lines)
    areas = (found.frames or {})["areas"].set_index("area")["level"].to_dict()
    assert areas == {  # inner London (987) is left out
        "E06000051": "local_authority", "E92000001": "national", "E12000005": "region", "E06000059": "local_authority",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (tool("SEN_TotStat", "2016-17 (OT)", "5"), "PERIOD_UNREADABLE"),
        (tool("SEN_TotStat", "0", "5"), "PERIOD_UNREADABLE"),
        (tool("SEN_TotStat", "2025", "5", "999"), "AREA_MISSING"),
        (tool("SEN_TotStat", "2025", "c"), "NUMBER_UNREADABLE"),
    ],
)
def test_years_and_numbers_of_the_tool_that_nobody_knows_hold_their_line(
    tmp_path: Path, bad: list[str], rule: str
) -> None:
    good = [tool("SEN_TotStat", str(1990 + n), "5") for n in range(30)]
    found = examined(tmp_path, LAIT, [*good, bad, tool("Under18concep", "2013/14-15/16", "9")])
    assert [(r.row, r.rule) for r in found.rejects] == [(32, rule)]
    assert len(figures(found)) == 30


NOISE = st.sampled_from(["*", "", "0", "5", "310", "405"])
METRICS = st.sampled_from(["ASD16b", "ASD16c", "ASD19f", "ASD11"])
KEYS = st.tuples(METRICS, st.sampled_from(["M2L0M", "00L"]), st.sampled_from(["06", "09", "11"]))
PLACES = {"M2L0M": SUB_ICB, "00L": [SUB_ICB[0], "00L", "NHS NORTH EAST AND NORTH CUMBRIA ICB - 00L"]}


@settings(max_examples=15)
@given(st.dictionaries(KEYS, NOISE, min_size=1))
def test_random_tables_give_what_plain_python_gives(
    tmp_path_factory: pytest.TempPathFactory, cells: dict[tuple[str, str, str], str]
) -> None:
    lines = [line(m, v, PLACES[a], f"01/{month}/2022", f"30/{month}/2022") for (m, a, month), v in cells.items()]
    found = examined(tmp_path_factory.mktemp("random"), AUTISM_2022, lines)
    ours = {key: cell for key, cell in cells.items() if key[0] != "ASD11"}
    assert found.rows_in == len(ours)
    wanted = {}
    for _, area, month in ours:
        above, base, alone = (ours.get((m, area, month)) for m in ("ASD16c", "ASD16b", "ASD19f"))
        read = lambda cell: float(cell) if cell and cell.isdigit() else None  # noqa: E731
        why = lambda cell: "not_available" if cell is None else {"*": "suppressed", "": "not_supplied"}.get(cell)  # noqa: E731
        place = (area, f"2022-{month}")
        if above is not None or base is not None:
            n, d = read(above), read(base)
            torn = n is not None and d is not None and n > d
            flag = "withheld" if torn else why(above) or why(base)
            wanted["autism_waiting_13_weeks_or_more", *place] = (1, n, d, None, flag)
        if alone is not None:
            wanted["autism_waiting_without_contact", *place] = (1, None, None, read(alone), why(alone))
    assert (figures(found) if ours else {}) == wanted


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"measures": {"a": {"denominator": "B"}}}, "measures.a: give a numerator"),
        ({"measures": {"a": {"value": "B", "year": {"ends": 12}}}}, "measures.a: year goes with the column year"),
        ({"levels": {}}, "levels: go with the column level"),
        ({"columns": {"value": {"headers": ["V"]}}}, "columns: give begins, code, ends"),
    ],
)
def test_the_layout_refuses_what_does_not_fit(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    names = ("begins", "ends", "level", "code", "name", "metric", "value")
    good = {"columns": {name: {"headers": [name]} for name in names}, "levels": {"England": "national"},
            "measures": {"a": {"value": "A"}}}  # fmt: skip
    assert read_document(tmp_path / "x.yaml", Values, good).metrics() == {"A"}
    with pytest.raises(DocumentError, match=words):
        read_document(tmp_path / "x.yaml", Values, {**good, **changes})


def test_a_year_is_counted_in_one_measure_alone(tmp_path: Path) -> None:
    columns = {name: {"headers": [name]} for name in ("year", "number", "metric", "value")}
    twice = {name: {"value": "A", "year": {"ends": 12}} for name in ("a", "b")}
    with pytest.raises(DocumentError, match="a metric by year stands in one of them"):
        read_document(tmp_path / "x.yaml", Values, {"columns": columns, "measures": twice})
