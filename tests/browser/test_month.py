"""The analyst's month in a browser, from two dirty files to figures on another reader's screen."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.dashboard import PATIENCE, press, serving, settled
from tests.waits import children, write

pytestmark = pytest.mark.browser


@pytest.fixture
def address(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the address of a dashboard over an empty data folder, its key elsewhere."""
    monkeypatch.setenv("WAYMARK_KEY", str(tmp_path / "key" / "pseudonym.key"))
    monkeypatch.setenv("WAYMARK_WAIT", "30")
    data = tmp_path / "served"
    data.mkdir()
    with serving(data) as served:
        yield served


def opened(browser: Browser, address: str, path: str = "") -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{address}/{path}")
    settled(page)
    return page


def dirty(folder: Path) -> tuple[Path, Path, Path]:
    """Write a list with too many rows that cannot be read, the same mended, and one with a row to be asked about."""
    may = children(40)
    june = [{**row, "Snapshot date": "30/06/2024"} for row in children(43)]
    june[42] |= {"Referral received date": "soon"}
    broken = [{**row, "Referral received date": "?"} if n < 5 else row for n, row in enumerate(may)]
    files = {"nd_may": broken, "nd_may_mended": may, "nd_june": june}
    first, second, third = (write(folder / f"{name}.csv", rows) for name, rows in files.items())
    return first, second, third


def test_from_two_dirty_files_to_another_readers_screen(browser: Browser, address: str, tmp_path: Path) -> None:
    broken, mended, june = dirty(tmp_path)
    reader = opened(browser, address)
    expect(reader.get_by_role("heading", level=1)).to_have_text("No figures have been published yet")
    page = opened(browser, address, "upload")
    page.get_by_label("Your name").fill("A. Analyst")
    files = page.locator("input[type=file][multiple]")

    files.set_input_files([broken, june])
    expect(page.get_by_text("File 1, nd_may.csv: ■ cannot be loaded")).to_be_visible()
    expect(page.get_by_text("5 of 40 rows cannot be loaded, more than 5%")).to_be_visible()
    with page.expect_download() as slip:
        press(page.get_by_role("button", name="Download the findings to send back").first)
    assert slip.value.suggested_filename == "findings 1.xlsx"
    assert slip.value.path().read_bytes()[:2] == b"PK"

    press(page.get_by_role("button", name="Remove nd_may.csv"))  # the sender has mended it
    files.set_input_files(mended)
    expect(page.get_by_text("File 2, nd_may_mended.csv: ✔ can be loaded")).to_be_visible()
    settled(page)
    expect(page.get_by_role("button", name="Load these 2 files")).to_be_disabled()
    why = page.get_by_label("Why is it right as it is? (DATE_UNREADABLE, file 1)")
    expect(why).to_have_count(1)  # what stood there for the file that is gone may still be fading out
    why.fill("the trust sends this child in July")
    page.keyboard.press("Tab")
    expect(page.get_by_text("KPIs of the local area would change")).to_be_visible()
    press(page.get_by_role("button", name="Load these 2 files"))
    for load in ("2024-05.1: 40 rows", "2024-06.1: 42 rows"):
        expect(page.get_by_text(f"is loaded as nd_waiting_list.RRE.{load}")).to_be_visible()
    settled(page)

    page.get_by_label("Note for the readers of this edition").fill("May and June")
    page.keyboard.press("Tab")
    press(page.get_by_role("button", name="Publish", exact=True))
    pressed = time.monotonic()
    expect(reader.get_by_text("New figures were published")).to_be_visible(timeout=2 * PATIENCE)
    told = time.monotonic()
    press(reader.get_by_role("button", name="Show them"))
    expect(reader.get_by_text("Edition 2")).to_be_visible()
    expect(reader.get_by_text("note: May and June")).to_be_visible()
    shown = time.monotonic()
    print(
        f"another screen: told {told - pressed:.1f} s after Publish was pressed, figures after {shown - pressed:.1f} s"
    )
    expect(page.get_by_text("Published at")).to_be_visible()
    expect(page.get_by_role("link", name="See what changed →")).to_be_visible()
    assert not [path for path in tmp_path.rglob("*.csv") if path.parent != tmp_path]
    assert {path.suffix for path in (tmp_path / "served" / "notices").iterdir()} == {".txt", ".json"}
