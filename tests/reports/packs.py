"""Packs of the editions the screens are tested on, and how they are read back: never by the code that wrote them."""

import io
import zipfile
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pandas as pd
from pptx import Presentation
from python_calamine import CalamineWorkbook

from metrics.edition import Audience
from pages.components.edition import Edition
from reports.content import Pack
from reports.pack import put_together
from reports.slides import as_slides
from reports.web_page import as_page
from reports.workbook import as_workbook
from tests.pages import editions

FORMATS = ("pptx", "xlsx", "html")


def edition(kind: str, audience: Audience = "board", **more: pd.DataFrame) -> Edition:
    """Return one of the screens' test editions; `more` are further tables, or others in their place."""
    tables = {**editions.frames(editions.KINDS[kind]()), **more}
    rows = {name: tables[name] for name in editions.frames({})}
    return Edition(editions.manifest("2026-11-03-1", rows, audience=audience), tables)


@cache
def made(kind: str, audience: Audience = "board") -> dict[str, bytes]:
    """Return a kind of edition's pack in each format, the first pack there is."""
    return written(put_together(edition(kind, audience), None, None), edition(kind, audience))


def written(pack: Pack, of: Edition) -> dict[str, bytes]:
    """Return a pack in each format."""
    return {"pptx": as_slides(pack), "xlsx": as_workbook(pack, of), "html": as_page(pack)}


def slides(content: bytes) -> list[Any]:
    """Return the slides."""
    return list(Presentation(io.BytesIO(content)).slides)


def slide_words(slide: Any) -> str:
    """Return everything a slide says, tables included."""
    told = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    return "\n".join([*told, *(cell for table in slide_tables(slide) for row in table for cell in row)])


def slide_tables(slide: Any) -> list[list[list[str]]]:
    """Return the tables of a slide, row by row, headings first."""
    grids = [shape.table for shape in slide.shapes if shape.has_table]
    return [[[cell.text_frame.text.replace("\v", "\n") for cell in row.cells] for row in grid.rows] for grid in grids]


def slide_charts(slide: Any) -> list[Any]:
    """Return the native charts of a slide."""
    return [shape.chart for shape in slide.shapes if shape.has_chart]


def sheet(content: bytes, name: str, head: int = 4) -> pd.DataFrame:
    """Return a sheet's table as calamine reads it; headings stand in the fifth row. Empty cells are missing."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(name).to_python(skip_empty_area=False)
    cells = [[None if cell == "" else cell for cell in row] for row in rows[head + 1 :]]
    return pd.DataFrame(cells, columns=rows[head], dtype="object")


def parts(content: bytes) -> dict[str, bytes]:
    """Return every part of an office file, those of the workbooks within too."""
    out = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            out |= {f"{name}/{k}": v for k, v in parts(part).items()} if name.endswith(".xlsx") else {name: part}
    return out


class Page(HTMLParser):
    """An HTML page as a reader has it: its tables row by row, its words, its tags."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._cell: list[str] | None = None
        self._rows: list[list[str]] = []
        self._caption = ""
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td", "caption"):
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td", "caption") and self._cell is not None:
            text, self._cell = "".join(self._cell), None
            if tag == "caption":
                self._caption = text
            else:
                self._rows[-1].append(text)
        elif tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._cell is not None:
            self._cell.append(data)
