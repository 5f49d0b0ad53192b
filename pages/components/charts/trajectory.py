"""Planned beside actual: the trajectory of a KPI."""

from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from metrics.course_tables import FORECAST
from pages.components.charts import drawing
from pages.components.charts.fan import add_fan, fan_in_words, fan_paths
from pages.components.charts.labels import End, Room, name_ends, write
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
    add_fan(chart, plan.forecast, plan.unit, look, _latest(plan))
    _add_planned(chart, plan, look)
    drawing.add_actual(chart, actual_rows(plan), plan.unit, look, "actual")
    drawing.add_flags(chart, actual_rows(plan), plan.unit, look, "actual")
    _add_originals(chart, plan, look)
    _add_statements(chart, plan, look)
    if plan.path["month"].notna().any():
        _add_as_of(chart, as_of, look)
    drawing.set_heights(chart, plan.unit, _heights(plan))
    chart.update_layout(margin={"t": 28})
    if len(plan.path) or len(plan.milestones):
        ahead = [as_of, *plan.milestones["month"], *plan.forecast["month"]]
        time = drawing.time_axis(plan.path, ahead)
        chart.update_layout(xaxis=time)
        _add_names(chart, plan, _taken(plan, as_of, time, height - drawing.FRAME), look)
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
        chart.add_scatter(
            x=list(fixed["month"]),
            y=[float(v) for v in fixed["planned"]],
            mode="markers",
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


def _heights(plan: Plan) -> tuple[float, float]:
    """Return the range of the value axis: all that is drawn."""
    path, ahead = plan.path, plan.forecast
    drawn = [path["actual"], path["at_least"], path["planned"], ahead["low80"], ahead["high80"]]
    points = [*drawn, plan.milestones["target"], plan.milestones["original"]]
    return drawing.value_range(plan.unit, (value for column in points for value in column))


def _taken(plan: Plan, as_of: date, time: dict[str, object], height: float) -> Room:
    """Return the plot with every line of it that words must keep off; `time` is its time axis."""
    first, last = (pd.Timestamp(edge) for edge in time["range"])  # type: ignore[attr-defined]
    low, high = _heights(plan)
    room = Room(first, last, low, high, height)
    room.take([as_of, as_of], [low, high])
    planned, actual = plan.path.dropna(subset=["planned"]).sort_values("month"), actual_rows(plan)
    room.take(list(planned["month"]), list(planned["planned"]))
    points = drawing.monthly(actual)
    room.take(list(points["month"]), list(points["actual"]))
    for _, row in drawing.periods(actual).iterrows():
        room.take(drawing.span(row["month"], row["period_months"]), [row["actual"]] * 2)
    for months, *courses in fan_paths(plan.forecast, _latest(plan)):
        for course in courses:
            room.take(months, course)
    return room


def _add_names(chart: go.Figure, plan: Plan, room: Room, look: Look) -> None:
    """Name the latest figure, the last number of the plan, the forecast and, where there is room, each milestone.

    Direct words instead of a legend. What does not fit is left out: it stands beneath the chart as well.
    """
    latest, fixed = _latest(plan), _dated_values(plan)
    if latest is not None:
        before = plan.path.dropna(subset=["actual"]).sort_values("month")["actual"].iloc[:-1].tail(6)
        up = not (len(before) > 0 and before.mean() > latest["actual"] > 0)
        _name(chart, room, plan, _end(latest), latest["actual"], "Actual", look.actual, up, look)
    if len(fixed):
        last = fixed.iloc[-1]
        _name(chart, room, plan, last["month"], last["planned"], "Planned", look.planned, True, look)
    if courses := fan_paths(plan.forecast, latest):
        _, _, median, _ = courses[-1]
        likely = End("Likely", drawing.short(median[-1], plan.unit), median[-1], look.tones["violet"][0])
        name_ends(chart, [likely], (room.low, room.high))
    for _, row in fixed.iloc[:-1].iterrows():
        words = drawing.short(row["planned"], plan.unit)
        if place := room.put(row["month"], row["planned"], words, up=True):
            write(chart, row["month"], row["planned"], words, place, look.planned, look)


def _name(
    chart: go.Figure, room: Room, plan: Plan, month: object, value: float, name: str, ink: str, up: bool, look: Look
) -> None:
    words = f"{name} {drawing.short(value, plan.unit)}"
    if place := room.put(month, value, words, up, far=True):
        write(chart, month, float(value), f"<b>{words}</b>", place, ink, look)


def _end(row: pd.Series) -> pd.Timestamp:
    """Return where a figure of the path ends: a longer period at its end, anything else in its month."""
    return drawing.span(row["month"], row["period_months"])[1] if row["period_months"] > 1 else row["month"]


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
