"""What stands on a slide and whether it fits: text and tables are measured, and go on to a further slide in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import pandas as pd
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.slide import Slide
from pptx.util import Emu, Pt

from pages.components.theme import LIGHT
from reports.content import Table
from reports.sealed import fit
from reports.slide_charts import describe, rgb

SIZE = 12  # points: the smallest text on a slide
LEAD = 15  # points of what is said first
_LETTER = 0.46  # of its size: the width of a letter, between Calibri and Arial
_LINE = 1.22  # of its size: the height of a line
_GAP = Pt(3)  # after a paragraph
_CELL_MARGIN = Pt(5)


@dataclass(frozen=True)
class Words:
    """One paragraph: a heading, a line of a list, or a sentence."""

    text: str
    size: int = SIZE
    bold: bool = False
    is_line: bool = False


@dataclass(frozen=True)
class Box:
    """A place on a slide, in EMU."""

    left: int
    top: int
    width: int
    height: int

    def below(self, taken: int) -> "Box":
        """Return what is left beneath the first `taken`."""
        return Box(self.left, self.top + taken, self.width, self.height - taken)


def tall(words: Words, width: int) -> int:
    """Return the height a paragraph takes in a width, its space after it included."""
    return round(len(_lines(words.text, width, words.size)) * words.size * _LINE * 12700) + _GAP


def split(paragraphs: Sequence[Words], width: int, height: int) -> tuple[list[Words], list[Words]]:
    """Return the paragraphs that fit a height and the rest; a heading goes with what it heads, one always fits."""
    used, count = 0, 0
    for words in paragraphs:
        used += tall(words, width)
        if used > height and count:
            break
        count += 1
    while 1 < count < len(paragraphs) and paragraphs[count - 1].bold:
        count -= 1
    return list(paragraphs[:count]), list(paragraphs[count:])


def write(frame: Any, paragraphs: Sequence[Words], colour: RGBColor | None = None) -> None:
    """Write paragraphs into a text frame that keeps its size."""
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    for number, words in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.space_after = _GAP
        for place, line in enumerate(fit(words.text).split("\n")):
            if place:
                paragraph.add_line_break()
            run = paragraph.add_run()
            run.text = f"• {line}" if words.is_line and not place else line
            run.font.size, run.font.bold, run.font.language_id = Pt(words.size), words.bold, MSO_LANGUAGE_ID.ENGLISH_UK
            if colour is not None:
                run.font.color.rgb = colour


def text_box(slide: Slide, box: Box, name: str, paragraphs: Sequence[Words], colour: RGBColor | None = None) -> None:
    """Put a named box of paragraphs on a slide."""
    shape = slide.shapes.add_textbox(Emu(box.left), Emu(box.top), Emu(box.width), Emu(box.height))
    shape.name = name
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    write(frame, paragraphs, colour)


def pages(table: Table, width: int, height: int) -> list[pd.DataFrame]:
    """Return a table's rows in as many frames as slides are needed; a row taller than a slide goes on in the next."""
    widths = column_widths(table, width)
    most = int((height - _row_height([str(name) for name in table.frame], widths)) / (SIZE * _LINE * 12700)) - 1
    out: list[list[list[str]]] = [[]]
    used = head = _row_height([str(name) for name in table.frame], widths)
    for cells in table.frame.astype("str").to_numpy().tolist():
        for part in _parts(cells, widths, most):
            needed = _row_height(part, widths)
            if used + needed > height and out[-1]:
                out.append([])
                used = head
            out[-1].append(part)
            used += needed
    return [pd.DataFrame(rows, columns=table.frame.columns) for rows in out]


def add_table(slide: Slide, table: Table, rows: pd.DataFrame, box: Box, name: str) -> None:
    """Put a real table on a slide, with a header row, its accessible name and text alternative."""
    widths = column_widths(table, box.width)
    place = (Emu(box.left), Emu(box.top), Emu(box.width), Emu(Pt(20) * (len(rows) + 1)))
    frame: Any = slide.shapes.add_table(len(rows) + 1, len(rows.columns), *place)
    describe(frame, name, f"Table: {table.words}, {len(rows)} rows. Columns: {', '.join(map(str, rows.columns))}.")
    grid = frame.table
    for number, width in enumerate(widths):
        grid.columns[number].width = Emu(width)
    grid.horz_banding = False
    for row, cells in enumerate([[str(n) for n in rows.columns], *rows.to_numpy().tolist()]):
        grid.rows[row].height = Emu(_row_height(cells, widths))
        for column, text in enumerate(cells):
            cell = grid.cell(row, column)
            cell.margin_left = cell.margin_right = _CELL_MARGIN
            cell.margin_top = cell.margin_bottom = Pt(2)
            cell.vertical_anchor = MSO_ANCHOR.TOP
            cell.fill.solid()
            ground = LIGHT.actual if row == 0 else LIGHT.surface if row % 2 == 0 else LIGHT.background
            cell.fill.fore_color.rgb = rgb(ground)
            write(cell.text_frame, [Words(text, SIZE, row == 0)], rgb(LIGHT.background if row == 0 else LIGHT.ink))
            for paragraph in cell.text_frame.paragraphs:
                paragraph.space_after = Pt(0)
                if str(rows.columns[column]) in table.right:
                    paragraph.alignment = PP_ALIGN.RIGHT


def column_widths(table: Table, width: int) -> list[int]:
    """Return how wide each column is, alike where the table does not say."""
    parts = table.widths or (1.0,) * len(table.frame.columns)
    return [int(width * part / sum(parts)) for part in parts]


def _lines(text: str, width: int, size: int) -> list[str]:
    letters = max(int(width / 12700 / (size * _LETTER)), 4)
    return [line for part in text.split("\n") for line in (wrap(part, letters) or [""])]


def _row_height(cells: Sequence[str], widths: Sequence[int]) -> int:
    most = max(len(_lines(text, width - 2 * _CELL_MARGIN, SIZE)) for text, width in zip(cells, widths, strict=True))
    return round(most * SIZE * _LINE * 12700) + Pt(5)


def _parts(cells: list[str], widths: list[int], most: int) -> list[list[str]]:
    """Return a row in as many rows as it takes that none is taller than `most` lines."""
    wrapped = [_lines(text, width - 2 * _CELL_MARGIN, SIZE) for text, width in zip(cells, widths, strict=True)]
    longest = max(map(len, wrapped))
    if longest <= most:
        return [cells]
    starts = range(0, longest, most)
    return [["\n".join(lines[start : start + most]) for lines in wrapped] for start in starts]
