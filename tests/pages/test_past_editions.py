"""A past edition on every screen: asked for in the address, kept from screen to screen, never taken for the current."""

from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import editions
from tests.pages.conftest import Open
from tests.pages.contract_rows import EHC
from tests.pages.screen import words

NOT_CURRENT = "Not the current edition. You are looking at edition first"
PAGES = ("kpi", "waiting_times", "ehc_plans", "capacity", "changes", "definitions", "data_quality", "scorecard")


@pytest.fixture
def two(data: Path) -> Path:
    """Publish two editions; the second is the current one and has no figure."""
    editions.publish(data / "editions", editions.full(), "first", published_at=datetime(2026, 10, 1))
    editions.publish(data / "editions", editions.empty(), "second", published_at=datetime(2026, 11, 1))
    return data / "editions"


def said(app: AppTest) -> str:
    assert not app.exception
    return words(app).replace("**", "")


def test_a_past_edition_is_shown_and_marked_on_every_screen(open_page: Open, two: Path) -> None:
    app = open_page(edition="first")
    for page in PAGES:
        app.switch_page(f"pages/{page}.py").run()
        assert NOT_CURRENT in said(app), page
        assert "published 1 October 2026" in said(app)
        assert "Edition first" in said(app)
        assert app.query_params["edition"] in ("first", ["first"])


def test_links_to_a_kpi_lead_to_the_same_edition(open_page: Open, two: Path) -> None:
    app = open_page(edition="first")
    links = [link.proto.query_string for link in app.get("page_link")]
    assert links
    assert all("edition=first" in link for link in links)
    assert all("edition" not in link.proto.query_string for link in open_page(kind="full").get("page_link"))


def test_one_button_leads_back_to_the_current_edition(open_page: Open, two: Path) -> None:
    app = open_page(edition="first")
    [button] = [button for button in app.button if button.label == "Show the current edition"]
    button.click().run()
    assert NOT_CURRENT not in said(app)
    assert "Edition second" in said(app)
    assert "edition" not in app.query_params
    app.switch_page("pages/definitions.py").run()
    assert "Edition second" in said(app)


def test_the_current_edition_by_its_name_is_not_marked(open_page: Open, two: Path) -> None:
    assert "Not the current edition" not in said(open_page(edition="second"))


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("third", "There is no edition 'third'."),
        ("../../etc", "There is no edition '../../etc'."),
        (".building-1-x", "There is no edition '.building-1-x'."),
        ("first", "Edition first is damaged and cannot be opened."),
    ],
)
def test_an_edition_that_cannot_be_shown_is_said_and_the_current_one_is_shown(
    open_page: Open, two: Path, asked: str, why: str
) -> None:
    (two / "first" / "restricted.duckdb").chmod(0o600)
    (two / "first" / "restricted.duckdb").write_bytes(b"torn")
    app = open_page(edition=asked)
    assert f"{why} You are looking at the current edition." in said(app)
    assert "Edition second" in said(app)


def test_any_edition_is_chosen_on_the_page_of_changes(open_page: Open, two: Path) -> None:
    app = open_page("changes")
    [choice] = [box for box in app.selectbox if box.label == "Edition"]
    assert [option.endswith("(current)") for option in choice.options] == [True, False]
    choice.select("first").run()
    assert NOT_CURRENT in said(app)
    assert app.query_params["edition"] in ("first", ["first"])
    app.switch_page("pages/kpi.py")
    app.query_params["kpi"] = EHC
    assert NOT_CURRENT in said(app.run())
    app.switch_page("pages/changes.py").run()
    [choice] = [box for box in app.selectbox if box.label == "Edition"]
    choice.select("second").run()
    assert NOT_CURRENT not in said(app)
