"""Waymark's front door: who may see which pages, which edition they show. No figures."""

import base64
import gc
from pathlib import Path

import duckdb  # noqa: F401 - loaded here, before memory is frozen
import plotly.graph_objects  # noqa: F401
import streamlit as st

from access.screens import SCREENS, Screen
from metrics.edition import EditionError
from pages.components import filters, queries, serving, tiles, visitor
from pages.components.tiles import doorstep

if reason := serving.refusal(st.get_option("server.address")):
    serving.stop(reason)
serving.begin_log()

# An icon of our own, within the page: Streamlit would fetch one from a font server for a page with a ":material" icon,
# and offer a file among the downloads, which nobody gets without being signed in.
ICON = Path(__file__).parent / "pages" / "components" / "favicon.png"
st.set_page_config(page_icon=f"data:image/png;base64,{base64.b64encode(ICON.read_bytes()).decode()}", layout="wide")


@st.cache_resource(show_spinner=False)
def warm_up() -> bool:
    """Freeze what is loaded, so that the collection Streamlit runs after every screen has little to walk over."""
    gc.collect()
    gc.freeze()
    return True


def page(screen: Screen, is_let_in: bool) -> st.Page:
    """Return a screen's page: for somebody who is not let in the way to sign in, at every address."""
    first = screen is SCREENS[0]
    if not is_let_in:
        return st.Page(doorstep.sign_in, title="Sign in", default=first, url_path=screen.name)
    return st.Page(
        f"pages/{screen.name}.py",
        title=screen.title,
        default=first,
        url_path=None if first else screen.name,
        visibility="visible" if screen.needs in visitor.rights() else "hidden",
    )


let_in = doorstep.is_let_in()
screen = st.navigation([page(one, let_in) for one in SCREENS], position="top" if let_in else "hidden")

# Called again for the title alone: what was set before stays, and every screen has a name of its own.
st.set_page_config(page_title=f"{screen.title} · Waymark")

if not let_in:
    screen.run()
    st.stop()

doorstep.who_is_here()
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
