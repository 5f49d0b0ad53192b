"""What a reader chooses, kept in the address bar so that a link restores the screen."""

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

from metrics import wording
from metrics.edition import Manifest
from pages.components.filters.people import ALL_AREAS as ALL_AREAS
from pages.components.filters.people import ALL_OWNERS as ALL_OWNERS
from pages.components.filters.people import action as action
from pages.components.filters.people import chosen_actions as chosen_actions
from pages.components.filters.people import question as question
from pages.components.filters.people import respondents as respondents
from pages.components.filters.people import review as review
from pages.components.filters.people import survey as survey
from pages.components.filters.people import view as view
from pages.components.filters.people import weeks_silent as weeks_silent

ALL_STATUSES = "All statuses"
SHARE = 92  # per cent to be seen within the standard, until a reader asks for another
_LIST = "waiting list chosen"
_EDITION = "edition asked for"


def edition_asked() -> str | None:
    """Return the edition the address asks for (`?edition=`), None for the current one; other screens keep to it."""
    asked = st.query_params.get("edition") or st.session_state.get(_EDITION)
    if asked:
        st.session_state[_EDITION] = st.query_params["edition"] = asked
    return asked


def edition_in_links() -> dict[str, str]:
    """Return what a link must carry so that it leads to the same edition: nothing for the current one."""
    asked = st.session_state.get(_EDITION)
    return {"edition": asked} if asked else {}


def show_current() -> None:
    """Go back to the current edition, on this screen and the next."""
    st.session_state.pop(_EDITION, None)
    st.query_params.pop("edition", None)


def another_edition(manifests: list[Manifest], shown: str, current: str | None) -> None:
    """Offer every edition to look at; what is chosen goes into the address and holds for all screens."""
    words = {m.edition_id: f"{wording.moment_words(m.published_at)}, by {m.published_by}" for m in manifests}
    if current in words:
        words[current] += " (current)"

    def look() -> None:
        chosen = st.session_state["edition to look at"]
        show_current()
        if chosen != current:
            st.session_state[_EDITION] = st.query_params["edition"] = chosen

    st.session_state["edition to look at"] = shown
    st.selectbox("Edition", list(words), format_func=words.__getitem__, key="edition to look at", on_change=look)


def priority_area(scorecard: pd.DataFrame) -> str | None:
    """Ask for a priority area (`?area=`) and return it, or None for all; one the plan lacks means all."""
    options = [ALL_AREAS, *dict.fromkeys(scorecard["priority_area"])]
    chosen = st.selectbox("Priority area", options, key="area", bind="query-params")
    return None if chosen == ALL_AREAS else chosen


def status(scorecard: pd.DataFrame) -> str | None:
    """Ask for a status (`?status=`) among those present and return its code, or None for all."""
    present = set(scorecard["status"])
    words = {word: code for code, word in wording.STATUS_WORDS.items() if code in present}
    chosen = st.selectbox("Status", [ALL_STATUSES, *words], key="status", bind="query-params")
    return words.get(chosen)


def owner(scorecard: pd.DataFrame) -> str | None:
    """Ask for a role that answers (`?owner=`) and return it, or None for all; not asked where the plan names none."""
    named = sorted(set(scorecard["owner"].dropna()))
    if not named:
        return None
    chosen = st.selectbox("Answers for it", [ALL_OWNERS, *named], key="owner", bind="query-params")
    return None if chosen == ALL_OWNERS else chosen


def chosen_rows(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Ask for priority area, status and owner and return the SCORECARD rows that fit, in the plan's order."""
    rows = scorecard.sort_values("position")
    for place, ask, column in zip(
        st.columns([3, 2, 3]), (priority_area, status, owner), ("priority_area", "status", "owner"), strict=True
    ):
        with place:
            chosen = ask(scorecard)
        rows = rows if chosen is None else rows[rows[column] == chosen]
    return rows


def kpi(kpis: pd.DataFrame) -> str | None:
    """Ask for a KPI (`?kpi=`) and return its id; None, with a sentence on screen, where the link names none we have."""
    asked = st.query_params.get("kpi")
    titles = dict(zip(kpis["kpi"], kpis["title"], strict=True))
    known = list(titles)
    st.session_state["kpi chosen"] = asked if asked in titles else None
    chosen = st.selectbox(
        "KPI",
        known,
        index=None,
        format_func=lambda code: titles[code],
        key="kpi chosen",
        on_change=_follow,
        placeholder="Choose a KPI",
    )
    if asked and asked not in titles:
        st.warning("This edition has no KPI of the name in the address. Choose one from the list above.")
    return chosen


def search() -> str:
    """Ask for words to look for (`?q=`) and return them in lower case."""
    words = st.text_input(
        "Search the definitions", key="q", bind="query-params", placeholder="for example: 20 weeks, 5.1.2"
    )
    return (words or "").strip().lower()


def matching(kpis: pd.DataFrame, words: str) -> pd.DataFrame:
    """Return the KPIS rows in which every word occurs: id, title, question, reasons, plan references or caveats."""
    columns = ["kpi", "title", "question", "why_it_matters", "plan_refs", "caveats", "numerator_in_words"]
    texts = [" ".join(row).lower() for row in kpis[columns].fillna("").itertuples(index=False)]
    fits = [all(word in text for word in words.split()) for text in texts]
    return kpis[pd.Series(fits, index=kpis.index, dtype=bool)].sort_values("title")


def waiting_list(lists: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Ask for a waiting list (`?list=`) by its words and return clock and area; one we lack means the first.

    What was chosen on one page is chosen on the next.
    """
    kept = st.session_state.get(_LIST)
    if kept in lists and "list" not in st.query_params:
        st.session_state["list"] = kept
    chosen = st.selectbox("Waiting list", list(lists), key="list", bind="query-params")
    st.session_state[_LIST] = chosen
    return lists[chosen]


def earlier_edition(manifests: list[Manifest]) -> Manifest:
    """Ask for an earlier edition (`?before=`) by when it was published; one we lack means the newest of them."""
    words = {f"{wording.moment_words(m.published_at)}, by {m.published_by} ({m.edition_id})": m for m in manifests}
    return words[st.selectbox("Compare with", list(words), key="before", bind="query-params")]


def rule(rules: list[str]) -> str:
    """Ask for a rule of the findings (`?rule=`) and return it; one we lack means the first."""
    return str(st.selectbox("Show the files of rule", rules, key="rule", bind="query-params"))


def checked_list(lists: list[str]) -> str:
    """Ask for a list that was checked (`?checked=`) and return it; one we lack means the first."""
    return str(st.selectbox("Show the checks of", lists, key="checked", bind="query-params"))


def split(splits: dict[str, str]) -> str:
    """Ask for a way to split a list (`?split=`) by its words and return it; one we lack means the first."""
    return splits[st.selectbox("Split by", list(splits), key="split", bind="query-params")]


def periods(names: list[str], key: str) -> Sequence[TabContainer]:
    """Offer the same by several periods (`?<key>=`) and return a place for each; one we lack means the first."""
    return st.tabs(names, key=key, on_change="rerun", bind="query-params")


def share_in_time(weeks: int) -> int:
    """Ask for the share to be seen within the standard (`?share=`), per cent."""
    words = f"Children to be seen within {weeks} weeks, per cent"
    told = "92 is what consultant-led care is held to (RTT). It is no standard for community services."
    return int(st.slider(words, 50, 99, SHARE, key="share", help=told, bind="query-params"))


def assumed_rates() -> tuple[float | None, float | None]:
    """Ask for referrals and completions a week (`?referrals=`, `?completions=`); None where nothing is entered."""
    left, right = st.columns(2)
    with left:
        came = _rate("Referrals a week, assumed", "referrals")
    with right:
        seen = _rate("Completions a week, assumed", "completions")
    return came, seen


def growth() -> int:
    """Ask for the growth of referrals (`?growth=`), per cent a year."""
    return int(st.slider("Referrals grow by, per cent a year", -30, 50, 0, key="growth", bind="query-params"))


def slots(months: dict[str, date]) -> tuple[int, date]:
    """Ask for extra slots a week (`?slots=`) and the month they begin in (`?slots_from=`)."""
    count = st.slider("Extra slots a week", 0, 60, 0, key="slots", bind="query-params")
    chosen = st.selectbox("Extra slots begin in", list(months), key="slots_from", bind="query-params")
    return int(count), months[chosen]


def missed() -> tuple[int, int]:
    """Ask for the share of slots missed now and then (`?missed_now=`, `?missed_then=`), per cent."""
    now = st.slider("Slots missed today, per cent", 0, 40, 10, key="missed_now", bind="query-params")
    then = st.slider("Slots missed then, per cent", 0, 40, 10, key="missed_then", bind="query-params")
    return int(now), int(then)


def recovery(months: dict[str, date]) -> tuple[int, date]:
    """Ask for one-off recovery slots (`?recovery=`) and the month they begin in (`?recovery_from=`)."""
    count = st.slider("One-off recovery slots, over 3 months", 0, 600, 0, 10, key="recovery", bind="query-params")
    chosen = st.selectbox("Recovery slots begin in", list(months), key="recovery_from", bind="query-params")
    return int(count), months[chosen]


def board_date(first: date, last: date, usual: date) -> date:
    """Ask for the date of a board meeting (`?board=`) between two dates."""
    chosen = st.date_input(
        "Board meeting", usual, min_value=first, max_value=last, key="board", format="DD/MM/YYYY", bind="query-params"
    )
    return chosen if isinstance(chosen, date) else usual


def _rate(words: str, key: str) -> float | None:
    return st.number_input(words, 0.0, 2000.0, None, 1.0, "%.1f", key, bind="query-params", placeholder="none entered")


def _follow() -> None:
    chosen = st.session_state["kpi chosen"]
    if chosen:
        st.query_params["kpi"] = chosen
    else:
        st.query_params.clear()
