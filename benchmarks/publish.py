"""Facts and KPIs of synthetic children, beside the same histogram by other means, in one run.

    .venv/bin/python -m benchmarks.publish [--sizes 100000 1000000] [--rounds 2]

Children: 7 clocks, 60 months, one history extract and one more month as a snapshot after it. Timed, each in a process
of its own with the peak of its memory and the work of all its threads, which a busy machine does not stretch:

  floor      DuckDB groups the same columns of the same rows once, without months
  single     one month-by-week histogram of who waits, no splits, DuckDB: by day of start and month of stop first
  pandas     the same histogram month by month in pandas
  polars     the same in polars, where it is installed
  everyone   the histogram as facts are counted: who waits and who left and came, by load, in time or not, no splits
  breakdowns the same, and who waits by nine breakdowns, one at a time
  facts      all facts as published: four states, the splits definitions ask for, days, cohorts
  kpis       every KPI from those facts
  whole      cells counted after one more monthly extract, nothing kept
  extract    the same, those of the history kept
  rebuilt    facts and every KPI after one more monthly extract, nothing kept
  published  the same by what publishes: cells, cohorts and results kept from the publication before
"""

import argparse
import importlib.util
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.histograms import DAY0, FLOOR, MONTHS, SINGLE, in_pandas, in_polars
from etl.engine_duckdb import DuckDBEngine, connect, insert_frame
from etl.load import coverage
from etl.scope import Scope
from etl.tables import COVERAGE, LOADS, PATHWAYS
from metrics.compute import compute_all
from metrics.definition import Definition, load_definitions
from metrics.fact_frames import FactFrames
from metrics.kept_cells import covered, keep_cells, kept_facts
from metrics.kept_results import kept_results
from metrics.kept_store import KeptStore, with_store
from metrics.splits import asked_splits
from metrics.warehouse_facts import read_facts, select_clock_cells

CLOCKS = ["nd_assessment", "slt", "ehc_plan", "ehc_decision", "annual_review", "review_decision", "amended_plan"]
SPLITS = {"organisation": 3, "locality": 12, "age_band": 5, "diagnosis": 4, "need": 13, "priority": 4, "sex": 3,
          "ethnic_group": 18, "deprivation": 10}  # fmt: skip
NEXT = date(2026, 9, 1)
SCOPE = Scope("X")
STEPS = (
    "floor", "single", "pandas", "polars", "everyone", "breakdowns", "facts", "kpis", "whole", "extract", "rebuilt",
    "published",
)  # fmt: skip
_AFTER_A_MONTH = ("whole", "extract", "rebuilt", "published")


def children(count: int, seed: int = 1) -> pd.DataFrame:
    """Return so many synthetic pathways, the started spread over seven years, most of them stopped."""
    random = np.random.default_rng(seed)
    first, last = (pd.Timestamp(day) for day in ("2019-09-01", "2026-08-31"))
    started = random.integers((first - DAY0).days, (last - DAY0).days, count)
    stopped = started + random.exponential(130, count).astype(int)
    open_ = stopped > (last - DAY0).days
    words = {name: _words(name, kinds, count, random) for name, kinds in SPLITS.items()}
    return pd.DataFrame(
        {
            "clock": pd.Categorical.from_codes(random.integers(0, len(CLOCKS), count), CLOCKS),
            "pathway_id": np.arange(count).astype(str),
            "area": "E06000051",
            "excepted": random.random(count) < 0.1,
            "started_day": started,
            "stopped_day": pd.array(np.where(open_, 0, stopped), dtype="Int64"),
            "stop_reason": np.where(random.random(count) < 0.85, "completed", "withdrawn"),
            **words,
        }
    ).assign(
        stopped_day=lambda rows: rows["stopped_day"].mask(open_), stop_reason=lambda r: r["stop_reason"].mask(open_)
    )


def _words(name: str, kinds: int, count: int, random: np.random.Generator) -> pd.Categorical:
    codes = random.integers(0, kinds, count)
    if name != "organisation":
        codes[random.random(count) < 0.03] = -1
    return pd.Categorical.from_codes(codes, [f"{name} {n}" for n in range(kinds)])


def build(path: Path, count: int) -> None:
    """Write a warehouse with one history load."""
    with DuckDBEngine(path, 1, SCOPE).writing():
        pass
    connection = connect(path, read_only=False)
    for start in range(0, count, 1_000_000):
        part = children(min(1_000_000, count - start), seed=start)
        _insert(connection, part.assign(pathway_id=part["pathway_id"] + f"-{start}"), "history")
    insert_frame(connection, LOADS, LOADS.frame([load_row("history", MONTHS[0].date(), MONTHS[-1].date())]))
    _cover(connection)
    connection.close()


def add_a_month(path: Path, count: int, seed: int = 7) -> None:
    """Add the next month's snapshot: whom the history shows waiting, some of whom leave, and who starts that month."""
    random, connection = np.random.default_rng(seed), connect(path, read_only=False)
    begins, ends = ((day - DAY0).days for day in (pd.Timestamp(NEXT), pd.Timestamp("2026-09-30")))
    waiting = connection.execute("SELECT * FROM pathways WHERE stopped_day IS NULL").df()
    come = children(max(count // 84, 1), seed=seed)
    come = come.assign(started_day=random.integers(begins, ends + 1, len(come)), pathway_id="new-" + come["pathway_id"])
    both = pd.concat([waiting, come.assign(stopped_day=None, stop_reason=None)], ignore_index=True)
    stopped = both["started_day"].clip(lower=begins) + random.exponential(130, len(both)).astype(int)
    left = (stopped <= ends).to_numpy(dtype=bool)
    reason = pd.Series(np.where(random.random(len(both)) < 0.85, "completed", "withdrawn"))
    both = both.assign(stopped_day=stopped.astype("Int64").where(left), stop_reason=reason.where(left))
    _insert(connection, both, "snapshot")
    insert_frame(connection, LOADS, LOADS.frame([load_row("snapshot", NEXT, NEXT)]))
    _cover(connection)
    connection.close()


def _insert(connection: object, rows: pd.DataFrame, load_id: str) -> None:
    rows = rows.assign(load_id=load_id)
    whole = rows.reindex(columns=PATHWAYS.names())
    insert_frame(connection, PATHWAYS, whole)  # type: ignore[arg-type]


def load_row(name: str, first: date, last: date) -> dict[str, object]:
    """Return the row of a load of the area that the benchmark's warehouse is of."""
    text = {c.name: "-" for c in LOADS.columns if c.type == "TEXT"}
    return {**text, "load_id": name, "source": "synthetic", "organisation": "o", "month": last, "covers_from": first,
            "covers_to": last, "coverage": "history" if first < last else "snapshot", "rows_in": 0, "rows_loaded": 0,
            "rows_rejected": 0, "loaded_at": pd.Timestamp("2026-10-01"), "public": False, "demonstration": True,
            "state": "current", "local_area": SCOPE.area}  # fmt: skip


def _cover(connection: object) -> None:
    loads = connection.execute("SELECT * FROM loads").df()  # type: ignore[attr-defined]
    connection.execute("DELETE FROM coverage")  # type: ignore[attr-defined]
    insert_frame(connection, COVERAGE, coverage(loads))  # type: ignore[arg-type]


def step(name: str, path: Path, count: int) -> dict[str, float]:
    """Run one step in this process and return seconds, rows and the peak of memory in MiB."""
    run = _prepared(name, path, count)
    begun, worked = time.perf_counter(), time.process_time()
    rows = run()
    seconds = time.perf_counter() - begun
    return {
        "seconds": seconds,
        "cpu": time.process_time() - worked,
        "rows": rows,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _prepared(name: str, path: Path, count: int) -> Callable[[], int]:
    columns = "clock, excepted, area, started_day, stopped_day"
    if name in ("floor", "single"):
        connection = connect(path, read_only=True)
        sql = FLOOR if name == "floor" else SINGLE
        return lambda: len(connection.execute(sql).df())
    if name in ("pandas", "polars"):
        frame = connect(path, read_only=True).execute(f"SELECT {columns} FROM pathways").df()
        return lambda: len(in_pandas(frame) if name == "pandas" else in_polars(frame))  # type: ignore[arg-type]
    kpis = list(load_definitions().values())
    if name in ("everyone", "breakdowns"):
        asked = [(clock, "waiting", split) for clock in CLOCKS for split in SPLITS]
        none = [("no clock", "waiting", "sex")]  # the SQL of splits wants one at least
        sql = select_clock_cells(none if name == "everyone" else asked)
        return lambda: _count_rows(path, sql)
    if name == "kpis":
        facts = FactFrames(dict(_facts(path)))  # all made before
        return lambda: len(compute_all(kpis, facts))
    if name == "facts":
        return lambda: sum(map(len, _facts(path).values()))
    published = partial(_published, path, kpis)
    if name in ("extract", "published"):
        with_store(path.parent / "kept", DuckDBEngine(path, 1, SCOPE), published)
    add_a_month(path, count)
    if name == "whole":
        return lambda: _count_rows(path, select_clock_cells(asked_splits()))
    if name == "rebuilt":
        return lambda: published(None)
    work = partial(_kept_cells, path) if name == "extract" else published
    return lambda: with_store(path.parent / "kept", DuckDBEngine(path, 1, SCOPE), work)


def _facts(path: Path) -> FactFrames:
    with DuckDBEngine(path, 1, SCOPE).reading() as reader:
        return read_facts(reader)


def _count_rows(path: Path, sql: str) -> int:
    with DuckDBEngine(path, 1, SCOPE).reading() as reader:
        return len(reader.coded(sql))


def _kept_cells(path: Path, store: KeptStore | None) -> int:
    assert store
    with DuckDBEngine(path, 1, SCOPE).reading() as reader:
        keep_cells(reader, store, covered(reader))
    return len(store.fed)


def _published(path: Path, kpis: list[Definition], store: KeptStore | None) -> int:
    """Return how many results there are, by the code that publishes."""
    with DuckDBEngine(path, 1, SCOPE).reading() as reader:
        facts = kept_facts(reader, store)
    return len(kept_results(kpis, facts, store))


def measured(name: str, count: int, rounds: int, folder: Path) -> dict[str, float]:
    """Return the best of the rounds, each in a process of its own."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        path = folder / f"{count}.duckdb"
        if name in _AFTER_A_MONTH:
            copy = folder / "copy.duckdb"
            copy.write_bytes(path.read_bytes())
            for kept in folder.glob("kept/*"):
                kept.unlink()
            path = copy
        call = [sys.executable, "-m", "benchmarks.publish", "--step", name, str(path), str(count)]
        told = json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)
        best = told if not best or told["seconds"] < best["seconds"] else best
    return best


def main() -> None:
    """Measure and print a table, then the ratios that matter."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        name, path, count = options.step
        print(json.dumps(step(name, Path(path), int(count))))
        return
    steps = [name for name in STEPS if name != "polars" or importlib.util.find_spec("polars")]
    found: dict[tuple[int, str], dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="waymark-publish-") as folder:
        for count in options.sizes:
            build(Path(folder) / f"{count}.duckdb", count)
            for name in steps:
                one = found[count, name] = measured(name, count, options.rounds, Path(folder))
                print(
                    f"{count:>10,} {name:<8} {one['seconds']:8.2f} s {one['cpu']:8.2f} s of work "
                    f"{one['mib']:7,.0f} MiB {one['rows']:>12,.0f} rows",
                    flush=True,
                )
    for count in options.sizes:
        for kind in ("seconds", "cpu"):
            _ratios(count, kind, {name: found[count, name][kind] for name in steps})
    if len(options.sizes) > 1:
        small, large = min(options.sizes), max(options.sizes)
        for kind in ("seconds", "cpu"):
            growth = math.log(found[large, "facts"][kind] / found[small, "facts"][kind]) / math.log(large / small)
            print(f"growth of facts from {small:,} to {large:,}, {kind}: exponent {growth:.2f}")


def _ratios(count: int, kind: str, seconds: dict[str, float]) -> None:
    pairs = [
        ("single", "floor"), ("breakdowns", "everyone"), ("breakdowns", "single"), ("facts", "single"),
        ("pandas", "single"), ("polars", "single"), ("whole", "extract"), ("rebuilt", "published"),
    ]  # fmt: skip
    told = [
        f"{one}/{other} {seconds[one] / seconds[other]:.1f}"
        for one, other in pairs
        if one in seconds and other in seconds
    ]
    print(f"{count:>10,} {kind}: {' · '.join(told)}")


if __name__ == "__main__":
    main()
