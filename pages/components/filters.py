"""What a reader chooses, kept in the address bar so that a link restores the screen."""

import pandas as pd
import streamlit as st

from metrics import wording

ALL_AREAS = "All priority areas"
ALL_STATUSES = "All statuses"


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


def chosen_rows(scorecard: pd.DataFrame) -> pd.DataFrame:
    """Ask for priority area and status and return the SCORECARD rows that fit, in the plan's order."""
    left, right, _ = st.columns([3, 2, 3])
    with left:
        area = priority_area(scorecard)
    with right:
        code = status(scorecard)
    rows = scorecard.sort_values("position")
    rows = rows if area is None else rows[rows["priority_area"] == area]
    return rows if code is None else rows[rows["status"] == code]


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


def _follow() -> None:
    chosen = st.session_state["kpi chosen"]
    if chosen:
        st.query_params["kpi"] = chosen
    else:
        st.query_params.clear()
