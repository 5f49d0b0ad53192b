"""The gate round Streamlit: sees every request and every message of the stream, and lets through what may pass.

It decides from `scope["path"]` alone. Whoever is not, or no longer, signed in reaches Streamlit without a cookie, so
that all Streamlit can draw for them is the page to sign in on.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.handed import HANDED_OUT, HandedOut
from access.limits import Limits
from access.paths import Door, door, is_odd
from access.person import Person, person_in
from access.replies import answer, sealed, security_headers
from access.sessions import Sessions
from access.setup import SignIn, is_loopback
from access.stream import LATER, POLICY, Said, Watched
from etl.errors import NotAllowedError, WaymarkError
from etl.roles import EVERY_RIGHT
from etl.warehouse import Warehouse

LOG = logging.getLogger("waymark.access")
LOCAL = Person("local", "local", "local", frozenset({"analyst"}), EVERY_RIGHT, 0, 0)
USER_COOKIE = "_streamlit_user"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


@dataclass
class Gate:
    """The gate as ASGI middleware. Without `how`, it serves this machine alone, as analyst.

    `claims_in` returns the claims of a cookie that this server signed, None for any other; `said` reads a message.
    """

    app: ASGIApp
    how: SignIn | None
    sessions: Sessions
    warehouse: Callable[[], Warehouse]
    claims_in: Callable[[Mapping[str, str]], Mapping[str, Any] | None]
    said: Callable[[bytes], Said]
    clock: Callable[[], float]
    handed: HandedOut = HANDED_OUT
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Begin to write lines into the audit, one after the other and beside the requests."""
        self._clerk = ThreadPoolExecutor(1, "audit lines")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request or stream through, or answer it here."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._stream(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = door(scope["path"])
        headers = security_headers(self._host(scope), self._is_secure(), found.kind == "static")
        try:
            who, scope = self._who(scope)
            status = 400 if is_odd(scope["path"]) else self._misdirected(scope, found) or self._shut(scope, found, who)
        except NotAllowedError:
            who, status = None, 503
        if status:
            LOG.log(
                logging.INFO if status == 401 else logging.WARNING, "refused",
                extra={"event": "refused", "status": status, "kind": found.kind, "role": who.role_words if who else ""},
            )  # fmt: skip
            if status == 403 and who and found.kind != "media":
                self._record_refusal(who, found.kind)
            await answer(send, status, headers)
            return
        if found.kind == "sign_out" and who and self.how:
            self._sign_out(who)

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                if found.kind == "callback":
                    self._signed_in(message["headers"])
                message = {**message, "headers": sealed(message["headers"], headers)}
            await send(message)

        await self.app(scope, receive, reply)

    def _shut(self, scope: Scope, found: Door, who: Person | None) -> int | None:
        """Return with which status a door stays shut for somebody, None where it opens."""
        if found.signed_in and who is None:
            return 401
        if found.kind == "closed" or found.kind == "stream":
            return 404
        if found.needs and who and found.needs not in who.rights:
            return 403
        if found.kind == "media" and who and not self._is_theirs(scope["path"], who):
            return 403
        if scope["method"] not in found.methods:
            return 405
        if found.kind in ("sign_in", "callback") and (self.how is None or self.limits.knock(_address(scope))):
            return 404 if self.how is None else 429
        # Another site must not sign people out.
        is_foreign = Headers(scope=scope).get("sec-fetch-site") == "cross-site"
        return 403 if found.kind == "sign_out" and is_foreign else None

    def _is_theirs(self, path: str, who: Person) -> bool:
        return "read" in who.rights and self.handed.is_for(who.key, path.removeprefix("/media/").split(".")[0])

    def _misdirected(self, scope: Scope, found: Door) -> int | None:
        """Return 421 or 403 where a request came by a way it must not come; health may be asked under any name."""
        headers = Headers(scope=scope)
        if self.how is None:
            client = scope.get("client") or ("",)
            if any(name in headers for name in _FORWARDED) or not is_loopback(client[0]):
                return 403
        if found.kind == "health":
            return None
        return None if self._is_our_name(headers.get("host", "")) else 421

    def _is_our_name(self, host: str) -> bool:
        if self.how:
            return host.lower() == self.how.host
        try:
            return is_loopback(urlsplit(f"//{host}").hostname)
        except ValueError:
            return False

    def _is_our_page(self, headers: Headers) -> bool:
        origin = headers.get("origin", "")
        if self.how:
            return origin.lower() == self.how.address.lower()
        return urlsplit(origin).netloc == headers.get("host")

    def _who(self, scope: Scope) -> tuple[Person | None, Scope]:
        """Return who asks, and the scope to go on with: without the sign-in's cookies where it does not hold."""
        if self.how is None:
            return LOCAL, scope
        # In one line, so that Streamlit reads the same cookies as are judged here.
        line = "; ".join(Headers(scope=scope).getlist("cookie"))
        bare = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
        scope = {**scope, "headers": [*bare, *([(b"cookie", line.encode("latin-1"))] if line else [])]}
        cookies = cookie_parser(line)
        if not any(name.startswith(USER_COOKIE) for name in cookies):
            return None, scope
        claims, now = self.claims_in(cookies), self.clock()
        who = person_in(claims, self.how, now) if claims else None
        if claims and who is None:  # of another tenant, say: Streamlit may tell them so, and the screens refuse them
            return None, scope
        why = self.sessions.ended(who, now) if who else "ended"
        if who and not why:
            return who, scope
        if who:
            LOG.info("session_ended", extra={"event": "session_ended", "why": why})
        kept = "; ".join(f"{name}={value}" for name, value in cookies.items() if not name.startswith(USER_COOKIE))
        return None, {**scope, "headers": [*bare, *([(b"cookie", kept.encode("latin-1"))] if kept else [])]}

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        found, headers = door(scope["path"]), Headers(scope=scope)
        try:
            who, scope = self._who(scope)
        except NotAllowedError:
            await send({"type": "websocket.close", "code": LATER})
            return
        if found.kind != "stream" or self._misdirected(scope, found) or not self._is_our_page(headers):
            LOG.warning("refused", extra={"event": "refused", "status": 403, "kind": "stream", "role": ""})
            await send({"type": "websocket.close", "code": POLICY})
            return
        key = who.key if who else None
        where = _address(scope)
        if self.how and (self.limits.is_full(key, where) or (who is None and self.limits.knock(where))):
            LOG.warning("limited", extra={"event": "limited", "kind": "stream"})
            await send({"type": "websocket.close", "code": LATER})
            return
        with self.limits.counted(key, where):
            watched = Watched(who, receive, send, self.said, self.holds)
            await self.app(scope, watched.receive, watched.send)
        if who and self.how:
            self.settle()  # what the screens refused

    def holds(self, who: Person | None, said: Said) -> bool:
        """Return whether the sign-in of an open stream still holds, and note what the person did."""
        if who is None or self.how is None:
            return True
        try:
            why = self.sessions.ended(who, self.clock())
            if why is None and not said.by_itself:
                self.sessions.seen(who, self.clock())
        except NotAllowedError:
            return False
        if why:
            LOG.info("session_ended", extra={"event": "session_ended", "why": why})
        return why is None

    def _signed_in(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Take note of a sign-in from the cookie Streamlit hands out for it."""
        cookies: dict[str, str] = {}
        for name, value in headers:
            if name.lower() == b"set-cookie":
                cookies.update(cookie_parser(value.split(b";")[0].decode("latin-1")))
        claims = self.claims_in(cookies)
        if not claims or self.how is None:
            return
        now = self.clock()
        who = person_in(claims, self.how, now)
        if who is None:
            LOG.warning("refused", extra={"event": "refused", "status": 403, "kind": "callback", "role": ""})
            self.sessions.line(
                now, "not known here", "none", "refused", "sign-in", "another tenant, or claims are missing"
            )
        else:
            self.sessions.begin(who, now)
            LOG.info("sign_in", extra={"event": "sign_in", "role": who.role_words})
            act, what, told = ("sign-in", who.key, "signed in") if who.roles else ("refused", "sign-in", who.key)
            self.sessions.line(now, who.name, who.role_words, act, what, told)
        self.settle()

    def _sign_out(self, who: Person) -> None:
        now = self.clock()
        self.sessions.end(who.oid, who.tid, now)
        LOG.info("sign_out", extra={"event": "sign_out", "role": who.role_words})
        self.sessions.line(now, who.name, who.role_words, "sign-out", who.key, "ends every session of this person")
        self.settle()

    def _record_refusal(self, who: Person, subject: str) -> None:
        self.sessions.refused(who, subject, self.clock())
        self.settle()

    def settle(self) -> None:
        """Have the lines that wait written into the audit, as soon as the warehouse has a moment."""
        self._clerk.submit(self._settle)

    def _settle(self) -> None:
        try:
            waiting = self.sessions.settle(self.warehouse())
        except (WaymarkError, OSError):
            waiting = -1  # not known
        if waiting:
            LOG.warning("audit_waits", extra={"event": "audit_waits"})

    def _is_secure(self) -> bool:
        return self.how is not None and self.how.address.startswith("https:")

    def _host(self, scope: Scope) -> str:
        given = Headers(scope=scope).get("host", "")
        return self.how.host if self.how else given if self._is_our_name(given) else "127.0.0.1"


def _address(scope: Scope) -> str:
    """Return where somebody is counted: the address, or of IPv6 the 64 bits that one household or host has."""
    host = str((scope.get("client") or ("",))[0])
    return host if ":" not in host else str(ip_network((host.partition("%")[0], 64), strict=False))
