"""How good the flow model's list sizes are on the Scottish CAMHS boards, by what completions are taken to do.

    python -m benchmarks.backtest_flows            prints the table
    python -m benchmarks.backtest_flows --write    and puts it into docs/forecast.md

Completions here are everyone who left: the list before, plus referrals accepted, less the list after.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.backtest import MONTHS, PAGE
from benchmarks.backtest_series import camhs
from metrics.forecast_rates import rates

WAYS = {
    "the list's own forecast (used)": {},
    "today's rates, the gap closing by a fifth a month (used when months are few)": {"without_size": True},
    "today's rates kept for good (`balance=1`)": {"balance": 1.0},
}
RUNS = 200
_LATEST, _MOST_GAPS, _MOST_NEGATIVE = 72, 6, 3


def histories(folder: Path) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    """Yield flows up to an origin (month, referrals, completions, size) and the list sizes that followed."""
    series = {case.name: case.values for case in camhs(folder)}
    for board in sorted({name.split()[0] for name in series}):
        if f"{board} waiting" not in series or f"{board} accepted" not in series:
            continue
        flows = pd.DataFrame({"size": series[f"{board} waiting"], "referrals": series[f"{board} accepted"]})
        flows["completions"] = flows["size"].shift(1) + flows["referrals"] - flows["size"]
        flows = flows.iloc[1:]
        for origin in range(14, len(flows) - 6, 18):
            past = flows.iloc[max(0, origin - _LATEST) : origin]
            unusable = past.isna().sum().sum() > _MOST_GAPS or (past["completions"] < 0).sum() > _MOST_NEGATIVE
            if pd.isna(past["size"].iloc[-1]) or unusable:
                continue
            past = past.assign(month=pd.to_datetime(past.index), completions=past["completions"].clip(lower=0))
            yield past, flows["size"].iloc[origin : origin + MONTHS].to_numpy()


def table(folder: Path) -> str:
    """Return one line per way in Markdown: coverage, and the error beside that of the last size."""
    lines = ["| completions | figures | 80 % interval held | error ÷ naive, mean | median |", "|---|---|---|---|---|"]
    for way, options in WAYS.items():
        inside, error, naive = [], [], []
        for past, later in histories(folder):
            flows = past.drop(columns="size") if options else past
            made = rates(flows, MONTHS, np.random.default_rng(1), RUNS, balance=options.get("balance", 0.8))
            last = float(past["size"].iloc[-1])
            sizes = np.maximum(last + np.cumsum(made.referrals - made.completions, axis=1), 0)[:, : len(later)]
            low, median, high = np.quantile(sizes, [0.1, 0.5, 0.9], axis=0)
            known = np.isfinite(later)
            inside += list(((low <= later) & (later <= high))[known])
            error += list((np.abs(later - median) / last)[known])
            naive += list((np.abs(later - last) / last)[known])
        means, middles = np.mean(error) / np.mean(naive), np.median(error) / np.median(naive)
        lines.append(f"| {way} | {len(inside)} | {np.mean(inside):.1%} | {means:.2f} | {middles:.2f} |")
    return "\n".join(lines)


def main() -> int:
    """Run from the command line."""
    folder = Path(os.environ.get("WAYMARK_SHARED", "../shared")) / "data" / "other" / "scotland_camhs"
    if not folder.exists():
        print(f"{folder}: not there. Set WAYMARK_SHARED.", file=sys.stderr)
        return 2
    text = table(folder)
    print(text)
    if "--write" in sys.argv[1:]:
        page = PAGE.read_text(encoding="utf-8")
        found = re.sub(
            "<!-- flows -->.*<!-- /flows -->", lambda _: f"<!-- flows -->\n{text}\n<!-- /flows -->", page, flags=re.S
        )
        PAGE.write_text(found, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
