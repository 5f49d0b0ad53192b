"""From the claims of a signed-in person to who that is and what the roles allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from access.setup import SignIn
from etl.audit import one_line
from etl.roles import Right, Role, rights_of

_SKEW = 300  # seconds by which the provider's clock may be ahead of ours
_LONGEST_NAME = 80
_END_OF_TIME = 10**11  # seconds: a token may say anything, infinity included


@dataclass(frozen=True)
class Person:
    """Who signed in, by the provider's keys; `issued` and `proven` are seconds since 1970 by the provider's clock.

    `issued` is when the token was made, `proven` when the person last gave proof, which counts for the age.
    """

    oid: str
    tid: str
    name: str
    roles: frozenset[Role]
    rights: frozenset[Right]
    issued: int
    proven: int

    @property
    def key(self) -> str:
        """Return what this person is known by: never a name or an e-mail address, which may change hands."""
        return f"{self.oid}@{self.tid}"

    @property
    def role_words(self) -> str:
        """Return the roles in words: "analyst, commissioner"."""
        return ", ".join(sorted(self.roles)) or "no role"


def person_in(claims: Mapping[str, Any], how: SignIn, now: float) -> Person | None:
    """Return the person the claims are about, None where they are not for us or say too little.

    Only our tenant, our provider and our own client are accepted. A provider without tenants and object ids is known
    by issuer and subject. A person without a role is a person who may do nothing.
    """
    has_tenant = "tid" in claims
    oid, tid = (claims.get("oid"), claims.get("tid")) if has_tenant else (claims.get("sub"), claims.get("iss"))
    audience = claims.get("aud")
    ours = (
        tid == how.tenant
        and claims.get("iss") == how.issuer
        and audience in (how.client_id, [how.client_id])
        and claims.get("azp", how.client_id) == how.client_id
    )
    issued, proven = _seconds(claims.get("iat")), _seconds(claims.get("auth_time", claims.get("iat")))
    if not ours or not isinstance(oid, str) or not oid or not isinstance(tid, str) or issued is None or proven is None:
        return None
    if max(issued, proven) > now + _SKEW:
        return None
    given = claims.get("roles")
    named = given if isinstance(given, list) else []
    roles = frozenset(how.roles[value] for value in named if isinstance(value, str) and value in how.roles)
    roles |= how.people.get(oid, frozenset())
    return Person(oid, tid, _name(claims), roles, rights_of(roles, how.names_an_admin), issued, proven)


def _seconds(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 < value < _END_OF_TIME else None


def _name(claims: Mapping[str, Any]) -> str:
    """Return the name as one short line of printable characters; the object id where the provider gives none."""
    given = str(claims.get("name") or claims.get("preferred_username") or claims.get("oid") or claims.get("sub"))
    shown = one_line(given)[:_LONGEST_NAME].strip()
    return shown or str(claims.get("oid") or claims.get("sub"))
