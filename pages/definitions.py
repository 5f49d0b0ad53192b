"""Definitions: what each KPI counts, in words, with its worked example."""

import streamlit as st

from pages.components import filters, queries, tiles
from pages.components.text import plain

edition = queries.edition()
kpis = edition.tables["kpis"]

tiles.heading("What does each KPI count?", "As the definition files stood when this edition was published.")
found = filters.matching(kpis, filters.search())
tiles.count(len(found), len(kpis), "KPI")

for _, kpi in found.iterrows():
    with st.expander(f"**{plain(kpi['title'])}**"):
        tiles.definition(kpi)
        tiles.worked_example(kpi)
        tiles.to_kpi(str(kpi["kpi"]))

tiles.section("What the marks mean")
tiles.legend()
