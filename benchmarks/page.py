"""Time to the first figure of each page in headless Chromium, against an empty Streamlit page in the same run.

    .venv/bin/python -m benchmarks.page [--rounds 7] [--chromium /usr/bin/chromium]

Needs a published edition in WAYMARK_DATA. Both servers are warm; each visit has a fresh browser context, so nothing is
cached in the browser. First figure: the first drawing, table or definition to be seen; on the empty page its one line.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("", "kpi?kpi=ehc_plans_within_20_weeks_excluding_exceptions", "definitions", "data_quality")
SHOWN = (".js-plotly-plot .main-svg", "[data-testid=stDataFrame]", "[data-testid=stExpander]")
FIGURE = ", ".join(f"{selector}:visible" for selector in SHOWN)


@contextmanager
def served(script: Path) -> Iterator[str]:
    """Serve a Streamlit script on a free loopback port and yield its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    options = ["--server.address", "127.0.0.1", "--server.headless", "true"]
    server = subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def visit(browser: Browser, address: str, selector: str) -> float:
    """Return the seconds from opening the address to the first visible figure."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(selector, state="visible", timeout=60_000)
    taken = time.perf_counter() - begun
    context.close()
    return taken


def main() -> None:
    """Print median and 95th percentile per page, and the ratio of medians to the empty page's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder) / "empty.py"
        empty.write_text("import streamlit as st\nst.text('empty')\n")
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
        with served(empty) as blank, served(ROOT / "app.py") as app:
            visits = [("empty Streamlit page", blank, "[data-testid=stText]")]
            visits += [(page.partition("?")[0] or "scorecard", f"{app}/{page}", FIGURE) for page in PAGES]
            base = 0.0
            for name, address, selector in visits:
                visit(browser, address, selector)
                times = [visit(browser, address, selector) for _ in range(options.rounds)]
                base = base or median(times)
                p95 = quantiles(times, n=20)[-1]
                print(f"{name:24} median {median(times):.2f} s, p95 {p95:.2f} s, {median(times) / base:.2f} × empty")


if __name__ == "__main__":
    main()
