"""What stands around every screen: demonstration, damage, the edition shown, and the screens without one."""

from pathlib import Path

import streamlit as st

from metrics import wording
from metrics.edition import Manifest
from pages.components import filters, phrases
from pages.components.queries import Opened
from pages.components.text import plain
from pages.components.tiles.basics import heading, look

_PRINT = Path(__file__).parents[1] / "print.css"
_PRINT_DARK = Path(__file__).parents[1] / "print_dark.css"


def demonstration(manifest: Manifest) -> None:
    """Say on every screen of a demonstration edition that its figures are not the area's own reporting."""
    if manifest.demonstration:
        st.warning(
            "**Demonstration.** Built from small published or made-up extracts to show how Waymark works. "
            "Not the local area's own reporting; do not use it for decisions."
        )


def damaged(opened: Opened) -> None:
    """Say when an earlier edition is shown because the current one cannot be opened."""
    if opened.damaged is not None:
        named = f"The latest edition, {plain(opened.damaged)}," if opened.damaged else "The latest edition"
        st.error(
            f"{named} is damaged and cannot be opened. You are looking at the one "
            f"before it, {plain(opened.edition.manifest.edition_id)}. Publish again to put this right."
        )


def past(opened: Opened) -> None:
    """Say on every screen when it does not show the current edition because a reader asked for another."""
    if opened.past is not None:
        manifest = opened.edition.manifest
        st.warning(
            f"**Not the current edition.** You are looking at edition {plain(manifest.edition_id)}, published "
            f"{plain(wording.moment_words(manifest.published_at))} by {plain(manifest.published_by)}."
        )
    elif opened.refused:
        st.warning(f"{plain(opened.refused)} You are looking at the current edition.")
    else:
        return
    st.button("Show the current edition", on_click=filters.show_current)


def foot(manifest: Manifest) -> None:
    """Close a screen with the edition it shows, and with how it looks on paper."""
    # The one place where a style sheet is sent: two files of ours, constant, for paper alone.
    for sheet in (_PRINT, _PRINT_DARK) if look().name == "dark" else (_PRINT,):
        st.html(sheet)
    st.divider()
    st.markdown(f":gray[:small[{plain(phrases.edition_words(manifest))}]]")


def first_run() -> None:
    """Show what to do while nothing has been published yet."""
    heading(
        "No figures have been published yet", "Waymark shows one published edition at a time. There is none so far."
    )
    with st.container(border=True):
        st.markdown("**To see Waymark with demonstration figures, run these two commands and reload this page:**")
        st.code("python -m etl demo\npython -m metrics publish", language=None, wrap_lines=True)
        st.markdown("The first loads a few example extracts, the second computes and publishes an edition.")
    with st.container(border=True):
        st.markdown("**With extracts of your own:**")
        st.code("python -m etl load FILE…\npython -m metrics publish", language=None, wrap_lines=True)
        st.page_link("pages/upload.py", label="Or in the browser: upload and publish →")


def unreadable(reason: str) -> None:
    """Show what to do when editions exist and none can be opened."""
    heading("The figures cannot be opened", reason)
    st.code("python -m metrics publish", language=None, wrap_lines=True)
