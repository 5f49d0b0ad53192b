"""How long a pack takes and how large it is, beside reading the edition it is made from.

    .venv/bin/python -m benchmarks.pack [--rounds 3]

Needs a published edition with a board's file in WAYMARK_DATA. Nothing is recorded or kept. Seconds of processor time,
the median of the rounds; the ratio is to one reading of all tables of the edition in the same run.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

from etl.settings import editions_folder, plan_folder
from metrics.edition import current_edition, read_tables
from reports.making import FORMATS, Asked, make


def seconds(work: Callable[[], object], rounds: int) -> float:
    """Return the median processor time of some work."""
    taken = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return median(taken)


def main() -> None:
    """Print one line a step: seconds, ratio, size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    folder, edition = editions_folder(), current_edition(editions_folder())
    assert edition, "publish an edition first"
    asked = Asked(edition, "board")
    made = make(folder, plan_folder(), asked)
    base = seconds(lambda: read_tables(folder, edition, "board"), rounds)
    print(f"edition {edition}, {len(made.pack.parts)} parts")
    print(f"{'read the edition':20} {base:6.2f} s")
    steps: dict[str, Callable[[], object]] = {"read and put together": lambda: make(folder, plan_folder(), asked)}
    for step, work in steps.items():
        taken = seconds(work, rounds)
        print(f"{step:20} {taken:6.2f} s  {taken / base:5.1f} times")
    for form in FORMATS:
        taken = seconds(lambda form=form: made.content(form), rounds)  # type: ignore[misc]
        print(f"{form:20} {taken:6.2f} s  {taken / base:5.1f} times  {len(made.content(form)) / 1024:7.0f} KiB")


if __name__ == "__main__":
    main()
