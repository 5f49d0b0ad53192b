"""One KPI in full, and what happens when the address names none we have."""

import json

import pytest

from tests.pages.conftest import Open
from tests.pages.contract_rows import EHC, REVIEWS, SHARE, SLT
from tests.pages.screen import charts, words


@pytest.mark.parametrize("asked", ["nonsense", "../../etc/passwd", "", "<b>x</b>"])
def test_an_unknown_kpi_in_the_address_is_answered_with_a_choice(open_page: Open, asked: str) -> None:
    app = open_page("kpi", "full", kpi=asked)
    assert not app.exception
    assert "Which KPI?" in words(app)
    assert ("no KPI of the name" in words(app)) == bool(asked)


def test_choosing_a_kpi_writes_the_address(open_page: Open) -> None:
    app = open_page("kpi", "full")
    app.selectbox[0].select(EHC).run()
    assert app.query_params["kpi"] == EHC
    assert "Do children get their EHC plan in time?" in words(app)


def test_the_page_shows_definition_comparators_and_data(open_page: Open) -> None:
    app = open_page("kpi", "full", kpi=EHC)
    said = words(app)
    assert "all new EHC plans issued in the year" in said
    assert "SEND Regulations 2014" in said
    beside = [chart.alt for chart in charts(app) if "beside other areas" in chart.alt]
    assert beside == [
        "EHC plans issued within 20 weeks, excluding exceptions, beside other areas, calendar year 2024: "
        "Neighbour (made up) 53.8 %; England 46.4 %; Shropshire 36.5 %."
    ]
    figures = app.dataframe[-1].value
    assert list(figures.iloc[1][["Period", "Area", "Figure", "Base"]]) == [
        "calendar year 2024",
        "England",
        "46.4 %",
        "",
    ]


def test_groups_without_a_figure_say_why_and_zero_stays_zero(open_page: Open) -> None:
    app = open_page("kpi", "full", kpi=SHARE)
    groups = next(table.value for table in app.dataframe if "Group" in table.value)
    shown = dict(zip(groups["Group"], groups["Figure"], strict=True))
    assert shown["11 to 18"] == "◐ suppressed"
    assert shown["Oswestry"] == "✕ not supplied"
    assert shown["Ludlow"] == "0.0 %"


def test_a_gap_breaks_the_line_and_is_told(open_page: Open) -> None:
    chart = next(c for c in charts(open_page("kpi", "full", kpi=SLT)) if "over time, 11 figures" in c.alt)
    assert "nothing came for November 2023 to September 2025" in chart.alt
    line = next(t for t in json.loads(chart.spec)["data"] if t.get("mode") == "lines+markers")
    assert line["connectgaps"] is False


def test_a_period_without_a_figure_says_why(open_page: Open) -> None:
    told = [chart.alt for chart in charts(open_page("kpi", "full", kpi=REVIEWS))]
    assert any("not available for calendar year 2022" in alt for alt in told)


def test_a_kpi_without_any_figure_draws_nothing(open_page: Open) -> None:
    assert "no figure is not the same as zero" in words(open_page("kpi", "statements_only", kpi=REVIEWS))
