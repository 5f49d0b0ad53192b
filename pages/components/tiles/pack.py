"""The board pack on a screen: one button a format."""

from functools import partial

import streamlit as st

from metrics.edition import Audience
from pages.components import packs, queries, visitor
from pages.components.tiles.basics import offer, section

_WHOSE: dict[str, Audience] = {"The board’s figures": "board", "Exact figures, restricted": "restricted"}


def pack() -> None:
    """Offer the pack of the edition shown; whoever sees the board's figures can only ever have the board's."""
    section("Make the board pack", "Everything above, of this edition, ready to send; every page says whose it is.")
    audience: Audience = "board"
    if queries.audience() == "restricted":
        chosen = st.radio("Whose figures?", list(_WHOSE), horizontal=True, key="pack audience")
        audience = _WHOSE[chosen]
    who = visitor.current()
    if who is None:
        return
    edition_id = queries.edition().manifest.edition_id
    with st.container(horizontal=True):
        for wanted, words in packs.WORDS.items():
            offer(
                words, partial(packs.made, edition_id, audience, wanted, who), packs.name(edition_id, audience, wanted),
                packs.KINDS[wanted], f"pack {wanted}", packs.RECORDED,
            )  # fmt: skip
