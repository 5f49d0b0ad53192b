"""Planned beside actual: the trajectory of a KPI."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from metrics.course_tables import FORECAST
from pages.components.charts import drawing
from pages.components.charts.fan import add_fan, fan_in_words
from pages.components.theme import Look


@dataclass(frozen=True)
class Plan:
    """What a trajectory is drawn from: the PATH, MILESTONES and FORECAST rows of one KPI, and its name and unit."""

    title: str
    unit: str
    path: pd.DataFrame
    milestones: pd.DataFrame
    forecast: pd.DataFrame = field(default_factory=FORECAST.empty)


def trajectory(plan: Plan, as_of: date, look: Look, height: int = 420) -> go.Figure:
    """Return planned path, milestones, actual and likely figures of one KPI over time; values in the KPI's unit."""
    chart = drawing.figure(look, height)
    drawing.add_gaps(chart, actual_rows(plan), look)
    targets = plan.milestones["target"].dropna()
    last_target = float(targets.iloc[-1]) if len(targets) else None
    add_fan(chart, plan.forecast, plan.unit, look, _latest(plan), last_target)
    _add_planned(chart, plan, look)
    drawing.add_actual(chart, actual_rows(plan), plan.unit, look, "actual")
    drawing.add_flags(chart, actual_rows(plan), plan.unit, look, "actual")
    _add_originals(chart, plan, look)
    _add_statements(chart, plan, look)
    _name_actual(chart, plan, look)
    if plan.path["month"].notna().any():
        _add_as_of(chart, as_of, look)
    chart.update_layout(yaxis=drawing.value_axis(plan.unit), margin={"t": 28})
    if len(plan.path) or len(plan.milestones):
        ahead = [as_of, *plan.milestones["month"], *plan.forecast["month"]]
        chart.update_layout(xaxis=drawing.time_axis(plan.path, ahead))
    return chart


def trajectory_in_words(plan: Plan) -> str:
    """Return the text alternative of `trajectory`: first and latest figure, every milestone, what is missing."""
    held = actual_rows(plan).dropna(subset=["actual"]).sort_values("month")
    words = [f"{plan.title}, planned beside actual over time."]
    if held.empty:
        words.append("No actual figure yet.")
    for name, row in [("First", held.iloc[0]), ("Latest", held.iloc[-1])] if len(held) else []:
        period = wording.period_words(row["month"], int(row["period_months"]))
        words.append(f"{name} actual: {wording.number(row['actual'], plan.unit)}, {period}.")
    for _, row in plan.milestones.sort_values("position").iterrows():
        due = wording.month_words(row["month"])
        if pd.notna(row["target"]):
            words.append(f"{row['label']} ({due}), planned: {wording.number(row['target'], plan.unit)}.")
        elif pd.notna(row["statement"]):
            words.append(f"{row['label']} ({due}), planned: “{row['statement']}”.")
        if pd.notna(row["amended"]):
            words.append(str(row["amended"]))
    likely = fan_in_words(plan.forecast, plan.unit)
    return " ".join(words) + likely + drawing.absences_in_words(actual_rows(plan), "actual")


def actual_rows(plan: Plan) -> pd.DataFrame:
    """Return the rows that say something of the actual: a figure, an open band or a reason."""
    path = plan.path
    return path[path["actual"].notna() | path["at_least"].notna() | path["flag"].notna()]


def _latest(plan: Plan) -> pd.Series | None:
    """Return the row of the latest actual figure, or None before the first."""
    held = plan.path.dropna(subset=["actual"]).sort_values("month")
    return None if held.empty else held.iloc[-1]


def _add_planned(chart: go.Figure, plan: Plan, look: Look) -> None:
    planned = plan.path.dropna(subset=["planned"]).sort_values("month")
    if len(planned):
        chart.add_scatter(
            x=list(planned["month"]),
            y=[float(v) for v in planned["planned"]],
            mode="lines",
            line={"color": look.planned, "width": 2, "dash": "dash"},
            hoverinfo="skip",
            name="Planned",
        )
    fixed = _dated_values(plan)
    if len(fixed):
        shown = [wording.number(v, plan.unit) for v in fixed["planned"]]
        free = _free_of_actuals(fixed, plan)
        brief = [drawing.short(v, plan.unit) for v in fixed["planned"]]
        labels = [words if room else "" for words, room in zip(brief[:-1], free[:-1], strict=True)]
        chart.add_scatter(
            x=list(fixed["month"]),
            y=[float(v) for v in fixed["planned"]],
            mode="markers+text",
            text=[*labels, f"<b>Planned {brief[-1]}</b>"],
            textposition=_clear_of_the_line(list(fixed["planned"])),
            textfont={"color": look.planned, "size": 13},
            marker={"symbol": "diamond", "size": 10, "color": look.planned},
            hovertext=[
                f"{drawing.label(row['label'])}, {wording.month_words(row['month'])}<br><b>planned {w}</b>"
                for (_, row), w in zip(fixed.iterrows(), shown, strict=True)
            ],
            hoverinfo="text",
            cliponaxis=False,
            name="Milestones",
        )


def _dated_values(plan: Plan) -> pd.DataFrame:
    """Return the milestones with a number, and the baseline where the path starts from one, in order."""
    path = plan.path.dropna(subset=["planned"])[["month", "planned"]]
    rows = plan.milestones.merge(path, on="month", how="left").sort_values("position")
    rows = rows.assign(planned=rows["target"].fillna(rows["planned"].where(rows["kind"] == "baseline")))
    return rows.dropna(subset=["planned"])


def _free_of_actuals(fixed: pd.DataFrame, plan: Plan) -> list[bool]:
    """Return for each planned number whether its label has room: no actual figure close by in time and height."""
    held = plan.path.dropna(subset=["actual"])
    heights = pd.concat([held["actual"], fixed["planned"]]).astype("float64")
    room = 0.12 * (heights.max() - min(heights.min(), 0))
    days = pd.Timedelta(days=95)
    return [
        not ((held["month"] - row["month"]).abs().lt(days) & (held["actual"] - row["planned"]).abs().lt(room)).any()
        for _, row in fixed.iterrows()
    ]


def _clear_of_the_line(values: list[float]) -> list[str]:
    """Return where labels stand so that neither a rising nor a falling path runs through them."""
    first, others = ("bottom right", "top left") if values[-1] >= values[0] else ("top right", "bottom left")
    return [first if len(values) > 1 else others, *[others] * (len(values) - 1)]


def _add_statements(chart: go.Figure, plan: Plan, look: Look) -> None:
    """Mark milestones that the plan describes in words, on the planned line where there is one, else on the axis."""
    rows = plan.milestones.dropna(subset=["statement"])
    rows = rows.merge(plan.path[["month", "planned"]], on="month", how="left")
    if len(rows):
        chart.add_scatter(
            x=list(rows["month"]),
            y=[float(v) for v in rows["planned"].fillna(0)],
            mode="markers",
            marker={"symbol": "diamond-open", "size": 11, "color": look.planned, "line": {"width": 2}},
            hovertext=[f"{drawing.label(r['label'])}<br>{drawing.label(r['statement'])}" for _, r in rows.iterrows()],
            hoverinfo="text",
            cliponaxis=False,
            name="Milestone in words",
        )


def _add_originals(chart: go.Figure, plan: Plan, look: Look) -> None:
    """Mark what the plan first said at milestones that were amended since."""
    rows = plan.milestones.dropna(subset=["original"])
    if len(rows):
        shown = [drawing.short(v, plan.unit) for v in rows["original"]]
        chart.add_scatter(
            x=list(rows["month"]),
            y=[float(v) for v in rows["original"]],
            mode="markers+text",
            text=[f"first {words}" for words in shown],
            textposition="middle left",
            textfont={"color": look.muted, "size": 12},
            marker={"symbol": "diamond-x-open", "size": 10, "color": look.muted, "line": {"width": 1.5}},
            hovertext=[drawing.label(words) for words in rows["amended"]],
            hoverinfo="text",
            cliponaxis=False,
            name="First planned",
        )


def _name_actual(chart: go.Figure, plan: Plan, look: Look) -> None:
    """Write the latest figure beside its point instead of a legend, on the side away from the figures before it."""
    row = _latest(plan)
    if row is None:
        return
    long_period = row["period_months"] > 1
    before = plan.path.dropna(subset=["actual"]).sort_values("month")["actual"].iloc[:-1].tail(6)
    below = len(before) > 0 and before.mean() > row["actual"] > 0
    chart.add_annotation(
        x=drawing.span(row["month"], row["period_months"])[1] if long_period else row["month"],
        y=float(row["actual"]),
        text=f"<b>Actual {drawing.short(row['actual'], plan.unit)}</b>",
        font={"color": look.actual},
        showarrow=False,
        xanchor="right" if row["month"] > plan.path["month"].min() else "left",
        yshift=-18 if below else 18,
    )


def _add_as_of(chart: go.Figure, as_of: date, look: Look) -> None:
    chart.add_vline(x=pd.Timestamp(as_of).isoformat(), line={"color": look.muted, "width": 1, "dash": "dot"})
    chart.add_annotation(
        x=pd.Timestamp(as_of),
        y=1,
        yref="paper",
        yanchor="bottom",
        text=f"figures as of {wording.short_month(as_of)}",
        xanchor="right",
        font={"color": look.muted, "size": 12},
        showarrow=False,
    )
