"""Grids of yes and no over time: which source answered for which month, which list passed its checks."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.charts.labels import LINE, ROW, name_row
from pages.components.theme import Look

ARRIVED, PASSED = ("arrived", "nothing came"), ("every check holds", "a check fails")


def completeness(arrivals: pd.DataFrame, look: Look, words: tuple[str, str] = ARRIVED) -> go.Figure:
    """Return one row per series over time: filled where a load answers, a cross at a gap.

    A month is a square; a longer period is a bar over the time it covers. Takes ARRIVALS rows with a column `series`
    that names source and sender; `words` say what filled and cross mean.
    """
    names = list(dict.fromkeys(arrivals["series"]))
    lines = max((len(name) // ROW + 1 for name in names), default=1)
    chart = drawing.figure(look, 80 + (38 + LINE * lines) * len(names))
    for arrived, symbol, colour, word in (
        (True, "square", look.actual, words[0]),
        (False, "x-thin-open", look.tones["red"][0], words[1]),
    ):
        rows = arrivals[arrivals["arrived"] == arrived]
        _add_bars(chart, rows[rows["period_months"] > 1] if arrived else rows.iloc[:0], names, colour)
        chart.add_scatter(
            x=[_middle(row) for _, row in rows.iterrows()],
            y=[names.index(name) for name in rows["series"]],
            mode="markers",
            marker={
                "symbol": symbol,
                # On a bar the mark is there only to be pointed at.
                "size": [2 if arrived and length > 1 else 9 for length in rows["period_months"]],
                "color": colour,
                "line": {"width": 2, "color": colour},
            },
            hovertext=[f"{drawing.label(r['series'])}<br>{_period(r)}: <b>{word}</b>" for _, r in rows.iterrows()],
            hoverinfo="text",
            name=word,
        )
    for place, name in enumerate(names):  # above its row, so that it has the width of a phone
        name_row(chart, place, drawing.label(name), look.ink, 20)
    chart.update_layout(
        xaxis={"side": "bottom"},
        yaxis={"visible": False, "range": [len(names) - 0.5, -0.95], "fixedrange": True},
        margin={"t": 8},
    )
    return chart


def _period(row: pd.Series) -> str:
    return wording.period_words(row["month"], int(row["period_months"]))


def _middle(row: pd.Series) -> pd.Timestamp:
    """Return where a mark stands: a month at its first day, a longer period in the middle of the time it covers."""
    if row["period_months"] <= 1:
        return pd.Timestamp(row["month"])
    start, end = drawing.span(row["month"], row["period_months"])
    return start + (end - start) / 2


def _add_bars(chart: go.Figure, rows: pd.DataFrame, names: list[str], colour: str) -> None:
    """Draw longer periods as bars over their time, with a little air between two of them."""
    air = pd.Timedelta(days=10)
    for _, row in rows.iterrows():
        start, end = drawing.span(row["month"], row["period_months"])
        chart.add_scatter(
            x=[start + air, end - air],
            y=[names.index(row["series"])] * 2,
            mode="lines",
            line={"color": colour, "width": 9},
            hoverinfo="skip",
        )


def completeness_in_words(arrivals: pd.DataFrame, title: str = "Grid of what arrived") -> str:
    """Return the text alternative of `completeness`: per series, months that came out of those expected."""
    parts = []
    for name, rows in arrivals.groupby("series", sort=False):
        came = int(rows["arrived"].sum())
        length = int(rows["period_months"].iloc[0])
        first, last = (wording.period_words(end, length) for end in (rows["month"].min(), rows["month"].max()))
        units = {12: "years"}.get(length, "months" if length <= 1 else "periods")
        parts.append(f"{name}: {came} of {len(rows)} {units} from {first} to {last}")
    return f"{title}. {'; '.join(parts)}." if parts else "Nothing has arrived."
