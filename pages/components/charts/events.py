"""Events of the actions behind a KPI, as thin lines on its charts with a number, and in words beneath."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.theme import Look

_GLYPHS = {"completed": "✔", "due": "▽", "date_changed": "↷"}


def with_events(chart: go.Figure, words: str, events: pd.DataFrame, look: Look) -> tuple[go.Figure, str]:
    """Return a chart over time and its text alternative with the events of the months it shows: a line a month."""
    first, last = (pd.Timestamp(edge) for edge in chart.layout.xaxis.range or (pd.Timestamp.max, pd.Timestamp.min))
    shown = events[events["month"].between(first, last)].sort_values(["month", "ref"])
    for month, own in shown.groupby("month"):
        signs = "".join(sign for kind, sign in _GLYPHS.items() if kind in set(own["kind"]))
        day = pd.Timestamp(month).isoformat()  # type: ignore[arg-type]
        chart.add_vline(x=day, line={"color": look.grid, "width": 1.5}, layer="below")
        chart.add_annotation(
            x=day, y=0, yref="paper", yanchor="bottom", showarrow=False, text=signs,
            hovertext="<br>".join(map(drawing.label, own["words"])), font={"color": look.muted, "size": 13},
        )  # fmt: skip
    told = "; ".join(shown["words"])
    return chart, f"{words} Events: {told}." if told else words


def events_table(events: pd.DataFrame) -> pd.DataFrame:
    """Return one row an event, the latest first."""
    rows = events.sort_values(["month", "ref"], ascending=[False, True])
    return pd.DataFrame(
        {
            "Month": [wording.month_words(month) for month in rows["month"]],
            "Event": [f"{_GLYPHS[str(row['kind'])]} {row['words']}" for _, row in rows.iterrows()],
        },
        dtype="str",
    )
