"""Entering check-ins, answers and escalations on the action plan. They reach the screens with the next publication.

What an editor had seen when the form was opened goes along with the entry, so that two who write at the same time are
told of each other and neither is overwritten.
"""

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from etl.audit import Act
from etl.check_in import (
    CheckIn,
    Escalation,
    Response,
    conflict_words,
    record_check_in,
    record_escalations,
    record_response,
)
from etl.clean import month_in
from etl.errors import UsageError, WaymarkError
from etl.plan_load import ensure_plan
from etl.plan_record import read_plan_record, standing
from etl.plan_shape import load_plan_shape
from etl.settings import plan_folder
from etl.warehouse import Warehouse
from pages.components import actions as told_of
from pages.components import queries, visitor
from pages.components.queries import Edition
from pages.components.text import plain
from pages.components.tiles.basics import sentences_table
from pages.components.tiles.working import act, said, told, warehouse, who

_SOURCE = "page"
_READ_BY = "The board reads this. Write roles, no names, and nothing by which a child could be known."
_SAID, _PRESSED = "said of an entry", "entry sent"
_ROLE = "role entered in"


def may_enter(edition: Edition) -> bool:
    """Return whether entries can be made here; else say why not. The board reads, and so does a past edition."""
    if "enter" not in visitor.rights():
        st.info("Check-ins are entered by commissioners and analysts.")
        return False
    if edition.manifest.edition_id != queries.current_id():
        st.info("This is a past edition. Go back to the current one to enter a check-in.")
        return False
    return True


def who_enters() -> None:
    """Ask for name and role of whoever enters; the name stays in the audit."""
    left, right = st.columns(2)
    with left:
        who()
    with right:
        st.text_input("In which role", key=_ROLE, max_chars=80, placeholder="for example: Programme lead")


def check_in(edition: Edition, action_id: str) -> None:
    """Show check-ins of an action that are not published yet, and the form for a new one."""
    house = warehouse()
    entered = _entered(house, action_id) if house else None
    if house is None or entered is None:
        return
    published = edition.tables["check_ins"]
    heads = standing(entered.to_dict("records"))
    entered = told_of.with_standing(entered, heads)
    pending = entered[~entered["check_in_id"].isin(published["check_in_id"])]
    if len(pending):
        st.markdown("**Entered since, shown to others after the next publication**")
        sentences_table(told_of.history(pending), "Check-ins that wait for the next publication")
    _message(f"check-in {action_id}")
    place = f"seen {action_id}"
    seen: list[str] = st.session_state.setdefault(place, _newest_first(entered, heads))
    if len(heads) > 1 and set(seen) == heads:
        st.warning("Two check-ins were written at the same time and both are kept. Your next one settles them.")
    count = f"entries made {action_id}"
    turn = st.session_state.get(count, 0)  # an entry made here empties the form, somebody else's does not

    def after() -> None:
        st.session_state.pop(place, None)
        st.session_state[count] = turn + 1

    with st.form(f"check-in {action_id} {turn}", border=True):
        meanings = dict(zip(edition.tables["ratings"]["rag"], edition.tables["ratings"]["meaning"], strict=True))
        rag = st.radio(
            "RAG", list("RAGC"), None, key=f"rag {action_id} {turn}",
            format_func=lambda key: f"{told_of.letter_words(key)}: {plain(meanings.get(key))}",
        )  # fmt: skip
        progress = st.text_area("Progress", key=f"progress {action_id} {turn}", max_chars=1000, help=_READ_BY)
        evidence = st.text_input("Evidence: a link, or where it is kept", key=f"evidence {action_id} {turn}")
        left, right = st.columns(2)
        by_when = left.text_input("New date, only if it changes, such as Sep-24", key=f"date {action_id} {turn}")
        reason = right.text_input("Why the date changes", key=f"why {action_id} {turn}")
        if _sent("Enter this check-in", f"check-in {action_id}"):
            entry = CheckIn(
                action_id, _role(), str(rag or ""), progress, evidence or None, by_when or None, reason or None,
                seen[0] if seen else None, tuple(seen[1:]),
            )  # fmt: skip
            _enter(f"check-in {action_id}", lambda: _check_in(house, entry), after)


def _check_in(house: Warehouse, entry: CheckIn) -> tuple[bool, str]:
    shape = load_plan_shape(plan_folder())
    ensure_plan(house, plan_folder(), shape, act("enter"))
    done = record_check_in(house, entry, shape, _act(), _SOURCE)
    conflict = conflict_words(done)
    return conflict is None, conflict or f"Entered as {done.entry_id}. Others see it after the next publication."


def _entered(house: Warehouse, action_id: str) -> pd.DataFrame | None:
    """Return the warehouse's check-ins of an action, oldest first; None with a sentence where it cannot be read."""
    with told():
        with house.reading() as reader:
            rows = read_plan_record(reader).check_ins
        return rows[rows["action_id"] == action_id].reset_index(drop=True)
    return None


def _newest_first(entered: pd.DataFrame, heads: set[str]) -> list[str]:
    return [str(one) for one in reversed(list(entered["check_in_id"])) if one in heads]


def answer(exception_id: str) -> None:
    """Show the form that answers an exception report."""
    _message(f"answer {exception_id}")
    house = warehouse()
    if house is None:
        return
    with st.form(f"answer {exception_id}", clear_on_submit=False):
        response = st.text_area("What is done about it", key=f"response {exception_id}", max_chars=1000, help=_READ_BY)
        left, right = st.columns(2)
        owner = left.text_input("Role that answers for it", key=f"owner {exception_id}")
        due = right.date_input("By when", None, key=f"due {exception_id}", format="DD/MM/YYYY")
        if _sent("Answer this report", f"answer {exception_id}"):

            def enter() -> tuple[bool, str]:
                if not isinstance(due, date):
                    raise UsageError("Say by when.")
                record_response(house, Response(exception_id, _role(), response, owner, due), _act())
                return True, "Answered. The report closes with the next publication."

            _enter(f"answer {exception_id}", enter)


def escalation(edition: Edition) -> None:
    """Show the form for long waits that were escalated."""
    _message("escalation")
    house = warehouse()
    if house is None:
        return
    with told():
        cohorts = load_plan_shape(plan_folder()).cohorts
        with st.form("escalation", clear_on_submit=False):
            first, second, third = st.columns(3)
            organisation = first.text_input("Provider, its code", key="escalation provider", placeholder="such as RRE")
            cohort = second.selectbox("Cohort", list(cohorts), 0, lambda key: cohorts[key], key="escalation cohort")
            month = third.text_input("Counted at the end of", key="escalation month", placeholder="YYYY-MM")
            weeks = first.number_input("Waits longer than, weeks", 1, 260, 52, key="escalation weeks")
            children = second.number_input("Children waiting longer", 0, None, 0, key="escalation children")
            escalated = third.number_input("Of these escalated", 0, None, 0, key="escalation escalated")
            risk = first.number_input("Of these with a risk priority", 0, None, None, key="escalation risk")
            on = second.date_input("Escalated on", None, key="escalation day", format="DD/MM/YYYY")
            to = third.text_input("To which role or board", key="escalation to", placeholder="such as CYP System Board")
            outcome = st.text_input("Outcome, if there is one", key="escalation outcome", help=_READ_BY)
            rows = edition.tables["escalations"]
            open_ = rows[rows["current"].astype("bool") & rows["outcome"].isna()]
            follows = st.selectbox("It brings up to date", list(open_["escalation_id"]), None, key="escalation follows",
                                   placeholder="nothing: a new entry")  # fmt: skip
            if _sent("Enter this escalation", "escalation"):

                def enter() -> tuple[bool, str]:
                    counted = month_in(month)
                    if counted is None or not isinstance(on, date):
                        raise UsageError("Write the month as YYYY-MM, and the day of the escalation.")
                    entry = Escalation(
                        organisation, cohort, counted, int(weeks), int(children), int(escalated), on, to, _role(),
                        None if risk is None else int(risk), outcome or None, follows,
                    )  # fmt: skip
                    [done] = record_escalations(house, [entry], load_plan_shape(plan_folder()), _act(), _SOURCE)
                    return True, f"Entered as {done.entry_id}. Others see it after the next publication."

                _enter("escalation", enter)


def _enter(where: str, enter: Callable[[], tuple[bool, str]], after: Callable[[], object] = lambda: None) -> None:
    """Make an entry and draw the screen anew with what became of it; a refused one leaves the form as it is."""
    try:
        with st.spinner("Entering …"):
            smooth, words = enter()
    except (WaymarkError, OSError) as error:
        st.error(plain(said(error)))
        return
    after()
    st.session_state[_SAID] = where, smooth, words
    st.rerun()


def _sent(words: str, where: str) -> bool:
    """Show the button of a form and return whether it was pressed; the press outlives a screen that starts over."""

    def press() -> None:
        st.session_state[_PRESSED] = where

    st.form_submit_button(words, on_click=press)
    pressed = st.session_state.get(_PRESSED) == where
    if pressed:
        del st.session_state[_PRESSED]
    return pressed


def _message(where: str) -> None:
    """Say once what became of the entry made here."""
    of, smooth, words = st.session_state.get(_SAID, ("", True, ""))
    if of == where:
        (st.success if smooth else st.warning)(plain(words))
        del st.session_state[_SAID]


def _role() -> str:
    return str(st.session_state.get(_ROLE, "")).strip()


def _act() -> Act:
    return act("enter", _role())
