"""One process stage after stage: the share on time at each, with its interval."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.charts.labels import name_row
from pages.components.theme import Look


def stages(rows: pd.DataFrame, look: Look) -> go.Figure:
    """Return one row a stage, first on top: a dot with its interval from 0 to 100 %, or words on why there is none.

    Takes RESULTS rows with a column `stage`.
    """
    chart = drawing.figure(look, 60 + 58 * len(rows))
    for place, (_, row) in enumerate(rows.iterrows()):
        value, flag = drawing.number(row["value"]), row["flag"]
        low, high = drawing.number(row["low"]), drawing.number(row["high"])
        if low is not None and high is not None:
            chart.add_scatter(
                x=[low, high], y=[place, place], mode="lines", line={"color": look.soft(look.actual, 0.5), "width": 5},
                hoverinfo="skip", name="95 % interval",
            )  # fmt: skip
        if value is not None:
            chart.add_scatter(
                x=[value], y=[place], mode="markers", marker={"size": 11, "color": look.actual},
                hovertext=[drawing.hover(row, "percent", "value")], hoverinfo="text", cliponaxis=False,
                name=row["stage"],
            )  # fmt: skip
        shown = wording.figure(row["value"], "percent", flag=None if pd.isna(flag) else str(flag))
        name_row(chart, place, f"{drawing.label(row['stage'])}: <b>{drawing.label(shown)}</b>", look.ink, 20)
    chart.update_layout(
        xaxis={**drawing.value_axis("percent"), "showgrid": True},
        yaxis={"visible": False, "range": [len(rows) - 0.5, -0.9], "fixedrange": True},
        margin={"t": 8},
    )
    return chart


def stages_in_words(rows: pd.DataFrame) -> str:
    """Return the text alternative of `stages`: every stage with its figure and period."""
    told = []
    for _, row in rows.iterrows():
        shown = wording.figure(row["value"], "percent", flag=None if pd.isna(row["flag"]) else str(row["flag"]))
        told.append(f"{row['stage']}: {shown} ({wording.period_words(row['month'], int(row['period_months']))})")
    return f"On time, stage after stage. {'; '.join(told)}."
