"""Where the words of a chart stand: beside the end of a line, or where nothing runs through them.

Everything is reckoned in pixels of the narrowest screen. On a wider one words take less of the width, and what was
clear stays clear, since they hang on the same point.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.components.charts import drawing
from pages.components.theme import Look

PHONE = 262  # pixels of a plot beside its value axis on a screen of 390
LINE = 18  # pixels of height of a line of words of 13 pixels
LETTER = 7.2  # pixels of width of a letter of 13 pixels, bold
ROW = 54  # letters of a name over its row on a phone
_COLUMN = 12  # letters of a line beside a plot
_AIR = 3  # pixels between words and anything else
_STEP = 6  # pixels between two places that are tried


@dataclass(frozen=True)
class End:
    """The words for a line's end: its name, "" where it needs none, its figure, the value it ends at, its colour."""

    name: str
    figure: str
    value: float
    colour: str

    def lines(self) -> list[str]:
        """Return the words line by line, the figure last."""
        return [*wrap(self.name, _COLUMN, break_long_words=False), *wrap(self.figure, _COLUMN)]


def spread(middles: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Return middles moved as little as it takes that no two overlap, in the order of their middles.

    They stay between low and high where they fit; where they do not, they start at low.
    """
    order = sorted(range(len(middles)), key=lambda n: middles[n])
    placed, end = list(middles), low
    for n in order:
        placed[n] = max(middles[n], end + sizes[n] / 2)
        end = placed[n] + sizes[n] / 2
    begin = max(high, low + sum(sizes))
    for n in reversed(order):
        placed[n] = min(placed[n], begin - sizes[n] / 2)
        begin = placed[n] - sizes[n] / 2
    return placed


def name_ends(chart: go.Figure, ends: Sequence[End], axis: tuple[float, float]) -> None:
    """Write names and figures beside the plot, where no line runs; `axis` is the range of its values."""
    low, high = axis
    begin = (chart.layout.yaxis.domain or (0, 1))[0]  # a strip of flags stands below it
    pixel = (high - low) / ((chart.layout.height - drawing.FRAME) * (1 - begin))
    sizes = [LINE * len(end.lines()) * pixel for end in ends]
    places = spread([end.value for end in ends], sizes, low, high)
    for end, place in zip(ends, places, strict=True):
        words = "<br>".join(drawing.label(line) for line in end.lines())
        chart.add_annotation(
            text=f"<b>{words}</b>", x=1, xref="paper", xanchor="left", xshift=4, y=place, yanchor="middle",
            align="left", showarrow=False, font={"color": end.colour, "size": 13},
        )  # fmt: skip
    letters = max((len(line) for end in ends for line in end.lines()), default=0)
    chart.update_layout(margin={"r": int(12 + LETTER * letters)})


def name_row(chart: go.Figure, place: int, words: str, ink: str, rise: int) -> None:
    """Write a name over its row, `rise` pixels above its middle, in as many lines as a phone takes.

    Words may hold markup of Plotly's: whoever calls takes the rest apart with `drawing.label`.
    """
    lines = wrap(words.replace(" %", "\N{NO-BREAK SPACE}%"), ROW, break_long_words=False)
    chart.add_annotation(
        text="<br>".join(lines), x=0, xref="paper", xanchor="left", align="left",
        y=place, yanchor="bottom", yshift=rise - LINE / 2, showarrow=False, font={"color": ink, "size": 13},
    )  # fmt: skip


@dataclass
class Room:
    """What of a plot is taken: points along its lines, boxes of its words, in pixels of a phone from bottom left."""

    first: pd.Timestamp
    last: pd.Timestamp
    low: float
    high: float
    height: float
    lines: list[np.ndarray] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)  # left, right, bottom, top

    def at(self, month: object, value: float) -> tuple[float, float]:
        """Return where a value of a month stands."""
        share = (pd.Timestamp(month) - self.first) / (self.last - self.first)  # type: ignore[arg-type]
        return float(share) * PHONE, (float(value) - self.low) / (self.high - self.low) * self.height

    def take(self, months: Sequence[object], values: Sequence[float | None]) -> None:
        """Take the room along a line; None breaks it."""
        known = [None if v is None or pd.isna(v) else self.at(m, v) for m, v in zip(months, values, strict=True)]
        self.lines += [np.array([here]) for here in known if here is not None]
        for start, end in zip(known, known[1:], strict=False):
            if start is not None and end is not None:
                count = int(max(abs(end[0] - start[0]), abs(end[1] - start[1])) // 2) + 2
                self.lines.append(np.linspace(start, end, count))

    def put(self, month: object, value: float, words: str, up: bool, far: bool = False) -> tuple[str, float] | None:
        """Return side and rise in pixels of the nearest clear place by a point, and take it; None where there is none.

        Words end above or below their point or begin there, above first where `up`. Only `far` ones may stand further
        off than two lines.
        """
        x, y = self.at(month, value)
        width = LETTER * len(words) + 4
        for step in np.arange(LINE * 0.8, self.height if far else LINE * 2.8, _STEP):
            for rise in (step, -step) if up else (-step, step):
                for side, left in (("right", x - width), ("left", x)):
                    box = (left, left + width, y + rise - LINE / 2, y + rise + LINE / 2)
                    if self._is_clear(box):
                        self.boxes.append(box)
                        return side, float(rise)
        return None

    def _is_clear(self, box: tuple[float, float, float, float]) -> bool:
        left, right, bottom, top = box
        if left < -LINE or right > PHONE + LINE or bottom < 0 or top > self.height + LINE:
            return False
        if any(left < b[1] and b[0] < right and bottom < b[3] and b[2] < top for b in self.boxes):
            return False
        if not self.lines:
            return True
        points = np.concatenate(self.lines)
        across = (points[:, 0] > left + 1) & (points[:, 0] < right - 1)  # words may end at a line
        return not bool((across & (points[:, 1] > bottom - _AIR) & (points[:, 1] < top + _AIR)).any())


def write(
    chart: go.Figure, month: object, value: float, words: str, place: tuple[str, float], colour: str, look: Look
) -> None:
    """Write words by their point where `Room.put` found place; a thin line leads to what stands far off."""
    side, rise = place
    far = abs(rise) > 2.5 * LINE
    chart.add_annotation(
        x=pd.Timestamp(month), y=value, text=words, xanchor=side, yanchor="middle",  # type: ignore[arg-type]
        font={"color": colour, "size": 13}, showarrow=far, ax=0, ay=-rise if far else None, arrowhead=0,
        arrowwidth=1, arrowcolor=look.muted, yshift=0 if far else rise,
    )  # fmt: skip
