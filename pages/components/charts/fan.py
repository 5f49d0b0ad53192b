"""The forecast on a trajectory: a median line and the range that holds four of five futures."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.theme import Look

NAME = "Likely"


def add_fan(
    chart: go.Figure, forecast: pd.DataFrame, unit: str, look: Look, latest: pd.Series | None, planned: float | None
) -> None:
    """Draw FORECAST rows of one KPI after its latest actual figure (a PATH row); nothing where there are none.

    Its label stands on the side away from the plan's last number.
    """
    if forecast.empty or latest is None:
        return
    rows, length = forecast.sort_values("month"), int(latest["period_months"])
    if length > 1:
        for _, row in rows.iterrows():
            start, end = drawing.span(row["month"], length)
            _add_range(chart, [start, end], [row["low80"]] * 2, [row["high80"]] * 2, look)
            _add_median(chart, [start, end], [row["median"]] * 2, [row, row], unit, look)
    else:
        months: list[object] = [latest["month"], *rows["month"]]
        held = [float(latest["actual"])]
        _add_range(chart, months, held + list(rows["low80"]), held + list(rows["high80"]), look)
        points = [None, *(row for _, row in rows.iterrows())]
        _add_median(chart, months, held + list(rows["median"]), points, unit, look)
    last = rows.iloc[-1]
    above = planned is not None and planned < last["median"]
    chart.add_annotation(
        x=drawing.span(last["month"], length)[1] if length > 1 else last["month"],
        y=float(last["high80" if above else "low80"]),
        text=f"<b>Likely {drawing.label(wording.number(last['median'], unit))}</b>",
        font={"color": look.tones["violet"][0]},
        showarrow=False,
        xanchor="right",
        yanchor="bottom" if above else "top",
    )


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
