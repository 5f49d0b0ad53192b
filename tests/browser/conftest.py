"""One browser and one dashboard over the full edition for all browser tests of a module."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.dashboard import CHROMIUM, chromium, serving
from tests.pages import editions


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a Chromium; skip where there is none, unless this is CI, where its absence is a fault."""
    if CHROMIUM is None and os.environ.get("CI") != "true":
        pytest.skip("no Chromium: install the chromium package")
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def full(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a dashboard over the full edition."""
    data = tmp_path_factory.mktemp("full")
    editions.publish(data / "editions", editions.full())
    with serving(data) as address:
        yield address


@pytest.fixture(scope="module")
def course(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a dashboard over thirty months with limits, forecasts and flows."""
    data = tmp_path_factory.mktemp("course")
    editions.publish(data / "editions", editions.course(), as_of="2024-02-01", months_elapsed=10)
    with serving(data) as address:
        yield address
