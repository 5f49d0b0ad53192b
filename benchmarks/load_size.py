"""Waiting lists of 100,000 and 1,000,000 rows: rows a second and memory, beside bare readers in the same run.

    .venv/bin/python -m benchmarks.load_size [--rows 100000 1000000]

Bare: DuckDB reading the CSV into a table (the fastest reader and the insert), pandas reading it as text, calamine and
openpyxl reading the workbook. Each trial has a process of its own; memory is the most that it and its limited child
hold at one time, looked at fifty times a second (Linux only). Ratios are to the fastest bare reader of that format;
those of processor time hold on a busy machine too.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from etl.audit import Act
from etl.demo.write import EXPLANATIONS, write_demonstration
from etl.pipeline import examine_files, load_files
from etl.warehouse import open_warehouse

NOW = datetime(2026, 11, 21)
_MOST_IN_A_WORKBOOK = 100_000
_LOOK_SECONDS = 0.02


def bare_duckdb(path: Path, folder: Path) -> None:
    """Read the file as text straight into a table on disk."""
    with duckdb.connect(str(folder / "bare.duckdb")) as connection:
        connection.execute("CREATE TABLE rows AS SELECT * FROM read_csv(?, all_varchar = true)", [str(path)])


def bare_pandas(path: Path, folder: Path) -> None:
    """Read the file as text into a frame."""
    del folder
    if path.suffix == ".csv":
        pd.read_csv(path, dtype=str)
    else:
        pd.read_excel(path, dtype=str, engine="openpyxl")


def bare_calamine(path: Path, folder: Path) -> None:
    """Read every cell of the workbook."""
    del folder
    book = CalamineWorkbook.from_path(str(path))
    book.get_sheet_by_name(book.sheet_names[0]).to_python()


def bare_openpyxl(path: Path, folder: Path) -> None:
    """Read every cell of the workbook, streaming."""
    del folder
    for _ in openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True):
        pass


def check(path: Path, folder: Path) -> None:
    """Check as the command line does; nothing is loaded."""
    del folder
    [found] = examine_files([path], today=NOW.date())
    _must(found.verdict != "reject", found.as_json())


def load(path: Path, folder: Path) -> None:
    """Load as the command line does, into a fresh warehouse."""
    warehouse = open_warehouse(f"duckdb:{folder / 'w.duckdb'}")
    [outcome] = load_files(warehouse, [path], Act("benchmark", NOW), explanations=EXPLANATIONS)
    _must(outcome.load_id is not None, outcome.as_json())


TRIALS: dict[str, dict[str, Callable[[Path, Path], None]]] = {
    ".csv": {"duckdb": bare_duckdb, "pandas": bare_pandas, "check": check, "load": load},
    ".xlsx": {
        "calamine": bare_calamine,
        "openpyxl": bare_openpyxl,
        "pandas": bare_pandas,
        "check": check,
        "load": load,
    },
}


def _must(held: bool, told: object) -> None:
    if not held:
        raise SystemExit(json.dumps(told))


def trial(name: str, path: Path) -> tuple[float, float, float]:
    """Run one trial in a process of its own; return its seconds, its processor's seconds and its peak memory in GB."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load_size", "--trial", name, str(path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, worked, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, worked, peak


def _run(name: str, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WAYMARK_KEY"] = str(Path(folder) / "key")
        before = time.process_time()
        begun = time.perf_counter()
        with _watched() as peak:
            TRIALS[path.suffix][name](path, Path(folder))
        seconds = time.perf_counter() - begun
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    worked = sum(usage.ru_utime + usage.ru_stime for usage in used) - before
    print(json.dumps([seconds, worked, max(peak) / 1e9]))


@contextmanager
def _watched() -> Iterator[list[int]]:
    """Watch the memory in use by this process and its children together, in bytes; the list grows meanwhile."""
    seen: list[int] = [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_SECONDS):
            seen.append(sum(map(_in_use, [os.getpid(), *_children()])))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def _children() -> list[int]:
    lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    return [int(number) for number in " ".join(lists).split()]


def _in_use(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):  # it has ended
        return 0


def write_files(rows: int, folder: Path) -> list[Path]:
    """Write the demonstration's long list as CSV, and as a workbook where one is not too long for it."""
    long = write_demonstration(folder, children=rows)[-1]
    if rows > _MOST_IN_A_WORKBOOK:
        return [long]
    table = pd.read_csv(long, dtype=str, keep_default_na=False)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("List")
    for row in [list(table.columns), *table.to_numpy().tolist()]:
        sheet.append(row)
    book.save(long.with_suffix(".xlsx"))
    return [long, long.with_suffix(".xlsx")]


def main() -> None:
    """Print a line a trial: seconds, rows a second, peak memory, ratio to the fastest bare reader of the format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--trial", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        _run(options.trial[0], Path(options.trial[1]))
        return
    print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{'rows':>9} {'file':6} {'trial':9} {'s':>7} {'rows/s':>9} {'ratio':>6} {'cpu s':>7} {'ratio':>6} {'GB':>5}")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            for path in write_files(rows, Path(folder)):
                found = {name: trial(name, path) for name in TRIALS[path.suffix]}
                bare = [times for name, (*times, _) in found.items() if name not in ("check", "load")]
                fastest, least = (min(times) for times in zip(*bare, strict=True))
                for name, (seconds, worked, peak) in found.items():
                    print(
                        f"{rows:9,} {path.suffix[1:]:6} {name:9} {seconds:7.2f} {rows / seconds:9,.0f} "
                        f"{seconds / fastest:6.1f} {worked:7.2f} {worked / least:6.1f} {peak:5.2f}"
                    )


if __name__ == "__main__":
    main()
