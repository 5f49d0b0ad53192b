"""Definitions are found by words; data quality names gaps, findings and loads."""

import pandas as pd

from metrics.definition import FOLDER as METRICS
from pages.components import quality
from tests.pages import editions
from tests.pages.conftest import Open
from tests.pages.contract_rows import SLT
from tests.pages.screen import charts, tables, words


def test_search_finds_by_title_and_plan_reference(open_page: Open) -> None:
    app = open_page("definitions", "full", q="4.14.4")
    assert "1 of 4 KPIs" in words(app)
    assert [told.label for told in app.expander] == ["**Children waiting for speech and language therapy**"]


def test_a_search_that_finds_nothing_says_so(open_page: Open) -> None:
    assert "0 of 4 KPIs" in words(open_page("definitions", "full", q="[unfinished ( regex"))


def test_an_opened_definition_is_told_with_its_worked_example(open_page: Open) -> None:
    rows = editions.full()
    own = next(row for row in rows["kpis"] if row["kpi"] == SLT)
    own["definition"] = (METRICS / "slt_within_18_weeks.yaml").read_text(encoding="utf-8")
    editions.KINDS["with_example"] = lambda: rows
    try:
        app = open_page("definitions", "with_example")
    finally:
        del editions.KINDS["with_example"]
    assert len(app.code) == len(tables(app)) == 0  # nothing is told before it is asked for
    app.session_state[f"about {SLT}"] = True
    app.run()
    assert "children on the list at month end" in words(app)
    [counted] = tables(app)
    assert "started_on" in counted
    assert "… comes **May 2024: 25 children, 5 of 20**" in words(app)  # the file's own example, in this KPI's unit
    assert "started_on" in app.code[0].value  # the file as it stood


def test_gaps_findings_and_loads_are_listed(open_page: Open) -> None:
    app = open_page("data_quality", "full")
    gaps, findings, files, checks, loads = tables(app)
    assert gaps.to_dict("records") == [
        {
            "Source": "Community Health Services SitRep, NHS England",
            "From": "November 2023",
            "To": "September 2025",
            "Months missing": "23",
        }
    ]
    assert findings.drop(columns="What").to_dict("records") == [
        {"Severity": "query", "Rule": "not_a_count", "Files": 1, "Rows": 3, "Held back": 3},
        {"Severity": "note", "Rule": "star_is_suppressed", "Files": 1, "Rows": 12, "Held back": 0},
    ]
    assert list(files["File"]) == ["chs_sitrep_2023-04.xlsx"]
    assert list(files["First place"]) == ["sheet Trust Level, row 41, column 18-52 weeks"]
    assert "superseded: replaced by chs_sitrep-2023-05-1" in list(loads["State"])
    assert "Rows held back 3" in words(app)
    assert "11 of 34 months from January 2023 to October 2025" in charts(app)[0].alt


def test_the_address_names_the_rule_whose_files_are_shown(open_page: Open) -> None:
    files = tables(open_page("data_quality", "full", rule="star_is_suppressed"))[2]
    assert list(files["File"]) == ["chs_sitrep_2023-01.xlsx"]


def test_a_list_that_does_not_add_up_stands_first_with_its_numbers(open_page: Open) -> None:
    app = open_page("data_quality", "full")
    grid = next(chart.alt for chart in charts(app) if "passed every check" in chart.alt)
    assert "2 of 3 months from February 2023 to April 2023" in grid
    assert "England" not in grid  # who is compared with is not checked here
    shown = tables(app)[3]
    assert shown.iloc[0].to_dict() == {
        "Month": "April 2023",
        "Check": "Start, plus joined, less left, is the end",
        "Result": "fails: figures withheld",
        "What was found": "816 at the start, 20 started, 76 completed, 0 removed: 760 expected, 790 on the list.",
    }
    assert list(shown["Month"]) == ["April 2023", "March 2023", "February 2023", "February 2023"]


def test_a_known_issue_stands_in_the_log_and_beside_what_it_touches(open_page: Open) -> None:
    said = words(open_page("data_quality", "full"))
    assert "**The list holds another area too**  \nIt is longer than ours." in said
    assert "since January 2023 · Community Health Services SitRep" in said
    assert "February 2023 to May 2023" in said
    assert "- Children waiting for speech and language therapy" in said
    assert words(open_page()).count("Known issue: The list holds another area too") == 2
    assert "It is longer than ours." in words(open_page("kpi", None, kpi="slt_waiting"))


def test_a_finding_of_many_files_is_told_once_without_their_names() -> None:
    loads = pd.DataFrame(
        {"load_id": ["a", "b"], "file_name": ["a.csv", "b: x.csv"], "sender": "S", "organisation": "S"}
        | {"month": pd.Timestamp("2024-05-01"), "period_months": 0}
    )
    rows = [
        {"load_id": "a", "rule": "START", "severity": "query", "count": 1_200, "sheet": None, "row": 5, "column": "Ref"}
        | {
            "message": 'a.csv, row 5, column "Ref": no start (1,200 rows; this is the first). Ask.',
            "explanation": None,
        },
        {"load_id": "b", "rule": "START", "severity": "query", "count": 1, "sheet": None, "row": 9, "column": "Ref"}
        | {"message": 'b: x.csv, row 9, column "Ref": no start. Ask.', "explanation": "asked"},
    ]
    none = pd.DataFrame({"load_id": [], "rule": [], "held_back": []})
    told = quality.rules(pd.DataFrame(rows), none, loads)
    assert told.to_dict("records") == [
        {"Severity": "query", "Rule": "START", "What": "No start. Ask.", "Files": 2, "Rows": 1201, "Held back": 0}
    ]
