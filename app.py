"""Waymark's front door: which pages there are, which edition they show. No figures."""

import gc
from pathlib import Path

import duckdb  # noqa: F401 - loaded here, before memory is frozen
import plotly.graph_objects  # noqa: F401
import streamlit as st

from metrics.edition import EditionError
from pages.components import filters, queries, serving, tiles

if reason := serving.refusal(st.get_option("server.address")):
    serving.stop(reason)
serving.begin_log()

# An icon of our own: Streamlit would fetch one from a font server for a page with a ":material" icon.
ICON = Path(__file__).parent / "pages" / "components" / "favicon.png"
st.set_page_config(page_icon=str(ICON), layout="wide")


@st.cache_resource(show_spinner=False)
def warm_up() -> bool:
    """Freeze what is loaded, so that the collection Streamlit runs after every screen has little to walk over."""
    gc.collect()
    gc.freeze()
    return True


screen = st.navigation(
    [
        st.Page("pages/scorecard.py", title="Scorecard", default=True),
        st.Page("pages/kpi.py", title="KPI", url_path="kpi"),
        st.Page("pages/waiting_times.py", title="Waiting times", url_path="waiting_times"),
        st.Page("pages/ehc_plans.py", title="EHC plans", url_path="ehc_plans"),
        st.Page("pages/surveys.py", title="Surveys", url_path="surveys"),
        st.Page("pages/capacity.py", title="What would it take?", url_path="capacity"),
        st.Page("pages/action_plan.py", title="Action plan", url_path="action_plan"),
        st.Page("pages/review.py", title="Review", url_path="review"),
        st.Page("pages/changes.py", title="What changed?", url_path="changes"),
        st.Page("pages/definitions.py", title="Definitions", url_path="definitions"),
        st.Page("pages/data_quality.py", title="Data quality", url_path="data_quality"),
        st.Page("pages/upload.py", title="Upload", url_path="upload"),
    ],
    position="top",
)

# Called again for the title alone: what was set before stays, and every screen has a name of its own.
st.set_page_config(page_title=f"{screen.title} · Waymark")

try:
    opened = queries.edition_in_use(filters.edition_asked())
except EditionError as error:
    tiles.unreadable(str(error))
    if screen.url_path != "upload":
        st.stop()
    opened = None

warm_up()
tiles.newer()
if opened is None and screen.url_path == "upload":  # the first edition, or the one that mends a damaged one
    with queries.shown(None):
        screen.run()
elif opened is None:
    tiles.first_run()
else:
    tiles.damaged(opened)
    tiles.past(opened)
    tiles.demonstration(opened.edition.manifest)
    with queries.shown(opened):
        screen.run()
    tiles.foot(opened.edition.manifest)
