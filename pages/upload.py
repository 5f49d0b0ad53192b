"""Upload: the analyst's month. Drop files, see what is wrong, load, publish."""

import streamlit as st

from pages.components import tiles
from pages.components.tiles import doorstep, plan_workbook, publishing, working
from pages.components.tiles import upload as parts

doorstep.require("load")
tiles.heading("Upload and publish", "This month's files in, new figures out. Nothing changes before you say so.")
warehouse = working.warehouse()
held = working.loads(warehouse) if warehouse else None
if warehouse is None or held is None:
    st.stop()
working.who()

tiles.section("1. Which files have come?", "They are checked in a closed room of their own and thrown away afterwards.")
mixed = working.is_demonstration(held)
desk = parts.desk(warehouse)

if desk.checked:
    tiles.section("2. What is in them?", "Rows are numbered as Excel numbers them. No cell is repeated here.")
    parts.overview(desk, held)
    parts.each(desk, parts.file)

    tiles.section("3. What would change?", "Tried on a private copy, with the computation that publishes.")
    chosen = parts.chosen(desk)
    parts.would_change(warehouse, desk, chosen)

    tiles.section("4. Load", "Each file whole or not at all. Readers see nothing of it before you publish.")
    parts.load(warehouse, desk, chosen, mixed)
    parts.outcomes(desk)

tiles.section("Publish", "What readers would see: figures and statuses, before and after.")
publishing.publish(warehouse)

tiles.section("The plan's workbook", "Actions, impact measures and check-ins: nothing entered before is changed.")
plan_workbook.plan_workbook(warehouse)

tiles.section("Take a load back", "It stays on record with your reason.")
parts.take_back(warehouse, held)

tiles.section("Who did what?", "Loads, refusals, publications and downloads of exact figures, the newest first.")
publishing.who_did_what(warehouse)
