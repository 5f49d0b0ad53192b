"""Figures for the screens: the only module that opens an edition, and the only cache.

Cached by edition id and audience, which never change their meaning. What is cached is shared by all readers: take a
copy before changing a frame.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from etl.settings import editions_folder
from metrics.edition import Audience, EditionError, Manifest, current_edition, list_editions, read_manifest, read_tables
from pages.components import visitor
from pages.components.edition import Edition as Edition

Answer = TypeVar("Answer")

_HELD = "edition shown"
_SENT_BACK = "sent back to the front door"


@dataclass(frozen=True)
class Opened:
    """The edition the screens show, and what it is shown in place of.

    `damaged` is a newer one that could not be opened, `past` the current one where a reader asked for another;
    `refused` says why what a reader asked for is not shown.
    """

    edition: Edition
    damaged: str | None = None
    past: str | None = None
    refused: str | None = None


def audience() -> Audience:
    """Return whose file is opened: the restricted one only for somebody who may see exact figures."""
    return "restricted" if "exact" in visitor.rights() else "board"


def edition_in_use(asked: str | None = None) -> Opened | None:
    """Return the edition asked for, by default the current one; None before the first.

    Where the current one is damaged, the newest readable one stands in; where the one asked for cannot be opened, the
    current one. Raises EditionError where editions exist and none can be opened. Called once a run, by app.py.
    """
    folder = editions_folder()
    current = current_edition(folder)
    if asked and asked != current:
        try:
            return Opened(_open(str(folder), asked, audience()), past=current or "")
        except EditionError as error:
            found = _current(folder, current)
            return found and replace(found, refused=str(error))
    return _current(folder, current)


def _current(folder: Path, current: str | None) -> Opened | None:
    if current is None and not list_editions(folder):
        return None
    try:
        return Opened(_open(str(folder), current or "", audience()))
    except (EditionError, KeyError):  # KeyError: a table lacks a column of today's contract
        return _earlier(folder, current or "")


def published_since(seen: str | None) -> Manifest | None:
    """Return the manifest of the edition in use where it is another than the one seen and can be read, else None."""
    current = current_id()
    if current is None or current == seen:
        return None
    try:
        return read_manifest(editions_folder(), current)
    except EditionError:
        return None


@contextmanager
def shown(opened: Opened | None) -> Iterator[None]:
    """Let pages see this edition while app.py runs one, so that banner, page and footer show the same."""
    st.session_state[_HELD] = opened.edition if opened else None
    st.session_state.pop(_SENT_BACK, None)
    try:
        yield
    finally:
        del st.session_state[_HELD]


def edition() -> Edition:
    """Return the edition that app.py shows in this run; a page that runs without app.py starts over through it."""
    through_the_front_door()
    held = st.session_state[_HELD]
    assert isinstance(held, Edition)
    return held


def all_editions() -> list[Manifest]:
    """Return the manifests of all readable editions, newest first."""
    return list_editions(editions_folder())


def current_id() -> str | None:
    """Return the id of the edition that CURRENT names, None before the first: one small file is read."""
    return current_edition(editions_folder())


def earlier_editions() -> list[Manifest]:
    """Return the manifests of the readable editions published before the one shown, newest first."""
    shown = edition().manifest
    return [m for m in list_editions(editions_folder()) if m.published_at < shown.published_at]


def opened_before(manifest: Manifest) -> Edition | None:
    """Return an earlier edition; None where it is damaged or has another shape than today's."""
    try:
        return _open(str(editions_folder()), manifest.edition_id, audience())
    except (EditionError, KeyError):
        return None


def kept(question: str, answer: Callable[[], Answer]) -> Answer:
    """Return the answer to a question about the edition shown, worked out once; the question names all it rests on."""
    held: Answer = _kept(f"{edition().manifest.edition_id} {audience()} {question}", answer)
    return held


def through_the_front_door() -> None:
    """Run the screen again by way of app.py, with its address as it is, where it came past it.

    Streamlit takes a folder called "pages" for pages of its own and runs them past app.py, until app.py has called
    st.navigation once in the process: so it does when the first visit to a fresh server is a deep link. There is no
    public way to say so beforehand; requirements.txt pins the minor version, and tests/browser tries a deep link.
    """
    if _HELD in st.session_state:
        return
    if st.session_state.get(_SENT_BACK):
        st.error("Start Waymark with: streamlit run gate.py")
        st.stop()
    st.session_state[_SENT_BACK] = True
    PagesManager.uses_pages_directory = False
    st.rerun()


def _earlier(folder: Path, damaged: str) -> Opened:
    for manifest in list_editions(folder):
        if manifest.edition_id != damaged:
            try:
                return Opened(_open(str(folder), manifest.edition_id, audience()), damaged)
            except (EditionError, KeyError):
                continue
    named = f"Edition {damaged}" if damaged else "The current edition"
    raise EditionError(f"{named} is damaged and no earlier one can be opened. Publish again.")


# A chart is some 50 KB; a hundred and fifty KPIs in two looks and a few what-ifs fit.
@st.cache_resource(max_entries=1000, show_spinner=False)
def _kept(question: str, _answer: Callable[[], Any]) -> Any:  # noqa: ARG001 (the key of the cache)
    return _answer()


@st.cache_resource(max_entries=4, show_spinner=False)
def _open(folder: str, edition_id: str, audience: Audience) -> Edition:
    place = Path(folder)
    manifest = read_manifest(place, edition_id).for_audience(audience)
    return Edition(manifest, read_tables(place, edition_id, audience))
