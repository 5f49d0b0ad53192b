"""Changes: what differs from an earlier edition, and why."""

import streamlit as st

from pages.components import filters, queries, tiles
from pages.components.tiles import changes as parts
from pages.components.tiles import doorstep

doorstep.require("read")
edition = queries.edition()
earlier = queries.earlier_editions()

tiles.heading("What changed?", "The edition shown, beside an earlier one: figure by figure, with the reason.")
if not earlier:
    st.info("There is no earlier edition to compare with yet.")
else:
    before = queries.opened_before(filters.earlier_edition(earlier))
    if before is None:
        st.info("That edition cannot be compared: it is damaged, or from an earlier version of Waymark.")
    else:
        found = parts.differences(before, edition)

        tiles.section("In short")
        parts.in_short(before, edition, found)

        tiles.section("What moved on the scorecard?", "Status, targets and rule sets.")
        parts.of_the_plan(found)

        tiles.section("Which figures changed?", "The local area's figures, not broken down; the scorecard's first.")
        parts.figures(found, edition.area_names())

tiles.section("Look at another edition", "Every screen then shows it, marked as such, until you go back.")
filters.another_edition(queries.all_editions(), edition.manifest.edition_id, queries.current_id())
