"""What a pack says, before it becomes slides, sheets or a page: parts with sentences, charts and tables in words.

Every figure in words comes from metrics/wording by way of the screens' own phrases, so that the three formats say what
the screens say. Values of charts are the edition's own, not rounded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from metrics import wording
from metrics.edition import Manifest
from pages.components.theme import Look

Kind = Literal["line", "columns", "bars"]
Role = Literal["actual", "planned", "milestones", "likely", "range", "at_least", "second", "third", "late", "unknown"]

RESTRICTED_MARK = (
    "RESTRICTED: exact figures, for commissioners and analysts only. Not for the board, not to be published."
)
BOARD_MARK = "Board figures"
DEMONSTRATION_MARK = "DEMONSTRATION: made-up or published example figures, not the area's own reporting"


@dataclass(frozen=True)
class Line:
    """One series of a chart: a value for each category, None where there is none, which is drawn as a gap."""

    name: str
    values: tuple[float | None, ...]
    role: Role = "actual"


@dataclass(frozen=True)
class Native:
    """A chart as office programs draw and edit it: lines over months, stacked columns over months, or bars by name."""

    kind: Kind
    unit: str
    categories: tuple[date, ...] | tuple[str, ...]
    series: tuple[Line, ...]


@dataclass(frozen=True)
class Table:
    """A table in words: what it is called, its rows, which columns hold figures, how wide each column is."""

    words: str
    frame: pd.DataFrame
    right: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """One chart: the screen's figure, its text alternative, the same for office programs, its figures as a table."""

    words: str
    figure: Callable[[Look], go.Figure]
    native: Native
    table: Table | None = None


@dataclass(frozen=True)
class Part:
    """One thing the pack tells: a title, sentences, a chart, lists of lines under a heading, tables, its sources.

    `on_slides` is false for what is too long to be shown in a meeting: it stands in the workbook and on the page.
    """

    title: str
    group: str
    sentences: tuple[str, ...] = ()
    drawing: Drawing | None = None
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tables: tuple[Table, ...] = ()
    sources: tuple[str, ...] = ()
    on_slides: bool = True


@dataclass(frozen=True)
class Pack:
    """Everything a pack says of one edition to one audience."""

    manifest: Manifest
    rules: tuple[str, ...]
    parts: tuple[Part, ...] = field(default_factory=tuple)

    @property
    def title(self) -> str:
        """Return the pack's title."""
        return f"Board pack · {self.manifest.plan_title}"

    @property
    def marks(self) -> tuple[str, ...]:
        """Return what stands on every page: whose figures, and that they are a demonstration."""
        whose = RESTRICTED_MARK if self.manifest.audience == "restricted" else BOARD_MARK
        return (whose, DEMONSTRATION_MARK) if self.manifest.demonstration else (whose,)

    @property
    def foot(self) -> str:
        """Return the footer of every page: edition, hash, rule set, date."""
        said = self.manifest
        rules = f"rules {', '.join(self.rules)}" if self.rules else "no rule set in use"
        return (
            f"Edition {said.edition_id} · check {said.content_sha256[:12]} · {rules} · figures as of "
            f"{wording.month_words(said.as_of)} · published {wording.day_words(said.published_at)}"
        )


def months_between(months: pd.Series) -> tuple[date, ...]:
    """Return every month from the first to the last of these, so that one without a figure is a gap in a chart."""
    if months.empty:
        return ()
    return tuple(month.date() for month in pd.date_range(months.min(), months.max(), freq="MS"))


def along(months: tuple[date, ...], rows: pd.DataFrame, column: str) -> tuple[float | None, ...]:
    """Return a column's value for each month, None where there is none; a longer period stands in its last month."""
    held = {
        pd.Timestamp(month).date(): float(value)
        for month, value in zip(rows["month"], rows[column], strict=True)
        if pd.notna(value)
    }
    return tuple(held.get(month) for month in months)
