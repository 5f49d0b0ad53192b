"""Long waits that were escalated, on screen."""

import streamlit as st

from pages.components import actions as told
from pages.components.queries import Edition
from pages.components.tiles.basics import download, table


def listed(edition: Edition) -> None:
    """Show the entries that count, the latest month first; numbers of children only where they may be shown."""
    rows = edition.tables["escalations"]
    if rows.empty:
        st.info("No long wait has been escalated yet.")
        return
    st.markdown(told.escalations_in_words(rows))
    table(told.escalations(rows), "Long waits escalated, the latest first", "escalations", long_text=True)
    download(rows, "waymark-escalations", "Download the escalations (CSV)")
