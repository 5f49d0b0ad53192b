"""Who sits in front of the screen: a person who signed in, or this machine alone. The one place that says who acts."""

import getpass
import time
from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from access.person import Person, person_in
from access.sessions import Sessions
from etl.audit import Act
from etl.door import acting
from etl.errors import NotAllowedError
from etl.roles import ROLES, Right, Role, rights_of
from etl.settings import data_folder, shown_to
from pages.components import serving

NAME = "analyst"  # the name typed on this machine, where nobody signs in
PREVIEW = "seen as"


@dataclass(frozen=True)
class Visitor:
    """Who asks, with which roles and rights; without a person it is whoever sits at this machine."""

    name: str
    roles: tuple[Role, ...]
    rights: frozenset[Right]
    person: Person | None = None

    @property
    def key(self) -> str:
        """Return what files handed out are kept under."""
        return self.person.key if self.person else "local@local"

    @property
    def role_words(self) -> str:
        """Return the roles in words, as the audit has them."""
        return ", ".join(self.roles) if self.person else "local"

    def still_here(self) -> bool:
        """Return whether the sign-in holds at this moment. Raises NotAllowedError where that cannot be told."""
        return self.person is None or Sessions(data_folder()).ended(self.person, time.time()) is None

    def acting(self, right: Right, by: str = "", role: str = "") -> Act:
        """Return who acts now, checked at this moment; `role` is the one the person writes in, beside the one held.

        `by` is a name for this machine, where nobody signs in. Raises NotAllowedError.
        """
        if not self.still_here():
            raise NotAllowedError("You are no longer signed in; nothing was changed. Sign in again.")
        if right not in self.rights:
            raise NotAllowedError("Your role does not allow this; nothing was changed. Ask an analyst.")
        held = f"{self.role_words}, as {role}" if role else self.role_words
        who = acting(self.name if self.person else by or self.name, held)
        return Act(who.who, who.at, who.role, self.rights)


def current() -> Visitor | None:
    """Return who asks, None where nobody is signed in or the provider's answer is not for us."""
    how = serving.signs_in()
    if how is None:
        seen_as: Role = st.session_state.get(PREVIEW, "analyst")
        return Visitor(getpass.getuser(), (seen_as,), _capped(rights_of([seen_as])))
    if not st.user.get("is_logged_in"):
        return None
    person = person_in(st.user.to_dict(), how, time.time())
    if person is None:
        return None
    return Visitor(person.name, _in_order(person.roles), _capped(person.rights), person)


def now() -> float:
    """Return the time in seconds since 1970, as sessions have it."""
    return time.time()


def rights() -> frozenset[Right]:
    """Return what whoever asks may do; nothing for nobody."""
    visitor = current()
    return visitor.rights if visitor else frozenset()


def _capped(rights: frozenset[Right]) -> frozenset[Right]:
    """Return rights as far as the settings let anybody have them here: where they say "board", reading."""
    return rights if shown_to() == "restricted" else rights & {"read"}


def _in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    held = set(roles)
    return tuple(role for role in ROLES if role in held)
