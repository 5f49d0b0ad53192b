"""Exception reports on screen: the open ones first, each to take away as one page and to answer."""

import streamlit as st

from pages.components import actions as told
from pages.components import queries, visitor
from pages.components.downloads import RECORDED, handed_over
from pages.components.exception_report import exception_report
from pages.components.phrases import day
from pages.components.queries import Edition
from pages.components.text import plain
from pages.components.tiles import entries
from pages.components.tiles.basics import facts, offer, section
from pages.components.tiles.scorecard import plan_of, to_kpi

_LAST = 5  # check-ins on the report


def reports(edition: Edition, enter: bool) -> None:
    """Show the open reports with their forms where entries can be made, then those that are answered."""
    rows = edition.tables["exceptions"]
    answered = rows["answered"].astype("bool")
    if rows.empty:
        st.info("No exception report: no scored KPI is newly off its trajectory, or worse by more than chance.")
    for _, row in rows[~answered].sort_values(["month", "kpi"], ascending=[False, True]).iterrows():
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{plain(row['title'])}**  \n{plain(told.exception_words(row))}. {plain(row['sentence'])}")
            _take_away(edition, str(row["exception_id"]))
            to_kpi(str(row["kpi"]))
            if enter:
                with st.expander("Answer this report"):
                    entries.answer(str(row["exception_id"]))
    done = rows[answered]
    if len(done):
        section(f"Answered: {len(done)}")
        for _, row in done.sort_values("answered_at", ascending=False).iterrows():
            with st.container(border=True, gap="xsmall"):
                st.markdown(f"**{plain(row['title'])}**  \n{plain(told.exception_words(row))}")
                facts(
                    [
                        ("Response", row["response"]), ("Answers for it", row["owner"]),
                        ("By when", day(row["due_on"])),
                        ("Answered", f"{day(row['answered_at'])}, {row['answered_by']}"),
                    ]
                )  # fmt: skip
                _take_away(edition, str(row["exception_id"]))


def _take_away(edition: Edition, exception_id: str) -> None:
    """Offer a report as one page; exact figures are recorded as they are fetched."""
    rows = edition.tables["exceptions"]
    row = rows[rows["exception_id"] == exception_id].iloc[0]
    links, every = edition.of_kpi("action_links", str(row["kpi"])), edition.tables["actions"]
    behind = every[every["action_id"].isin(links.loc[links["direct"].astype("bool"), "action_id"])]
    entered = edition.tables["check_ins"]
    last = entered[entered["action_id"].isin(behind["action_id"])].sort_values("at", ascending=False).head(_LAST)
    whose, edition_id, name = queries.audience(), edition.manifest.edition_id, f"exception-{exception_id}.html"
    who = visitor.current()
    if who is None:
        return

    def page() -> bytes:
        plan = plan_of(edition, str(row["kpi"]))
        content = exception_report(row, plan, behind, last, edition.manifest).encode()
        return handed_over(content, name, edition_id, whose, who)

    offer(
        "Download the report, one page", page, name, "text/html", f"report {exception_id}",
        RECORDED if whose == "restricted" else None,
    )  # fmt: skip
