"""The dashboard in a real browser: from the scorecard to a KPI, without a word to anyone but this machine."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from access.screens import SCREENS
from tests.browser.dashboard import PATIENCE, press, serving, settled
from tests.pages import editions
from tests.pages.contract_rows import EHC, SLT

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a fresh page that fails the test when it, or what it loads, calls any other machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    asked: list[str] = []
    told: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: told.append(message.text))
    yield context.new_page()
    context.close()
    assert not [text for text in told if "Content Security Policy" in text]
    hosts = {urlsplit(url).hostname for url in asked if urlsplit(url).scheme not in ("data", "blob")}
    assert hosts == {"127.0.0.1"}


def test_a_deep_link_is_the_first_visit_to_a_fresh_server(full: str, page: Page) -> None:
    page.goto(f"{full}/kpi?kpi={SLT}")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Is the speech and language therapy list getting shorter?"
    )
    expect(page.get_by_text("Edition 2026-11-03-1")).to_be_visible()


def test_from_the_scorecard_to_a_kpi_and_back(full: str, page: Page) -> None:
    page.goto(full)
    settled(page)
    expect(page.get_by_text("The plan's 18 months ended in October 2024")).to_be_visible()
    expect(page.get_by_role("figure", name="Time line of the plan.")).to_be_visible()
    press(page.get_by_role("link", name="See this KPI in full").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Do children get their EHC plan in time?")
    assert page.url.endswith(f"/kpi?kpi={EHC}")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("How far along is the plan?")


def test_a_filter_writes_the_address(full: str, page: Page) -> None:
    page.goto(full)
    settled(page)
    choice = page.get_by_role("combobox", name="Status")
    choice.focus()
    choice.press("ArrowDown")  # by keyboard, as some readers do
    choice.press_sequentially("Off")
    choice.press("Enter")
    expect(page.get_by_text("Outcome: Timely SLT for those who need it")).to_have_count(0)
    assert "status=Off" in page.url


def test_a_what_if_is_kept_in_the_address(course: str, page: Page) -> None:
    page.goto(f"{course}/capacity?slots=5")
    settled(page)
    slider = page.get_by_role("slider", name="Extra slots a week")
    expect(slider).to_have_value("5")
    expect(page.get_by_role("figure", name="with what you tried").first).to_be_visible()
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_url("**slots=6**")


def test_an_assumption_is_kept_in_the_address(page: Page, tmp_path: Path) -> None:
    editions.publish(tmp_path / "editions", editions.course_without_flows())
    with serving(tmp_path) as address:
        page.goto(f"{address}/capacity?referrals=36&completions=30")
        settled(page)
        expect(page.get_by_text("36.0 children a week (≈ assumed)")).to_be_visible()
        page.get_by_role("spinbutton", name="Completions a week, assumed").fill("33")
        page.get_by_role("spinbutton", name="Completions a week, assumed").press("Enter")
        page.wait_for_url("**completions=33**")
        expect(page.get_by_text("33.0 children a week (≈ assumed)")).to_be_visible()


def test_a_list_chosen_on_one_page_is_chosen_on_the_next(page: Page, tmp_path: Path) -> None:
    rows = editions.course()
    rows["bands"] += [{**row, "clock": "nd_assessment"} for row in rows["bands"]]
    editions.publish(tmp_path / "editions", rows)
    with serving(tmp_path) as address:
        page.goto(f"{address}/waiting_times")
        settled(page)
        press(page.get_by_role("combobox", name="Waiting list"))
        press(page.get_by_role("option", name="Speech and language therapy"))
        page.wait_for_url("**list=Speech*")
        press(page.get_by_role("link", name="What would it take?"))
        page.wait_for_url("**/capacity?list=Speech*")
        expect(page.get_by_role("combobox", name="Waiting list")).to_have_value(re.compile("Speech"))


EVERY_SCREEN = (
    *("" if screen.name == "scorecard" else screen.name for screen in SCREENS if screen.name != "kpi"),
    f"kpi?kpi={EHC}", "action_plan?action=5.1.2",
    *(f"action_plan?view={view}" for view in ("Reminders", "Impact", "Exceptions", "Escalations")),
)  # fmt: skip


def shows_markup_as_it_is(page: Page, title: str) -> None:
    """Hold that nothing of the hostile text became a link, a picture, a formula, a frame or a script that ran."""
    assert page.locator("a[href*='evil'], a[href^='javascript'], iframe, .katex").count() == 0
    pictures = [str(img.get_attribute("src")) for img in page.locator("[data-testid='stMain'] img").all()]
    assert all(src.startswith("data:image/svg+xml") for src in pictures)  # our own icons
    assert page.title() == title


def test_markup_in_files_and_plan_is_shown_not_rendered(tmp_path: Path, page: Page) -> None:
    editions.publish(tmp_path / "editions", editions.hostile())
    editions.publish(tmp_path / "editions", editions.hostile(), "2026-11-04-1", published_by=editions.HOSTILE)
    titles = {screen.name: f"{screen.title} · Waymark" for screen in SCREENS}
    with serving(tmp_path) as address:
        for path in EVERY_SCREEN:
            page.goto(f"{address}/{path}")
            settled(page)
            shows_markup_as_it_is(page, titles[path.partition("?")[0] or "scorecard"])
        page.goto(address)
        settled(page)
        assert "<img src=x> [l]" in page.locator("[data-testid='stMain']").inner_text()
        page.goto(f"{address}/upload")
        settled(page)
        name = "![x](https://evil.example/a.png) <img src=x onerror=document.title=1>.csv"
        content = f"{editions.HOSTILE},Referral date\n<script>document.title=1</script>,01/02/2024\n".encode()
        given = {"name": name, "mimeType": "text/csv", "buffer": content}
        page.locator("input[type=file]").first.set_input_files([given])
        expect(page.get_by_text("cannot be loaded").filter(visible=True).first).to_be_visible()
        settled(page)
        shows_markup_as_it_is(page, titles["upload"])


def is_served(address: str) -> bool:
    try:
        urlopen(f"{address}/_stcore/health", timeout=5).close()
    except OSError:
        return False
    return True


def test_an_address_others_could_reach_is_refused(tmp_path: Path, page: Page) -> None:
    editions.publish(tmp_path / "editions", editions.full())
    with serving(tmp_path, "--server.address=0.0.0.0", script="app.py") as address:
        page.goto(address)
        end = time.monotonic() + PATIENCE / 1000
        while is_served(address) and time.monotonic() < end:  # the first screen ends the server
            page.wait_for_timeout(500)
        assert "Shropshire" not in page.inner_text("body")
        with pytest.raises(OSError, match="refused"):
            urlopen(f"{address}/_stcore/health", timeout=5)
    assert "sign-in is not set up" in (tmp_path / "server.log").read_text()
