"""How an open screen learns of new figures."""

import streamlit as st

from metrics import wording
from pages.components import filters
from pages.components.queries import current_id, published_since
from pages.components.text import plain
from pages.components.tiles.doorstep import stays

_LOOK_EVERY = 5  # seconds


def newer() -> None:
    """Say on an open screen that new figures were published, with a button that shows them."""
    st.fragment(_newer, run_every=_LOOK_EVERY)(current_id())


def _newer(seen: str | None) -> None:
    if not stays():  # the sign-in no longer holds: take the figures off the screen
        st.rerun(scope="app")
    made = published_since(seen)
    if made is None:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        when = plain(wording.moment_words(made.published_at))
        st.markdown(f"**New figures** were published {when}.", width="stretch")
        if st.button("Show them", key="show new figures"):
            filters.show_current()
            st.rerun(scope="app")
