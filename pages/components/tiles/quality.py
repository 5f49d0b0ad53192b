"""The pieces of data quality and of the legend."""

import pandas as pd
import streamlit as st

from metrics import wording
from pages.components import charts, tables
from pages.components.theme import FLAG_MARKS, STATUS_MARKS
from pages.components.tiles.basics import badge, draw, look


def legend() -> None:
    """Show every status and every reason for a missing figure with its shape and word."""
    with st.container(horizontal=True):
        for status in STATUS_MARKS:
            badge(status)
    st.markdown("Where there is no figure, the reason stands in its place. None of these is zero; zero is shown as 0.")
    with st.container(horizontal=True):
        for flag, mark in FLAG_MARKS.items():
            st.badge(f"{mark.glyph} {wording.FLAG_WORDS[flag]}", color=mark.tone)  # type: ignore[arg-type]
        st.badge(wording.MISSING, color="gray")


def totals(loads: pd.DataFrame, missing: pd.DataFrame) -> None:
    """Show what came in and what was held back, in four figures."""
    with st.container(horizontal=True):
        for words, figure in tables.totals(loads, missing):
            st.metric(words, figure, border=True, width=160)


def completeness(arrivals: pd.DataFrame) -> None:
    """Show which source answered for which month, or that nothing has arrived."""
    if arrivals.empty:
        st.info("Nothing has arrived yet.")
    else:
        draw(charts.completeness(arrivals, look()), charts.completeness_in_words(arrivals), "completeness")
