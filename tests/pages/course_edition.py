"""An edition with thirty months of speech and language therapy, so that limits, forecasts and chances appear.

Every figure is invented. The tables are those that publishing computes from them.
"""

from functools import cache

import numpy as np
import pandas as pd

from etl.tables import EVERYONE
from metrics.definition import load_definitions
from metrics.edition_tables import RESULTS
from metrics.plan import Plan, Scorecard
from metrics.scorecard import score
from tests.pages.contract_rows import STOPS, TRUST, Row, Rows, kpi, month, wilson

SIZE, WITHIN, LONG = "slt_list_size", "slt_within_18_weeks", "slt_over_52_weeks"
MONTHS = [f"{when:%Y-%m}" for when in pd.date_range("2021-09-01", periods=30, freq="MS")]  # to February 2024
AS_OF = month("2024-02")
EDGES = (0, 1, 2, 4, 12, 18, 26, 39, 52, 65, 78, 104)

PLAN = Plan.model_validate(
    {
        "title": "SEND Accelerated Progress Plan",
        "area_name": "Shropshire",
        "starts": "2023-04",
        "starts_source": "invented",
        "slots": {n: {"label": name, "months": months} for n, (name, months, _) in enumerate(STOPS) if n},
        "areas": [{"area": TRUST, "role": "local"}],
        "priority_areas": {4: {"title": "SLCN pathways and waiting times", "outcomes": [
            {"key": "4.O2", "title": "Timely specialist speech and language therapy"}]}},
    }
)  # fmt: skip


def _base(value: float) -> Row:
    return {"value": value, "month": "2023-04", "period_months": 0, "source": "invented"}


def _scored(name: str, baseline: float, targets: dict[int, float]) -> Row:
    row: Row = {"kpi": name, "area": TRUST, "priority_area": 4, "outcome": "4.O2", "plan_ref": "4.14.3"}
    return row | {"baseline": _base(baseline), "milestones": {n: {"target": t} for n, t in targets.items()}}


SCORED = Scorecard.model_validate(
    {
        "rows": [
            _scored(SIZE, 800.0, {2: 760.0, 3: 700.0, 4: 640.0}),
            _scored(WITHIN, 56.0, {2: 60.0, 3: 62.0, 4: 75.0}),
            _scored(LONG, 12.0, {2: 12.0, 3: 11.0, 4: 8.0}),
        ]
    }
)


def shape(total: int, long_waits: int, within: float = 58.0) -> list[int]:
    """Return children in each band of EDGES, the last of them open, with `within` per cent up to 18 weeks."""
    early, late = np.array([4, 4.5, 10, 26, 14]), np.array([17, 15, 10.5])
    in_time = round(total * within / 100)
    parts = [np.floor(n * share / share.sum()) for n, share in ((in_time, early), (total - long_waits - in_time, late))]
    parts[0][3] += in_time - parts[0].sum()
    parts[1][0] += total - long_waits - in_time - parts[1].sum()
    counts = [int(count) for part in parts for count in part]
    return [*counts, long_waits - long_waits // 4, long_waits // 4, 0, 0]


def lists() -> list[tuple[str, int, int, float]]:
    """Return month, children waiting, of them over 52 weeks, per cent within 18 weeks.

    Level, then better from the plan's start on; in the last month the long waits jump.
    """
    chance = np.random.default_rng(5)
    out = []
    for number, when in enumerate(MONTHS):
        progress = max(number - 18, 0)
        size = 800 - progress * 10 + int(chance.integers(-25, 26))
        long_waits = 15 if number == len(MONTHS) - 1 else 10 + int(chance.integers(-2, 2))
        out.append((when, size, long_waits, 55 + progress * 0.5 + float(chance.normal(0, 1.4))))
    return out


def bands(with_flows: bool = True) -> list[Row]:
    """Return BANDS rows: the list by week band and, where asked for, a year and a half of flows."""
    out: list[Row] = []
    chance = np.random.default_rng(7)
    for number, (when, *counts) in enumerate(lists()):
        states = {"waiting": shape(*counts)}
        if with_flows and number >= 12:
            came = int(chance.poisson(150))
            states |= {"started": [came], "completed": shape(came + 7, 2), "removed": shape(4, 0)}
        for state in states:
            for place, children in enumerate(states[state]):
                to = EDGES[place + 1] if place + 1 < len(EDGES) else None
                row: Row = {"clock": "slt", "state": state, "area": TRUST, "month": month(when)}
                out.append({**row, "weeks_from": EDGES[place], "weeks_to": to, "children": children})
    return out


def results() -> pd.DataFrame:
    """Return RESULTS of the three measures."""
    rows: list[Row] = []
    for when, total, long_waits, share in lists():
        within = sum(shape(total, long_waits, share)[:5])
        low, high = wilson(within, total)
        row: Row = {"area": TRUST, "breakdown": EVERYONE, "group": EVERYONE, "month": month(when), "period_months": 0}
        rows.append({**row, "kpi": SIZE, "value": float(total)})
        parts = {"numerator": within, "denominator": total, "value": 100 * within / total, "low": low, "high": high}
        rows.append({**row, "kpi": WITHIN, **parts})
        rows.append({**row, "kpi": LONG, "value": float(long_waits)})
    return RESULTS.frame(rows)


@cache
def _computed() -> dict[str, pd.DataFrame]:
    held = results()
    return {"results": held, **score(PLAN, SCORED, load_definitions(), held, AS_OF)}


def rows(with_flows: bool = True) -> Rows:
    """Return every table's rows."""
    known, out = load_definitions(), {}
    for name, frame in _computed().items():
        out[name] = frame.astype("object").where(frame.notna(), None).to_dict("records")
    out["areas"] = [{"area": TRUST, "level": "provider", "name": "Shropshire Community Health", "role": "local"}]
    out["kpis"] = [
        kpi(k.id, k.title, k.question, k.unit, k.better, kind=k.kind, definition=k.text, caveats="Invented figures.")
        for k in (known[name] for name in (SIZE, WITHIN, LONG))
    ]
    out["bands"] = bands(with_flows)
    return out
