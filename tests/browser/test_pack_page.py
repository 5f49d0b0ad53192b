"""The pack's HTML page: axe finds no fault, nothing is fetched or blocked, and it prints on A4 to the last column."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.test_accessibility import RULES
from tests.reports.packs import made

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install -r requirements-dev.txt")

pytestmark = pytest.mark.browser

A4 = 794, 1123  # pixels at 96 an inch


@pytest.mark.parametrize("kind", ["course", "full", "flagged"])
def test_the_page_has_no_fault_and_stands_alone(browser: Browser, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "pack.html"
    file.write_bytes(made(kind)["html"])
    context = browser.new_context(bypass_csp=False)
    page = context.new_page()
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(file.as_uri())
        found = axe.Axe().run(page, options=RULES).response["violations"]
        assert [f"{one['id']}: {one['nodes'][0]['target']}" for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert told == []  # the style sheet is the one the page's own policy allows
    assert set(asked) == {file.as_uri()}
    context.close()


def test_it_prints_on_a4_to_the_last_column(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "pack.html"
    file.write_bytes(made("full", "restricted")["html"])
    page = browser.new_page(viewport={"width": A4[0] - 106, "height": A4[1]})  # less the margins of the sheet
    page.goto(file.as_uri())
    page.emulate_media(media="print")
    narrow = page.evaluate("[...document.querySelectorAll('section:not(.across)')].map(s => s.scrollWidth)")
    assert max(narrow) <= A4[0] - 106
    page.set_viewport_size({"width": A4[1] - 106, "height": A4[0]})
    across = page.evaluate("[...document.querySelectorAll('section.across')].map(s => s.scrollWidth)")
    assert across
    assert max(across) <= A4[1] - 106
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()
