"""Roles, what each may do, and what each act needs. One table for screens, services and the command line.

Whoever may run a command on the machine can read its files anyway, so the command line has every right; who signs in
has those of the roles the provider gives.
"""

from collections.abc import Iterable
from typing import Literal, get_args

Role = Literal["board", "commissioner", "analyst", "admin"]
Right = Literal["read", "exact", "escalations", "enter", "load", "publish", "audit", "manage"]

ROLES: tuple[Role, ...] = get_args(Role)
EVERY_RIGHT: frozenset[Right] = frozenset(get_args(Right))

# board figures and pack · exact figures and pack · the escalation list · check-ins, answers, escalations ·
# check, load, explain, withdraw, the plan's workbook · publish and rehearse · read who did what · what touches others
_BOARD: frozenset[Right] = frozenset({"read"})
_COMMISSIONER: frozenset[Right] = _BOARD | {"exact", "escalations", "enter"}
_ANALYST: frozenset[Right] = _COMMISSIONER | {"load", "publish", "audit"}
_OF: dict[Role, frozenset[Right]] = {
    "board": _BOARD,
    "commissioner": _COMMISSIONER,
    "analyst": _ANALYST,
    "admin": _BOARD | {"manage"},
}
# What an act written into the audit needs; one that is not named here is nobody's to do from a screen.
NEEDED: dict[str, Right] = {
    "load": "load", "refuse": "load", "withdraw": "load", "plan": "load", "publish": "publish",
    "download": "exact", "pack": "read", "check-in": "enter", "answer": "enter", "escalation": "enter",
    "backup": "manage", "restore": "manage", "prune": "manage", "end sessions": "manage",
    "sign-in": "read", "sign-out": "read",
}  # fmt: skip


def rights_of(roles: Iterable[Role], admin_is_configured: bool = False) -> frozenset[Right]:
    """Return what somebody with these roles may do; several add up.

    Where the configuration names no admin, analysts do what would be an admin's.
    """
    held = frozenset(roles)
    rights = frozenset(right for role in held for right in _OF[role])
    return rights | {"manage"} if "analyst" in held and not admin_is_configured else rights


def may(rights: frozenset[Right], act: str) -> bool:
    """Return whether an act of the audit is among what these rights allow."""
    return act in NEEDED and NEEDED[act] in rights
