"""Native charts on slides: drawn and edited by the reader's own program, a month without a figure a gap."""

from datetime import date
from typing import Any

from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.chart.series import BarSeries, LineSeries
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE_DASH_STYLE, MSO_PATTERN_TYPE
from pptx.oxml.ns import qn
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide
from pptx.util import Pt

from pages.components.tables import harmless
from pages.components.theme import LIGHT
from reports.content import Drawing, Line, Native
from reports.sealed import fit

SMALLEST = Pt(12)
_LABELS = 9  # of a time axis, beside each other at that size
_TYPES = {
    "line": XL_CHART_TYPE.LINE_MARKERS,
    "columns": XL_CHART_TYPE.COLUMN_STACKED,
    "bars": XL_CHART_TYPE.BAR_CLUSTERED,
}
NUMBER_FORMATS = {"percent": '0.0" %"', "weeks": "0.0", "per 100 pupils": "0.00", "per 1,000 children": "0.0"}
WHOLE = "#,##0"
VIOLET = LIGHT.tones["violet"][0]
_UNNAMED = ("planned", "range")  # their ends are the milestones, or told beside the chart
# Colour, dash, marker of a line by what it is; None: no line, or no marker.
LOOKS = {
    "actual": (LIGHT.actual, MSO_LINE_DASH_STYLE.SOLID, XL_MARKER_STYLE.CIRCLE),
    "planned": (LIGHT.planned, MSO_LINE_DASH_STYLE.DASH, None),
    "milestones": (LIGHT.planned, None, XL_MARKER_STYLE.DIAMOND),
    "likely": (VIOLET, MSO_LINE_DASH_STYLE.DASH_DOT, None),
    "range": (VIOLET, MSO_LINE_DASH_STYLE.ROUND_DOT, None),
    "at_least": (LIGHT.actual, None, XL_MARKER_STYLE.TRIANGLE),
    "second": (LIGHT.planned, MSO_LINE_DASH_STYLE.DASH, XL_MARKER_STYLE.DIAMOND),
    "third": (LIGHT.other, MSO_LINE_DASH_STYLE.SQUARE_DOT, XL_MARKER_STYLE.SQUARE),
}


def add_chart(slide: Slide, drawing: Drawing, place: tuple[int, int, int, int], name: str) -> None:
    """Put a drawing's native chart on a slide, with its text alternative; `place` is left, top, width, height."""
    native = drawing.native
    data: Any = CategoryChartData(  # type: ignore[no-untyped-call]
        number_format=NUMBER_FORMATS.get(native.unit, WHOLE)
    )
    # The workbook within takes what starts like a formula for one.
    data.categories = [harmless(fit(one)) if isinstance(one, str) else one for one in native.categories]
    for line in native.series:
        data.add_series(harmless(fit(line.name)), line.values)
    frame: Any = slide.shapes.add_chart(_TYPES[native.kind], *place, data)  # type: ignore[arg-type]
    describe(frame, f"Chart: {name}", drawing.words)
    chart = frame.chart
    chart.font.size, chart.font.color.rgb = SMALLEST, rgb(LIGHT.ink)
    chart.has_title = False
    chart.has_legend = len(native.series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.legend.font.size = SMALLEST
    _axes(chart, native)
    shares = shades(native)
    for series, line, shade in zip(chart.plots[0].series, native.series, shares, strict=True):
        if isinstance(series, LineSeries):
            _line(series, line)
        else:
            _bar(series, line, shade)
    if native.kind == "columns":
        chart.plots[0].gap_width, chart.plots[0].overlap = 20, 100
    if native.kind == "bars":
        _label_bars(chart, native)


def describe(frame: GraphicFrame, name: str, words: str) -> None:
    """Give a chart or table its accessible name and text alternative."""
    about = frame._element.nvGraphicFramePr.cNvPr
    about.set("name", fit(name))
    about.set("descr", fit(words))


def rgb(colour: str) -> RGBColor:
    """Return a hex code as an office colour."""
    return RGBColor(*bytes.fromhex(colour[1:]))  # type: ignore[no-untyped-call]


def shades(native: Native) -> list[str]:
    """Return a colour a series: of stacked columns darker the longer the wait, on either side of the standard."""
    out = []
    for line in native.series:
        same = [one for one in native.series if one.role == line.role]
        share = 0.3 + 0.7 * (same.index(line) + 1) / len(same)
        colour = {"late": LIGHT.planned, "unknown": LIGHT.muted}.get(line.role, LIGHT.actual)
        out.append(LIGHT.tint(colour, share))
    return out


def months_a_label(months: int) -> int:
    """Return every how many months a time axis of so many is labelled, that labels stand beside each other."""
    return next(step for step in (1, 2, 3, 6, 12, 24, 10**6) if months <= step * _LABELS)


def _axes(chart: Chart, native: Native) -> None:
    across, up = chart.category_axis, chart.value_axis
    up.has_major_gridlines = native.kind != "bars"
    if native.kind != "bars":
        up.major_gridlines.format.line.color.rgb = rgb(LIGHT.grid)
    up.format.line.fill.background()
    lowest = min((v for line in native.series for v in line.values if v is not None), default=0)
    if lowest >= 0:
        up.minimum_scale = 0
    if native.unit == "percent":
        up.maximum_scale, up.major_unit = 100, 25
    up.tick_labels.number_format_is_linked = False
    up.tick_labels.number_format = '0" %"' if native.unit == "percent" else WHOLE
    across.format.line.color.rgb = rgb(LIGHT.grid)
    across.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if native.kind == "bars":
        across.reverse_order, up.visible = True, False
        return
    if native.unit != "percent":
        up.has_title = True
        up.axis_title.text_frame.text = native.unit
        up.axis_title.text_frame.paragraphs[0].runs[0].font.size = SMALLEST
        up.axis_title.text_frame.paragraphs[0].runs[0].font.bold = False
    if isinstance(native.categories[0] if native.categories else None, date):
        across.tick_labels.number_format_is_linked = False
        across.tick_labels.number_format = "mmm yyyy"
        _by_months(across._element, len(native.categories))


def _by_months(axis: Any, months: int) -> None:
    """Let a date axis go month by month, with a label every few months."""
    every = months_a_label(months)
    base = axis.find(qn("c:baseTimeUnit"))
    if base is None:
        return
    base.set("val", "months")
    for name, value in (("c:majorTimeUnit", "months"), ("c:majorUnit", str(every))):  # each goes right behind the base
        part = axis.makeelement(qn(name), {"val": value})
        base.addnext(part)


def _line(series: LineSeries, line: Line) -> None:
    colour, dash, marker = LOOKS[line.role]
    series.smooth = False
    if dash is None:
        series.format.line.fill.background()
    else:
        series.format.line.color.rgb = rgb(colour)
        series.format.line.width = Pt(1 if line.role == "range" else 2.25)
        series.format.line.dash_style = dash
    series.marker.style = marker or XL_MARKER_STYLE.NONE
    if marker is not None:
        series.marker.size = 9 if line.role == "milestones" else 6
        series.marker.format.line.color.rgb = rgb(colour)
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = rgb(LIGHT.background if line.role == "at_least" else colour)
    held = [place for place, value in enumerate(line.values) if value is not None]
    named = held if line.role == "milestones" else held[-1:] if line.role not in _UNNAMED else []
    for place in named:
        label = series.points[place].data_label
        label.font.size, label.font.bold, label.font.color.rgb = SMALLEST, True, rgb(colour)
        label.position = XL_LABEL_POSITION.ABOVE
        shown = label._get_or_add_dLbl()
        shown.find(qn("c:showVal")).set("val", "1")


def _bar(series: BarSeries, line: Line, shade: str) -> None:
    if line.role == "late":  # hatched in white, as on the screen
        series.format.fill.patterned()
        series.format.fill.pattern = MSO_PATTERN_TYPE.WIDE_UPWARD_DIAGONAL
        series.format.fill.fore_color.rgb, series.format.fill.back_color.rgb = rgb(LIGHT.background), rgb(shade)
    else:
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(shade)
    series.format.line.color.rgb = rgb(LIGHT.background)  # parts of a column are told apart without colour too


def _label_bars(chart: Chart, native: Native) -> None:
    plot = chart.plots[0]
    plot.gap_width, plot.has_data_labels = 60, True
    labels = plot.data_labels
    labels.number_format_is_linked, labels.number_format = False, NUMBER_FORMATS.get(native.unit, WHOLE)
    labels.position, labels.font.size = XL_LABEL_POSITION.OUTSIDE_END, SMALLEST
