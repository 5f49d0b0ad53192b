"""First figure and page switch in headless Chromium, beside an empty Streamlit app. Readers at once: readers.py.

    .venv/bin/python -m benchmarks.page [--rounds 7] [--switches 20] [--times 10] [--chromium /usr/bin/chromium]

Needs a published edition in WAYMARK_DATA. Servers are warm; each first visit has a fresh browser context, so nothing is
cached in the browser. First figure: the first drawing, table or definition to be seen; on the empty page its one line.
A switch is a click on the page's name until the page has run and its heading and first figure are seen. The edition
made larger repeats every figure of other areas under further codes and of groups under further names. Eight bare charts
of 24 figures tell what of a switch is the toolkit's own drawing.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import pandas as pd
from playwright.sync_api import Browser, sync_playwright

from benchmarks.loopback import free_port
from etl.settings import data_folder
from etl.tables import EVERYONE
from metrics.edition import content_hash, current_edition, read_manifest, read_tables, write_edition

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "Scorecard": "",
    "KPI": "kpi?kpi=ehc_plans_within_20_weeks_excluding_exceptions",
    "Waiting times": "waiting_times",
    "EHC plans": "ehc_plans",
    "What would it take?": "capacity",
    "What changed?": "changes",
    "Definitions": "definitions",
    "Data quality": "data_quality",
}
SHOWN = (".js-plotly-plot .main-svg", "[data-testid=stDataFrame]", "[data-testid=stExpander]", "[data-testid=stAlert]")
IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
EMPTY = """import plotly.graph_objects as go
import streamlit as st
def show():
    st.text("empty")
def eight():
    for n in range(8):
        st.plotly_chart(go.Figure(go.Scatter(y=list(range(24)))), width=1100, key=str(n), theme=None)
st.navigation([st.Page(show, title="One", url_path="one", default=True),
               st.Page(lambda: show(), title="Two", url_path="two"),
               st.Page(eight, title="Eight charts", url_path="eight")], position="top").run()
"""
FIGURE = ", ".join(f"{selector}:visible" for selector in SHOWN)


@contextmanager
def served(script: Path, data: Path) -> Iterator[str]:
    """Serve a Streamlit script on a free loopback port and yield its address."""
    with server(script, data) as (address, _):
        yield address


@contextmanager
def server(script: Path, data: Path) -> Iterator[tuple[str, int]]:
    """Serve a Streamlit script on a free loopback port and yield its address and the number of its process."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    options = ["--server.address", "127.0.0.1", "--server.headless", "true"]
    environment = {**os.environ, "WAYMARK_DATA": str(data)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*command, *options], cwd=ROOT, env=environment, **quiet)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address, process.pid
    finally:
        process.kill()  # asked to stop it would first finish the pages it computes
        process.wait(10)


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


def switches(browser: Browser, address: str, names: list[str], rounds: int) -> dict[str, list[float]]:
    """Return per page the seconds from a click on its name to its first figure, in one session of one reader."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    page.wait_for_selector(IDLE, timeout=60_000)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        for name in names:
            link = page.get_by_role("link", name=name, exact=True)
            begun = time.perf_counter()
            link.click()
            page.wait_for_function("name => document.title.startsWith(name)", arg=name, timeout=60_000)
            # Looked at with every picture drawn; waiting for a selector looks twice a second and rounds up.
            page.wait_for_function("idle => document.querySelector(idle)", arg=IDLE, timeout=60_000)
            if turn:  # the first turn warms up
                taken[name].append(time.perf_counter() - begun)
    page.context.close()
    return taken


def enlarge(source: Path, folder: Path, times: int) -> None:
    """Write the current edition into a folder with the figures of other areas and of groups so many times over."""
    current = current_edition(source / "editions")
    if current is None:
        raise SystemExit(f"Publish an edition in {source} first: python -m metrics publish")
    tables = read_tables(source / "editions", current)
    everywhere = tables["areas"]
    others = everywhere.loc[everywhere["role"] == "other", "area"]
    for name in ("areas", "results", "comparators"):
        frame = tables[name]
        more = frame[frame["area"].isin(others)]
        copies = [more.assign(area=more["area"] + f"-{n}") for n in range(1, times)]
        tables[name] = pd.concat([frame, *copies], ignore_index=True)
    results = tables["results"]
    split = results[results["breakdown"] != EVERYONE]
    groups = [split.assign(group=split["group"] + f" {n}") for n in range(2, times + 1)]
    tables["results"] = pd.concat([results, *groups], ignore_index=True)
    manifest = read_manifest(source / "editions", current)
    rows = {name: len(frame) for name, frame in tables.items()}
    write_edition(folder / "editions", tables, manifest.model_copy(update={
        "content_sha256": content_hash(tables), "rows": rows}))  # fmt: skip
    print(f"{times} times larger: {rows['results']:,} results")


def told(name: str, times: list[float], base: list[float]) -> str:
    """Return median and 95th percentile, each with its ratio to the empty app's."""
    # Within what was seen: by its other method a few visits would tell of one that was slower than all.
    p95, base95 = (quantiles(seen, n=20, method="inclusive")[-1] for seen in (times, base))
    return (
        f"  {name:22} median {median(times):.2f} s ({median(times) / median(base):.2f} ×), "
        f"p95 {p95:.2f} s ({p95 / base95:.2f} ×)"
    )


def main() -> None:
    """Print first figure and page switch of every page, on the edition and on one many times larger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--switches", type=int, default=20)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder)
        (place / "empty.py").write_text(EMPTY)
        enlarge(data_folder(), place, options.times)
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
        with served(place / "empty.py", place) as blank:
            base = [visit(browser, blank, "[data-testid=stText]") for _ in range(options.rounds + 1)][1:]
            bare = switches(browser, blank, ["One", "Two", "Eight charts"], options.switches)
        between = bare["One"] + bare["Two"]
        print(f"empty app\n{told('first visit', base, base)}\n{told('switch', between, between)}")
        print(told("switch, eight charts", bare["Eight charts"], between))
        for words, data in (("this edition", data_folder()), (f"{options.times} times larger", place)):
            with served(ROOT / "app.py", data) as app:
                print(f"{words}: first figure")
                for name, path in PAGES.items():
                    times = [visit(browser, f"{app}/{path}", FIGURE) for _ in range(options.rounds + 1)][1:]
                    print(told(name, times, base))
                print(f"{words}: switch")
                for name, times in switches(browser, app, list(PAGES), options.switches).items():
                    print(told(name, times, between))


if __name__ == "__main__":
    main()
