"""The same pathways counted by DuckDB, by Spark on this machine and by a cluster of two workers on loopback.

    .venv/bin/python -m benchmarks.spark [--sizes 1000000 10000000]

One local area's history of 60 months, in pieces of a million rows. Each engine runs in a process of its own. Start-up
is what passes until a first small question is answered: the machine, no matter how many rows. Facts is everything a
publication reads: all fact tables, in frames. The rows that come back and the children they count must be the same.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.cluster import standalone
from benchmarks.histograms import MONTHS
from benchmarks.publish import children, load_row
from etl.load import coverage
from etl.tables import COVERAGE, LOADS, PATHWAYS
from etl.warehouse import Warehouse, open_warehouse
from metrics.warehouse_facts import read_facts

PIECE = 1_000_000
_MEMORY = (
    "&spark.driver.memory=4g&spark.driver.maxResultSize=3g&spark.executor.memory=3g&spark.sql.shuffle.partitions=16"
)


def build(warehouse: Warehouse, count: int) -> float:
    """Load so many synthetic pathways and return the seconds."""
    assert warehouse.scope
    loads = LOADS.frame(
        [{**load_row("history", date(2021, 9, 1), MONTHS[-1].date()), "local_area": warehouse.scope.area}]
    )
    seconds = 0.0
    with warehouse.writing() as writer:
        writer.insert(LOADS, loads)
        writer.insert(COVERAGE, coverage(loads))
        for number, begin in enumerate(range(0, count, PIECE)):
            rows = children(min(PIECE, count - begin), seed=number)
            rows = rows.assign(pathway_id=f"{number}-" + rows["pathway_id"], load_id="history")
            rows = PATHWAYS.typed(rows.reindex(columns=PATHWAYS.names()))
            begun = time.perf_counter()
            writer.insert(PATHWAYS, rows)
            seconds += time.perf_counter() - begun
    return seconds


def counted(address: str) -> dict[str, float]:
    """Return the seconds of start-up and of all facts, how many rows came back and how many children they count."""
    begun = time.perf_counter()
    with open_warehouse(address).reading() as reader:
        reader.query("SELECT load_id FROM pathways LIMIT 1")
        started = time.perf_counter()
        facts = read_facts(reader)
    done = time.perf_counter()
    cells = facts["clock_counts"]
    return {
        "start": started - begun,
        "facts": done - started,
        "rows": sum(map(len, facts.values())),
        "children": int(cells["children"].sum()),
    }


def main() -> None:
    """Measure and print a table, then ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--address", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.address:
        print(json.dumps(counted(options.address)))
        return
    for count in options.sizes:
        with tempfile.TemporaryDirectory(prefix="waymark-spark-") as name:
            folder = Path(name)
            lake = f"?lake={folder / 'lake'}{_MEMORY}"
            duckdb = f"duckdb:{folder / 'w.duckdb'}"
            loading = [build(open_warehouse(address), count) for address in (duckdb, f"spark:local[2]{lake}")]
            print(f"{count:>10,} loading: DuckDB {loading[0]:.1f} s, lake {loading[1]:.1f} s", flush=True)
            found = {"DuckDB": _apart(duckdb)}
            _say(count, found)
            found["Spark, this machine"] = _apart(f"spark:local[2]{lake}")
            _say(count, found)
            with standalone(folder, memory="3g") as cluster:
                found["Spark, two workers"] = _apart(f"spark:{cluster.address}{lake}")
            _say(count, found)
            assert len({(one["rows"], one["children"]) for one in found.values()}) == 1, "the engines disagree"
            for engine, one in found.items():
                print(f"{count:>10,} {engine}/DuckDB: facts {one['facts'] / found['DuckDB']['facts']:.1f}", flush=True)


def _apart(address: str) -> dict[str, float]:
    call = [sys.executable, "-m", "benchmarks.spark", "--address", address]
    told = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True).stdout
    answer: dict[str, float] = json.loads(told.splitlines()[-1])
    return answer


def _say(count: int, found: dict[str, dict[str, float]]) -> None:
    engine, one = list(found.items())[-1]
    print(
        f"{count:>10,} {engine:<20} start-up {one['start']:6.1f} s · facts {one['facts']:7.1f} s · "
        f"{one['rows']:>10,.0f} rows back · {one['children']:,.0f} counted",
        flush=True,
    )


if __name__ == "__main__":
    main()
