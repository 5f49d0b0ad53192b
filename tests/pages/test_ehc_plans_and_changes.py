"""EHC plans stage by stage, the place among others, and what changed since an earlier edition."""

from datetime import datetime
from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

from pages.components import charts, phrases, queries
from pages.components.theme import LIGHT
from tests.pages import editions
from tests.pages.conftest import APP, Open
from tests.pages.contract_rows import EHC, LOCAL, month
from tests.pages.screen import charts as drawn
from tests.pages.screen import tables, words

PLACE = {"kpi": EHC, "area": LOCAL, "month": month("2024-12"), "period_months": 12, "rank": 102, "areas": 151,
         "quartile": "C", "neighbours": 9, "neighbours_rank": 6, "neighbours_median": 37.4,
         "warning": "Authorities class exceptions differently."}  # fmt: skip


def test_both_forms_stand_together_and_what_is_missing_is_named(open_page: Open) -> None:
    app = open_page("ehc_plans", "full")
    said = words(app)
    assert not app.exception
    assert "No figure yet: open over 20 weeks." in said
    assert any("by year. without exceptions: " in chart.alt for chart in drawn(app))


def test_the_address_says_by_month_and_only_that_is_drawn(open_page: Open) -> None:
    app = open_page("ehc_plans", "full", issued="By month")
    assert not any("by year. without exceptions: " in chart.alt for chart in drawn(app))
    assert "Plans issued within 20 weeks, by month" in words(app)
    assert "Plans issued within 20 weeks, by year" not in words(app)


def test_the_place_among_others_is_said_with_its_warning(open_page: Open) -> None:
    rows = {**editions.full(), "comparators": [PLACE]}
    editions.KINDS["ranked"] = lambda: rows
    try:
        said = words(open_page("ehc_plans", "ranked"))
    finally:
        del editions.KINDS["ranked"]
    assert "Calendar year 2024: place 102 of 151 areas of its kind, place 1 being best, in the third quarter." in said
    assert "Among itself and 9 statistical neighbours with a figure: place 6 of 10." in said
    assert "The middle neighbour has 37.4 %." in said
    assert "Authorities class exceptions differently." in said


def test_without_neighbours_only_the_place_is_said() -> None:
    alone = pd.Series({**PLACE, "neighbours_rank": pd.NA, "quartile": None})
    assert phrases.place_words(alone, "percent") == [
        "Calendar year 2024: place 102 of 151 areas of its kind, place 1 being best."
    ]


def test_a_stage_without_a_figure_keeps_its_row_and_says_why() -> None:
    rows = pd.DataFrame(
        {"stage": ["Advice", "Plan"], "value": [None, 40.0], "flag": ["suppressed", None], "low": [None, 30.0],
         "high": [None, 51.0], "at_least": None, "month": pd.Timestamp("2024-05-01"), "period_months": 0}
    )  # fmt: skip
    assert charts.stages_in_words(rows) == (
        "On time, stage after stage. Advice: suppressed (May 2024); Plan: 40.0 % (May 2024)."
    )
    symbols = [t.marker.symbol for t in charts.stages(rows, LIGHT).data if t.mode == "markers"]
    assert len(symbols) == 1  # nothing stands at zero for what is not there


def test_a_first_edition_has_nothing_to_compare_with(open_page: Open) -> None:
    assert "no earlier edition" in words(open_page("changes", "full"))


def test_what_changed_is_told_with_its_reason(data: Path) -> None:
    folder = data / "editions"
    before, now = editions.course(), editions.course()
    before["results"] = [row for row in before["results"] if row["month"] != pd.Timestamp("2024-02-01")]
    editions.publish(folder, before, "2026-10-03-1", published_at=datetime(2026, 10, 3, 9), note="October board")
    editions.publish(folder, now)
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.switch_page("pages/changes.py").run()
    said = words(app)
    assert not app.exception
    assert "Note: October board" in said
    assert "3 figures differ, 3 of them the local area's own." in said
    assert "3 figures for a new month." in said
    [shown] = [table for table in tables(app) if "Why" in table]
    assert list(shown["Before"]) == ["none"] * 3
    assert set(shown["Why"]) == {"new month"}


def test_an_edition_of_another_shape_is_said_not_to_compare(data: Path) -> None:
    folder = data / "editions"
    editions.publish(folder, editions.full(), "2026-10-03-1", published_at=datetime(2026, 10, 3, 9))
    editions.publish(folder, editions.full())
    (folder / "2026-10-03-1" / "restricted.duckdb").chmod(0o600)
    (folder / "2026-10-03-1" / "restricted.duckdb").write_bytes(b"torn")
    app = AppTest.from_file(APP, default_timeout=60).run()
    app.switch_page("pages/changes.py").run()
    assert not app.exception
    assert "cannot be compared" in words(app)
    assert queries.audience() == "restricted"
