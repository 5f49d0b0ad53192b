"""What each of the three users comes for, from the landing page to the answer, by what stands on the screen."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.dashboard import PATIENCE, press, serving, settled
from tests.pages import editions

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def landing(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a dashboard in month 10 of a plan, with flows and with files that have findings and gaps."""
    data, arrived = tmp_path_factory.mktemp("journeys"), editions.full()
    rows = {**editions.course(), **{name: arrived[name] for name in ("loads", "findings", "arrivals")}}
    editions.publish(data / "editions", rows, as_of="2024-02-01", months_elapsed=10)
    with serving(data) as address:
        yield address


@pytest.fixture
def page(browser: Browser, landing: str) -> Iterator[Page]:
    """Yield a page that has just opened the dashboard."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    opened.goto(landing)
    settled(opened)
    yield opened
    context.close()


def go(page: Page, name: str, heading: str) -> None:
    """Follow a link by its words and wait until the page it leads to is drawn."""
    press(page.get_by_role("link", name=name, exact=True).first)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    settled(page)


def test_the_board_chair_learns_in_a_minute_what_is_off_and_why(page: Page) -> None:
    expect(page.get_by_text("Month 10 of 18 · next milestone: 12 months, April 2024")).to_be_in_viewport()
    expect(
        page.get_by_text("3 have a target in numbers: 2 on course, 1 off.").filter(visible=True).first
    ).to_be_in_viewport()
    expect(page.get_by_text("Newly off trajectory: 4 children behind the plan")).to_be_in_viewport()
    go(
        page,
        "See this KPI in full →",
        "Does any child wait more than a year for specialist speech and language therapy?",
    )
    expect(page.get_by_text("15 children in February 2024, up from 10 in January 2024, which is worse")).to_be_visible()
    expect(page.get_by_text("4 children short of plan (planned 11 children)")).to_be_visible()
    expect(page.get_by_text("Worse, by more than chance").filter(visible=True).first).to_be_visible()
    expect(page.get_by_text("12 months: 11 children by April 2024 is more likely than not")).to_be_visible()
    expect(page.get_by_text("Where it stands on the planned path")).to_be_visible()


def test_the_commissioner_finds_what_it_takes_to_shorten_long_waits(page: Page) -> None:
    go(page, "Waiting times", "How long do children wait?")
    expect(page.get_by_role("heading", name="Are long waits falling?")).to_be_visible()
    expect(page.get_by_role("figure", name="52 to 65 weeks: 12 children; 65 to 104 weeks: 3 children")).to_be_visible()
    go(page, "What would it take?", "What would it take?")
    expect(page.get_by_text("Cannot tell whether the list grows: the interval holds 1.")).to_be_visible()
    slots = page.get_by_role("slider", name="Extra slots a week")
    expect(page.get_by_role("figure", name="with what you tried")).to_have_count(0)
    slots.focus()
    for _ in range(4):
        slots.press("ArrowRight")
    page.wait_for_url("**slots=4**")
    settled(page)
    tried = page.get_by_role("figure", name="with what you tried").first
    expect(tried).to_be_visible()
    page.reload()  # the address alone brings the answer back
    settled(page)
    expect(tried).to_be_visible()
    expect(slots).to_have_value("4")


def test_the_analyst_finds_faults_gaps_and_what_a_figure_counts(page: Page, tmp_path: Path) -> None:
    go(page, "Data quality", "Can these figures be trusted?")
    expect(page.get_by_text("Months missing").filter(visible=True).first).to_be_visible()
    expect(page.get_by_role("figure", name="11 of 34 months from January 2023 to October 2025")).to_be_visible()
    rule = page.get_by_role("combobox", name="Show the files of rule")
    rule.focus()
    rule.press("ArrowDown")  # by keyboard, as some readers do
    rule.press_sequentially("star")
    rule.press("Enter")
    page.wait_for_url("**rule=star_is_suppressed")
    expect(page.get_by_role("region", name="Files with star_is_suppressed")).to_be_visible()
    with page.expect_download() as handed:
        press(page.get_by_role("button", name="Download the findings (CSV)"))
    handed.value.save_as(tmp_path / "findings.csv")
    held = (tmp_path / "findings.csv").read_text(encoding="utf-8-sig")
    assert "chs_sitrep-2023-04-1,not_a_count,query,Trust Level,41,18-52 weeks,3," in held

    go(page, "Definitions", "What does each KPI count?")
    page.get_by_role("textbox", name="Search the definitions").fill("more than 52 weeks")
    page.get_by_role("textbox", name="Search the definitions").press("Enter")
    expect(page.get_by_text("1 of 3 KPIs")).to_be_visible()
    kpi = page.get_by_text("Children waiting more than 52 weeks for speech and language therapy")
    press(kpi.filter(visible=True).first)
    expect(page.get_by_text("The definition file, worked example included")).to_be_visible()
    go(
        page,
        "See this KPI in full →",
        "Does any child wait more than a year for specialist speech and language therapy?",
    )
    with page.expect_download() as handed:
        press(page.get_by_role("button", name="Download all rows of this KPI (CSV)"))
    assert handed.value.suggested_filename == "waymark-slt_over_52_weeks.csv"


def test_a_past_edition_stays_from_page_to_page_until_the_reader_goes_back(page: Page, tmp_path: Path) -> None:
    editions.publish(tmp_path / "editions", editions.full(), "first", published_at=datetime(2026, 10, 1))
    editions.publish(tmp_path / "editions", editions.empty(), "second", published_at=datetime(2026, 11, 1))
    with serving(tmp_path) as address:
        page.goto(f"{address}/?edition=first")
        settled(page)
        marked = page.get_by_text("Not the current edition.")
        expect(marked).to_be_visible()
        press(page.get_by_role("link", name="Data quality"))
        page.wait_for_url("**/data_quality?edition=first")
        expect(marked).to_be_visible()
        expect(page.get_by_text("Edition first ·")).to_be_visible()
        press(page.get_by_role("link", name="Scorecard"))
        press(page.get_by_role("link", name="See this KPI in full").first)
        page.wait_for_url("**/kpi?*edition=first*")
        press(page.get_by_role("button", name="Show the current edition"))
        expect(marked).to_have_count(0)
        expect(page.get_by_text("Edition second ·")).to_be_visible()
        assert "edition" not in page.url
