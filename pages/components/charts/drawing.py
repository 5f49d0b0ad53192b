"""What all charts share: how a period, a gap, an open band and a flag are drawn. Knows nothing of Streamlit.

A snapshot or a month is a dot, joined to the next month only. A longer period is a bar over the time it covers. A
month without a figure breaks the line. A flagged month stands on a strip below the axis with the shape of its reason.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.theme import FLAG_MARKS, Look, template

STRIP = "y2"
FRAME = 70  # pixels of a chart's height that its time axis and margins take
_ROW = 40  # pixels of height of a row of the strip


def label(text: object) -> str:
    """Return text that Plotly draws as it is: its own markup (<a>, <b>, entities) is taken apart."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def figure(look: Look, height: int) -> go.Figure:
    """Return an empty figure in the house template, `height` in pixels."""
    return go.Figure(layout={"template": template(look), "height": height})


def span(month: pd.Timestamp, period_months: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first day of a period and the first day after it; a snapshot or month is its own month."""
    end = month + pd.DateOffset(months=1)
    return end - pd.DateOffset(months=max(int(period_months), 1)), end


def monthly(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows for a snapshot or a single month, one row per month from first to last.

    Months that have no row are put in with no value, so that a line breaks there.
    """
    rows = frame[frame["period_months"].fillna(0) <= 1].sort_values("month")
    if rows.empty:
        return rows
    months = pd.date_range(rows["month"].iloc[0], rows["month"].iloc[-1], freq="MS").as_unit("s")
    return rows.set_index("month").reindex(months).rename_axis("month").reset_index()


def periods(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows for periods longer than a month, one row per period, in order of time."""
    return frame[frame["period_months"].fillna(0) > 1].sort_values("month")


def gaps(frame: pd.DataFrame) -> list[tuple[date, date]]:
    """Return the runs of months between two figures for which nothing came, as first and last month of each run."""
    held = sorted(month.date() for month in frame.loc[frame["period_months"].fillna(0) <= 1, "month"])
    runs = []
    for before, after in pairwise(held):
        first = (pd.Timestamp(before) + pd.DateOffset(months=1)).date()
        if first < after:
            runs.append((first, (pd.Timestamp(after) - pd.DateOffset(months=1)).date()))
    return runs


def number(value: object) -> float | None:
    """Return a figure as a float, or None where there is none, which Plotly leaves out."""
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]


def short(value: float, unit: str) -> str:
    """Return a figure for a label in a chart whose axis names the unit: "681", "61.4 %"."""
    return label(wording.number(value, unit).removesuffix(f" {unit}"))


def hover(row: pd.Series, unit: str, value: str) -> str:
    """Return the words shown over a point: its period, its figure or why there is none, its base."""
    base = ""
    if number(row.get("numerator")) is not None and number(row.get("denominator")) is not None:
        base = f"<br>{wording.base_words(row['numerator'], row['denominator'])}"
    shown = wording.figure(row[value], unit, at_least=row.get("at_least"), flag=row.get("flag"))
    period = wording.period_words(row["month"], int(row["period_months"] if pd.notna(row["period_months"]) else 0))
    return f"{period}<br><b>{label(shown)}</b>{base}"


def add_actual(
    chart: go.Figure, frame: pd.DataFrame, unit: str, look: Look, value: str, intervals: bool = False
) -> None:
    """Draw actual figures: dots joined month by month, bars for longer periods, an arrow where a band is open."""
    points = monthly(frame)
    if len(points):
        chart.add_scatter(
            x=list(points["month"]),
            y=[number(v) for v in points[value]],
            error_y=_whiskers(points, value, look) if intervals else None,
            mode="lines+markers",
            connectgaps=False,
            line={"color": look.actual, "width": 2.5},
            marker={"size": 7, "color": look.actual},
            hovertext=[hover(row, unit, value) for _, row in points.iterrows()],
            hoverinfo="text",
            name="Actual",
        )
    bars = periods(frame)
    for _, row in bars.iterrows():
        start, end = span(row["month"], row["period_months"])
        chart.add_scatter(
            x=[start, start + (end - start) / 2, end],
            y=[number(row[value])] * 3,
            mode="lines",
            line={"color": look.actual, "width": 5},
            hovertext=[hover(row, unit, value)] * 3,
            hoverinfo="text",
            name="Actual",
        )
    if intervals and len(bars):
        chart.add_scatter(
            x=[_middle(row) for _, row in bars.iterrows()],
            y=[number(v) for v in bars[value]],
            error_y=_whiskers(bars, value, look),
            mode="markers",
            marker={"size": 1, "color": look.actual},
            hoverinfo="skip",
            name="95 % interval",
        )
    _add_open_bands(chart, frame, unit, look, value)


def _whiskers(frame: pd.DataFrame, value: str, look: Look) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [number(v) for v in frame["high"] - frame[value]],
        "arrayminus": [number(v) for v in frame[value] - frame["low"]],
        "color": look.soft(look.actual, 0.55),
        "thickness": 1.5,
        "width": 4,
    }


def _add_open_bands(chart: go.Figure, frame: pd.DataFrame, unit: str, look: Look, value: str) -> None:
    rows = frame[frame[value].isna() & frame["at_least"].notna()]
    if len(rows):
        chart.add_scatter(
            x=list(rows["month"]),
            y=[number(v) for v in rows["at_least"]],
            mode="markers",
            marker={"symbol": "triangle-up-open", "size": 11, "color": look.actual, "line": {"width": 2}},
            hovertext=[hover(row, unit, value) for _, row in rows.iterrows()],
            hoverinfo="text",
            name="At least",
        )


def add_flags(chart: go.Figure, frame: pd.DataFrame, unit: str, look: Look, value: str) -> None:
    """Put every flagged figure on a strip below the chart: a row a reason, under its name and in its shape."""
    rows = frame[frame[value].isna() & frame["flag"].notna()]
    if rows.empty:
        return
    reasons = list(rows.groupby("flag", sort=True))
    for place, (flag, same) in enumerate(reasons):
        mark, words = FLAG_MARKS[str(flag)], wording.FLAG_WORDS[str(flag)]
        ink = look.tones[mark.tone][0]
        chart.add_scatter(
            x=[_middle(row) for _, row in same.iterrows()],
            y=[place + 0.25] * len(same),
            yaxis=STRIP,
            mode="markers",
            marker={"symbol": mark.symbol, "size": 10, "color": ink, "line": {"width": 2}},
            hovertext=[hover(row, unit, value) for _, row in same.iterrows()],
            hoverinfo="text",
            cliponaxis=False,
            name=words,
        )
        chart.add_annotation(
            text=words, x=0, xref="paper", xanchor="left", y=place + 0.72, yref=STRIP, showarrow=False,
            font={"color": ink, "size": 13},
        )  # fmt: skip
    strip = _ROW * len(reasons)
    height = chart.layout.height + strip
    share = strip / (height - FRAME)
    chart.update_layout(
        height=height,
        xaxis={"anchor": STRIP},
        yaxis={"domain": [share + 0.03, 1]},
        yaxis2={"domain": [0, share], "range": [0, len(reasons)], "visible": False, "fixedrange": True, "anchor": "x"},
    )


def _middle(row: pd.Series) -> pd.Timestamp:
    if not pd.notna(row["period_months"]) or row["period_months"] <= 1:
        return pd.Timestamp(row["month"])
    start, end = span(row["month"], row["period_months"])
    return start + (end - start) / 2


def add_gaps(chart: go.Figure, frame: pd.DataFrame, look: Look) -> None:
    """Shade the months for which nothing came, and say so where there is room."""
    for first, last in gaps(frame):
        start, end = span(pd.Timestamp(first), 1)[0], span(pd.Timestamp(last), 1)[0]
        wide = (end - start).days > 150  # five months: room for the words at 390 px
        chart.add_vrect(
            x0=start - pd.Timedelta(days=12),
            x1=end + pd.Timedelta(days=12),
            fillcolor=look.soft(look.muted, 0.1),
            line_width=0,
            layer="below",
            annotation_text="no figures" if wide else "",
            annotation_position="top left",
            annotation_font={"color": look.muted, "size": 13},
        )


def add_standard(chart: go.Figure, standard: float, unit: str, look: Look, left: bool = False) -> None:
    """Draw a standard from outside the plan as a line to compare with, named at its right or left end."""
    place = {"x": 0, "xanchor": "left", "yanchor": "bottom"} if left else {"yanchor": "top"}
    chart.add_hline(
        y=standard,
        line={"color": look.muted, "width": 1.5, "dash": "dot"},
        annotation={
            "text": f"standard {label(wording.number(standard, unit))}", "font": {"color": look.muted}, **place,
        },
    )  # fmt: skip


def time_axis(frame: pd.DataFrame, also: Iterable[date] = ()) -> dict[str, object]:
    """Return a time axis over the periods of a frame and any further months, with air on both sides."""
    spans = [span(m, 1 if pd.isna(n) else n) for m, n in zip(frame["month"], frame["period_months"], strict=True)]
    edges = [edge for both in spans for edge in both] + [pd.Timestamp(month) for month in also]
    if not edges:
        return {}
    first, last = min(edges), max(edges)
    air = (last - first) * 0.025
    monthly_ticks = {"dtick": "M1"} if (last - first).days < 200 else {}
    narrow = [{"dtickrange": ["M1", "M6"], "value": "%b\n%Y"}]  # the year beneath the month, once
    ends = [(first - air).isoformat(), (last + air).isoformat()]
    return {"range": ends, "tickformatstops": narrow, "tickangle": 0, **monthly_ticks}


def value_range(unit: str, values: Iterable[object]) -> tuple[float, float]:
    """Return the range of a value axis that holds these values and 0, with air; per cent have one of their own."""
    if unit == "percent":
        return 0.0, 106.0
    held = [0.0, *(v for v in map(number, values) if v is not None)]
    return 1.08 * min(held), 1.08 * max(held) or 1.0


def value_axis(unit: str) -> dict[str, object]:
    """Return the value axis of a unit: per cent from 0 to 100, anything else from 0 up."""
    if unit == "percent":
        steps = [0, 25, 50, 75, 100]
        return {"range": [0, 106], "tickvals": steps, "ticktext": [f"{step} %" for step in steps]}
    return {
        "rangemode": "tozero",
        "separatethousands": True,
        "title": {"text": label(unit), "standoff": 6},
        "nticks": 6,
    }


def set_heights(chart: go.Figure, unit: str, heights: tuple[float, float]) -> None:
    """Give a chart its value axis over a range, and to the left the width that its figures and unit take."""
    letters = max(len(short(round(height, 1 if height < 10 else 0), "")) for height in heights)
    left = 50 if unit == "percent" else int(32 + 7.5 * letters)
    chart.update_layout(yaxis={**value_axis(unit), "range": heights}, margin={"l": left})


def plain_list(words: list[str]) -> str:
    """Return "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def absences_in_words(frame: pd.DataFrame, value: str) -> str:
    """Return a sentence on the figures that are not there, gaps and flags alike; empty when none is missing."""
    parts = []
    for first, last in gaps(frame):
        until = "" if first == last else f" to {wording.month_words(last)}"
        parts.append(f"nothing came for {wording.month_words(first)}{until}")
    rows = frame[frame[value].isna() & frame["flag"].notna()]
    for flag, same in rows.groupby("flag", sort=True):
        named = [wording.period_words(r["month"], int(r["period_months"])) for _, r in same.iterrows()]
        parts.append(f"{wording.FLAG_WORDS[str(flag)]} for {plain_list(named)}")
    return f" Without a figure: {'; '.join(parts)}." if parts else ""
