"""Definitions are found by words; data quality names gaps, findings and loads."""

from tests.pages.conftest import Open
from tests.pages.screen import charts, words


def test_search_finds_by_title_and_plan_reference(open_page: Open) -> None:
    app = open_page("definitions", "full", q="4.14.4")
    assert "1 of 4 KPIs" in words(app)
    assert "children on the list at month end" in words(app)


def test_a_search_that_finds_nothing_says_so(open_page: Open) -> None:
    assert "0 of 4 KPIs" in words(open_page("definitions", "full", q="[unfinished ( regex"))


def test_the_definition_file_is_shown_as_it_stood(open_page: Open) -> None:
    assert "started_on" in open_page("definitions", "full").code[0].value


def test_gaps_findings_and_loads_are_listed(open_page: Open) -> None:
    app = open_page("data_quality", "full")
    gaps, findings, loads = (table.value for table in app.dataframe)
    assert gaps.to_dict("records") == [
        {
            "Source": "Community Health Services SitRep, NHS England",
            "From": "November 2023",
            "To": "September 2025",
            "Months missing": 23,
        }
    ]
    assert list(findings["Severity"]) == ["query", "note"]
    assert "superseded: replaced by chs_sitrep-2023-05-1" in list(loads["State"])
    assert "Rows held back 3" in words(app)
    assert "11 of 34 months from January 2023 to October 2025" in charts(app)[0].alt
