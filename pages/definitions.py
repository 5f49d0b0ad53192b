"""Definitions: what each KPI counts, in words, with its worked example."""

import streamlit as st

from pages.components import filters, queries, tiles
from pages.components.text import plain
from pages.components.tiles import doorstep

doorstep.require("read")
edition = queries.edition()
kpis = edition.tables["kpis"]

tiles.heading("What does each KPI count?", "As the definition files stood when this edition was published.")
found = filters.matching(kpis, filters.search())
tiles.count(len(found), len(kpis), "KPI")

for _, kpi in found.iterrows():
    # Told only once it is opened: a hundred and fifty definitions at once would take a second to draw.
    with st.expander(f"**{plain(kpi['title'])}**", key=f"about {kpi['kpi']}", on_change="rerun") as told:
        if told.open:
            tiles.definition(kpi)
            tiles.worked_example(kpi)
            tiles.to_kpi(str(kpi["kpi"]))

tiles.section("What the marks mean")
tiles.legend()
