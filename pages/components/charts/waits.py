"""Who waits how long, drawn: the list by groups of weeks month after month, and clocks beside each other."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.charts.capacity import band_words
from pages.components.charts.labels import name_row, spread
from pages.components.theme import Look

_NEAREST = 22  # pixels: labels closer than this are moved apart


def ribbon(rows: pd.DataFrame, weeks: int | None, look: Look) -> go.Figure:
    """Return one bar a month, cut by how long children have waited; past the standard in the second colour, hatched.

    Takes month, weeks_from, weeks_to, children. A month without a list has no bar; a group without a count is left out.
    """
    height = 400
    chart = drawing.figure(look, height)
    placed = rows.assign(period_months=0)
    drawing.add_gaps(chart, placed.drop_duplicates("month"), look)
    groups = list(rows.drop_duplicates(["weeks_from", "weeks_to"]).sort_values("weeks_from", na_position="last").index)
    shades = _shades(rows.loc[groups], weeks, look)
    for index, shade in zip(groups, shades, strict=True):
        band = rows.loc[index]
        same = rows[_same(rows, band)]
        words = band_words(band["weeks_from"], band["weeks_to"])
        chart.add_bar(
            x=list(same["month"]),
            y=[drawing.number(n) for n in same["children"]],
            width=25 * 24 * 3600 * 1000,  # milliseconds: a little less than a month
            marker={
                "color": shade[0],
                "pattern": {"shape": shade[1], "fillmode": "overlay", "fgcolor": look.background, "size": 6},
            },
            hovertext=[
                f"{wording.month_words(r['month'])}, {words}<br><b>{_children(r['children'])}</b>"
                for _, r in same.iterrows()
            ],
            hoverinfo="text",
            name=words,
        )
    _labels(chart, rows, look, height)
    totals = rows.groupby("month")["children"].sum()
    drawing.set_heights(chart, "children", drawing.value_range("children", totals))
    chart.update_layout(barmode="stack", xaxis=_axis(placed), margin={"t": 16, "r": 128})
    return chart


def ribbon_in_words(rows: pd.DataFrame, title: str) -> str:
    """Return the text alternative of `ribbon`: first and latest month, group by group."""
    if rows.empty:
        return f"{title}: no list yet."
    ends = dict.fromkeys((rows["month"].min(), rows["month"].max()))
    return f"{title}. {' '.join(_month_in_words(rows, month) for month in ends)}"


def clocks(rows: pd.DataFrame, names: list[str], look: Look) -> go.Figure:
    """Return one row a clock: from the median to the 92nd percentile of days waited, the standard as an upright line.

    Takes median, median_at_least, long, long_at_least and weeks; days are seven times the weeks.
    """
    chart = drawing.figure(look, 70 + 100 * len(names))
    for place, (name, (_, row)) in enumerate(zip(names, rows.iterrows(), strict=True)):
        ends = [_days(row, part) for part in ("median", "long")]
        held = [day for day, _ in ends if day is not None]
        chart.add_scatter(
            x=held, y=[place] * len(held), mode="lines", line={"color": look.soft(look.actual, 0.5), "width": 6},
            hoverinfo="skip", name=f"{name}, half to 92 of 100",
        )  # fmt: skip
        for (day, is_open), symbol, word in zip(ends, ("circle", "diamond"), ("half", "92 of 100"), strict=True):
            if day is None:
                continue
            shown = f"{'longer than ' if is_open else ''}{day:,.0f} days{'' if is_open else ' or less'}"
            chart.add_scatter(
                x=[day], y=[place], mode="markers+text", text=[f"{day:,.0f}{'+' if is_open else ''}"],
                textposition="bottom center", textfont={"color": look.ink},
                marker={"symbol": f"{symbol}-open" if is_open else symbol, "size": 12, "color": look.actual,
                        "line": {"width": 2, "color": look.actual}},
                hovertext=[f"{drawing.label(name)}: {word} have waited {shown}"], hoverinfo="text",
                cliponaxis=False, name=word,
            )  # fmt: skip
        limit = 7 * int(row["weeks"])
        chart.add_scatter(
            x=[limit, limit], y=[place - 0.3, place + 0.08], mode="lines",
            line={"color": look.planned, "width": 3}, hoverinfo="skip", name="standard",
        )  # fmt: skip
        name_row(chart, place, drawing.label(name), look.ink, 37)
    chart.update_layout(
        xaxis={"rangemode": "tozero", "title": {"text": "days waited so far"}, "showgrid": True},
        yaxis={"visible": False, "range": [len(names) - 0.4, -0.8], "fixedrange": True},
        margin={"t": 8, "r": 32, "b": 60},
    )
    return chart


def clocks_in_words(rows: pd.DataFrame, names: list[str]) -> str:
    """Return the text alternative of `clocks`: per clock its percentiles in days beside its standard."""
    told = []
    for name, (_, row) in zip(names, rows.iterrows(), strict=True):
        half, most = (_days_words(row, part) for part in ("median", "long"))
        told.append(
            f"{name}, {wording.month_words(row['month'])}: half have waited {half}, 92 of 100 {most}; "
            f"the standard is {7 * int(row['weeks'])} days."
        )
    return " ".join(told)


def _days(row: pd.Series, part: str) -> tuple[float | None, bool]:
    exact, least = drawing.number(row[part]), drawing.number(row[f"{part}_at_least"])
    found = exact if exact is not None else least
    return (None if found is None else 7 * found), exact is None


def _days_words(row: pd.Series, part: str) -> str:
    days, is_open = _days(row, part)
    return "an unknown time" if days is None else f"{'longer than ' if is_open else 'up to '}{days:,.0f} days"


def _shades(bands: pd.DataFrame, weeks: int | None, look: Look) -> list[tuple[str, str]]:
    """Return colour and pattern of each group, darker the longer the wait on either side of the standard."""
    late = (bands["weeks_from"] >= (10**6 if weeks is None else weeks)).fillna(False).astype("bool")
    unknown = bands["weeks_from"].isna()
    out = []
    for colour, chosen in ((look.actual, ~late & ~unknown), (look.planned, late), (look.muted, unknown)):
        count = int(chosen.sum())
        shares = [0.3 + 0.7 * (n + 1) / count for n in range(count)]
        out += [(look.tint(colour, share), "/" if colour == look.planned else "") for share in shares]
    return out


def _same(rows: pd.DataFrame, band: pd.Series) -> pd.Series:
    if pd.isna(band["weeks_from"]):
        return rows["weeks_from"].isna()
    same: pd.Series = (rows["weeks_from"] == band["weeks_from"]).fillna(False).astype("bool")
    return same


def _labels(chart: go.Figure, rows: pd.DataFrame, look: Look, height: int) -> None:
    """Name the groups beside the latest bar, apart from each other where the groups are thin."""
    latest = rows[(rows["month"] == rows["month"].max()) & rows["children"].notna() & (rows["children"] > 0)]
    highest = float(rows.groupby("month")["children"].sum().max() or 1)
    tops = latest["children"].astype("float64").cumsum()
    room = _NEAREST * highest * 1.05 / (height - 60)
    places = spread(list(tops - latest["children"] / 2), [room] * len(latest), 0, highest)
    for y, (_, band) in zip(places, latest.iterrows(), strict=True):
        chart.add_annotation(
            text=f"{_short_band(band)}: {band['children']:,.0f}", x=1, xref="paper", xanchor="left", xshift=4, y=y,
            showarrow=False, font={"color": look.ink, "size": 13}, align="left",
        )  # fmt: skip


def _short_band(band: pd.Series) -> str:
    if pd.isna(band["weeks_from"]):
        return "unknown"
    return f"{band['weeks_from']}+ wk" if pd.isna(band["weeks_to"]) else f"{band['weeks_from']}–{band['weeks_to']} wk"


def _month_in_words(rows: pd.DataFrame, month: pd.Timestamp) -> str:
    parts = [
        f"{band_words(r['weeks_from'], r['weeks_to'])}: {_children(r['children'])}"
        for _, r in rows[rows["month"] == month].iterrows()
    ]
    return f"{wording.month_words(month)}: {'; '.join(parts)}."


def _children(count: object) -> str:
    return "no count" if pd.isna(count) else wording.number(float(count), "children")  # type: ignore[call-overload, arg-type]


def _axis(frame: pd.DataFrame) -> dict[str, object]:
    return drawing.time_axis(frame)
