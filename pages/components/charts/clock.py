"""The plan clock: a line from the plan's start to its last milestone, and where we are on it."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.theme import Look

Milestone = tuple[str, int, date]  # label, months since the start, the month it is due


def clock(start: date, elapsed: int, milestones: Sequence[Milestone], look: Look) -> go.Figure:
    """Return a time line in months since the start; milestones reached are filled, those ahead are open."""
    chart = drawing.figure(look, 96)
    length = max((months for _, months, _ in milestones), default=1)
    reached = min(max(elapsed, 0), length)
    for end, colour, width in ((length, look.grid, 6), (reached, look.actual, 6)):
        chart.add_scatter(
            x=[0, end], y=[0, 0], mode="lines", line={"color": colour, "width": width}, hoverinfo="skip", name="time"
        )
    stops = _stops(start, milestones)
    chart.add_scatter(
        x=[months for _, months, _ in stops],
        y=[0] * len(stops),
        mode="markers+text",
        text=[f"<b>{months or 'start'}</b><br>{wording.narrow_month(due)}" for _, months, due in stops],
        textposition="bottom center",
        textfont={"size": 13, "color": look.ink},
        marker={
            "symbol": ["circle" if months <= elapsed else "circle-open" for _, months, _ in stops],
            "size": 15,
            "color": look.actual,
            "line": {"width": 2, "color": look.actual},
        },
        hovertext=[f"{drawing.label(name)}<br>{wording.month_words(due)}" for name, _, due in stops],
        hoverinfo="text",
        cliponaxis=False,
        name="milestones",
    )
    if 0 <= elapsed <= length:
        chart.add_scatter(
            x=[elapsed],
            y=[0.55],
            mode="markers+text",
            marker={"symbol": "triangle-down", "size": 12, "color": look.planned},
            text=["<b>now</b>"],
            textposition="middle right",
            textfont={"color": look.planned},
            hoverinfo="skip",
            cliponaxis=False,
            name="now",
        )
    chart.update_layout(
        xaxis={"visible": False, "range": [-0.4, length + 0.4], "fixedrange": True},
        yaxis={"visible": False, "range": [-1.6, 0.9], "fixedrange": True},
        margin={"l": 14, "r": 14, "t": 4, "b": 4},
    )
    return chart


def clock_in_words(start: date, elapsed: int, milestones: Sequence[Milestone]) -> str:
    """Return the text alternative of `clock`: where the plan stands, and every milestone with its month."""
    named = drawing.plain_list([f"{name} {wording.month_words(due)}" for name, _, due in _stops(start, milestones)])
    return f"Time line of the plan. {wording.clock_words(elapsed, milestones)}. Milestones: {named}."


def _stops(start: date, milestones: Sequence[Milestone]) -> list[Milestone]:
    known = sorted(milestones, key=lambda m: m[1])
    return known if known and known[0][1] == 0 else [("Start", 0, pd.Timestamp(start).date()), *known]
