"""The completeness grid: which source answered for which month."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.theme import Look


def completeness(arrivals: pd.DataFrame, look: Look) -> go.Figure:
    """Return one row per source and sender, one column per month: filled where a load answers, a cross at a gap.

    Takes ARRIVALS rows with a column `series` that names source and sender.
    """
    names = list(dict.fromkeys(arrivals["series"]))
    chart = drawing.figure(look, 80 + 56 * len(names))
    for arrived, symbol, colour, word in (
        (True, "square", look.actual, "arrived"),
        (False, "x-thin-open", look.tones["red"][0], "nothing came"),
    ):
        rows = arrivals[arrivals["arrived"] == arrived]
        chart.add_scatter(
            x=list(rows["month"]),
            y=[names.index(name) for name in rows["series"]],
            mode="markers",
            marker={"symbol": symbol, "size": 9, "color": colour, "line": {"width": 2, "color": colour}},
            hovertext=[
                f"{drawing.label(r['series'])}<br>{wording.month_words(r['month'])}: <b>{word}</b>"
                for _, r in rows.iterrows()
            ],
            hoverinfo="text",
            name=word,
        )
    for place, name in enumerate(names):  # above its row, so that it has the width of a phone
        chart.add_annotation(
            text=drawing.label(name),
            x=0,
            xref="paper",
            xanchor="left",
            y=place,
            yshift=20,
            showarrow=False,
            font={"color": look.ink, "size": 13},
        )
    chart.update_layout(
        xaxis={"side": "bottom"},
        yaxis={"visible": False, "range": [len(names) - 0.5, -0.8], "fixedrange": True},
        margin={"t": 8},
    )
    return chart


def completeness_in_words(arrivals: pd.DataFrame) -> str:
    """Return the text alternative of `completeness`: per source and sender, months that came out of those expected."""
    parts = []
    for name, rows in arrivals.groupby("series", sort=False):
        came = int(rows["arrived"].sum())
        first, last = wording.month_words(rows["month"].min()), wording.month_words(rows["month"].max())
        parts.append(f"{name}: {came} of {len(rows)} months from {first} to {last}")
    return f"Grid of months that arrived. {'; '.join(parts)}." if parts else "Nothing has arrived."
