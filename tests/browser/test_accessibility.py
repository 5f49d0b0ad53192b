"""axe-core finds no fault against WCAG 2.2 AA on any screen, light or dark, wide or narrow."""

import pytest
from playwright.sync_api import Browser

from tests.browser.dashboard import PATIENCE, settled
from tests.browser.pictures import SCREENS
from tests.pages.course_edition import SIZE

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install -r requirements-dev.txt")

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# Streamlit's own: its dropzone is a section without a role of its own that scripts may focus.
_DROPZONE = 'role="presentation" tabindex="-1" data-testid="stFileUploaderDropzone"'

HEADING = {
    "scorecard": "",
    "kpi": f"kpi?kpi={SIZE}",
    "capacity": "capacity?slots=5&recovery=60",
    "waiting_times": "waiting_times",
}
LOOKS = pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])


@LOOKS
def test_axe_finds_nothing(full: str, browser: Browser, scheme: str, width: int) -> None:
    assert faults(browser, full, SCREENS, scheme, width) == []


@LOOKS
def test_axe_finds_nothing_where_everything_can_be_told(course: str, browser: Browser, scheme: str, width: int) -> None:
    assert faults(browser, course, HEADING, scheme, width) == []


def faults(browser: Browser, address: str, screens: dict[str, str], scheme: str, width: int) -> list[str]:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    told = []
    for name, path in screens.items():
        page.goto(f"{address}/{path}")
        settled(page)
        for closed in page.locator("summary").all():
            closed.click()
        page.wait_for_timeout(400)
        found = axe.Axe().run(page, options=RULES).response["violations"]
        told += [
            f"{name}: {fault['id']}: {node['target']}"
            for fault in found
            for node in fault["nodes"]
            if _DROPZONE not in node["html"]
        ]
    context.close()
    return told
