"""One KPI's figures with their intervals: over time, and beside other areas."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.charts.labels import End, name_ends, name_row
from pages.components.theme import FLAG_MARKS, Look


def over_time(results: pd.DataFrame, unit: str, look: Look, standard: float | None = None) -> go.Figure:
    """Return one area's figures over time with 95 % intervals; takes RESULTS rows of one KPI, area and group.

    A standard from outside the plan is a line to compare with, not a target.
    """
    chart = drawing.figure(look, 340)
    drawing.add_gaps(chart, results, look)
    drawing.add_actual(chart, results, unit, look, "value", intervals=True)
    drawing.add_flags(chart, results, unit, look, "value")
    if standard is not None:
        drawing.add_standard(chart, standard, unit, look)
    spread = [results[name] for name in ("value", "at_least", "high", "low")] + [pd.Series([standard])]
    heights = drawing.value_range(unit, (value for column in spread for value in column))
    drawing.set_heights(chart, unit, heights)
    chart.update_layout(xaxis=drawing.time_axis(results), margin={"t": 28})
    held = results.dropna(subset=["value"]).sort_values("month")
    if len(held):
        row = held.iloc[-1]
        name_ends(chart, [End("", drawing.short(row["value"], unit), float(row["value"]), look.actual)], heights)
    return chart


def over_time_in_words(title: str, results: pd.DataFrame, unit: str) -> str:
    """Return the text alternative of `over_time`: how many figures, the first, the latest, the extremes."""
    held = results.dropna(subset=["value"]).sort_values("month")
    if held.empty:
        return f"{title}, over time: no figure yet." + drawing.absences_in_words(results, "value")
    ranked = held.sort_values("value", kind="stable")
    lowest, highest = ranked.iloc[0], ranked.iloc[-1]
    named = [("First", held.iloc[0]), ("Latest", held.iloc[-1]), ("Lowest", lowest), ("Highest", highest)]
    words = [f"{name} {_in_words(row, unit)}." for name, row in named]
    return f"{title}, over time, {len(held)} figures. {' '.join(words)}" + drawing.absences_in_words(results, "value")


def comparison(results: pd.DataFrame, names: dict[str, str], local: str, unit: str, look: Look) -> go.Figure:
    """Return one row per area with its figure and interval for one month, best supplied in the order to show.

    Takes RESULTS rows of one KPI, month and group, one per area. Areas without a figure keep their row and say why.
    """
    chart = drawing.figure(look, 64 + 46 * len(results))
    for place, (_, row) in enumerate(results.iterrows()):
        mine = row["area"] == local
        colour = look.actual if mine else look.other
        shown = drawing.label(wording.figure(row["value"], unit, at_least=row["at_least"], flag=row["flag"]))
        value = drawing.number(row["value"])
        if value is None:
            mark = FLAG_MARKS.get(str(row["flag"]))
            colour = look.tones[mark.tone][0] if mark else colour
            symbol, at = (mark.symbol if mark else "triangle-right-open"), drawing.number(row["at_least"]) or 0.0
        else:
            symbol, at = ("circle" if mine else "circle-open"), value
        chart.add_scatter(
            x=[at],
            y=[place],
            error_x=_whisker(row, look.soft(colour, 0.6)),
            mode="markers",
            marker={"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
            hovertext=[drawing.hover(row, unit, "value")],
            hoverinfo="text",
            cliponaxis=False,
        )
        # Over its row, so that name and figure have the width of a phone.
        name = drawing.label(names.get(row["area"], row["area"]))
        told = f"<b>{name}: {shown}</b>" if mine else f"{name}: {shown}"
        name_row(chart, place, told, look.actual if mine else look.ink, 17)
    chart.update_layout(
        xaxis={**drawing.value_axis(unit), "showgrid": True},
        yaxis={"visible": False, "range": [len(results) - 0.5, -0.8], "fixedrange": True},
        margin={"t": 8, "l": 12, "r": 24, "b": 44 if unit == "percent" else 60},
    )
    if unit == "percent":
        chart.update_layout(xaxis={"range": [-1, 101]})
    return chart


def comparison_in_words(title: str, results: pd.DataFrame, names: dict[str, str], unit: str) -> str:
    """Return the text alternative of `comparison`: every area with its figure."""
    parts = []
    for _, row in results.iterrows():
        shown = wording.figure(row["value"], unit, at_least=row["at_least"], flag=row["flag"])
        parts.append(f"{names.get(row['area'], row['area'])} {shown}")
    if not parts:
        return f"{title}, beside other areas: no figure."
    period = wording.period_words(results["month"].iloc[0], int(results["period_months"].iloc[0]))
    return f"{title}, beside other areas, {period}: {'; '.join(parts)}."


def _whisker(row: pd.Series, colour: str) -> dict[str, object] | None:
    value, low, high = (drawing.number(row[name]) for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value],
        "arrayminus": [value - low],
        "color": colour,
        "thickness": 1.5,
        "width": 4,
    }


def _in_words(row: pd.Series, unit: str) -> str:
    period = wording.period_words(row["month"], int(row["period_months"]))
    interval = ""
    if drawing.number(row["low"]) is not None and drawing.number(row["high"]) is not None:
        interval = f" (95 % interval {wording.interval_words(row['low'], row['high'], unit)})"
    return f"{wording.number(row['value'], unit)}{interval}, {period}"
