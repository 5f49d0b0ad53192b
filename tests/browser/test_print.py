"""Every screen on paper: nothing runs over the sheet, nothing to be pressed is printed, a dark one comes out light."""

import pytest
from playwright.sync_api import Browser, Page, expect

from pages.components.tiles.basics import HALF_SHEET, SHEET
from tests.browser.dashboard import PATIENCE, settled
from tests.browser.pictures import SCREENS

pytestmark = pytest.mark.browser

PAPER = 1046  # pixels: 297 mm less two margins of 10 mm, at 96 to the inch
ZOOM = 0.8
CHARTS = "[...document.querySelectorAll('.js-plotly-plot .main-svg:first-of-type')].map(e => e.getBoundingClientRect())"
PARTS = "[...document.querySelectorAll('[data-testid=stMain] :is(table, p, h1, h2, h3, img, [data-testid=stAlert])')]"


def test_what_a_wide_screen_draws_fits_the_sheet() -> None:
    assert SHEET * ZOOM < PAPER
    assert 2 * HALF_SHEET + 16 <= PAPER / ZOOM  # two beside each other and the gap between them


def test_nothing_is_wider_than_the_sheet(full: str, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1000}, color_scheme="dark")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    for name in ("scorecard", "kpi", "ehc_plans", "data_quality", "action_plan", "review"):
        page.set_viewport_size({"width": 1920, "height": 1000})
        page.emulate_media(media="screen")
        page.goto(f"{full}/{SCREENS[name]}")
        settled(page)
        drawn = page.evaluate(f"{CHARTS}.map(box => box.width)")
        assert bool(drawn) == (name != "review")  # which has tables alone
        assert max(drawn, default=0) <= SHEET
        held_on_paper(page, name)
    context.close()


def held_on_paper(page: Page, name: str) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 700})
    page.wait_for_timeout(500)
    over = page.evaluate(f"{PARTS}.filter(e => e.getBoundingClientRect().right > {PAPER} + 1).map(e => e.textContent)")
    assert over == [], name
    expect(page.get_by_text("Demonstration.")).to_be_visible()
    expect(page.get_by_text("Edition 2026-11-03-1")).to_be_visible()
    assert not page.locator("[data-testid=stPageLink]:visible, [data-testid=stTopNavLink]:visible").count()
    main = page.locator("[data-testid=stMainBlockContainer]")
    assert main.evaluate("e => getComputedStyle(e).filter") == "invert(1) hue-rotate(180deg)"
    clear = "e => getComputedStyle(e).backgroundColor"
    assert page.locator("[data-testid=stApp]").evaluate(clear) == "rgba(0, 0, 0, 0)"
