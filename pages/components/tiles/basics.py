"""The smallest pieces: headings, charts with their words, badges, tables, downloads. Data text goes through `plain`."""

from collections.abc import Callable
from numbers import Integral

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

# Streamlit's name for a file is part of its address. The minor version is pinned; tests/access holds the name to it.
from streamlit.runtime.memory_media_file_storage import _calculate_file_id

from access.handed import HANDED_OUT
from pages.components import charts, phrases, queries, tables, visitor
from pages.components.downloads import RECORDED, fetched
from pages.components.queries import kept
from pages.components.text import plain
from pages.components.theme import DARK, LIGHT, STATUS_MARKS, Look, Mark

_TALL = 76  # pixels: three lines
_SHORT = 25  # rows
SHEET, HALF_SHEET = 1300, 640  # pixels: a chart keeps its width when it is printed, and print.css says what fits
_BARE = {"displayModeBar": False, "showTips": False}


def look() -> Look:
    """Return the colours of the scheme the reader's browser uses."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def heading(title: str, subtitle: str) -> None:
    """Open a screen: the question it answers, and what it rests on."""
    st.title(plain(title), anchor=False)
    st.markdown(f":gray[{plain(subtitle)}]")


def section(title: str, note: str = "") -> None:
    """Open a section with its title and, beneath it, what it shows."""
    st.header(plain(title), anchor=False)
    if note:
        st.markdown(f":gray[{plain(note)}]")


def draw(figure: go.Figure, words: str, key: str, still: bool = False, widest: int = SHEET) -> None:
    """Show a chart with its text alternative, `widest` pixels at most; a still one does not react to the pointer."""
    st.plotly_chart(figure, width=widest, theme=None, key=key, alt=words, config={**_BARE, "staticPlot": still})


def drawn(
    question: str, chart: Callable[[Look], tuple[go.Figure, str]], still: bool = False, widest: int = SHEET
) -> None:
    """Show a chart with its words, drawn once an edition and look; the question names all that it rests on."""
    scheme = look()
    figure, words = kept(f"chart {question} {scheme.name}", lambda: chart(scheme))
    draw(figure, words, question, still, widest)


def drawn_lines(
    question: str, title: str, series: list[charts.Series], unit: str, standard: float | None = None
) -> None:
    """Show series of one unit as lines on one chart with their words, drawn once an edition and look."""
    drawn(
        question,
        lambda look: (charts.lines(series, unit, look, standard), charts.lines_in_words(title, series, unit)),
    )


def badge(status: str) -> None:
    """Show a status: shape, word and colour."""
    st.badge(phrases.status_words(status), color=STATUS_MARKS[status].tone)  # type: ignore[arg-type]


def badge_of(words: str, mark: Mark) -> None:
    """Show words on a badge in the tone of a mark, whose shape they already carry."""
    st.badge(words, color=mark.tone)  # type: ignore[arg-type]


def facts(pairs: list[tuple[str, object]]) -> None:
    """Show pairs of a name and words, leaving out those without words."""
    for name, words in pairs:
        if plain(words):
            st.markdown(f"**{plain(name)}:** {plain(words)}")


def table(
    frame: pd.DataFrame, words: str, key: str, right: tuple[str, ...] = (), long_text: bool = False, whole: bool = False
) -> None:
    """Show a table with its text alternative; columns named in `right` are figures, long text wraps in its cell.

    A short one that fits a phone is a plain table: its words wrap, it prints to the last row and is read aloud cell by
    cell. Others scroll in a grid, which takes the keyboard, sorts and searches; a `whole` one shows every row.
    """
    if len(frame) <= _SHORT and tables.fits_a_phone(frame):
        shown = frame.map(_cell).rename(columns=plain)
        # Streamlit sets text to the left in every cell it draws; this is the only way to say otherwise.
        styled = shown.style.set_properties([plain(name) for name in right], **{"text-align": "right !important"})
        st.table(styled, border="horizontal", hide_index=True, alt=words)
        return
    config = {name: st.column_config.Column(alignment="right") for name in right}
    st.dataframe(
        frame,
        hide_index=True,
        column_config=config,
        key=key,
        alt=words,
        placeholder="",
        height="content" if whole else "auto",
        row_height=_TALL if long_text else None,
    )


def _cell(value: object) -> str:
    return plain(f"{value:,}" if isinstance(value, Integral) else value)


def sentences_table(frame: pd.DataFrame, words: str) -> None:
    """Show a short table of sentences in which every cell wraps, so that it can be read on a telephone."""
    st.table(frame.astype("str").map(plain).rename(columns=plain), hide_index=True, alt=words)


def download(frame: pd.DataFrame, name: str, words: str) -> None:
    """Offer a frame as CSV no spreadsheet takes for formulas; exact figures are recorded as they are fetched."""
    edition, whose, who = queries.edition().manifest.edition_id, queries.audience(), visitor.current()
    if who is not None:
        offer(
            words, lambda: fetched(frame, name, edition, whose, who), f"{name}.csv", "text/csv",
            help=RECORDED if whose == "restricted" else None,
        )  # fmt: skip


def offer(
    words: str,
    make: Callable[[], bytes],
    file: str,
    kind: str,
    key: str | None = None,
    help: str | None = None,  # noqa: A002
) -> None:
    """Show a button for a file that is made when it is asked for, and that only whoever asked can fetch."""
    who = visitor.current()

    def handed_out() -> bytes:
        content = make()
        if who is not None:
            HANDED_OUT.to(who.key, _calculate_file_id(content, kind, file))
        return content

    st.download_button(words, handed_out, file_name=file, mime=kind, on_click="ignore", key=key, help=help)


def count(found: int, of: int, word: str) -> None:
    """Say how many of how many a choice left."""
    st.markdown(f":gray[{found} of {of} {word}{'' if of == 1 else 's'}]")
