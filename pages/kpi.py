"""One KPI in full: planned and actual, over time, beside others, by group, in words, as data."""

import pandas as pd

from pages.components import filters, queries, tables, tiles
from pages.components.tiles import doorstep

doorstep.require("read")
edition = queries.edition()


def in_full(chosen: str, kpi: pd.Series) -> None:
    """Show everything the edition has on one KPI."""
    unit, title, scored = str(kpi["unit"]), str(kpi["title"]), edition.scored(chosen)
    tiles.heading(str(kpi["question"]), title)
    tiles.standing(edition, chosen, scored)
    tiles.checks(edition, chosen)
    tiles.read_beside(edition, chosen)
    tiles.issues_beside(edition, chosen)

    if scored is not None:
        tiles.section("Planned and actual", "Planned path (dashed), milestones (diamonds), actual figures (blue).")
        tiles.trajectory(edition, chosen)
        tiles.milestone_cells(tiles.plan_of(edition, chosen))
        tiles.amendments(edition, chosen)
        tiles.outlook(edition, chosen, unit)

        tiles.section("How fast?", "How fast it moves, beside how fast it would have to.")
        tiles.pace(edition, chosen, unit, str(kpi["better"]))

        tiles.section("More than chance?", "Each figure against the usual ups and downs: a control chart.")
        tiles.control(edition, chosen, title, unit)
        tiles.icons_explained()

    tiles.section("What is being done?", "The actions of the plan behind this KPI, and what it did since.")
    tiles.behind(edition, chosen)

    tiles.section("Over time", "Every figure we hold, with its 95 % Wilson interval where it is a share.")
    tiles.over_time(kpi, edition.over_time(chosen))
    tiles.withheld_before(edition, chosen)

    tiles.section("Beside other areas", "The same period everywhere.")
    tiles.ranked(edition, chosen, unit)
    tiles.comparison(edition, chosen, title, unit)

    groups = edition.broken_down(chosen)
    if len(groups):
        tiles.section("By group", "The latest period of each split.")
        split = tables.breakdown(groups, unit, edition.senders())
        tiles.table(split, f"{title} by group", "by group", tables.FIGURE_COLUMNS)

    tiles.section("What exactly is counted?")
    tiles.definition(kpi)
    tiles.sources(edition, chosen)

    tiles.section("The data")
    figures = tables.figures(edition.everyone(chosen), unit, edition.area_names())
    tiles.table(figures, f"{title}: all figures", "figures", tables.FIGURE_COLUMNS)
    tiles.download(edition.of_kpi("results", chosen), f"waymark-{chosen}", "Download all rows of this KPI (CSV)")


asked = filters.kpi(edition.tables["kpis"])
found = edition.kpi(asked) if asked else None
if asked is None or found is None:
    tiles.heading("Which KPI?", "Choose one above, or open one from the scorecard.")
else:
    in_full(asked, found)
