"""Two people check in on one action at the same time, in two browsers: both entries stay, and the second is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from etl.audit import Act
from etl.plan_load import ensure_plan
from etl.plan_record import read_plan_record
from etl.plan_shape import load_plan_shape
from etl.settings import SHIPPED
from etl.warehouse import Warehouse, open_warehouse
from tests.browser.dashboard import PATIENCE, press, serving, settled
from tests.conftest import NOW
from tests.pages import editions

pytestmark = pytest.mark.browser


@pytest.fixture
def served(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Warehouse]]:
    """Yield the address of a dashboard with an edition, and the warehouse behind it, which holds the shipped plan."""
    monkeypatch.setenv("WAYMARK_WAIT", "30")
    data = tmp_path / "served"
    editions.publish(data / "editions", editions.full())
    house = open_warehouse(f"duckdb:{data / 'warehouse.duckdb'}")
    ensure_plan(house, SHIPPED / "plan", load_plan_shape(SHIPPED / "plan"), Act("A. Analyst", NOW))
    with serving(data) as address:
        yield address, house


def editor(browser: Browser, address: str, name: str, role: str) -> Page:
    """Open the form of an action as somebody."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{address}/action_plan?action=5.1.2")
    settled(page)
    for label, words in (("Your name", name), ("In which role", role)):
        page.get_by_label(label).fill(words)
        page.keyboard.press("Tab")
        settled(page)
    return page


def write(page: Page, rag: str, progress: str) -> None:
    page.get_by_role("radio", name=rag).check(force=True)
    page.get_by_label("Progress", exact=True).fill(progress)


def test_two_editors_at_once_lose_nothing(browser: Browser, served: tuple[str, Warehouse]) -> None:
    address, house = served
    first = editor(browser, address, "A. One", "SEND Team Manager")
    second = editor(browser, address, "B. Two", "Programme lead")
    write(first, "● G", "The standards are agreed")
    write(second, "■ R", "Health has not signed")

    press(first.get_by_role("button", name="Enter this check-in"))
    expect(first.get_by_text("Entered as A001.1.")).to_be_visible()
    press(second.get_by_role("button", name="Enter this check-in"))
    expect(second.get_by_text("While you wrote, somebody else entered A001.1: both are kept.")).to_be_visible()
    expect(second.get_by_text("The standards are agreed")).to_be_visible()  # what the other wrote is shown
    expect(second.get_by_text("Health has not signed")).to_be_visible()

    settled(second)
    write(second, "▲ A", "Agreed, and health signs in January")
    press(second.get_by_role("button", name="Enter this check-in"))
    expect(second.get_by_text("Entered as A001.3.")).to_be_visible()
    with house.reading() as reader:
        kept = read_plan_record(reader).check_ins
    assert kept[["rag", "role"]].to_numpy().tolist() == [
        ["G", "SEND Team Manager"], ["R", "Programme lead"], ["A", "Programme lead"],
    ]  # fmt: skip
    assert {kept["follows"].iloc[2], kept["settles"].iloc[2]} == {"A001.1", "A001.2"}
