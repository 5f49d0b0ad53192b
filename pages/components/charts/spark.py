"""A small wordless picture of a KPI: planned path and actual figures, as SVG text: twenty charts draw slowly."""

import pandas as pd

from pages.components.charts import drawing
from pages.components.charts.trajectory import Plan, actual_rows
from pages.components.theme import Look

_WIDTH, _HEIGHT, _AIR = 280, 72, 7


def sparkline(plan: Plan, look: Look) -> str:
    """Return the picture, or "" where there is neither plan nor figure. A missing month breaks the line."""
    planned = plan.path.dropna(subset=["planned"]).sort_values("month")
    rows = actual_rows(plan)
    points, bars = drawing.monthly(rows), drawing.periods(rows)
    spans = [drawing.span(row["month"], int(row["period_months"])) for _, row in bars.iterrows()]
    times = [*planned["month"], *points["month"], *(edge for both in spans for edge in both)]
    heights = pd.concat([planned["planned"], rows["actual"], rows["at_least"]]).dropna()
    if not times:
        return ""
    first, last = min(times), max(times)
    low, high = min(heights.min(), 0) if len(heights) else 0, max(heights.max(), 0) if len(heights) else 0

    def x(time: pd.Timestamp) -> float:
        share = (time - first) / (last - first) if last > first else 0.5
        return round(_AIR + share * (_WIDTH - 2 * _AIR), 1)

    def y(value: float) -> float:
        share = (float(value) - low) / float(high - low) if high > low else 0.0
        return round(_HEIGHT - _AIR - share * (_HEIGHT - 2 * _AIR), 1)

    ink, parts = look.actual, []
    if len(planned):
        along = " ".join(f"{x(m)},{y(v)}" for m, v in zip(planned["month"], planned["planned"], strict=True))
        parts.append(_line(along, look.planned, 2, "5 4"))
    for run in _runs(points):
        places = [(x(m), y(v)) for m, v in zip(run["month"], run["actual"], strict=True)]
        if len(places) > 1:
            parts.append(_line(" ".join(f"{a},{b}" for a, b in places), ink, 2))
        else:
            parts.append(_dot(*places[0], 2.5, ink))
    for (start, end), value in zip(spans, bars["actual"], strict=True):
        if pd.notna(value):
            parts.append(_line(f"{x(start)},{y(value)} {x(end)},{y(value)}", ink, 4))
    for _, row in rows[rows["actual"].isna()].iterrows():  # an open band, or a figure with a reason for not being there
        at = y(row["at_least"]) if pd.notna(row["at_least"]) else float(_HEIGHT - _AIR)
        parts.append(_square(x(row["month"]), at, look.muted))
    held = rows.dropna(subset=["actual"]).sort_values("month")
    if len(held):
        row = held.iloc[-1]
        until = drawing.span(row["month"], int(row["period_months"]))[1] if row["period_months"] > 1 else row["month"]
        parts.append(_dot(x(until), y(row["actual"]), 4.5, ink))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}"'
    return f'{head} viewBox="0 0 {_WIDTH} {_HEIGHT}">{"".join(parts)}</svg>'


def _runs(points: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the runs of months that have a figure, each without a gap."""
    if points.empty:
        return []
    known = points["actual"].notna()
    return [run for _, run in points[known].groupby((~known).cumsum()[known])]


def _line(points: str, ink: str, width: int, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="{width}"{dashed}/>'


def _dot(x: float, y: float, radius: float, ink: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{ink}"/>'


def _square(x: float, y: float, ink: str) -> str:
    return f'<rect x="{x - 3}" y="{y - 3}" width="6" height="6" fill="none" stroke="{ink}" stroke-width="1.5"/>'
