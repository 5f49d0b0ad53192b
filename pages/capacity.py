"""Capacity: what it would take to reach each milestone, what if, and who passes a mark next."""

import streamlit as st

from metrics.capacity_view import Clock, Service
from pages.components import filters, queries, tiles
from pages.components.tiles import capacity as parts
from pages.components.tiles import doorstep

doorstep.require("read")
edition = queries.edition()


def answered(service: Service, clock: Clock) -> None:
    """Show everything the edition can tell of one list."""
    tiles.section("Who waits today?", "The list at the end of its latest month, by how long children have waited.")
    parts.todays_list(service, clock)
    assumed = None if service.has_flows else parts.assumptions(service)

    tiles.section("Does the service keep up?", "Referrals beside completions, and the list the standard allows.")
    question = parts.question(edition, service, clock, filters.share_in_time(clock.weeks), assumed)
    parts.rates(question)
    if question.rates() is not None:
        tiles.section("How many completions a week?", "Completions a week that each aim takes, beside today's.")
        parts.needed(question)

        tiles.section("What if?", "Rates go on as they are, except for what you change here. Everything is redrawn.")
        parts.tried(question, parts.asked(service))

    tiles.section("Who passes a mark next?", "From how long the children on today's list have waited.")
    parts.passing(question)


tiles.heading("What would it take?", "Completions a week to reach each milestone, and what else would help.")
chosen = parts.choose(edition)
if chosen is None:
    st.info("This edition holds no waiting list by week band, so there is nothing to work out. Load one and publish.")
elif chosen[0] is None:
    st.info("A band of this list has no count in its latest month, so its children cannot be added up. Choose another.")
else:
    answered(chosen[0], chosen[1])
