"""How good the forecasts are: many origins of many series, each forecast from what was known then.

    python -m benchmarks.backtest             prints the table for the later origins (minutes)
    python -m benchmarks.backtest --write     and puts it into docs/forecast.md
    python -m benchmarks.backtest --calibrate prints the widening that the earlier origins ask for

Simulated series are always there; the public ones are read from WAYMARK_SHARED (default ../shared) when present.
"""

import argparse
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import backtest_series
from benchmarks.backtest_series import Case
from metrics.forecast import forecast
from metrics.forecast_calibration import STEPS_FROM, VALUES_FROM, widening
from metrics.forecast_scale import scale_for

PAGE = Path(__file__).parent.parent / "docs" / "forecast.md"
HELD_OUT_FROM = date(2019, 1, 1)  # public origins before this may teach the widening, later ones only judge it
MONTHS, RUNS = 18, 400
WANTED = (0.72, 0.88)


@dataclass(frozen=True)
class Origin:
    """One forecast to be judged: the case and how many of its steps were known."""

    case: Case
    known: int


def origins(case: Case, first: int, every: int) -> list[Origin]:
    """Return the origins of a case that have a figure, and at least one figure after it."""
    seen = case.values.notna().to_numpy()
    return [Origin(case, n) for n in range(first, len(seen), every) if seen[n - 1] and seen[n:].any()]


def judge(origin: Origin) -> pd.DataFrame:
    """Return one row per later figure: what was forecast, what came, and what the naive forecasts would have said."""
    case, known = origin.case, origin.known
    history, later = case.values.iloc[:known], case.values.iloc[known:]
    rng = np.random.default_rng([known, len(case.name)])
    series = pd.DataFrame({"month": history.index, "value": history.to_numpy()})
    outlook = forecast(series, MONTHS, case.unit, rng, runs=RUNS, calibrate=False)
    if outlook.cannot_tell:
        return pd.DataFrame()
    steps = min(len(outlook.frame), len(later))
    year = 12 // case.step
    values = history.to_numpy()
    rows = outlook.frame.iloc[:steps].assign(
        actual=later.to_numpy()[:steps],
        ahead=np.arange(1, steps + 1),
        naive=values[-1],
        seasonal_naive=np.resize(values[-year:], steps) if known >= year else np.nan,
    )
    usual = np.abs(values[year:] - values[:-year]) if known >= 2 * year else np.empty(0)
    steady = np.nanmean(np.abs(np.diff(history.dropna())))
    rows["scale"] = np.nanmean(usual) if np.isfinite(usual).any() else np.nan
    rows["fallback_scale"] = steady
    known_values = int(history.iloc[-72:].notna().sum())
    rows = rows.assign(group=case.group, series=case.name, unit=case.unit, origin=history.index[-1], known=known_values)
    return rows.dropna(subset=["actual"])


def on_scale(rows: pd.DataFrame) -> pd.DataFrame:
    """Return actual, median and ends of the model's own interval on the scale of the forecast."""
    parts = []
    for unit, part in rows.groupby("unit", sort=False):
        scale = scale_for(part[["actual", "median"]].to_numpy(dtype=float).ravel(), str(unit))
        columns = {
            name: scale.forward(part[name].to_numpy(dtype=float)) for name in ("actual", "median", "low80", "high80")
        }
        parts.append(pd.DataFrame(columns, index=part.index))
    return pd.concat(parts).loc[rows.index]


def covered(rows: pd.DataFrame, *, calibrated: bool) -> pd.Series:
    """Return whether each figure fell inside the 80 % interval, as drawn or as the models alone would have it."""
    z = on_scale(rows)
    factor = np.array(
        [widening(k, a)[-1] if calibrated else 1.0 for k, a in zip(rows["known"], rows["ahead"], strict=True)]
    )
    low, high = z["median"] - factor * (z["median"] - z["low80"]), z["median"] + factor * (z["high80"] - z["median"])
    return (z["actual"] >= low - 1e-9) & (z["actual"] <= high + 1e-9)


def asked_for(rows: pd.DataFrame) -> list[list[float]]:
    """Return the widening, by length of history and distance ahead, that would have held four out of five figures."""
    z = on_scale(rows)
    up = z["actual"] >= z["median"]
    width = np.where(up, z["high80"] - z["median"], z["median"] - z["low80"])
    needed = pd.Series(np.abs(z["actual"] - z["median"]) / np.maximum(width, 1e-6), index=rows.index)
    row = np.searchsorted(VALUES_FROM, rows["known"], side="right") - 1
    column = np.searchsorted(STEPS_FROM, rows["ahead"], side="right") - 1
    grid = needed.groupby([row, column]).quantile(0.8).unstack()
    return [[round(float(v), 2) for v in line] for line in grid.to_numpy()]


def summary(rows: pd.DataFrame) -> dict[str, object]:
    """Return one line of the table: counts, coverage, MASE and the error beside the naive forecasts' error."""
    error = (rows["actual"] - rows["median"]).abs()
    by = [rows["series"], rows["origin"]]
    mase = (error / rows["scale"].where(rows["scale"] > 0)).groupby(by).mean()
    scale = rows["scale"].where(rows["scale"] > 0).fillna(rows["fallback_scale"])
    scale = scale.where(scale > 0)

    def beside(name: str) -> float:
        other = (rows["actual"] - rows[name]).abs()
        both = other.notna() & scale.notna()
        return float((error / scale)[both].mean() / (other / scale)[both].mean()) if both.any() else np.nan

    return {
        "series": rows["series"].nunique(),
        "forecasts": len(mase),
        "figures": len(rows),
        "raw": covered(rows, calibrated=False).mean(),
        "coverage": covered(rows, calibrated=True).mean(),
        "mase": mase.mean(),
        "mase_middle": mase.median(),
        "naive": beside("naive"),
        "seasonal_naive": beside("seasonal_naive"),
    }


def held_out(rows: pd.DataFrame) -> pd.Series:
    """Return which rows may judge: later public origins, and simulated series that the widening never saw."""
    simulated = rows["group"].str.startswith("simulated")
    return (simulated & rows["series"].str.contains("held out")) | (~simulated & (rows["origin"] >= HELD_OUT_FROM))


def run(cases: list[tuple[Case, int, int]], jobs: int) -> pd.DataFrame:
    """Return the judged rows of every origin; each case comes with its first origin and the steps between origins."""
    todo = [origin for case, first, every in cases for origin in origins(case, first, every)]
    if jobs == 1:
        parts = [judge(origin) for origin in todo]
    else:
        with ProcessPoolExecutor(jobs) as pool:
            parts = list(pool.map(judge, todo, chunksize=8))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def table(rows: pd.DataFrame) -> str:
    """Return the table in Markdown: one line per group, then per distance ahead and per length of history."""
    ahead = pd.cut(rows["ahead"], [0, 3, 9, 18], labels=["1–3 steps ahead", "4–9 steps ahead", "10–18 steps ahead"])
    length = pd.cut(rows["known"], [0, 12, 23, 72], labels=["8–12 figures", "13–23 figures", "24 or more figures"])
    lines = [("**all**", rows)]
    for key in (rows["group"], ahead, length):
        lines += [(str(name), part) for name, part in rows.groupby(key, observed=True)]
    head = (
        "| | series | forecasts | figures compared | 80 % interval held | models alone | MASE, mean | MASE, median "
        "| error ÷ naive | error ÷ seasonal naive |\n|---|---|---|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *(_line(name, summary(part)) for name, part in lines)])


def _line(name: str, s: dict[str, object]) -> str:
    def number(key: str) -> str:
        return "–" if pd.isna(s[key]) else f"{s[key]:.2f}"

    return (
        f"| {name} | {s['series']} | {s['forecasts']} | {s['figures']} | {s['coverage']:.1%} | {s['raw']:.1%} "
        f"| {number('mase')} | {number('mase_middle')} | {number('naive')} | {number('seasonal_naive')} |"
    )


def main() -> int:
    """Run from the command line; returns 1 when the interval or the error is not as good as it must be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into docs/forecast.md")
    parser.add_argument("--calibrate", action="store_true", help="print the widening the earlier origins ask for")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    shared = Path(os.environ.get("WAYMARK_SHARED", "../shared"))
    cases = backtest_series.everything(shared)
    if options.write and all(case.group.startswith("simulated") for case, _, _ in cases):
        parser.error(f"--write needs the public series; {shared} has none. Set WAYMARK_SHARED.")
    rows = run(cases, options.jobs)
    judging = held_out(rows)
    if options.calibrate:
        print(asked_for(rows[~judging]))
    text = table(rows[judging])
    print(text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        marks = "<!-- backtest -->", "<!-- /backtest -->"
        pattern = re.compile(f"{marks[0]}.*{marks[1]}", re.S)
        PAGE.write_text(pattern.sub(lambda _: f"{marks[0]}\n{text}\n{marks[1]}", page), encoding="utf-8")
    total = summary(rows[judging])
    good = WANTED[0] <= total["coverage"] <= WANTED[1] and max(total["naive"], total["seasonal_naive"]) < 1
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
