"""One KPI in full: planned and actual, over time, beside others, by group, in words, as data."""

import streamlit as st

from pages.components import filters, queries, tables, tiles

edition = queries.edition()
chosen = filters.kpi(edition.tables["kpis"])
kpi = edition.kpi(chosen) if chosen else None

if chosen is None or kpi is None:
    tiles.heading("Which KPI?", "Choose one above, or open one from the scorecard.")
    st.stop()

unit, title = str(kpi["unit"]), str(kpi["title"])
scored, results = edition.scored(chosen), edition.over_time(chosen)

tiles.heading(str(kpi["question"]), title)
tiles.standing(edition, chosen, scored)
if scored is not None:
    tiles.section("Planned and actual", "Planned path (dashed), milestones (diamonds), actual figures (blue).")
    tiles.trajectory(edition, chosen)
    tiles.milestone_cells(tiles.plan_of(edition, chosen))

tiles.section("Over time", "Every figure we hold, with its 95 % Wilson interval where it is a share.")
tiles.over_time(title, results, unit)

tiles.section("Beside other areas", "The same period everywhere.")
tiles.comparison(edition, chosen, title, unit)

by_group = edition.broken_down(chosen)
if len(by_group):
    tiles.section("By group", "The latest period of each split.")
    tiles.table(tables.breakdown(by_group, unit), f"{title} by group", "by group", ("Figure", "Base", "95 % interval"))

tiles.section("What exactly is counted?")
tiles.definition(kpi)
tiles.sources(edition, chosen)

tiles.section("The data")
figures = tables.figures(edition.of_kpi("results", chosen).query("breakdown == 'all'"), unit, edition.area_names())
tiles.table(figures, f"{title}: all figures", "figures", ("Figure", "Base", "95 % interval"))
tiles.download(edition.of_kpi("results", chosen), f"waymark-{chosen}", "Download all rows of this KPI (CSV)")
