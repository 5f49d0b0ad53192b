"""The action plan: what was promised, where each action stands, whom to remind, what the actions changed."""

import streamlit as st

from pages.components import filters, queries, tiles, visitor
from pages.components.tiles import actions as parts
from pages.components.tiles import doorstep, entries, escalations, exceptions

doorstep.require("read")
edition = queries.edition()


def listed() -> None:
    """Show the actions, and one of them in full with its form."""
    parts.listed(edition)
    tiles.section("One action in full", "Its history, the KPIs that follow it, and the next check-in.")
    action_id = filters.action(edition.tables["actions"])
    if action_id is None:
        st.markdown("Choose an action to see its check-ins, or to enter one.")
        return
    parts.in_full(edition, action_id)
    tiles.section("Check in", "Appended with date and role; nothing entered before is changed.")
    if entries.may_enter(edition):
        entries.who_enters()
        entries.check_in(edition, action_id)


def raised() -> None:
    """Show the exception reports."""
    may = entries.may_enter(edition)
    if may:
        entries.who_enters()
    exceptions.reports(edition, may)


def escalated() -> None:
    """Show long waits that were escalated, and the form for more."""
    escalations.listed(edition)
    if entries.may_enter(edition):
        with st.expander("Enter an escalation"):
            entries.who_enters()
            entries.escalation(edition)


def reminded() -> None:
    """Show whom to remind."""
    parts.reminder_lists(edition)


def changed() -> None:
    """Show what the actions changed."""
    parts.impact(edition)


VIEWS = {"Actions": listed, "Reminders": reminded, "Impact": changed, "Exceptions": raised, "Escalations": escalated}
if "escalations" not in visitor.rights():
    del VIEWS["Escalations"]
tiles.heading("What was promised, and where does it stand?", f"{edition.manifest.plan_title}: its actions.")
if edition.tables["actions"].empty:
    st.info("This edition holds no action. Load the plan with: python -m etl plan load FILE, and publish.")
else:
    parts.standing(edition)
    VIEWS[filters.view(list(VIEWS))]()
