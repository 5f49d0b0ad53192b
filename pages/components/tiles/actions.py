"""The pieces of the action plan: how it stands, its dates, one action in full, reminders, what actions changed."""

import pandas as pd
import streamlit as st

from metrics import reminders
from metrics.plan_gaps import unbacked, without_signal
from pages.components import actions as told
from pages.components import charts, filters
from pages.components.queries import Edition
from pages.components.text import plain
from pages.components.theme import RAG_MARKS
from pages.components.tiles.basics import badge_of, count, download, drawn, facts, section, sentences_table, table
from pages.components.tiles.scorecard import to_kpi

PLAN_PAGE = "pages/action_plan.py"
_DIRECT = 12  # actions told beside a KPI before the rest is counted


def standing(edition: Edition) -> None:
    """Show how many actions carry each rating, how many are overdue, and what kinds of dates there are."""
    rows = edition.tables["actions"]
    counts = told.counts(rows)
    with st.container(horizontal=True, gap="small"):
        for key, mark in RAG_MARKS.items():
            if counts[key] or key in "RAGC":
                badge_of(f"{told.letter_words(key)}: {counts[key]}", mark)
    late = len(reminders.overdue(rows))
    kinds, printed = (reminders.kinds_of_dates(rows, of) for of in ("by_when_kind", "first_kind"))
    total, firm = sum(kinds.values()), kinds.get("month", 0)
    st.markdown(
        f"**{total} references: {firm} with a firm date, of which {late} {'is' if late == 1 else 'are'} overdue; "
        f"{total - firm} without.** Only a firm date can be overdue.  \n"
        f":gray[Dates today: {plain(told.kinds_in_words(kinds))}. As the plan was printed: "
        f"{plain(told.kinds_in_words(printed))}.]"
    )
    with st.expander("What the ratings mean"):
        for _, row in edition.tables["ratings"].iterrows():
            st.markdown(f"**{plain(told.letter_words(str(row['rag'])))}** {plain(row['meaning'])}")
        st.markdown("A rating is a person's judgement and never computed. The status of a KPI is another thing.")


def timeline(edition: Edition, rows: pd.DataFrame) -> None:
    """Show the dates of the chosen actions, or that none has one."""
    if charts.dated(rows).empty:
        st.info("None of these actions has a date that can be drawn.")
        return
    as_of, key = edition.manifest.as_of, " ".join(rows["action_id"])
    words = charts.timeline_in_words(rows, as_of)
    drawn(f"timeline {key}", lambda look: (charts.timeline(rows, as_of, look), words))


def listed(edition: Edition) -> None:
    """Ask which actions and list them, with their dates above and the list to take away."""
    every = edition.tables["actions"]
    words = told.chosen_by(every)
    rows = filters.chosen_actions(every, words)
    if rows.empty:
        st.info("No action fits this choice.")
        return
    timeline(edition, rows)
    count(len(rows), len(every), "action")
    table(told.table(rows), "Actions of the plan", "actions")
    download(rows, "waymark-actions", "Download these actions (CSV)")


def in_full(edition: Edition, action_id: str) -> None:
    """Show everything the edition has on one action."""
    rows = edition.tables["actions"]
    row = rows[rows["action_id"] == action_id].iloc[0]
    badge_of(told.rag_words(row), RAG_MARKS[told.rag_key(row)])
    moved = f", first printed as {row['first_by_when']}" if pd.notna(row["first_by_when"]) else ""
    was = f"printed as {row['first_ref']}" if row["first_ref"] != row["ref"] else None
    facts(
        [
            ("Action", row["title"] if pd.notna(row["title"]) else "the plan prints no text"),
            ("Reference", row["ref"]), ("Renumbered", was), ("Lead", told.lead_words(row)),
            ("By when", f"{told.date_words(row)}{moved}"),
            ("Theme", row["theme_title"]), ("Same text as", row["same_text_as"]),
            ("Left the plan", row["retired_why"]), ("To know", row["note"]),
        ]
    )  # fmt: skip
    own = edition.tables["check_ins"]
    own = own[own["action_id"] == action_id]
    if own.empty:
        st.markdown("No check-in yet.")
    else:
        st.markdown("**Check-ins**")
        sentences_table(told.history(own), "Check-ins of this action, the newest first")
    _kpis_of(edition, action_id)


def _kpis_of(edition: Edition, action_id: str) -> None:
    rows = edition.tables["action_links"]
    rows = rows[rows["action_id"] == action_id].sort_values(["direct", "kpi"], ascending=[False, True])
    if rows.empty:
        st.markdown("No KPI follows this action.")
        return
    kpis = edition.tables["kpis"]
    titles, units = (dict(zip(kpis["kpi"], kpis[name], strict=True)) for name in ("title", "unit"))
    st.markdown("**KPIs that follow it**")
    sentences_table(told.linked(rows, titles, units), "KPIs that follow this action")
    for rebase in rows["rebase"].dropna():
        st.markdown(
            "If you agree that it moved the figures, start the usual range anew with this line in amendments.yaml:"
        )
        st.code(f"- {rebase}", language=None, wrap_lines=True)


def reminder_lists(edition: Edition) -> None:
    """Show what is overdue, due soon and silent."""
    rows, manifest = edition.tables["actions"], edition.manifest
    day = reminders.judged_on(manifest.as_of, manifest.published_at)
    weeks = filters.weeks_silent()
    lists = (
        ("Overdue", reminders.overdue(rows), "Nothing with a firm date is overdue."),
        (f"Due in the next {reminders.SOON_MONTHS} months", reminders.due_soon(rows, day), "Nothing is due soon."),
        (f"No check-in for {weeks} weeks", reminders.silent(rows, day, weeks), "Every open action has been heard of."),
    )
    for name, found, nothing in lists:
        section(f"{name}: {len(found)}")
        if found.empty:
            st.markdown(nothing)
        else:
            table(told.short_table(found), name, f"reminder {name}", long_text=True)
            download(found, f"waymark-{'-'.join(name.lower().split())}", f"Download: {name.lower()} (CSV)")


def impact(edition: Edition) -> None:
    """Show completed actions without a signal, KPIs off course without an action, and the impacts the plan wants."""
    rows, found, kpis = edition.tables["actions"], edition.tables["action_links"], edition.tables["kpis"]
    titles = dict(zip(kpis["kpi"], kpis["title"], strict=True))
    section("Off course, and no action behind it")
    missing = unbacked(edition.tables["scorecard"], edition.tables["charts"], found, rows)
    for kpi in missing:
        to_kpi(kpi, titles.get(kpi, kpi))
    if not missing:
        st.markdown("Every scored KPI that is off course has an action that is still being worked on.")
    section("Complete, but no signal yet")
    quiet = without_signal(found, rows)
    by_id = rows.set_index("action_id")
    named = [
        f"- **{plain(by_id.loc[one, 'ref'])} {plain(by_id.loc[one, 'title'])}**: "
        f"{plain('; '.join(titles.get(kpi, kpi) for kpi in followed))}"
        for one, followed in quiet.items()
    ]
    nothing = "No completed action has figures enough since and a chart that shows no move."
    st.markdown("\n".join(named) if named else nothing)
    section("Before and after")
    moved = found[found["direct"].astype("bool") & found["since"].isin(["better", "worse"])]
    units = dict(zip(kpis["kpi"], kpis["unit"], strict=True))
    lines = []
    for _, row in moved.sort_values("since").iterrows():
        words = told.before_and_after(row, titles.get(str(row["kpi"]), ""), units.get(str(row["kpi"]), ""))
        offer = "" if pd.isna(row["rebase"]) else " A new usual range may be proposed: the line is with the action."
        lines.append(f"- **Action {plain(row['ref'])}**, {plain(words)}.{offer}")
    st.markdown("\n".join(lines) if lines else "No chart moved after a completed action.")
    st.markdown(":gray[A move after an action is no proof of a cause. A usual range is never started anew by itself.]")
    section("Impacts the plan wants to see")
    wanted = edition.tables["impact_measures"].sort_values("position")
    shown = wanted[["impact_measure", "title", "method", "baseline"]].fillna("")
    names = {"impact_measure": "Id", "title": "Impact", "method": "How it is measured", "baseline": "Where it began"}
    table(shown.rename(columns=names), "Impacts the plan wants to see", "impacts", long_text=True)


def behind(edition: Edition, kpi: str) -> None:
    """Show the actions that a KPI names, with their events and what the KPI did since."""
    rows = edition.of_kpi("action_links", kpi)
    named = rows[rows["direct"].astype("bool")]
    others = len(rows) - len(named)
    if named.empty:
        st.markdown("No action of the plan is named by this KPI.")
    else:
        sentences_table(told.behind(named.head(_DIRECT), edition.tables["actions"]), "Actions behind this KPI")
        if len(named) > _DIRECT:
            st.markdown(f":gray[and {len(named) - _DIRECT} more]")
    if others:
        st.markdown(f":gray[{others} further actions are to bring about the same impact.]")
    own = edition.of_kpi("events", kpi)
    if len(own):
        with st.expander(f"Events on the charts: {len(own)}"):
            table(charts.events_table(own), "Events of the actions behind this KPI", f"events {kpi}")
    st.page_link(PLAN_PAGE, label=":blue[See the action plan →]", query_params=filters.edition_in_links())
