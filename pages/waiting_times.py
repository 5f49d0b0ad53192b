"""Waiting times: who waits how long, month by month, and beside others."""

import streamlit as st

from pages.components import queries, tiles
from pages.components.tiles import doorstep
from pages.components.tiles import waits as parts

doorstep.require("read")
edition = queries.edition()


def in_full(chosen: parts.WaitingList) -> None:
    """Show everything the edition can tell of one list."""
    tiles.section("Who waits today?", f"At the end of {parts.month_words(chosen)}.")
    parts.today(edition, chosen)
    parts.distribution(chosen)

    tiles.section("Is the list growing?", "Children waiting at each month's end, and who joined and left in the month.")
    parts.size(chosen)
    parts.movement(edition, chosen)

    tiles.section("Are long waits falling?", "Each bar is one month's list, cut by how long children had waited.")
    parts.ribbon(chosen)

    tiles.section("How long is long?", "Weeks waited so far, by those still waiting.")
    parts.percentiles(chosen)

    tiles.section("Who passes a mark next?", "From how long the children on today's list have waited.")
    parts.passing(edition, chosen)

    tiles.section("Who are they?", "The latest figures of this list, split one way at a time.")
    parts.cohorts(edition, chosen)

    tiles.section("Beside other areas", "The share within the standard, same month.")
    parts.beside(edition, chosen)


tiles.heading("How long do children wait?", "Lists of children still waiting, by week band, at each month's end.")
found = parts.choose(edition)
if found is None:
    st.info("This edition holds no waiting list by week band. Load one and publish.")
else:
    in_full(found)
    tiles.section("Three clocks on one axis", "Days waited so far on each list, beside the standard of its own clock.")
    parts.side_by_side(edition, ("nd_assessment", "slt", "ehc_plan"))
