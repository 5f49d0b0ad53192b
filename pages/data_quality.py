"""Data quality: what arrived, what did not, what was found in it."""

import streamlit as st

from pages.components import queries, tables, tiles
from pages.components.tiles import doorstep

doorstep.require("read")
edition = queries.edition()
loads, findings = edition.tables["loads"], edition.tables["findings"]
arrivals = tables.series(edition.tables["arrivals"], edition.source_titles(), edition.senders())

tiles.heading("Can these figures be trusted?", "What arrived, what did not, and what was found in it.")
tiles.totals(loads, tables.missing(arrivals))

tiles.section("What came when?", "A square: a month arrived. A bar: a year. A cross: nothing came.")
tiles.completeness(arrivals)

tiles.section("Where are the gaps?", "A gap is never filled, carried forward or shown as zero.")
missing = tables.missing(arrivals)
if missing.empty:
    st.markdown("No month is missing between the first and the last that arrived.")
else:
    tiles.table(missing, "Periods without an extract", "gaps", ("Months missing",))

tiles.section("What was found?", "Errors stop a file or hold rows back, queries need an explanation, notes inform.")
tiles.found(edition)

tiles.section(
    "Do the lists add up?", "Each list of children, month by month. A check that fails withholds its figures."
)
tiles.lists_that_add_up(edition)

tiles.section("What is known to be wrong?", "It changes no figure, and stands beside every figure it touches.")
tiles.known_issues(edition)

tiles.section("What arrived?", "Every load, those replaced or withdrawn included.")
if loads.empty:
    st.markdown("No load yet.")
else:
    tiles.table(tables.loads(loads), "Every load", "loads", ("Rows read", "Loaded", "Held back"))
    tiles.download(loads, "waymark-loads", "Download the loads (CSV)")
    tiles.download(findings, "waymark-findings", "Download the findings (CSV)")
