"""Work begun from a screen: by whom, one thing at a time, and in sentences where it does not succeed."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import streamlit as st

from etl import log
from etl.audit import Act
from etl.door import refusal
from etl.errors import NotAllowedError, WaymarkError
from etl.pipeline import status
from etl.roles import Right
from etl.warehouse import Warehouse, open_warehouse
from pages.components.text import plain
from pages.components.visitor import NAME, current

_AT_WORK, _TROUBLE = "at work", "trouble"


def now() -> datetime:
    """Return the time, UTC, as the audit and editions have it."""
    return datetime.now(UTC).replace(microsecond=0)


def act(right: Right, role: str = "") -> Act:
    """Return who acts, looked at again at this moment; `role` is the one an entry is made in.

    Raises NotAllowedError for somebody who is no longer signed in or has not the right.
    """
    return whoever_acts(right, role)()


def whoever_acts(right: Right, role: str = "") -> Callable[[], Act]:
    """Return a function that does what `act` does, also outside of a screen, for whoever sits there now."""
    visitor, by = current(), str(st.session_state.get(NAME, "")).strip()

    def acts() -> Act:
        if visitor is None:
            raise NotAllowedError("You are not signed in; nothing was changed.")
        return visitor.acting(right, by, role)

    return acts


def who() -> None:
    """Say in whose name everything on this page is done; on this machine, where nobody signs in, ask for it."""
    visitor = current()
    if visitor is not None and visitor.person is not None:
        st.markdown(f"What you do here is recorded as done by **{plain(visitor.name)}**.")
    else:
        st.text_input("Your name", getpass.getuser(), key=NAME, max_chars=80)


@contextmanager
def told() -> Iterator[None]:
    """Turn what goes wrong into a sentence on the screen."""
    try:
        yield
    except (WaymarkError, OSError) as error:
        log.failed("refused", error)
        st.error(plain(said(error)))


def said(error: WaymarkError | OSError) -> str:
    """Return what went wrong as a sentence."""
    return refusal(error) if isinstance(error, OSError) else str(error)


def begin(button: str, words: str, off: bool = False, primary: bool = False) -> bool:
    """Show a button for work that takes long and return whether to do it now; while any runs, all are off.

    Beneath it stands what went wrong when it was last pressed.
    """

    def pressed() -> None:
        st.session_state[_AT_WORK] = button
        st.session_state.pop(_TROUBLE, None)

    st.button(
        words, key=button, disabled=off or is_at_work(), type="primary" if primary else "secondary", on_click=pressed
    )
    whose, sentence = st.session_state.get(_TROUBLE, ("", ""))
    if whose == button:
        st.error(plain(sentence))
    asked = st.session_state.get(_AT_WORK) == button
    if asked and off:  # what allowed it is gone since
        del st.session_state[_AT_WORK]
    return asked and not off


def is_at_work() -> bool:
    """Return whether the work of a button is to be done in this run."""
    return _AT_WORK in st.session_state


@contextmanager
def at_work() -> Iterator[None]:
    """Do the work of the button pressed, then draw the screen anew; buttons come back on every way out."""
    try:
        yield
    except (WaymarkError, OSError) as error:
        log.failed("refused", error)
        st.session_state[_TROUBLE] = st.session_state.get(_AT_WORK, ""), said(error)
    finally:
        st.session_state.pop(_AT_WORK, None)
    st.rerun()


def loads(warehouse: Warehouse) -> list[dict[str, object]] | None:
    """Return all loads, None with a sentence on screen where the warehouse cannot be read."""
    with told():
        held: list[dict[str, object]] = status(warehouse)["loads"]
        return held
    return None


def is_demonstration(held: Sequence[dict[str, object]]) -> bool:
    """Say plainly that invented children are loaded, and return whether they are and nobody agreed to mix them."""
    if not any(load["demonstration"] and load["state"] == "current" for load in held):
        return False
    st.warning(
        "**This is the demonstration.** Real files loaded here would stand beside made-up children, and every figure "
        "would be neither. For real work start with an empty data folder: set WAYMARK\\_DATA and open Waymark anew."
    )
    return not st.checkbox("Load into the demonstration all the same, to try it", key="into demonstration")


def warehouse() -> Warehouse | None:
    """Return the warehouse the settings name, None with a sentence on screen where they name none."""
    with told():
        return open_warehouse()
    return None
