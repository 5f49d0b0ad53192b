"""The pieces screens are made of. Native Streamlit only: no HTML, no CSS, and data text goes through `plain`."""

from pages.components.tiles.basics import badge, count, download, draw, facts, heading, look, section, table
from pages.components.tiles.course import control, icons_explained, outlook, pace
from pages.components.tiles.kpi import comparison, definition, over_time, sources, standing, worked_example
from pages.components.tiles.quality import completeness, legend, totals
from pages.components.tiles.scorecard import (
    attention,
    group,
    kpi_row,
    latest_figure,
    milestone_cells,
    outcome,
    plan_clock,
    plan_of,
    sentences,
    to_kpi,
    trajectory,
)
from pages.components.tiles.shell import damaged, demonstration, first_run, foot, unreadable

__all__ = [
    "attention",
    "badge",
    "comparison",
    "completeness",
    "control",
    "count",
    "damaged",
    "definition",
    "demonstration",
    "download",
    "draw",
    "facts",
    "first_run",
    "foot",
    "group",
    "heading",
    "icons_explained",
    "kpi_row",
    "latest_figure",
    "legend",
    "look",
    "milestone_cells",
    "outcome",
    "outlook",
    "over_time",
    "pace",
    "plan_clock",
    "plan_of",
    "section",
    "sentences",
    "sources",
    "standing",
    "table",
    "to_kpi",
    "totals",
    "trajectory",
    "unreadable",
    "worked_example",
]
