"""Figures for the screens: the only module that opens an edition, and the only cache.

Cached by edition id and audience, which never change their meaning. What is cached is shared by all readers: take a
copy before changing a frame.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from etl.settings import editions_folder, shown_to
from etl.tables import EVERYONE
from metrics.edition import Audience, EditionError, Manifest, current_edition, list_editions, read_manifest, read_tables
from pages.components import tables

Answer = TypeVar("Answer")

_HELD = "edition shown"
_SENT_BACK = "sent back to the front door"


@dataclass(frozen=True)
class Edition:
    """One published edition: its manifest and its tables (metrics/edition_tables.py states their grain)."""

    manifest: Manifest
    tables: Mapping[str, pd.DataFrame]

    def kpi(self, kpi: str) -> pd.Series | None:
        """Return the KPIS row of a KPI, or None where the edition has no such KPI."""
        return self.one("kpis", kpi)

    def one(self, table: str, kpi: str) -> pd.Series | None:
        """Return a KPI's row of a table that has one row a KPI, or None where it has none."""
        rows = self.of_kpi(table, kpi)
        return None if rows.empty else rows.iloc[0]

    def scored(self, kpi: str) -> pd.Series | None:
        """Return the SCORECARD row of a KPI, or None where the local plan does not score it."""
        return self.one("scorecard", kpi)

    def of_kpi(self, table: str, kpi: str) -> pd.DataFrame:
        """Return a table's rows of one KPI, in the table's own grain."""
        frame = self.tables[table]
        return frame[frame["kpi"] == kpi]

    def area_names(self) -> dict[str, str]:
        """Return the name of every area by its code."""
        areas = self.tables["areas"]
        return dict(zip(areas["area"], areas["name"], strict=True))

    def local_areas(self) -> list[str]:
        """Return the codes of the plan's own areas."""
        areas = self.tables["areas"]
        return list(areas.loc[areas["role"] == "local", "area"])

    def local_area(self, kpi: str) -> str | None:
        """Return the code of the area whose figure a KPI shows: the scored one, else the first local one with rows."""
        scored = self.scored(kpi)
        if scored is not None:
            return str(scored["area"])
        held = set(self.of_kpi("results", kpi)["area"])
        return next((area for area in self.local_areas() if area in held), None)

    def over_time(self, kpi: str) -> pd.DataFrame:
        """Return RESULTS rows of the local area, not broken down: one row per month, in order of time."""
        rows = self.of_kpi("results", kpi)
        rows = rows[(rows["area"] == self.local_area(kpi)) & (rows["breakdown"] == EVERYONE)]
        return rows.sort_values("month")

    def beside(self, kpi: str) -> pd.DataFrame:
        """Return RESULTS rows of the local area and its comparators for the local area's latest month, one per area.

        In order of value, areas without one last. Empty where no comparator has a row for that month.
        """
        mine = self.over_time(kpi)
        if mine.empty:
            return mine
        latest = mine.iloc[-1]
        areas = self.tables["areas"]
        others = list(areas.loc[areas["role"] == "comparator", "area"])
        rows = self.of_kpi("results", kpi)
        same = (rows["month"] == latest["month"]) & (rows["period_months"] == latest["period_months"])
        rows = rows[same & (rows["breakdown"] == EVERYONE) & rows["area"].isin([latest["area"], *others])]
        held: pd.DataFrame = rows.sort_values("value", ascending=False)
        return held if len(held) > 1 else held.iloc[:0]

    def place_among_others(self, kpi: str) -> pd.Series | None:
        """Return the COMPARATORS row of the local area's latest ranked period, or None where it is not ranked."""
        rows = self.of_kpi("comparators", kpi)
        rows = rows[rows["area"] == self.local_area(kpi)].sort_values("month")
        return None if rows.empty else rows.iloc[-1]

    def everyone(self, kpi: str) -> pd.DataFrame:
        """Return RESULTS rows that are not broken down: one row per area and month.

        Latest month first; within it the local area, then its comparators, then others by name.
        """
        rows = self.of_kpi("results", kpi)
        rows = rows[rows["breakdown"] == EVERYONE]
        roles = self.tables["areas"].set_index("area")["role"].map({"local": 0, "comparator": 1, "other": 2})
        rank = rows["area"].map(roles).fillna(3).where(rows["area"] != self.local_area(kpi), -1)
        ordered = rows.assign(rank=rank, name=rows["area"].map(self.area_names()))
        ordered = ordered.sort_values(["month", "rank", "name"], ascending=[False, True, True])
        return ordered[list(rows.columns)]

    def broken_down(self, kpi: str) -> pd.DataFrame:
        """Return RESULTS rows of the local area by breakdown and group, the latest month of each breakdown."""
        rows = self.of_kpi("results", kpi)
        rows = rows[(rows["area"] == self.local_area(kpi)) & (rows["breakdown"] != EVERYONE)]
        latest = rows.groupby("breakdown")["month"].transform("max")
        return rows[rows["month"] == latest].sort_values(["breakdown", "group"], key=_as_people_count)

    def scored_with_targets(self) -> list[str]:
        """Return the scored KPIs that have a numeric milestone and any figure, in the plan's order."""
        milestones, scorecard = self.tables["milestones"], self.tables["scorecard"]
        numeric = set(milestones.loc[milestones["kind"] == "number", "kpi"])
        held = scorecard[scorecard["no_figure"].isna()].sort_values("position")
        return [kpi for kpi in held["kpi"] if kpi in numeric]

    def source_titles(self) -> dict[str, str]:
        """Return the words for every source by its name, as its latest load has them."""
        loads = self.tables["loads"].sort_values("loaded_at")
        return dict(zip(loads["source"], loads["title"], strict=True))

    def senders(self) -> dict[str, str]:
        """Return who sent loads, name and code, by the code alone."""
        loads = self.tables["loads"].drop_duplicates("organisation")
        return {str(row["organisation"]): tables.sender_words(row) for _, row in loads.iterrows()}

    def has_bands_beside(self, kpi: str) -> bool:
        """Return whether published bands were set aside for the local area, because lists of children count."""
        fed = self.of_kpi("feeds", kpi)
        return bool(fed.loc[fed["area"] == self.local_area(kpi), "set_aside"].any())

    def loads_behind(self, kpi: str) -> pd.DataFrame:
        """Return the LOADS rows that fed the KPI's figures for the local area."""
        fed = self.of_kpi("feeds", kpi)
        loads = self.tables["loads"]
        held: pd.DataFrame = loads[loads["load_id"].isin(fed.loc[fed["area"] == self.local_area(kpi), "load_id"])]
        return held


def _as_people_count(names: pd.Series) -> pd.Series:
    """Return sort keys that put "5 to 10" before "11 to 18"."""
    return names.str.replace(r"\d+", lambda digits: digits[0].zfill(6), regex=True)


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
    """Return whose file is opened: the board's where the settings say so, else the restricted one."""
    return "board" if shown_to() == "board" else "restricted"


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
        st.error("Start Waymark with: streamlit run app.py")
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
