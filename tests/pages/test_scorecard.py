"""The scorecard: clock, attention, filters in the address, and every reason for a missing figure in words."""

from pathlib import Path

import pandas as pd
import pytest

from metrics import wording
from metrics.edition_tables import RESULT_FLAGS
from pages.components import tiles
from pages.components.tiles import scorecard
from tests.pages import editions
from tests.pages.conftest import Open
from tests.pages.screen import charts, words


def test_the_clock_says_month_and_next_milestone(open_page: Open, data: Path) -> None:
    editions.publish(data / "editions", editions.full(), as_of="2024-03-01", months_elapsed=11)
    assert "Month 11 of 18 · next milestone: 12 months, April 2024" in words(open_page())


def test_after_the_end_the_clock_says_when_it_ended(open_page: Open) -> None:
    assert "The plan's 18 months ended in October 2024, 12 months ago" in words(open_page(kind="full"))


def test_a_row_shows_figure_base_gap_and_milestones(open_page: Open) -> None:
    said = words(open_page(kind="full"))
    assert "calendar year 2024 · 251 of 687 36.5 %" in said
    assert "63.5 points short of plan (planned 100.0 %)" in said
    assert "planned 60.0 %" in said
    assert "actual **38.3 %**" in said
    assert "■ Off trajectory" in said
    assert "planned “Workflow and performance reporting reviewed”" in said


def test_charts_tell_planned_and_actual_in_words(open_page: Open) -> None:
    told = [chart.alt for chart in charts(open_page(kind="full"))]
    assert any("Latest actual: 36.5 %, calendar year 2024." in alt and "planned: 60.0 %" in alt for alt in told)


def test_the_address_filters_by_status_and_area(open_page: Open) -> None:
    app = open_page(None, "full", status="Off trajectory")
    assert "251 of 687" in words(app)
    assert "Just over half of the children on the list" not in words(app)
    app = open_page(None, None, area="SLCN Pathways and Waiting Times")
    assert "Just over half of the children on the list" in words(app)
    assert "251 of 687" not in words(app)


def test_an_unknown_filter_in_the_address_shows_everything(open_page: Open) -> None:
    app = open_page(None, "full", status="nonsense", area="nowhere")
    assert not app.exception
    assert "251 of 687" in words(app)


def test_every_reason_for_a_missing_figure_has_its_own_words(open_page: Open) -> None:
    shown = [metric.value.replace("\\", "") for metric in open_page(kind="flagged").metric]
    assert len(set(shown)) == len(RESULT_FLAGS) + 2
    for flag in RESULT_FLAGS:
        assert sum(wording.FLAG_WORDS[flag] in value for value in shown) == 1
    assert "0.0 weeks" in shown
    assert "52+ weeks" in shown


def test_a_plan_of_statements_shows_them_and_draws_no_planned_path(open_page: Open) -> None:
    app = open_page(kind="statements_only")
    assert "Is the plan being kept?" not in words(app)
    assert "Workflow and performance reporting reviewed" in words(app)


def test_an_edition_without_scored_kpis_says_where_to_add_one(open_page: Open) -> None:
    assert "data/plan/scorecard.yaml" in words(open_page(kind="empty"))


def test_kpis_that_wait_for_one_source_are_one_line_and_no_card_each(open_page: Open, data: Path) -> None:
    rows = editions.full()
    late = {"attention_reason": "No figure since calendar year 2024", "overdue_source": "DfE SEN2 release"}
    for rank, row in enumerate(rows["scorecard"][:3], start=1):
        row |= {**late, "attention": rank}
    for row in rows["scorecard"][3:]:
        row |= {"attention": None, "attention_reason": None}
    editions.publish(data / "editions", rows)
    said = words(open_page())
    assert said.count("KPIs have no figure since calendar year 2024") == 1
    assert "3 KPIs have no figure since calendar year 2024" in said
    assert "No figure since calendar year 2024" not in said


def test_the_publishers_note_stands_beside_the_editions_name(open_page: Open, data: Path) -> None:
    editions.publish(data / "editions", editions.full(), note="October is provisional")
    assert "Edition 2026-11-03-1 · note: October is provisional · published" in words(open_page())


def test_the_address_filters_by_who_answers(open_page: Open) -> None:
    app = open_page(None, "full", owner="Commissioner for children's therapies")
    assert "Just over half of the children on the list" in words(app)
    assert "251 of 687" not in words(app)


def test_without_a_named_owner_nobody_is_asked_for_one(open_page: Open) -> None:
    labels = [box.label for box in open_page(kind="missing_months").selectbox]
    assert labels == ["Priority area", "Status"]


def test_a_kpi_without_any_figure_is_one_line_with_the_reason(open_page: Open) -> None:
    app = open_page(kind="missing_months")
    assert [box.label for box in app.expander if box.label.startswith("Without")] == ["Without a figure so far: 1"]
    assert "Nothing has come yet on: EHC plans" in words(app)
    assert "Is the plan being kept?" not in words(app)  # a path without a single figure keeps nobody informed
    assert len([chart for chart in charts(app) if chart.alt.startswith("EHC plans")]) == 0


def many(areas: int, of_each: int) -> pd.DataFrame:
    names = [f"Area {n // of_each}" for n in range(areas * of_each)]
    rows = pd.DataFrame({"priority_area": names, "status": ["off", "no_target"] * (areas * of_each // 2)})
    return rows.assign(attention=pd.array([None] * len(rows), dtype="Int64"))


def begins(rows: pd.DataFrame, chosen: bool = False) -> list[bool]:
    return [begins_open for _, _, begins_open in tiles.areas(rows, chosen)]


def test_areas_begin_open_until_twenty_rows_are_told_and_all_do_where_a_reader_has_chosen() -> None:
    assert begins(many(3, 8)) == [True, True, False]
    assert begins(many(2, 24)) == [True, False]
    long = pd.concat([many(1, 6), many(1, 30).assign(priority_area="Long"), many(2, 4).tail(4)])
    assert begins(long) == [True, False, True]
    assert begins(many(2, 24), chosen=True) == [True, True]
    assert [len(rows) for _, rows, _ in tiles.areas(many(2, 12), chosen=True)] == [12, 12]


def test_areas_that_need_the_board_begin_open_before_others_and_keep_the_plans_order() -> None:
    rows = many(4, 8)
    rows.loc[rows["priority_area"] == "Area 2", "attention"] = 1
    assert begins(rows) == [True, False, True, False]
    rows["attention"] = 1
    assert begins(rows) == [True, True, False, False]
    assert [name for name, _, _ in tiles.areas(rows, chosen=False)] == ["Area 0", "Area 1", "Area 2", "Area 3"]


def test_a_closed_area_says_how_its_kpis_stand_and_is_filled_when_opened(
    open_page: Open, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorecard, "_TOLD", 1)
    editions.publish(data / "editions", editions.full())
    app = open_page()
    told = "**Quality of EHC plans and Annual Reviews** · 2 KPIs · ■ Off trajectory 1 · – No target 1"
    assert told in words(app)
    assert "251 of 687" not in words(app)
    app.session_state["area Quality of EHC plans and Annual Reviews False"] = True
    assert "251 of 687" in words(app.run())
