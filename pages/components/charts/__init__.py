"""Charts: frame in, Plotly figure out, each with a companion that returns its text alternative. No Streamlit."""

from pages.components.charts.capacity import ahead, ahead_in_words, waiting_bands, waiting_bands_in_words
from pages.components.charts.clock import clock, clock_in_words
from pages.components.charts.control import control, control_in_words, meanings, rules_in_words
from pages.components.charts.events import events_table, with_events
from pages.components.charts.grid import PASSED, completeness, completeness_in_words
from pages.components.charts.lines import Series, lines, lines_in_words
from pages.components.charts.series import comparison, comparison_in_words, over_time, over_time_in_words
from pages.components.charts.spark import sparkline
from pages.components.charts.stages import stages, stages_in_words
from pages.components.charts.surveys import opinions, opinions_in_words
from pages.components.charts.timeline import dated, timeline, timeline_in_words
from pages.components.charts.trajectory import Plan, trajectory, trajectory_in_words
from pages.components.charts.waits import clocks, clocks_in_words, ribbon, ribbon_in_words

__all__ = [
    "PASSED",
    "Plan",
    "Series",
    "ahead",
    "ahead_in_words",
    "clock",
    "clock_in_words",
    "clocks",
    "clocks_in_words",
    "comparison",
    "comparison_in_words",
    "completeness",
    "completeness_in_words",
    "control",
    "control_in_words",
    "dated",
    "events_table",
    "lines",
    "lines_in_words",
    "meanings",
    "opinions",
    "opinions_in_words",
    "over_time",
    "over_time_in_words",
    "ribbon",
    "ribbon_in_words",
    "rules_in_words",
    "sparkline",
    "stages",
    "stages_in_words",
    "timeline",
    "timeline_in_words",
    "trajectory",
    "trajectory_in_words",
    "waiting_bands",
    "waiting_bands_in_words",
    "with_events",
]
