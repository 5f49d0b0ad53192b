"""The action plan and the progress review, without a browser: what stands where, and entries with their conflicts."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.audit import Act, acts
from etl.check_in import CheckIn, record_check_in
from etl.plan_load import ensure_plan
from etl.plan_record import read_plan_record
from etl.plan_shape import load_plan_shape
from etl.settings import SHIPPED
from etl.warehouse import Warehouse, open_warehouse
from metrics.edition import read_tables
from pages.components import actions as told
from pages.components.exception_report import exception_report
from pages.components.queries import Edition
from pages.components.tiles.scorecard import plan_of
from tests.conftest import NOW, Demonstration
from tests.pages import editions, plan_rows
from tests.pages.conftest import Open
from tests.pages.contract_rows import EHC
from tests.pages.screen import charts, tables, words

SHAPE = load_plan_shape(SHIPPED / "plan")


@pytest.fixture
def warehouse(data: Path) -> Warehouse:
    """Return a warehouse with the shipped plan; A001 to A003 stand in the hand-built edition, too."""
    house = open_warehouse(f"duckdb:{data / 'warehouse.duckdb'}")
    ensure_plan(house, SHIPPED / "plan", SHAPE, Act("A. Analyst", NOW))
    return house


def entered(warehouse: Warehouse) -> list[str]:
    with warehouse.reading() as reader:
        return read_plan_record(reader).check_ins["check_in_id"].tolist()


def test_the_plan_says_how_it_stands_and_one_action_in_full(open_page: Open) -> None:
    app = open_page("action_plan", "full", action="5.1.2")
    said = words(app)
    assert "4 references" not in said  # one has left the plan
    assert "3 references: 1 with a firm date, of which 1 is overdue; 2 without." in said
    assert [badge for badge in ("▲ A: 1", "✔ C: 1", "✕ Two ratings: 1", "■ R: 0") if badge in said] != []
    listed = next(table for table in tables(app) if "By when" in table)
    assert listed[["Ref", "RAG", "By when"]].to_numpy().tolist() == [
        ["5.1.2", "▲ A", "Sep-25 (overdue)"], ["5.1.3", "✕ Two ratings", "?Dec 2025 (uncertain)"],
        ["5.1.4", "✔ C", "Completed"], ["5.1.5", "○ Not rated", "no date"],
    ]  # fmt: skip
    assert "By when: Sep-25 (overdue), first printed as Sep-23" in said.replace("**", "")
    history = next(table for table in tables(app) if "When and who" in table)
    assert history["What"].iloc[0] == "▲ A · Standards agreed with health · New date Sep-25: Two posts are empty"
    assert "1 firm and 1 uncertain; 1 are overdue" in charts(app)[0].alt


@pytest.mark.parametrize(
    ("view", "wanted"),
    [
        ("Reminders", ["Overdue: 1", "No check-in for 8 weeks: 0"]),
        ("Impact", ["Action 5.1.4", "better by more than chance since (mean 40.0 %", "no proof of a cause"]),
        ("Exceptions", ["Newly off trajectory, December 2024. 36.5 % in 2024.", "Answered: 1", "Two more officers"]),
        ("Escalations", ["1 entries, 1 without an outcome so far"]),
    ],
)
def test_each_view_says_what_it_is_for(open_page: Open, view: str, wanted: list[str]) -> None:
    app = open_page("action_plan", "full", view=view)
    assert not app.exception
    said = f"{words(app)}\n{' '.join(str(cell) for table in tables(app) for cell in table.to_numpy().ravel())}"
    assert [one for one in wanted if one not in said] == []


def test_a_filter_in_the_address_leaves_what_fits(open_page: Open) -> None:
    app = open_page("action_plan", "full", date="Overdue")
    assert next(table for table in tables(app) if "By when" in table)["Ref"].tolist() == ["5.1.2"]
    assert "No action fits this choice." in words(open_page("action_plan", date="Overdue", rag="✔ C"))


def test_the_board_reads_and_does_not_enter(open_page: Open, monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setenv("WAYMARK_AUDIENCE", "board")
    made = editions.frames(editions.full())
    editions.write_edition(data / "editions", made, editions.manifest("for-the-board", made), made)
    app = open_page("action_plan", action="5.1.2")
    assert "Check-ins are entered by commissioners and analysts." in words(app)
    assert not app.text_area


def fill(app: AppTest, rag: str, progress: str, role: str = "Programme lead") -> AppTest:
    """Fill in the form of the chosen action and send it."""
    app.text_input(key="role entered in").set_value(role)
    app.radio[0].set_value(rag)
    app.text_area[0].set_value(progress)
    return next(button for button in app.button if button.label == "Enter this check-in").click().run()


def test_a_check_in_is_entered_and_waits_for_the_next_publication(open_page: Open, warehouse: Warehouse) -> None:
    app = open_page("action_plan", "full", action="5.1.2")
    fill(app, "G", "Mrs Jones has agreed")
    assert "The progress cannot be kept: it names a person; write the role." in words(app)
    assert app.text_area[0].value == "Mrs Jones has agreed"  # nothing typed is lost
    assert entered(warehouse) == []
    fill(app, "G", "Health has agreed")
    assert "Entered as A001.1. Others see it after the next publication." in app.success[0].value.replace("\\", "")
    waiting = next(table for table in tables(app) if "Health has agreed" in str(table.to_numpy()))
    assert "Programme lead" in waiting["When and who"].iloc[0]
    assert not app.text_area[0].value
    with warehouse.reading() as reader:
        assert acts(reader)[["act", "role"]].iloc[0].tolist() == ["check-in", "local, as Programme lead"]


def test_what_somebody_else_wrote_meanwhile_is_kept_and_told_of(open_page: Open, warehouse: Warehouse) -> None:
    app = open_page("action_plan", "full", action="5.1.2")  # the form is open
    theirs = CheckIn("A001", "SEND Team Manager", "R", "A post is empty")
    record_check_in(warehouse, theirs, SHAPE, Act("B", datetime(2026, 11, 21, 18)), "page")
    fill(app, "C", "Finished")
    assert "While you wrote, somebody else entered A001.1: both are kept." in app.warning[1].value.replace("\\", "")
    assert entered(warehouse) == ["A001.1", "A001.2"]
    assert "Your next one settles them." in words(app)
    fill(app, "A", "We spoke: the post is filled in January")
    with warehouse.reading() as reader:
        last = read_plan_record(reader).check_ins.iloc[-1]
    assert {last["follows"], last["settles"]} == {"A001.1", "A001.2"}
    assert "Your next one settles them." not in words(app)


def test_an_exception_report_is_one_page_that_runs_nothing(data: Path) -> None:
    rows = editions.hostile()
    frames = editions.frames(rows)
    edition = Edition(editions.manifest("x", frames), frames)
    row = frames["exceptions"].iloc[0]
    page = exception_report(row, plan_of(edition, EHC), frames["actions"], frames["check_ins"], edition.manifest)
    assert page.startswith("<!doctype html>")
    assert "<img src=x>" not in page
    assert "&lt;img src=x&gt;" in page
    assert "<script" not in page
    assert page.count("<svg") == 1
    assert "What is done about it" in page
    assert 'class="answer"' in page  # blank, to be filled in


def test_escalations_show_no_number_of_children_where_there_is_none() -> None:
    frames = editions.frames(plan_rows.rows())
    shown = told.escalations(frames["escalations"])
    assert shown["Waits"].tolist() == [
        "Autism and ADHD, ages 5 to 18, RRE: over 52 weeks at the end of September 2025 (40 children, 36 escalated)"
    ]
    hidden = told.escalations(frames["escalations"].assign(children=None))
    assert "children" not in hidden["Waits"].iloc[0]


def test_the_review_of_six_months_by_hand(open_page: Open) -> None:
    app = open_page("review", "full", review="6 months, October 2023")
    said = words(app)
    counts = next(table for table in tables(app) if "Review before" in table and "RAG" in table)
    assert counts.astype("str").to_numpy().tolist() == [["▲ A", "1", "0"], ["● G", "1", "2"]]
    assert "1 action was past a firm date and not complete: 5.1.2." in said
    evidence = next(table for table in tables(app) if "Evidence" in table)
    assert evidence["Evidence"].tolist() == ["12 Sep 2023: Minutes", "2 Oct 2023: Map"]
    figures = next(table for table in tables(app) if "Figure then" in table)
    row = figures.set_index("KPI").loc["EHC plans issued within 20 weeks, excluding exceptions"]
    assert row["Planned"] == "60.0 %"


def test_the_demonstrations_review_of_october_2023_is_full(
    demonstration: Demonstration, data: Path, open_page: Open
) -> None:
    tables_ = read_tables(demonstration.editions, demonstration.manifest.edition_id)
    actions = tables_["actions"]
    assert len(actions) == 105
    assert actions["first_kind"].value_counts().to_dict() == {
        "blank": 69, "month": 17, "month_uncertain": 7, "status_in_place": 6, "tbc": 4, "start_month": 1,
        "status_completed": 1,
    }  # fmt: skip
    shutil.copytree(demonstration.editions, data / "editions")
    app = open_page("review", review="6 months, October 2023")
    assert not app.exception
    said = words(app)
    assert "past a firm date and not complete:" in said
    figures = next(table for table in tables(app) if "Figure then" in table).set_index("KPI")
    # Public figures: NHS England's SitRep of October 2023, DfE's calendar year 2023.
    assert figures.loc["Children waiting for speech and language therapy", "Figure then"] == "623 children (Oct 2023)"
    row = figures.loc["EHC plans issued within 20 weeks, excluding exceptions"]
    assert row[["Planned", "Figure then", "Status"]].tolist() == ["60.0 %", "38.3 % (2023)", "■ Off trajectory"]
    counts = next(table for table in tables(app) if "Review before" in table and "RAG" in table)
    assert counts["Actions"].astype("int64").sum() == 105
    assert len(next(table for table in tables(app) if "What changed" in table)) > 20
    assert len(next(table for table in tables(app) if "Evidence" in table)) > 20
