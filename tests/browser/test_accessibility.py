"""axe-core finds no fault against WCAG 2.2 AA on any screen, light or dark, wide or narrow."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.dashboard import PATIENCE, settled
from tests.browser.pictures import SCREENS
from tests.pages.course_edition import SIZE

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install -r requirements-dev.txt")

pytestmark = pytest.mark.browser

# What .streamlit/config.toml has as backgroundColor: the theme has followed.
GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 22, 29)"}

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# Streamlit's own: its dropzone is a section without a role of its own that scripts may focus.
_DROPZONE = 'role="presentation" tabindex="-1" data-testid="stFileUploaderDropzone"'

HEADING = {
    "scorecard": "",
    "kpi": f"kpi?kpi={SIZE}",
    "capacity": "capacity?slots=5&recovery=60",
    "waiting_times": "waiting_times",
}
LOOKS = [("light", 1280), ("dark", 1280), ("light", 390)]


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(full: str, browser: Browser, screen: str) -> None:
    assert faults(browser, f"{full}/{SCREENS[screen]}") == []


@pytest.mark.parametrize("screen", HEADING)
def test_axe_finds_nothing_where_everything_can_be_told(course: str, browser: Browser, screen: str) -> None:
    assert faults(browser, f"{course}/{HEADING[screen]}") == []


def faults(browser: Browser, address: str) -> list[str]:
    """Return the faults of a screen, everything on it unfolded, in each of its looks: one visit, as a reader turns."""
    context = browser.new_context(color_scheme="light", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(address)
    settled(page)
    folded = page.locator("details:not([open]) > summary")
    while count := folded.count():
        folded.first.dispatch_event("click")  # wherever it has moved to
        expect(folded).not_to_have_count(count)
    told = []
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        ground = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
        assert ground == GROUND[scheme]
        told += [
            f"{scheme} {width}: {fault['id']}: {node['target']}"
            for fault in axe.Axe().run(page, options=RULES).response["violations"]
            for node in fault["nodes"]
            if _DROPZONE not in node["html"]
        ]
    context.close()
    return told
