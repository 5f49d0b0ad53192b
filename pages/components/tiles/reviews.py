"""The pieces of a progress review: what the plan's advisers ask for at a milestone."""

import pandas as pd
import streamlit as st

from metrics import reviews
from pages.components import filters
from pages.components import review as told
from pages.components.queries import Edition
from pages.components.tiles.basics import download, sentences_table, table


def choose(edition: Edition) -> int | None:
    """Ask which review to show and return its place; None where no milestone is over."""
    names = told.names(edition.tables["reviews"])
    if not names:
        st.info("No milestone of the plan is over yet, so there is nothing to review.")
        return None
    return filters.review(names)


def of(edition: Edition, position: int) -> pd.DataFrame:
    """Return the REVIEWS rows of one review."""
    rows = edition.tables["reviews"]
    return rows[rows["position"] == position]


def figures(edition: Edition, position: int) -> None:
    """Show every scored KPI as it was read at the review."""
    rows = reviews.readings(edition.tables["milestones"], edition.tables["kpis"], position)
    if rows.empty:
        st.markdown("The plan's scorecard has no KPI.")
        return
    held = rows[rows[["reading", "reading_at_least", "reading_flag"]].notna().any(axis=1) | rows["target"].notna()]
    table(told.figures(held), "The scorecard at the review", f"review figures {position}", whole=True)
    if len(held) < len(rows):
        without = rows[~rows.index.isin(held.index)]
        with st.expander(f"Without a figure or a target at that date: {len(without)}"):
            st.markdown("\n".join(f"- {words}" for words in told.lines(without["title"])))
    download(rows, f"waymark-review-{position}-figures", "Download the figures of this review (CSV)")


def ratings(rows: pd.DataFrame) -> None:
    """Show how many actions carried each rating, and how many were overdue."""
    table(told.counts(rows), "Actions by rating", "review ratings", ("Actions", "Review before"))
    st.markdown(told.overdue_words(rows))


def changes(edition: Edition, rows: pd.DataFrame) -> None:
    """Show what changed since the review before."""
    actions = edition.tables["actions"]
    titles = dict(zip(actions["action_id"], actions["title"].fillna(""), strict=True))
    moved = told.changes(rows, titles)
    if moved.empty:
        st.markdown("Nothing changed since the review before.")
    else:
        sentences_table(moved, "What changed since the review before")
    download(rows, "waymark-review-actions", "Download the actions of this review (CSV)")


def evidence(rows: pd.DataFrame) -> None:
    """Show the evidence given since the review before."""
    given = told.evidence(rows)
    if given.empty:
        st.markdown("No evidence was given since the review before.")
    else:
        sentences_table(given, "Evidence given since the review before")
