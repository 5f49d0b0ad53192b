"""The pieces of data quality, the known issues beside a KPI, and the legend."""

import pandas as pd
import streamlit as st

from metrics import wording
from pages.components import charts, filters, quality, tables
from pages.components.queries import Edition
from pages.components.text import plain
from pages.components.theme import FLAG_MARKS, STATUS_MARKS
from pages.components.tiles.basics import badge, drawn, table

_COUNTS = ("Files", "Rows", "Held back")


def legend() -> None:
    """Show every status and every reason for a missing figure with its shape and word."""
    with st.container(horizontal=True):
        for status in STATUS_MARKS:
            badge(status)
    st.markdown("Where there is no figure, the reason stands in its place. None of these is zero; zero is shown as 0.")
    with st.container(horizontal=True):
        for flag, mark in FLAG_MARKS.items():
            st.badge(f"{mark.glyph} {wording.FLAG_WORDS[flag]}", color=mark.tone)  # type: ignore[arg-type]
        st.badge(wording.MISSING, color="gray")


def totals(loads: pd.DataFrame, missing: pd.DataFrame) -> None:
    """Show what came in and what was held back, in four figures."""
    with st.container(horizontal=True):
        for words, figure in tables.totals(loads, missing):
            st.metric(words, figure, border=True, width=160)


def completeness(arrivals: pd.DataFrame) -> None:
    """Show which source answered for which month, or that nothing has arrived."""
    if arrivals.empty:
        st.info("Nothing has arrived yet.")
    else:
        words = charts.completeness_in_words(arrivals)
        drawn("completeness", lambda look: (charts.completeness(arrivals, look), words))


def found(edition: Edition) -> None:
    """Show what was found, one line a rule, and the files of the rule asked for."""
    rows = (edition.tables["findings"], edition.tables["rejected"], edition.tables["loads"])
    rules = quality.rules(*rows)
    if rules.empty:
        st.markdown("Nothing was found in the files of this edition.")
        return
    table(rules, "Findings and rows held back, by rule", "findings", _COUNTS, long_text=True, whole=True)
    rule = filters.rule(list(rules["Rule"]))
    table(quality.files(rule, *rows), f"Files with {rule}", "files of a rule", _COUNTS[1:], long_text=True)


def lists_that_add_up(edition: Edition) -> None:
    """Show which lists passed their checks in which month, and what was found on the list asked for."""
    checks = quality.checked(edition.tables["checks"], edition.area_names(), edition.local_areas())
    if checks.empty:
        st.markdown("No list could be checked: that takes two months in a row, or who joined and who left.")
        return
    grid = quality.by_month(checks)
    words = charts.completeness_in_words(grid, "Grid of lists that passed every check")
    drawn("checks", lambda look: (charts.completeness(grid, look, charts.PASSED), words))
    chosen = filters.checked_list(list(dict.fromkeys(checks["series"])))
    shown = quality.check_rows(checks[checks["series"] == chosen])
    table(shown, f"Checks of {chosen}", "check rows", long_text=True)


def known_issues(edition: Edition) -> None:
    """Show every known issue with what it does, how long it lasts and what it touches."""
    titles = dict(zip(edition.tables["kpis"]["kpi"], edition.tables["kpis"]["title"], strict=True))
    told = quality.issues(edition.tables["known_issues"], titles)
    if not told:
        st.markdown("None is on record. Add one to data/plan/known\\_issues.yaml and publish.")
    for issue in told:
        st.markdown(_line(issue))
        if issue.kpis:
            with st.expander(f"KPIs it touches: {len(issue.kpis)}"):
                st.markdown("\n".join(f"- {plain(title)}" for title in issue.kpis))


def issues_beside(edition: Edition, kpi: str) -> None:
    """Show the known issues that touch a KPI; nothing where there is none."""
    told = quality.issues(edition.of_kpi("known_issues", kpi), {})
    if told:
        with st.container(border=True, gap="xsmall"):
            st.markdown("**Known issues beside these figures**")
            for issue in told:
                st.markdown(_line(issue))


def _line(issue: quality.Issue) -> str:
    where = f" · {plain(issue.where)}" if issue.where else ""
    return f"**{plain(issue.title)}**  \n{plain(issue.effect)}  \n:gray[:small[{plain(issue.when)}{where}]]"
