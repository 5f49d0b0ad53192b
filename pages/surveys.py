"""Surveys: waves side by side, differences with intervals, who answered."""

import streamlit as st

from pages.components import queries, tiles
from pages.components.tiles import doorstep
from pages.components.tiles import surveys as parts

doorstep.require("read")
edition = queries.edition()

tiles.heading("What do families, young people and staff say?", "Surveys: every question as it was asked, wave by wave.")
chosen = parts.choose(edition)
if chosen is None:
    st.info("This edition holds no survey. Load one and publish.")
else:
    parts.waves(edition, chosen)

    tiles.section(
        "What do they say, and did it change?",
        "To the right the favourable answers, darker the stronger; to the left, hatched, the others. Blank answers, "
        "“don't know” and “not applicable” are out of the base. △ marks a base under 30.",
    )
    parts.tally(edition, chosen)
    parts.opinions(edition, chosen)

    tiles.section(
        "The figures",
        "Favourable answers in percent of the valid ones. “Better” or “worse” only where the 95 % Newcombe interval of "
        "the difference leaves out 0 and the test agrees; the waves are taken to be different people.",
    )
    parts.changes(edition, chosen)

    tiles.section("One question in full", "How each answer was given, and what it is evidence for.")
    parts.question(edition, chosen)

    tiles.section(
        "Who answered?",
        "Those who chose to, so nobody knows how those who did not would have answered; beside them, all children and "
        "young people with an EHC plan.",
    )
    parts.profile(edition, chosen)
