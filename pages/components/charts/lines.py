"""Up to three series on one axis, each named at its end: two forms of a rate, two percentiles, comers and leavers."""

from dataclasses import dataclass, replace

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.charts.labels import End, name_ends
from pages.components.theme import Look

_SYMBOLS = ("circle", "diamond", "square")
_DASHES = ("solid", "dash", "dot")


@dataclass(frozen=True)
class Series:
    """One named line: rows with month, period_months, value, at_least, flag, and numerator and denominator if any."""

    name: str
    rows: pd.DataFrame

    def held(self) -> pd.DataFrame:
        """Return the rows with a value or an open band, in order of time."""
        return self.rows[self.rows["value"].notna() | self.rows["at_least"].notna()].sort_values("month")


def lines(series: list[Series], unit: str, look: Look, standard: float | None = None) -> go.Figure:
    """Return the series on one axis, told apart by colour, shape and dash, with a standard to compare with if any."""
    chart = drawing.figure(look, 340)
    everything = pd.concat([one.rows for one in series])
    drawing.add_gaps(chart, everything, look)
    colours = (look.actual, look.planned, look.other)
    for number, one in enumerate(series):
        colour = colours[number]
        before = len(chart.data)
        drawing.add_actual(chart, one.rows, unit, replace(look, actual=colour), "value")
        for trace in chart.data[before:]:
            trace.name = one.name
            trace.update(marker={"symbol": trace.marker.symbol or _SYMBOLS[number]})
            if trace.mode != "markers":
                trace.update(line={"dash": _DASHES[number]})
    drawing.add_flags(chart, everything, unit, look, "value")
    if standard is not None:
        drawing.add_standard(chart, standard, unit, look, left=True)
    spread = [everything["value"], everything["at_least"], pd.Series([standard])]
    heights = drawing.value_range(unit, (value for column in spread for value in column))
    drawing.set_heights(chart, unit, heights)
    chart.update_layout(xaxis=drawing.time_axis(everything), margin={"t": 28})
    newest = everything["month"].max()
    ends = [_end(one, unit, colour, newest) for one, colour in zip(series, colours, strict=False) if len(one.held())]
    name_ends(chart, ends, heights)
    return chart


def lines_in_words(title: str, series: list[Series], unit: str) -> str:
    """Return the text alternative of `lines`: first and latest figure of each series, and what is missing."""
    told = [_in_words(one, unit) for one in series]
    return f"{title}. {' '.join(told)}"


def _in_words(one: Series, unit: str) -> str:
    held = one.held()
    if held.empty:
        return f"{one.name}: no figure yet."
    ends = [_figure(row, unit) for row in ((held.iloc[0], held.iloc[-1]) if len(held) > 1 else (held.iloc[-1],))]
    return f"{one.name}: {', then '.join(ends)}.{drawing.absences_in_words(one.rows, 'value')}"


def _figure(row: pd.Series, unit: str) -> str:
    shown = wording.figure(row["value"], unit, at_least=row["at_least"])
    return f"{shown} ({wording.period_words(row['month'], int(row['period_months']))})"


def _end(one: Series, unit: str, colour: str, newest: pd.Timestamp) -> End:
    """Return the words for the end of a series, with its month where others go on after it."""
    row = one.held().iloc[-1]
    value = row["value"] if pd.notna(row["value"]) else row["at_least"]
    shown = wording.figure(row["value"], unit, at_least=row["at_least"]).removesuffix(f" {unit}")
    name = one.name if row["month"] == newest else f"{one.name}, {wording.short_month(row['month'])}"
    return End(name, shown, float(value), colour)
