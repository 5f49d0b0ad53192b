"""What it would take, drawn: the list by week band, and the list in the months ahead under two courses."""

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.charts.labels import End, name_ends
from pages.components.theme import Look

AS_NOW, TRIED = "nothing changes", "what you tried"


def band_words(weeks_from: object, weeks_to: object) -> str:
    """Return a week band in words: "0 to 1 weeks", "104 weeks or more", "wait unknown"."""
    if pd.isna(weeks_from):  # type: ignore[call-overload]
        return "wait unknown"
    return f"{weeks_from} weeks or more" if pd.isna(weeks_to) else f"{weeks_from} to {weeks_to} weeks"  # type: ignore[call-overload]


def waiting_bands(bands: pd.DataFrame, weeks: int | None, look: Look) -> go.Figure:
    """Return today's list, one bar a week band, shortest wait on top; bands past the standard stand out by pattern.

    Takes rows with weeks_from, weeks_to and children.
    """
    chart = drawing.figure(look, 60 + 34 * len(bands))
    rows = bands.iloc[::-1]
    late = [bool(weeks is not None and pd.notna(start) and start >= weeks) for start in rows["weeks_from"]]
    chart.add_bar(
        x=[float(n) for n in rows["children"]],
        y=[band_words(a, b) for a, b in zip(rows["weeks_from"], rows["weeks_to"], strict=True)],
        orientation="h",
        text=[f"{n:,.0f}" for n in rows["children"]],
        textposition="outside",
        cliponaxis=False,
        marker={
            "color": [look.planned if past else look.actual for past in late],
            "pattern": {"shape": ["/" if past else "" for past in late], "fgcolor": look.background, "size": 6},
        },
        hoverinfo="skip",
        name="Children",
    )
    chart.update_layout(
        xaxis={"visible": False},
        yaxis={
            "showgrid": False,
            "tickfont": {"color": look.ink, "size": 14},
            "ticklabelstandoff": 8,
            "automargin": True,
        },
        margin={"r": 48, "b": 8},
        bargap=0.25,
    )
    return chart


def waiting_bands_in_words(bands: pd.DataFrame, month: date) -> str:
    """Return the text alternative of `waiting_bands`: every band with its children."""
    parts = [f"{band_words(r['weeks_from'], r['weeks_to'])}: {r['children']:,.0f}" for _, r in bands.iterrows()]
    return f"Children waiting at the end of {wording.month_words(month)}, by how long: {'; '.join(parts)}."


def ahead(
    sizes: pd.DataFrame, now: pd.DataFrame, tried: pd.DataFrame | None, target: float, look: Look, percent: bool = False
) -> go.Figure:
    """Return the list so far and in the months ahead: if nothing changes and, where given, under what was tried.

    `sizes` has month and size (left empty for a share); `now` and `tried` have month, median, low80, high80. `target`
    is a line to compare with.
    """
    chart = drawing.figure(look, 360)
    courses = [(AS_NOW, now, look.muted, "dot")]
    courses += [] if tried is None else [(TRIED, tried, look.actual, "solid")]
    for name, frame, colour, dash in courses:
        _add_course(chart, frame, name, colour, dash, "percent" if percent else "children", look)
    if len(sizes):
        rows = drawing.monthly(sizes.assign(period_months=0))
        chart.add_scatter(
            x=list(rows["month"]), y=[drawing.number(v) for v in rows["size"]], mode="lines+markers",
            connectgaps=False, line={"color": look.ink, "width": 2}, marker={"size": 5}, hoverinfo="skip",
            name="So far",
        )  # fmt: skip
    unit = "percent" if percent else "children"
    chart.add_hline(
        y=target,
        line={"color": look.planned, "width": 1.5, "dash": "dash"},
        annotation={
            "text": f"{'share aimed for' if percent else 'target list size'} {wording.number(target, unit)}",
            "font": {"color": look.planned, "size": 13},
            "x": 0,
            "xanchor": "left",
            "yanchor": "bottom",
        },
    )
    spread = [*sizes["size"], target, *(v for _, frame, _, _ in courses for v in [*frame["low80"], *frame["high80"]])]
    heights = drawing.value_range(unit, spread)
    drawing.set_heights(chart, unit, heights)
    chart.update_layout(margin={"t": 24})
    last = [(name, float(frame["median"].iloc[-1]), colour) for name, frame, colour, _ in courses]
    name_ends(chart, [End(name, drawing.short(value, unit), value, colour) for name, value, colour in last], heights)
    return chart


def ahead_in_words(title: str, now: pd.DataFrame, tried: pd.DataFrame | None, unit: str) -> str:
    """Return the text alternative of `ahead`: where each course ends."""
    told = [f"if {AS_NOW}, {_end(now, unit)}"]
    told += [] if tried is None else [f"with {TRIED}, {_end(tried, unit)}"]
    return f"{title} in {wording.month_words(now['month'].iloc[-1])}: {'; '.join(told)}."


def _end(frame: pd.DataFrame, unit: str) -> str:
    last = frame.iloc[-1]
    interval = wording.interval_words(last["low80"], last["high80"], unit)
    return f"{wording.number(last['median'], unit)} (80 % range {interval})"


def _add_course(
    chart: go.Figure, frame: pd.DataFrame, name: str, colour: str, dash: str, unit: str, look: Look
) -> None:
    months = list(frame["month"])
    chart.add_scatter(
        x=[*months, *reversed(months)],
        y=[*frame["low80"], *reversed(list(frame["high80"]))],
        mode="lines",
        fill="toself",
        fillcolor=look.soft(colour, 0.16),
        line={"color": look.soft(colour, 0.4), "width": 1},
        hoverinfo="skip",
        name=f"80 % range, {name}",
    )
    chart.add_scatter(
        x=months,
        y=list(frame["median"]),
        mode="lines",
        line={"color": colour, "width": 2.5, "dash": dash},
        hovertext=[
            f"{wording.month_words(r['month'])}, {name}<br><b>{wording.number(r['median'], unit)}</b>"
            for _, r in frame.iterrows()
        ],
        hoverinfo="text",
        name=name,
    )
