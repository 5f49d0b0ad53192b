"""Kills processes with signal 9 in the middle of loads, withdrawals, publications, backups and restores, and counts.

    python -m benchmarks.crashes [--times 1] [--seed 1] [--only random|steps]

After every kill: each committed load is there and whole, none is partial, the audit is an unbroken chain, the current
edition opens and every edition is what its hash says, and the next load and edition work. It stops at the first that
is not so. docs/evidence/crashes.md says what came out.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from etl.backup import verify_backup
from tests.crashes import Crashes, state

# How many of each; a kill that comes after the work is over does not count.
TIMES = {"load": 60, "withdrawal": 40, "writing": 50, "publication": 16, "restoring": 50, "backing_up": 20}
STEPS = ("restoring", "writing", "load", "backing_up")


def main() -> None:
    """Run all trials and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=float, default=1.0, help="that many times as many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("random", "steps"), help="kills at random moments, or at each call, alone")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="waymark-crashes-"))
    os.environ["WAYMARK_DATA"] = str(folder / "unused")
    crashes, chance = Crashes(folder), random.Random(options.seed)
    begun = time.monotonic()
    base = _base(crashes, folder / "base")
    try:
        for work, times in TIMES.items() if options.only != "steps" else ():
            counted = _at_random(crashes, chance, base, folder, work, round(times * options.times))
            print(f"random moment   {work:12} {counted}", flush=True)
        for work in STEPS if options.only != "random" else ():
            for how in ("kill", "fail"):
                print(f"every {how} step {work:12} {_at_each_step(crashes, base, folder, work, how)}", flush=True)
    finally:
        crashes.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{sum(crashes.kills.values())} kills in the middle of work {dict(crashes.kills)}, "
          f"{time.monotonic() - begun:.0f} s, seed {options.seed}; nothing lost, nothing half there")  # fmt: skip


def _base(crashes: Crashes, folder: Path) -> Path:
    data = folder / "data"
    _done(crashes.trial("load", data, month="2024-01"))
    _done(crashes.trial("writing", data, edition_id="e1"))
    _done(crashes.trial("backing_up", data, to=str(folder / "backups")))
    for month in ("2024-02", "2024-03", "2024-04"):
        _done(crashes.trial("load", data, month=month))
    _done(crashes.trial("writing", data, edition_id="e2"))
    return folder


def _request(work: str, place: Path, number: int) -> dict[str, Any]:
    [backup] = (place / "backups").glob("*.zip")
    return {
        "load": {"month": f"{2030 + number % 900}-01"},
        "withdrawal": {"load_id": "nd_waiting_list.RRE.2024-02.1"},
        "writing": {"edition_id": f"n{number}"},
        "publication": {"at": "2026-11-22T12:00:00"},
        "backing_up": {"to": str(place / "made")},
        "restoring": {"backup": str(backup)},
    }[work]


def _at_random(crashes: Crashes, chance: random.Random, base: Path, folder: Path, work: str, times: int) -> str:
    """Kill at random moments until as many kills fell into the work."""
    before = state(base / "data")
    whole = shutil.copytree(base, folder / "whole")
    told = _done(crashes.trial(work, whole / "data", **_request(work, whole, 1)))
    after = state(whole / "data")
    shutil.rmtree(whole)
    kills = old = new = late = 0
    while kills < times:
        place = shutil.copytree(base, folder / "trial")
        moment = chance.uniform(0, told["seconds"])
        ended = crashes.trial(work, place / "data", kill_after=moment, **_request(work, place, 1))["ended"]
        _require(ended in ("killed", "done"), ended)
        found = state(place / "data")
        _require(not found.faults, found.faults)
        _require(found == after or (ended == "killed" and found == before), (before, found, after))
        for file in (place / "made").glob("*.zip"):
            verify_backup(file)
        kills, late = kills + (ended == "killed"), late + (ended == "done")
        old, new = old + (ended == "killed" and found == before), new + (ended == "killed" and found != before)
        _done(crashes.trial("load", place / "data", month="2960-01"))
        _done(crashes.trial("writing", place / "data", edition_id="next"))
        last = state(place / "data")
        _require(not last.faults and len(last.loads) == len(found.loads) + 1 and last.current == "next", last)
        shutil.rmtree(place)
    return f"{kills:4} kills: {old} left the old, {new} the new; {late} too late to count"


def _at_each_step(crashes: Crashes, base: Path, folder: Path, work: str, how: str) -> str:
    """Kill, or refuse the disk, at the first call that changes a disk, at the second, and so on to the last."""
    before, at = state(base / "data"), 0
    ends: Counter[str] = Counter()
    while True:
        at += 1
        place = shutil.copytree(base, folder / "trial")
        told = crashes.trial(work, place / "data", step=at, how=how, **_request(work, place, 1))
        _require(told["ended"] in ("done", "killed", "refused"), told)
        found = state(place / "data")
        _require(not found.faults, found.faults)
        if told["ended"] == "refused":
            _require("\n" not in told["said"], told["said"])
            _require(found == before, (before, found))
        for file in (place / "made").glob("*.zip"):
            verify_backup(file)
        _done(crashes.trial("load", place / "data", month="2960-01"))
        shutil.rmtree(place)
        if told["ended"] == "done" and not told["said"]:
            return f"{at - 1:4} calls: {dict(ends)}"
        ends[f"{told['ended']}, {'as before' if found == before else 'all of it'}"] += 1


def _done(told: dict[str, Any]) -> dict[str, Any]:
    _require(told["ended"] == "done", told)
    return told


def _require(holds: object, words: object) -> None:
    if not holds:
        sys.exit(f"not as it must be: {words}")


if __name__ == "__main__":
    main()
