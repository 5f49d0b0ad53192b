"""The plan's dates on one line a theme: what is due when, how it is rated, and what is past."""

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.actions import RAG_NAMES, rag_key
from pages.components.charts import drawing
from pages.components.theme import RAG_MARKS, Look

_LEVEL = 15  # pixels, from one action to another of the same theme and month
_APART = 2.0  # levels from the top of a theme to the next one


def dated(actions: pd.DataFrame) -> pd.DataFrame:
    """Return the actions of the plan with a date, firm or not."""
    return actions[actions["due_on"].notna() & ~actions["retired"].astype("bool")]


def timeline(actions: pd.DataFrame, as_of: date, look: Look) -> go.Figure:
    """Return one mark per action with a date, in its month and theme; uncertain dates stand on a hollow ring.

    Actions of one theme and month stand above each other, so a theme is as tall as its fullest month.
    """
    rows = dated(actions).sort_values(["due_on", "position"])
    rows = rows.assign(
        level=rows.groupby(["theme", "due_on"]).cumcount(), key=[rag_key(row) for _, row in rows.iterrows()]
    )
    tallest = rows.groupby("theme")["level"].max()
    floor, themes = 0.0, {}
    for theme in reversed(list(dict.fromkeys(actions.sort_values("position")["theme"]))):
        if theme in tallest.index:
            themes[str(theme)] = floor
            floor += float(tallest[theme]) + _APART
    rows = rows.assign(height=rows["theme"].map(themes) + rows["level"])
    chart = drawing.figure(look, int(90 + _LEVEL * floor))
    doubt = rows[rows["by_when_kind"] != "month"]
    chart.add_scatter(
        x=list(doubt["due_on"]), y=list(doubt["height"]), mode="markers", hoverinfo="skip", name="uncertain date",
        marker={"symbol": "circle-open", "size": 17, "color": look.muted, "line": {"width": 1.5}},
    )  # fmt: skip
    for key, mark in RAG_MARKS.items():
        own = rows[rows["key"] == key]
        if len(own):
            chart.add_scatter(
                x=list(own["due_on"]), y=list(own["height"]), mode="markers", name=RAG_NAMES[key],
                marker={"symbol": mark.symbol, "size": 11, "color": look.tones[mark.tone][0]},
                hovertext=[_hover(row) for _, row in own.iterrows()], hoverinfo="text", cliponaxis=False,
            )  # fmt: skip
    chart.add_vline(x=pd.Timestamp(as_of).isoformat(), line={"color": look.muted, "width": 1, "dash": "dot"})
    names = dict(zip(actions["theme"], actions["theme_title"], strict=True))
    chart.update_layout(
        xaxis=drawing.time_axis(pd.DataFrame({"month": rows["due_on"], "period_months": 0}), [as_of]),
        yaxis={
            "tickvals": list(themes.values()), "ticktext": [_short(theme, str(names[theme])) for theme in themes],
            "range": [-0.8, floor - _APART + 0.8], "automargin": True, "showgrid": True,
        },
        margin={"l": 8, "t": 20},
    )  # fmt: skip
    return chart


def timeline_in_words(actions: pd.DataFrame, as_of: date) -> str:
    """Return the text alternative of `timeline`: how many dates, firm and uncertain, past and to come, by rating."""
    rows = dated(actions)
    firm = rows[rows["by_when_kind"] == "month"]
    keys = [rag_key(row) for _, row in rows.iterrows()]
    rated = drawing.plain_list([f"{keys.count(key)} {RAG_NAMES[key]}" for key in RAG_MARKS if key in keys] or ["none"])
    return (
        f"Dates of the plan's actions, read in {wording.month_words(as_of)}: {len(firm)} firm and "
        f"{len(rows) - len(firm)} uncertain; {int(firm['overdue'].astype('bool').sum())} are overdue. Ratings: {rated}."
    )


def _hover(row: pd.Series) -> str:
    lines = [f"<b>{drawing.label(row['ref'])}</b> {drawing.label(row['title'])}", drawing.label(row["by_when"])]
    return "<br>".join([*lines, f"{RAG_MARKS[str(row['key'])].glyph} {RAG_NAMES[str(row['key'])]}"])


def _short(theme: str, title: str) -> str:
    words = f"{theme} {title}"
    return drawing.label(words if len(words) <= 34 else f"{words[:33].rstrip()}…")
