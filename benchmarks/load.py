"""Load time of each file against a bare read of the same file in the same run.

    .venv/bin/python -m benchmarks.load FILE… [--rounds 5]

Bare: python-calamine for workbooks, the csv module for CSV. Waymark is timed whole (`examine` and `store` in this
process) and as users run it (in a child process, its start included), medians of the rounds.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from statistics import median

from python_calamine import CalamineWorkbook

from etl.audit import Act
from etl.examine import examine
from etl.load import store
from etl.pipeline import load_files
from etl.settings import reference_folder
from etl.warehouse import open_warehouse

NOW = datetime(2026, 11, 21)


def bare(path: Path) -> None:
    """Read every cell and keep nothing."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            sum(1 for _ in csv.reader(lines))
    else:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def in_process(path: Path) -> None:
    """Examine and store in this process, into a fresh warehouse."""
    with tempfile.TemporaryDirectory() as folder:
        found = examine(path, today=NOW.date(), reference=reference_folder(), source=None, month=None)
        warehouse = open_warehouse(f"duckdb:{folder}/w.duckdb")
        store(warehouse, found, Act("benchmark", NOW), {}, demonstration=False)


def as_used(paths: list[Path]) -> None:
    """Load as the command line does, into a fresh warehouse."""
    with tempfile.TemporaryDirectory() as folder:
        list(load_files(open_warehouse(f"duckdb:{folder}/w.duckdb"), paths, Act("benchmark", NOW), explanations={}))


def seconds(run: Callable[[], None], rounds: int) -> float:
    """Return the median time of the rounds, after one that is not counted."""
    run()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return median(times)


def main() -> None:
    """Print a line a file, then the whole batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{'file':40} {'bare s':>8} {'load s':>8} {'ratio':>7}")
    total = 0.0
    for path in options.files:
        base = seconds(lambda path=path: bare(path), options.rounds)  # type: ignore[misc]
        ours = seconds(lambda path=path: in_process(path), options.rounds)  # type: ignore[misc]
        total += base
        print(f"{path.name:40} {base:8.3f} {ours:8.3f} {ours / base:7.1f}")
    batch = seconds(lambda: as_used(options.files), max(1, options.rounds // 2))
    print(f"{'all, in a child process, its start included':40} {total:5.3f} {batch:8.3f} {batch / total:7.1f}")


if __name__ == "__main__":
    main()
