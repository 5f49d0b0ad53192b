"""Attacks board figures of random waiting lists with a reader written apart from the publisher, and counts.

    python -m benchmarks.disclosure [--tables 2000] [--seed 1]

A table is one list in one month by two breakdowns and six KPIs, made for the board by the code that publishes. Printed:
hidden counts, how many can have fewer than three values (the aim is none), and what hiding costs beside computing KPIs.
docs/evidence/disclosure.md says what came out.
"""

import argparse
import time
from collections import Counter

import numpy as np

from metrics.compute import compute_all
from tests.metrics.disclosure_attacker import attacked
from tests.metrics.test_disclosure import KPIS, cells, facts_of, random_rows, shown

_BATCH = 50


def main() -> None:
    """Run all tables and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    values: Counter[int] = Counter()
    told: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for begin in range(0, options.tables, _BATCH):
        areas = [f"T{number:05}" for number in range(begin, min(begin + _BATCH, options.tables))]
        rows = [row for area in areas for row in random_rows(random, area)]
        since = time.process_time()
        facts = facts_of(cells(rows))
        compute_all(KPIS.values(), facts)
        spent["computing"] += time.process_time() - since
        since = time.process_time()
        exact, kept = shown(rows)
        spent["computing and hiding"] += time.process_time() - since
        told.update(kept.disclosed["treatment"])
        since = time.process_time()
        for area, board in kept.results.groupby("area"):
            bands = kept.bands[kept.bands["area"] == area]
            values.update(n for _, n in attacked("slt", exact[exact["area"] == area], board, bands, KPIS))
        spent["attacking"] += time.process_time() - since
        print(f"{areas[-1]}: {values.total():,} hidden counts attacked, {pinned(values)} with fewer than three values")
    print(f"seed {options.seed}: {options.tables:,} tables, {values.total():,} hidden counts, {values[1]} recovered,")
    found = dict(sorted(values.items()))
    print(f"{pinned(values)} with fewer than three values; possible values: {found} (10: or more)")
    print(f"treatment of all counts: {dict(told)}")
    ratios = {what: round(seconds / spent["computing"], 1) for what, seconds in spent.items()}
    print(f"processor time, computing the KPIs = 1: {ratios}")


def pinned(values: Counter[int]) -> int:
    """Return how many counts can have fewer than three values."""
    return sum(times for n, times in values.items() if n < 3)


if __name__ == "__main__":
    main()
