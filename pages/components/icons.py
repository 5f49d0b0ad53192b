"""Our own icons for what a control chart says: SVG text in, nothing from outside. Shape first, colour second.

A circle is about the latest figure (variation), a square about the target (assurance). Every icon stands beside its
word, which is also its text alternative.
"""

from pages.components.theme import ASSURANCE_MARKS, MEANING_MARKS, Look

_SIZE = 48
_CALM = "8,26 14,20 20,28 26,21 32,27 40,22"
_RISING = "8,33 15,30 21,31 27,24 33,16"
_FALLING = "8,15 15,18 21,17 27,24 33,32"
_ABOVE = "8,16 14,10 20,18 26,11 32,17 40,12"
_BELOW = "8,36 14,30 20,38 26,31 32,37 40,32"
_ACROSS = "7,36 13,15 19,34 25,14 31,36 40,29"
_ENDS = {"rising": (34, 15), "falling": (34, 33)}


def variation(meaning: str | None, better: str, look: Look) -> str:
    """Return the icon of a latest figure's meaning (edition_tables CHARTS.variation); None: too few figures."""
    name = meaning or "not_assessed"
    ink, ground = look.tones[MEANING_MARKS[name].tone]
    dash = ' stroke-dasharray="5 4"' if name == "not_assessed" else ""
    frame = f'<circle cx="24" cy="24" r="21.5" fill="{ground}" stroke="{ink}" stroke-width="3"{dash}/>'
    return _svg(frame + _inside(name, better, ink))


def assurance(assured: str, better: str, look: Look) -> str:
    """Return the icon of what the limits say about the target (CHARTS.assurance)."""
    mark = ASSURANCE_MARKS[assured]
    ink, ground = look.tones[mark.tone]
    above = (assured == "consistent_pass") == (better == "higher")
    line, at = (_ACROSS, (36, 20)) if assured == "inconsistent" else (_ABOVE, (24, 42)) if above else (_BELOW, (24, 20))
    frame = f'<rect x="2.5" y="2.5" width="43" height="43" rx="7" fill="{ground}" stroke="{ink}" stroke-width="3"/>'
    target = f'<path d="M6 24H42" stroke="{look.planned}" stroke-width="2.5" stroke-dasharray="5 3"/>'
    letter = (
        f'<text x="{at[0]}" y="{at[1]}" font-family="Arial,sans-serif" font-size="18" font-weight="700" '
        f'text-anchor="middle" fill="{ink}">{mark.glyph}</text>'
    )
    return _svg(frame + target + _line(line, ink) + letter)


def _inside(name: str, better: str, ink: str) -> str:
    if name == "not_assessed":
        return "".join(f'<circle cx="{x}" cy="24" r="3" fill="{ink}"/>' for x in (14, 24, 34))
    if name == "common_cause":
        return _line(_CALM, ink)
    rising = name.endswith("_high") or (name.endswith("_improvement") == (better == "higher") and "neutral" not in name)
    x, y = _ENDS["rising" if rising else "falling"]
    if name.endswith("_improvement"):
        end = f'<path d="{_star(x, y)}" fill="{ink}"/>'
    elif name.endswith("_concern"):
        end = f'<rect x="{x - 5}" y="{y - 5}" width="10" height="10" fill="{ink}"/>'
    else:
        tip = y - 6 if rising else y + 6
        base = y + 5 if rising else y - 5
        end = f'<path d="M{x} {tip}L{x + 6} {base}H{x - 6}Z" fill="{ink}"/>'
    return _line(_RISING if rising else _FALLING, ink) + end


def _line(points: str, ink: str) -> str:
    return f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="2.5" stroke-linejoin="round"/>'


def _star(x: int, y: int) -> str:
    """Return the outline of a five-pointed star round a place."""
    corners = ((0, -8), (2, -3), (8, -2), (3, 2), (5, 8), (0, 5), (-5, 8), (-3, 2), (-8, -2), (-2, -3))
    return "M" + "L".join(f"{x + dx} {y + dy}" for dx, dy in corners) + "Z"


def _svg(inside: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SIZE}" height="{_SIZE}" viewBox="0 0 48 48">{inside}</svg>'
    )
