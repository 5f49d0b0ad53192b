"""The pieces of a drawing in SVG: words with their bold and line breaks, marks by Plotly's names, colours."""

import html
import re
from math import cos, pi, sin

Point = tuple[float, float]

DASHES = {"dash": "9 6", "dot": "2 4", "dashdot": "9 4 2 4"}
_RGBA = re.compile(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)")
_TAGS = re.compile(r"(</?b>)")
_DIAMOND = ((0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0))
_SHAPES: dict[str, tuple[Point, ...]] = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": _DIAMOND,
    "diamond-x": _DIAMOND,
    "diamond-wide": tuple((1.4 * x, 0.8 * y) for x, y in _DIAMOND),
    "triangle-up": ((0, -1.2), (1.2, 1), (-1.2, 1)),
    "triangle-down": ((0, 1.2), (1.2, -1), (-1.2, -1)),
    "triangle-right": ((1.2, 0), (-1, 1.2), (-1, -1.2)),
    "star": tuple(
        (r * sin(k * pi / 5), -r * cos(k * pi / 5)) for k, r in ((n, 1.4 if n % 2 == 0 else 0.6) for n in range(10))
    ),
}
_CROSS = "M{0} {1}L{2} {3}M{0} {3}L{2} {1}"


def number(value: float) -> str:
    """Return a coordinate with at most one decimal, never "-0"."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def paint(what: str, colour: object) -> str:
    """Return the attributes that fill or stroke in a colour, "rgba(…)" or any that SVG knows."""
    found = _RGBA.fullmatch(str(colour).replace(" ", ""))
    if found is None:
        return f'{what}="{html.escape(str(colour))}"'
    red, green, blue = (int(part) for part in found.groups()[:3])
    return f'{what}="#{red:02x}{green:02x}{blue:02x}" {what}-opacity="{found[4]}"'


def path(points: list[Point], colour: object, width: float, dash: str = "", fill: object = "none") -> str:
    """Return a line through points."""
    steps = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    dashed = f' stroke-dasharray="{DASHES[dash]}"' if dash in DASHES else ""
    return (
        f'<path d="M{steps}" {paint("fill", fill)} {paint("stroke", colour)} stroke-width="{number(width)}"{dashed}/>'
    )


def mark(symbol: str, at: Point, size: float, colour: object, line: float) -> str:
    """Return a mark by Plotly's name of its symbol; one that is open has the ground inside."""
    name, x, y, r = symbol.removesuffix("-open").removesuffix("-thin"), *at, size / 2
    is_open = symbol.endswith("-open")
    ink = paint("stroke", colour) + f' stroke-width="{number(max(line, 1.5 if is_open else 0))}"'
    inside = 'fill="#ffffff" fill-opacity="0.6"' if is_open else paint("fill", colour)
    across = [x - r, y - r, x + r, y + r]
    crossed = f'<path d="{_CROSS.format(*map(number, across))}" fill="none" {ink}/>'
    if name == "x":
        return crossed
    if name == "line-ew":
        return f'<path d="M{number(x - r)} {number(y)}H{number(x + r)}" {ink}/>'
    if name in _SHAPES:
        corners = "L".join(f"{number(x + r * a)} {number(y + r * b)}" for a, b in _SHAPES[name])
        shape = f'<path d="M{corners}Z" {inside} {ink}/>'
    else:
        shape = f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(r)}" {inside} {ink}/>'
    return shape + crossed if name.endswith("-x") else shape


def words(text: str, at: Point, anchor: str, rise: str, colour: object, size: float, turned: bool = False) -> str:
    """Return text at a point: anchor start, middle or end; `rise` says whether the point is its top, middle or bottom.

    Takes Plotly's <b> and <br>, and its entities, which are those of SVG.
    """
    lines = text.split("<br>")
    step = size * 1.28
    top = {"top": 0.8 * size, "middle": 0.35 * size - step * (len(lines) - 1) / 2}.get(
        rise, -0.25 * size - step * (len(lines) - 1)
    )
    x, y = at
    spin = f' transform="rotate(-90 {number(x)} {number(y)})"' if turned else ""
    spans = []
    is_bold = False
    for place, line in enumerate(lines):
        parts = []
        for part in _TAGS.split(line):
            if part in ("<b>", "</b>"):
                is_bold = part == "<b>"
            elif part:
                inner = html.escape(html.unescape(part))
                parts.append(f'<tspan font-weight="bold">{inner}</tspan>' if is_bold else inner)
        spans.append(f'<tspan x="{number(x)}" y="{number(y + top + step * place)}">{"".join(parts)}</tspan>')
    return (
        f'<text text-anchor="{anchor}" font-size="{number(size)}" {paint("fill", colour)}{spin}>{"".join(spans)}</text>'
    )
