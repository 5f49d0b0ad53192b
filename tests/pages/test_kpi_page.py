"""One KPI in full, and what happens when the address names none we have."""

import json
from pathlib import Path

import pytest

from tests.pages import editions
from tests.pages.conftest import Open
from tests.pages.contract_rows import EHC, REVIEWS, SHARE, SLT
from tests.pages.screen import charts, tables, words


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
    figures = tables(app)[-1]
    assert list(figures.iloc[1][["Period", "Area", "Figure", "Base"]]) == [
        "calendar year 2024",
        "England",
        "46.4 %",
        "",
    ]


def test_groups_without_a_figure_say_why_and_zero_stays_zero(open_page: Open) -> None:
    app = open_page("kpi", "full", kpi=SHARE)
    groups = next(table for table in tables(app) if "Group" in table)
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


def fed(load: str, aside: bool = False) -> dict[str, object]:
    first = {"kpi": EHC, "area": "E06000051", "load_id": load, "set_aside": aside}
    return {**first, "first_month": "2019-12-01", "last_month": "2024-12-01"}


def test_the_page_says_which_files_fed_its_kpi(open_page: Open, data: Path) -> None:
    rows = editions.full()
    assert "No file has fed this KPI" in words(open_page("kpi", "full", kpi=EHC))
    rows["feeds"] = [fed("dfe_timeliness-2024-12-1"), fed("chs_sitrep-2023-05-1", aside=True)]
    editions.publish(data / "editions", rows, "2026-11-03-2")
    app = open_page("kpi", None, kpi=EHC)
    files = next(table for table in tables(app) if "Sent by" in table)
    assert files.iloc[0].to_dict() == {
        "Source": "EHC plans within 20 weeks",
        "Sent by": "Department for Education (DfE)",
        "Period": "2024",
        "Covers": "2019 to 2024",
        "File": "=timeliness.csv",
        "Loaded on": "2 November 2026 at 09:30 UTC",
    }
    assert len(files) == 2  # and no other load of the edition
    assert "The lists count; the table stands beside them and is never added." in words(app)


def test_an_amendment_is_told_under_the_milestones_and_the_first_number_stays(open_page: Open, data: Path) -> None:
    rows = editions.full()
    sentence = "18 months: changed from 100.0 % to 90.0 % on 3 May 2024. This asks for less than before."
    last = next(row for row in rows["milestones"] if row["kpi"] == EHC and row["position"] == 4)
    last |= {"target": 90.0, "original": 100.0, "amended": sentence}
    made = {"number": 1, "kpi": EHC, "position": 4, "kind": "change", "decided_on": "2024-05-03", "loosens": True}
    rows["amendments"] = [{**made, "decided_by": "Board", "reason": "Two left.", "sentence": sentence}]
    editions.publish(data / "editions", rows)
    said = words(open_page("kpi", None, kpi=EHC))
    assert "The plan was amended" in said
    assert sentence in said
    assert "first 100.0 %" in said
