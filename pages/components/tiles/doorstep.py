"""Coming in and going out: the page to sign in on, what somebody without the right is told, and who is signed in."""

import streamlit as st

from access.sessions import Sessions
from etl.errors import NotAllowedError
from etl.roles import ROLES, Right, Role
from etl.settings import data_folder
from pages.components import serving, visitor
from pages.components.queries import through_the_front_door
from pages.components.text import plain
from pages.components.tiles.basics import heading

_FOR = {
    "read": "people with a role in Waymark", "exact": "commissioners and analysts",
    "escalations": "commissioners and analysts", "enter": "commissioners and analysts",
}  # fmt: skip


def is_let_in() -> bool:
    """Return whether whoever asks may see any screen at all at this moment."""
    who = visitor.current()
    try:
        return who is not None and "read" in who.rights and who.still_here()
    except NotAllowedError:  # it cannot be told, so no
        return False


def require(right: Right) -> None:
    """Go on only for somebody who is still signed in and has the right; every page begins with this."""
    through_the_front_door()
    if not is_let_in():
        sign_in()
        st.stop()
    if right not in visitor.rights():
        _refused(right)
        st.stop()


def sign_in() -> None:
    """Show what somebody sees who is not let in: the way to sign in, or why it was not enough."""
    if serving.signs_in() is None or not st.user.get("is_logged_in"):
        heading("Sign in to Waymark", "For people with a role in the local area's improvement plan.")
        st.markdown(
            "You sign in with your organisation's account. A session ends after 30 minutes without use, "
            "and after 8 hours at the latest."
        )
        st.button("Sign in", type="primary", on_click=st.login)
        return
    who = visitor.current()
    if who is not None and "read" in who.rights:
        heading("Your session has ended", "It was ended, or not used for 30 minutes, or began 8 hours ago.")
        st.button("Sign in again", type="primary", on_click=st.login)
        return
    heading("You have no role in Waymark", "You are signed in, but nobody has given you a role here yet.")
    st.markdown("Ask your administrator for the role you need, then sign out and sign in again.")
    if who is not None and who.person is not None:
        st.markdown(f"Tell them who you are: **{plain(who.name)}**, object id {plain(who.person.oid)}.")
    st.button("Sign out", on_click=st.logout)


def who_is_here() -> None:
    """Show on every screen who is signed in, with the way out; on this machine alone, that nobody signs in."""
    who = visitor.current()
    if who is None:
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
        if who.person is not None:
            st.markdown(f":small[{plain(who.name)}, {plain(who.role_words)}]", width="content")
            st.button("Sign out", on_click=st.logout, type="tertiary", key="sign out")
        else:
            st.markdown(":small[:gray[This machine only: nobody signs in.]]", width="content")
            with st.popover(f"Seen as {who.roles[0]}", type="tertiary"):
                for role in reversed(ROLES[:3]):
                    st.button(f"As {role}", on_click=_see_as, args=(role,), disabled=role in who.roles, width="stretch")


def _see_as(role: Role) -> None:
    st.session_state[visitor.PREVIEW] = role


def stays() -> bool:
    """Return whether an open screen may stay as it is; it looks by itself every few seconds."""
    return visitor.current() is None or is_let_in()


def _refused(right: Right) -> None:
    who = visitor.current()
    heading("This is not open to you", f"It is for {_FOR.get(right, 'analysts')}.")
    if who is not None and who.person is not None:
        Sessions(data_folder()).refused(who.person, right, visitor.now())
