"""The control chart: points by meaning, mean and limits, or a median while figures are few."""

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from pages.components.charts import drawing
from pages.components.theme import MEANING_MARKS, Look

_CLIP = {"percent": (0.0, 100.0)}
_CHARTS = {"xmr": "XmR chart", "p_prime": "p′ chart, which allows for the number of cases"}


def control(signals: pd.DataFrame, step: str, unit: str, look: Look) -> go.Figure:
    """Return the control chart of one KPI from its SIGNALS rows; `step` is CHARTS.step.

    A date without a figure breaks the line. Limits start anew where the mean does. Lines are cut to what the unit can
    be; signals were found on the limits as computed.
    """
    chart = drawing.figure(look, 380)
    rows = signals.sort_values("month")
    rows = rows.assign(period_months=12 if step == "year" else 0, at=_places(rows["month"], step))
    stretches = [part for _, part in rows.groupby(_stretches(rows), sort=True)]
    for place, part in enumerate(stretches, start=1):
        _add_lines(chart, part, unit, look, named=place == len(stretches))
    _add_target(chart, rows, look)
    _add_rebases(chart, rows, look)
    chart.add_scatter(
        x=list(rows["at"]),
        y=[drawing.number(v) for v in rows["value"]],
        mode="lines",
        connectgaps=False,
        line={"color": look.soft(look.muted, 0.7), "width": 1.5},
        hoverinfo="skip",
        name="Figures",
    )
    _add_points(chart, rows, unit, look)
    axis = {**drawing.value_axis(unit), "rangemode": "normal", "automargin": True}
    if unit == "percent":
        axis = {"ticksuffix": " %", "nticks": 6, "automargin": True}
    chart.update_layout(yaxis=axis, xaxis=drawing.time_axis(rows), margin={"t": 24, "r": 76})
    return chart


def control_in_words(title: str, words: str) -> str:
    """Return the text alternative of `control`: CHARTS.words, under the KPI's title."""
    return f"{title}, control chart. {words}"


def meanings(signals: pd.DataFrame) -> list[str]:
    """Return every meaning among the points, as MEANING_MARKS orders them."""
    present = set(signals.dropna(subset=["value"])["meaning"])
    return [name for name in MEANING_MARKS if name in present]


def rules_in_words(chart: pd.Series) -> str:
    """Return what a control chart was read under: rule set, kind of chart, on how many figures its lines rest."""
    figures = f"{chart['points']} figure{'' if chart['points'] == 1 else 's'}"
    since = f" since {wording.month_words(chart['since'])}, when the limits started anew" if _known(chart) else ""
    lines = "run chart with a median, no limits yet" if chart["basis"] == "run_chart" else _CHARTS[str(chart["chart"])]
    return f"Rule set {chart['rules']} · {lines} · {figures}{since} · the axis need not start at 0"


def _known(chart: pd.Series) -> bool:
    return bool(pd.notna(chart["since"]))


def _places(months: pd.Series, step: str) -> list[pd.Timestamp]:
    """Return where a point stands: a year in the middle of the time it covers, anything else in its month."""
    if step != "year":
        return list(months)
    spans = [drawing.span(month, 12) for month in months]
    return [start + (end - start) / 2 for start, end in spans]


def _stretches(rows: pd.DataFrame) -> pd.Series:
    """Return a number for every stretch of one set of limits; the mean is that of its own stretch."""
    held = rows["mean"].astype("float64").round(9)
    return (held.ne(held.shift()) & held.notna()).cumsum()


def _add_lines(chart: go.Figure, part: pd.DataFrame, unit: str, look: Look, named: bool) -> None:
    """Draw mean and limits of one stretch, or the median where it has none; the latest stretch names its lines."""
    floor, ceiling = _CLIP.get(unit, (0.0, None))
    lines = [("mean", "solid"), ("upper", "dot"), ("lower", "dot")]
    for column, dash in lines if part["lower"].notna().any() else [("median", "solid")]:
        drawn = part[column].astype("float64").clip(floor, ceiling)
        name = f"{column} limit" if dash == "dot" else column
        chart.add_scatter(
            x=list(part["at"]),
            y=[drawing.number(v) for v in drawn],
            mode="lines",
            line={"color": look.muted, "width": 1.5, "dash": dash, "shape": "hvh"},
            hoverinfo="skip",
            name=name.capitalize(),
        )
        last = drawing.number(part[column].iloc[-1])
        if named and last is not None:
            chart.add_annotation(
                x=1, xref="paper", xanchor="left", xshift=6, y=float(drawn.iloc[-1]), align="left", showarrow=False,
                text=f"{name}<br>{drawing.short(last, unit)}", font={"color": look.muted, "size": 12},
            )  # fmt: skip


def _add_target(chart: go.Figure, rows: pd.DataFrame, look: Look) -> None:
    if rows["target"].isna().all():
        return
    chart.add_scatter(
        x=list(rows["at"]),
        y=[drawing.number(v) for v in rows["target"]],
        mode="lines",
        line={"color": look.planned, "width": 2, "dash": "dash"},
        hoverinfo="skip",
        name="Planned",
    )
    last = rows.dropna(subset=["target"]).iloc[-1]
    chart.add_annotation(
        x=last["at"], y=float(last["target"]), xanchor="right", yanchor="bottom", showarrow=False,
        text="planned", font={"color": look.planned, "size": 13},
    )  # fmt: skip


def _add_rebases(chart: go.Figure, rows: pd.DataFrame, look: Look) -> None:
    """Draw a line where the limits start anew, with the reason over it."""
    for _, row in rows.dropna(subset=["rebase_reason"]).iterrows():
        chart.add_vline(x=pd.Timestamp(row["at"]).isoformat(), line={"color": look.muted, "width": 1.5, "dash": "dash"})
        chart.add_annotation(
            x=pd.Timestamp(row["at"]), y=1, yref="paper", yanchor="bottom", xanchor="center", showarrow=False,
            text="range set anew", hovertext=drawing.label(row["rebase_reason"]),
            font={"color": look.muted, "size": 12},
        )  # fmt: skip


def _add_points(chart: go.Figure, rows: pd.DataFrame, unit: str, look: Look) -> None:
    for meaning, same in rows.dropna(subset=["value"]).groupby("meaning", sort=True):
        mark = MEANING_MARKS[str(meaning)]
        colour = look.tones[mark.tone][0]
        quiet = mark.tone == "gray"
        chart.add_scatter(
            x=list(same["at"]),
            y=[float(v) for v in same["value"]],
            mode="markers",
            marker={
                "symbol": mark.symbol,
                "size": 7 if quiet else 13 if mark.symbol == "star" else 11,
                "color": colour,
                "line": {"width": 1.5, "color": look.ink if not quiet else colour},
            },
            hovertext=[
                f"{wording.period_words(r['month'], r['period_months'])}<br><b>"
                f"{drawing.label(wording.number(r['value'], unit))}</b><br>{wording.MEANING_WORDS[str(meaning)]}"
                for _, r in same.iterrows()
            ],
            hoverinfo="text",
            cliponaxis=False,
            name=wording.MEANING_WORDS[str(meaning)],
        )
