"""The scorecard: how far along is the plan, and what needs us?"""

import streamlit as st

from pages.components import filters, queries, tiles
from pages.components.tiles import doorstep

doorstep.require("read")
edition = queries.edition()
scorecard = edition.tables["scorecard"]

tiles.heading("How far along is the plan?", f"{edition.manifest.plan_title} · {edition.manifest.area_name}")
tiles.plan_clock(edition.manifest)
tiles.sentences(edition.tables["summary"])

if scorecard.empty:
    st.info("The plan's scorecard has no KPI yet: add one to data/plan/scorecard.yaml and publish.")
else:
    tiles.section("What needs attention?")
    tiles.attention(edition)
    tiles.overdue(edition)

    with_numbers = edition.scored_with_targets()
    if with_numbers:
        tiles.section("Is the plan being kept?", "Planned path through the milestones (dashed), and what happened.")
        tiles.trajectories(edition, with_numbers)

    tiles.section("Every KPI of the scorecard", "Each milestone: planned above, actual below.")
    tiles.icons_explained()
    rows = filters.chosen_rows(scorecard)
    if rows.empty:
        st.info("No KPI fits this choice.")
    for priority_area, of_area, begins_open in tiles.areas(rows, chosen=len(rows) < len(scorecard)):
        with tiles.group(priority_area, of_area, begins_open) as group:
            if not group.open:
                continue
            for outcome, of_outcome in of_area[of_area["no_figure"].isna()].groupby("outcome", sort=False):
                tiles.outcome(str(outcome))
                for _, scored in of_outcome.iterrows():
                    tiles.kpi_row(edition, scored)
            tiles.without_figure(edition, of_area[of_area["no_figure"].notna()])

tiles.pack()
