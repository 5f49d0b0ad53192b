"""The forecast on a trajectory: a median line and the range that holds four of five futures."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.theme import Look

NAME = "Likely"
Course = tuple[list[object], list[float], list[float], list[float]]  # months, low80, median, high80


def add_fan(chart: go.Figure, forecast: pd.DataFrame, unit: str, look: Look, latest: pd.Series | None) -> None:
    """Draw FORECAST rows of one KPI after its latest actual figure (a PATH row); nothing where there are none."""
    rows: list[pd.Series | None] = [row for _, row in forecast.sort_values("month").iterrows()]
    for place, (months, low, median, high) in enumerate(fan_paths(forecast, latest)):
        _add_range(chart, months, low, high, look)
        told = [rows[place]] * 2 if latest is not None and latest["period_months"] > 1 else [None, *rows]
        _add_median(chart, months, median, told, unit, look)


def fan_paths(forecast: pd.DataFrame, latest: pd.Series | None) -> list[Course]:
    """Return the courses that FORECAST rows are drawn along: one from the latest figure on, or one a longer period."""
    if forecast.empty or latest is None:
        return []
    rows, length = forecast.sort_values("month"), int(latest["period_months"])
    if length > 1:
        spans = [(list(drawing.span(row["month"], length)), row) for _, row in rows.iterrows()]
        return [(both, *([float(row[n])] * 2 for n in ("low80", "median", "high80"))) for both, row in spans]  # type: ignore[misc]
    held = float(latest["actual"])
    low, median, high = ([held, *(float(v) for v in rows[name])] for name in ("low80", "median", "high80"))
    return [([latest["month"], *rows["month"]], low, median, high)]


def fan_in_words(forecast: pd.DataFrame, unit: str) -> str:
    """Return the forecast for its last month in a sentence, "" where there is none."""
    if forecast.empty:
        return ""
    last = forecast.sort_values("month").iloc[-1]
    return (
        f" Likely by {wording.month_words(last['month'])}: {wording.number(last['median'], unit)}, with four chances "
        f"in five of {wording.interval_words(last['low80'], last['high80'], unit)}."
    )


def _add_range(chart: go.Figure, x: list[object], low: list[float], high: list[float], look: Look) -> None:
    violet = look.tones["violet"][0]
    chart.add_scatter(
        x=[*x, *reversed(x)],
        y=[*(float(v) for v in low), *(float(v) for v in reversed(high))],
        mode="lines",
        fill="toself",
        fillcolor=look.soft(violet, 0.16),
        line={"color": look.soft(violet, 0.55), "width": 1},
        hoverinfo="skip",
        name="80 % range",
    )


def _add_median(
    chart: go.Figure, x: list[object], y: list[float], rows: list[pd.Series | None], unit: str, look: Look
) -> None:
    chart.add_scatter(
        x=x,
        y=[float(v) for v in y],
        mode="lines",
        line={"color": look.tones["violet"][0], "width": 2, "dash": "dashdot"},
        hovertext=["" if row is None else _hover(row, unit) for row in rows],
        hoverinfo="text",
        name=NAME,
    )


def _hover(row: pd.Series, unit: str) -> str:
    interval = wording.interval_words(row["low80"], row["high80"], unit)
    shown = wording.number(row["median"], unit)
    return f"{wording.month_words(row['month'])}<br><b>likely {drawing.label(shown)}</b><br>80 %: {interval}"
