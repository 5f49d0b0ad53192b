"""axe-core finds no fault against WCAG 2.2 AA on any screen, light or dark, wide or narrow."""

import pytest
from playwright.sync_api import Browser

from tests.browser.dashboard import settled
from tests.browser.pictures import SCREENS

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install -r requirements-dev.txt")

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing(full: str, browser: Browser, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    page = context.new_page()
    faults = []
    for name, path in SCREENS.items():
        page.goto(f"{full}/{path}")
        settled(page)
        for closed in page.locator("summary").all():
            closed.click()
        page.wait_for_timeout(400)
        found = axe.Axe().run(page, options=RULES).response["violations"]
        faults += [f"{name}: {fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]
    context.close()
    assert faults == []
