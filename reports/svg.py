"""A screen's Plotly figure as static SVG: no script, so it prints, and shows where mail or policy strips scripts.

Only what the house's charts use is painted: scatter traces (lines, marks, words, filled ranges, whiskers), stacked
bars, lines and rectangles, annotations, one time or number axis across, one or two up. Another kind of trace or shape
raises ValueError, so that a chart that grows says so in the tests, not in front of a board.
"""

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pages.components.theme import LIGHT
from reports.svg_marks import Point, mark, number, paint, path, words

WIDTH = 900  # pixels a chart is laid out for; it scales with the page
_MONTHS = (1, 2, 3, 6, 12, 24, 60)
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_INK = {"color": LIGHT.ink, "size": 14}


@dataclass(frozen=True)
class Axis:
    """Where an axis runs: its values from first to last, in pixels from start to end."""

    first: float
    last: float
    start: float
    end: float
    is_time: bool = False

    def at(self, value: object) -> float:
        """Return the pixel of a value."""
        share = (_number(value) - self.first) / ((self.last - self.first) or 1)
        return self.start + share * (self.end - self.start)

    def part(self, share: float) -> float:
        """Return the pixel at a share of the axis."""
        return self.start + share * (self.end - self.start)


def svg(figure: go.Figure, name: str, about: str) -> str:
    """Return a figure as an SVG element named by `name` and described by the element with id `about`."""
    told = figure.to_plotly_json()
    return _Painter(told["data"], told["layout"]).painted(name, about)


class _Painter:
    def __init__(self, traces: list[dict[str, Any]], layout: dict[str, Any]) -> None:
        self.traces, self.layout = traces, layout
        house = layout["template"]["layout"]
        margin = {**house["margin"], **layout.get("margin", {})}
        self.height = float(layout["height"])
        self.across = {**house["xaxis"], **layout.get("xaxis", {})}
        self.up = {**house["yaxis"], **layout.get("yaxis", {})}
        self.second = layout.get("yaxis2", {})
        self.left, self.right = float(margin["l"]), WIDTH - float(margin["r"])
        self.top, self.bottom = float(margin["t"]), self.height - float(margin["b"])
        first, last = self.across.get("range") or self._span()
        self.x = Axis(_number(first), _number(last), self.left, self.right, isinstance(first, str))
        self.axes = {"y": self._upright(self.up), "y2": self._upright(self.second)}
        self.stacked: dict[float, float] = {}

    def painted(self, name: str, about: str) -> str:
        parts = [*self._grid(), *(self._shape(one) for one in self.layout.get("shapes", ()))]
        for trace in self.traces:
            if trace["type"] not in ("scatter", "bar"):
                raise ValueError(f"no way to paint a {trace['type']}")
            parts += self._bars(trace) if trace["type"] == "bar" else self._scatter(trace)
        parts += [self._annotation(one) for one in self.layout.get("annotations", ())]
        body = "\n".join(part for part in parts if part)
        box = f'viewBox="0 0 {WIDTH} {number(self.height)}" xmlns="http://www.w3.org/2000/svg"'
        return f'<svg role="img" aria-label="{name}" aria-describedby="{about}" {box}>\n{body}\n</svg>'

    def _upright(self, axis: dict[str, Any]) -> Axis:
        first, last = axis.get("range") or (0.0, 1.0)
        low, high = axis.get("domain") or (0.0, 1.0)
        deep = self.bottom - self.top
        return Axis(float(first), float(last), self.bottom - low * deep, self.bottom - high * deep)

    def _span(self) -> tuple[object, object]:
        """Return first and last value across where the figure does not say."""
        held = [value for trace in self.traces for value in trace.get("x", ()) if value is not None]
        return (min(held), max(held)) if held else (0.0, 1.0)

    def _grid(self) -> list[str]:
        out, up = [], self.axes["y"]
        ink, size = self.up["tickfont"]["color"], self.up["tickfont"]["size"]
        if self.up.get("visible", True):
            for value, label in _ticks(self.up, up):
                out.append(path([(self.left, up.at(value)), (self.right, up.at(value))], self.up["gridcolor"], 1))
                out.append(words(label, (self.left - 6, up.at(value)), "end", "middle", ink, size))
            title = (self.up.get("title") or {}).get("text")
            if title:
                out.append(words(title, (12, (self.top + self.bottom) / 2), "middle", "middle", ink, size, turned=True))
        if self.across.get("visible", True):
            for value, label in _months(self.x) if self.x.is_time else _ticks(self.across, self.x):
                if self.across.get("showgrid"):
                    out.append(path([(self.x.at(value), self.top), (self.x.at(value), self.bottom)], LIGHT.grid, 1))
                out.append(words(label, (self.x.at(value), self.bottom + 8), "middle", "top", ink, size))
        return out

    def _shape(self, shape: dict[str, Any]) -> str:
        ends = [self._at(shape, *pair) for pair in (("x0", "y0"), ("x1", "y1"))]
        (x0, y0), (x1, y1) = ends
        if shape["type"] == "line":
            line = shape["line"]
            return path(ends, line["color"], line["width"], line.get("dash", ""))
        if shape["type"] != "rect":
            raise ValueError(f"no way to paint a {shape['type']}")
        place = f'x="{number(min(x0, x1))}" y="{number(min(y0, y1))}"'
        size = f'width="{number(abs(x1 - x0))}" height="{number(abs(y1 - y0))}"'
        return f"<rect {place} {size} {paint('fill', shape['fillcolor'])}/>"

    def _at(self, thing: dict[str, Any], x: str, y: str) -> Point:
        """Return where a shape or an annotation stands, by what its coordinates refer to."""
        sideways, upward = thing.get("xref", "x"), thing.get("yref", "y")
        across = self.x.at(thing[x]) if sideways == "x" else self.x.part(float(thing[x]))
        if upward == "paper":
            return across, self.bottom - float(thing[y]) * (self.bottom - self.top)
        axis = self.axes[upward.removesuffix(" domain")]
        return across, axis.part(float(thing[y])) if upward.endswith("domain") else axis.at(thing[y])

    def _annotation(self, one: dict[str, Any]) -> str:
        if not one.get("text"):
            return ""
        x, y = self._at(one, "x", "y")
        font = {**_INK, **one.get("font", {})}
        anchor, rise = _ANCHORS[one.get("xanchor") or "center"], one.get("yanchor") or "middle"
        line = ""
        if one.get("showarrow", True):
            to = (x + float(one.get("ax") or 0), y + float(one.get("ay") or 0))
            line, (x, y) = path([(x, y), to], one.get("arrowcolor", LIGHT.muted), one.get("arrowwidth", 1)), to
        at = (x + float(one.get("xshift") or 0), y - float(one.get("yshift") or 0))
        return line + words(one["text"], at, anchor, rise, font["color"], font["size"])

    def _scatter(self, trace: dict[str, Any]) -> list[str]:
        up, mode = self.axes[trace.get("yaxis", "y")], trace.get("mode", "lines")
        points = [
            None if y is None or pd.isna(y) else (self.x.at(x), up.at(y))
            for x, y in zip(trace.get("x", ()), trace.get("y", ()), strict=True)
        ]
        out = self._whiskers(trace, points, up)
        line = trace.get("line", {})
        if "lines" in mode:
            for run in _runs(points):
                fill = trace["fillcolor"] if trace.get("fill") else "none"
                out.append(path(run, line["color"], line.get("width", 2), line.get("dash", ""), fill))
        if "markers" in mode:
            out += self._marks(trace, points)
        if "text" in mode:
            font = {**_INK, **trace.get("textfont", {})}
            rise, _, side = trace.get("textposition", "middle center").partition(" ")
            turn = {"top": ("bottom", -8), "bottom": ("top", 8)}.get(rise, ("middle", 0))
            anchor, aside = {"left": ("end", -9), "right": ("start", 9)}.get(side, ("middle", 0))
            for point, text in zip(points, trace["text"], strict=True):
                if point is not None:
                    at = (point[0] + aside, point[1] + turn[1])
                    out.append(words(text, at, anchor, turn[0], font["color"], font["size"]))
        return out

    def _marks(self, trace: dict[str, Any], points: list[Point | None]) -> list[str]:
        look = trace.get("marker", {})
        parts = (look.get("symbol") or "circle", look.get("size", 6), look.get("color", LIGHT.actual))
        symbols, sizes, colours = (_each(part, len(points)) for part in parts)
        edge = float(look.get("line", {}).get("width", 0))
        told = zip(symbols, points, sizes, colours, strict=True)
        return [mark(str(s), p, float(size), c, edge) for s, p, size, c in told if p is not None]

    def _whiskers(self, trace: dict[str, Any], points: list[Point | None], up: Axis) -> list[str]:
        bars = trace.get("error_y")
        if not bars:
            return []
        out = []
        for point, value, more, less in zip(points, trace["y"], bars["array"], bars["arrayminus"], strict=True):
            if point is not None and more is not None and less is not None:
                ends = [(point[0], up.at(value + more)), (point[0], up.at(value - less))]
                out.append(path(ends, bars["color"], bars["thickness"]))
        return out

    def _bars(self, trace: dict[str, Any]) -> list[str]:
        """Return the bars of one series, stacked on those before it."""
        up, look = self.axes["y"], trace["marker"]
        out = []
        for x, y in zip(trace["x"], trace["y"], strict=True):
            if y is None or pd.isna(y) or not y:
                continue
            at, wide = _number(x), float(trace["width"])
            start = self.stacked.get(at, 0.0)
            self.stacked[at] = start + float(y)
            low, high = up.at(start), up.at(start + float(y))
            left, right = self.x.at(at - wide / 2), self.x.at(at + wide / 2)
            place = (
                f'x="{number(left)}" y="{number(high)}" width="{number(right - left)}" height="{number(low - high)}"'
            )
            out.append(f"<rect {place} {paint('fill', look['color'])}/>")
            if look.get("pattern", {}).get("shape"):
                out.append(f'<rect {place} fill="url(#hatch)"/>')
        return out


def hatch() -> str:
    """Return the pattern of bars past a standard, which a page needs once."""
    line = '<path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" stroke="#ffffff" stroke-width="1"/>'
    pattern = f'<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">{line}</pattern>'
    return f'<svg class="hidden" aria-hidden="true" width="0" height="0"><defs>{pattern}</defs></svg>'


def _number(value: object) -> float:
    """Return a coordinate as a number; a date as milliseconds since 1970."""
    if isinstance(value, (int, float)):
        return float(value)
    return (pd.Timestamp(value) - pd.Timestamp(0)) / pd.Timedelta(milliseconds=1)  # type: ignore[arg-type]


def _each(value: Any, count: int) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value] * count


def _runs(points: list[Point | None]) -> list[list[Point]]:
    """Return the stretches between gaps that have a line."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _ticks(axis: dict[str, Any], along: Axis) -> list[tuple[float, str]]:
    """Return values and labels: those a figure names, else five or so round numbers."""
    if axis.get("tickvals") is not None:
        return list(zip(axis["tickvals"], axis["ticktext"], strict=True))
    low, high = sorted((along.first, along.last))
    rough = (high - low) / 5 or 1
    base = 10.0 ** floor(log10(rough))
    step = next(base * factor for factor in (1, 2, 5, 10) if base * factor >= rough)
    places = range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)
    return [(n * step, f"{n * step:,.{max(0, -floor(log10(step)))}f}") for n in places]


def _months(along: Axis) -> list[tuple[float, str]]:
    """Return the starts of months, as few as have room, with the year beneath the first of each."""
    first, last = (pd.Timestamp(value, unit="ms") for value in (along.first, along.last))
    months = pd.date_range(first.normalize().replace(day=1), last, freq="MS")
    room = max(int((along.end - along.start) / 62), 1)
    step = next((one for one in _MONTHS if len(months) <= one * room), _MONTHS[-1])
    chosen = [m for m in months if (m.year * 12 + m.month - 1) % step == 0 and first <= m]
    out = []
    for place, month in enumerate(chosen):
        new = place == 0 or month.year != chosen[place - 1].year
        label = f"{month:%Y}" if step >= 12 else f"{month:%b}<br>{month:%Y}" if new else f"{month:%b}"
        out.append((_number(month), label))
    return out
