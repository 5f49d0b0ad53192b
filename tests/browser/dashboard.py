"""Starts the dashboard on a free loopback port and opens it in headless Chromium."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from benchmarks.loopback import free_port

ROOT = Path(__file__).parents[2]
# How long a screen may take says how busy the machine is; a minute tells "late" from "never".
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def serving(data: Path, *options: str, script: str = "gate.py") -> Iterator[str]:
    """Serve the dashboard over a data folder and yield its address; options go to `streamlit run`."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={port}", *options]
    environment = {**os.environ, "WAYMARK_DATA": str(data)}
    with (data / "server.log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()  # asked to stop it would first finish the page it computes, which on a busy machine takes long
        server.wait()


def wait_until_healthy(address: str, seconds: float = PATIENCE / 1000) -> None:
    """Return once the server answers. Raises TimeoutError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{address} did not answer within {seconds} seconds")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium that makes no calls of its own."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    quiet.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")  # no name but this is looked up
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        try:
            yield browser
        finally:
            browser.close()


def settled(page: Page) -> None:
    """Wait until the page is there, its script has run to the end and every chart is drawn."""
    page.wait_for_selector("h1", timeout=PATIENCE)
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']", timeout=PATIENCE)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stSkeleton]') &&"  # stands where a part is still being fetched
        "[...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(c => c.querySelector('.main-svg'))",
        timeout=PATIENCE,
    )
    page.wait_for_timeout(600)  # fonts and the last layout pass


def press(target: Locator) -> None:
    """Click what stands still: on a page that is still drawn, it may move between the press and the release."""
    target.wait_for()
    settled(target.page)
    target.click()
