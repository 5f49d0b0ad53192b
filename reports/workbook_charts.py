"""Native charts in the workbook, each over its own figures on the sheet beside, a month without a figure a gap."""

from datetime import date
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.styles import Font
from openpyxl.worksheet.pagebreak import Break

from pages.components.tables import harmless
from pages.components.theme import LIGHT
from reports.content import Drawing, Line, Native, Pack
from reports.sealed import fit
from reports.slide_charts import LOOKS, NUMBER_FORMATS, WHOLE, months_a_label, shades

_TOP = 5  # the first row beneath a sheet's title, marks and edition
_TALL, _WIDE = 12.3, 24.0  # centimetres
_ROWS = 28  # of the sheet, from one chart to the next: a printed page
_DASHES: dict[str, Any] = {
    "planned": "dash",
    "second": "dash",
    "likely": "dashDot",
    "range": "sysDot",
    "third": "sysDash",
}
_MARKS = {"actual": "circle", "milestones": "diamond", "at_least": "triangle", "second": "diamond", "third": "square"}


def add_charts(charts: Any, data: Any, pack: Pack) -> list[tuple[str, str]]:
    """Draw every chart of the pack with its figures; return name and text alternative of each, in order."""
    told, column = [], 1
    drawn = [(part.title, part.drawing) for part in pack.parts if part.drawing and part.drawing.native.categories]
    for number, (title, drawing) in enumerate(drawn):
        row = _TOP + number * _ROWS
        charts.cell(row, 1).value = harmless(fit(title))
        charts.cell(row, 1).data_type = "s"
        charts.cell(row, 1).font = Font("Calibri", 12, bold=True)
        charts.add_chart(_chart(data, column, title, drawing), f"A{row + 1}")
        told.append((f"Chart: {title}", drawing.words))
        charts.row_breaks.append(Break(id=row + _ROWS - 1))
        column += len(drawing.native.series) + 2
    charts.sheet_properties.pageSetUpPr.fitToPage = False  # else Excel leaves out the breaks
    data.freeze_panes = data.cell(_TOP + 2, 1)
    if not drawn:
        charts.cell(_TOP, 1).value = "This edition has no figure to draw."
    return told


def _chart(data: Any, column: int, title: str, drawing: Drawing) -> Any:
    native = drawing.native
    last = _figures(data, column, title, native)
    chart: Any = LineChart() if native.kind == "line" else BarChart()
    chart.height, chart.width, chart.legend.position = _TALL, _WIDE, "b"
    for number, (line, shade) in enumerate(zip(native.series, shades(native), strict=True), 1):
        values = Reference(data, column + number, _TOP + 1, column + number, last)
        series = Series(values, title_from_data=True)
        _look(series, line, shade, native)
        chart.series.append(series)
    chart.set_categories(Reference(data, column, _TOP + 2, column, last))
    if len(native.series) == 1:
        chart.legend = None
    chart.display_blanks = "gap"
    _axes(chart, native)
    if isinstance(chart, BarChart):
        chart.type, chart.gapWidth = ("bar", 60) if native.kind == "bars" else ("col", 20)
        if native.kind == "columns":
            chart.grouping, chart.overlap = "stacked", 100
    return chart


def _figures(data: Any, column: int, title: str, native: Native) -> int:
    """Write the figures of a chart beneath its title from a column on; return their last row."""
    shape = NUMBER_FORMATS.get(native.unit, WHOLE)
    for across, text in enumerate((title, *(line.name for line in native.series))):
        place = (_TOP, column) if across == 0 else (_TOP + 1, column + across)
        data.cell(*place).value, data.cell(*place).data_type = harmless(fit(text)), "s"
        data.cell(*place).font = Font("Calibri", 11, bold=True)
    data.cell(_TOP + 1, column).value = "Month" if _are_dates(native) else "Name"
    for down, category in enumerate(native.categories, _TOP + 2):
        cell = data.cell(down, column)
        if isinstance(category, str):
            cell.value, cell.data_type = harmless(fit(category)), "s"
        else:
            cell.value, cell.number_format = category, "mmm yyyy"
        for across, line in enumerate(native.series, 1):
            value = line.values[down - _TOP - 2]
            if value is not None:
                data.cell(down, column + across).value = value
                data.cell(down, column + across).number_format = shape
    return _TOP + 1 + len(native.categories)


def _axes(chart: LineChart | BarChart, native: Native) -> None:
    if _are_dates(native) and isinstance(chart, LineChart):
        every = months_a_label(len(native.categories))
        chart.x_axis = DateAxis(crossAx=100, majorUnit=every, majorTimeUnit="months", baseTimeUnit="months")
    chart.x_axis.number_format = "mmm yyyy" if _are_dates(native) else "General"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.tickLblPos = "low"
    chart.y_axis.number_format = '0" %"' if native.unit == "percent" else WHOLE
    chart.y_axis.title = None if native.unit == "percent" else native.unit
    if native.kind == "bars":
        chart.x_axis.scaling.orientation = "maxMin"
    if native.unit == "percent":
        chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 100
    chart.y_axis.crossAx = chart.x_axis.axId


def _look(series: Any, line: Line, shade: str, native: Native) -> None:
    if native.kind != "line":
        series.graphicalProperties = GraphicalProperties(solidFill=shade[1:])
        series.graphicalProperties.line.solidFill = LIGHT.background[1:]
        return
    colour = LOOKS[line.role][0][1:]
    bare = line.role in ("milestones", "at_least")
    series.graphicalProperties = GraphicalProperties(
        ln=LineProperties(noFill=True)
        if bare
        else LineProperties(solidFill=colour, prstDash=_DASHES.get(line.role), w=28000)
    )
    series.smooth = False
    series.marker.symbol = _MARKS.get(line.role, "none")
    series.marker.size = 7
    series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
    series.marker.graphicalProperties.line.solidFill = colour


def _are_dates(native: Native) -> bool:
    return isinstance(native.categories[0], date)
