"""A reader of a board file who adds up everything it tells of one waiting list: an attack of its own, not ours again.

It knows the board file's results and bands, the rule (counts of 1 to 7 hidden, others to the nearest 5) and that groups
add up; of a hidden count it asks linear programming for the least and the most it can be.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from metrics.definition import Definition

# What each KPI counts, in weeks waited: [from, to) of numerator and denominator; EVERYONE has unknown waits, too.
EVER = (0, math.inf)
EVERYONE = (-math.inf, math.inf)
_WAIT = ["kpi", "breakdown", "group", "value"]
UNKNOWN = (-math.inf, -math.inf)
COUNTED = {
    "list_size": {"numerator": EVERYONE},
    "within_18_weeks": {"numerator": (0, 18), "denominator": EVERYONE},
    "over_18_weeks": {"numerator": (18, math.inf)},
    "over_52_weeks": {"numerator": (52, math.inf)},
    "median_wait": {"denominator": EVER},
    "92nd_percentile_wait": {"denominator": EVER},
}


def between(shown: float) -> tuple[float, float]:
    """Return what a shown count can have been."""
    return (0, 0) if shown == 0 else (max(8, shown - 2), shown + 2)


def attacked(
    clock: str,
    exact: pd.DataFrame,
    board: pd.DataFrame,
    bands: pd.DataFrame,
    kpis: Mapping[str, Definition],
    earlier: pd.DataFrame | None = None,
) -> Iterator[tuple[str, int]]:
    """Yield, for every hidden count of one area's list in one month, its name and how many values it can have.

    `exact` and `board` are results of the area and month, `bands` the board's; `exact` tells which counts are hidden
    and whether those of a table are all small, which a reader could suppose. `earlier` has percentiles that an edition
    before told of the same list: kpi, breakdown, group and value in whole weeks.
    """
    both = board.merge(exact, on=["kpi", "breakdown", "group"], suffixes=("", "_exact"))
    cuts = {0.0, 18.0, 52.0, math.inf, *bands["weeks_from"].dropna(), *bands["weeks_to"].dropna()}
    weeks = both.loc[both["kpi"].str.contains("median|percentile") & both["value"].notna(), _WAIT]
    weeks = weeks if earlier is None else pd.concat([weeks, earlier]).drop_duplicates()
    for value in weeks["value"]:
        cuts |= {max(value - 1, 0), value, value + 1}
    edges = sorted(cuts)
    spans = [UNKNOWN, *zip(edges, edges[1:], strict=False)]
    lines = pd.concat([both[["breakdown", "group"]], weeks[["breakdown", "group"]]])
    places = sorted({*zip(lines["breakdown"], lines["group"], strict=True), ("all", "all")})
    width = len(spans)

    def row(place: tuple[str, str], window: tuple[float, float]) -> np.ndarray:
        made = np.zeros(len(places) * width)
        at = places.index(place) * width
        for number, (start, end) in enumerate(spans):
            made[at + number] = window[0] <= start and end <= window[1]
        return made

    rows, low, high = [], [], []

    def told(of: np.ndarray, least: float, most: float) -> None:
        rows.append(of)
        low.append(least)
        high.append(most)

    hidden: list[tuple[str, np.ndarray, tuple[str, str], float]] = []
    for line in both.itertuples():
        place = (str(line.breakdown), str(line.group))
        name = str(line.kpi).removeprefix(f"{clock}_")
        for part, window in COUNTED[name].items():
            shown, true = getattr(line, part), getattr(line, f"{part}_exact")
            of = row(place, window)
            if not pd.isna(shown):
                told(of, *between(float(shown)))
            elif not pd.isna(true):
                hidden.append((f"{line.kpi} {part} {place}", of, (f"{line.kpi} {part}", place[0]), float(true)))
    for wait in weeks.itertuples():
        place, value = (str(wait.breakdown), str(wait.group)), float(wait.value)
        p, whole = float(kpis[str(wait.kpi)].percentile or 0), row(place, EVER)
        upto = [row(place, (0, max(week, 0))) for week in (value - 1, value, value + 1)]
        told((upto[0] + upto[1]) / 2 - p * whole, -math.inf, 1e-6)
        told((upto[1] + upto[2]) / 2 - p * whole, -1e-6, math.inf)
    for band in bands.itertuples():
        of = row(("all", "all"), (float(band.weeks_from), math.inf if pd.isna(band.weeks_to) else float(band.weeks_to)))
        if not pd.isna(band.children):
            told(of, *between(float(band.children)))
    for breakdown in sorted({place[0] for place in places} - {"all"}):
        for span in spans:
            parts = sum(row(place, span) for place in places if place[0] == breakdown)
            told(parts - row(("all", "all"), span), 0, 0)
    tables = pd.DataFrame([(table, true) for _, _, table, true in hidden], columns=["table", "true"])
    small = tables.assign(small=tables["true"].between(1, 7)).groupby("table")["small"].all() if len(tables) else {}
    for _, of, table, _ in hidden:
        told(of, *((1, 7) if small[table] else (0, math.inf)))
    for name, of, _, _ in hidden:
        yield name, values_of(of, np.array(rows), np.array(low), np.array(high))


def values_of(of: np.ndarray, rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> int:
    """Return how many whole values a sum of cells can have, at most ten."""
    upper, lower = np.isfinite(high), np.isfinite(low)
    matrix = np.vstack([rows[upper], -rows[lower]])
    limits = np.concatenate([high[upper], -low[lower]])
    ends = []
    for sign in (1.0, -1.0):
        answer = linprog(sign * of, A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs")
        if answer.status == 3:
            return 10
        assert answer.status == 0, answer.message  # the true children fit everything told
        ends.append(sign * answer.fun)
    return min(10, math.floor(ends[1] + 1e-6) - math.ceil(ends[0] - 1e-6) + 1)
