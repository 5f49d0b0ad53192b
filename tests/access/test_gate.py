"""The gate round a stand-in for Streamlit: this machine alone, what passes on the stream, and what stops the start."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from access.gate import Gate, _address
from access.limits import SAID
from access.sessions import Sessions
from access.setup import SignIn
from access.stream import Said
from etl.warehouse import Warehouse
from tests.access.provider import OIDS, ROOT, SECRET, TENANT, claims, environment
from tests.access.test_rules import ISSUER, NOW, how


class Behind:
    """What stands behind the gate: answers every request, and notes what reaches it."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.cookies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached.append(scope["path"])
        self.cookies += [value for name, value in scope["headers"] if name == b"cookie"]
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            while (await receive())["type"] != "websocket.disconnect":
                self.reached.append("message")
                await send({"type": "websocket.send", "bytes": b"drawn"})
            await send({"type": "websocket.send", "bytes": b"too late"})
            return
        headers = [
            (b"content-type", b"text/html"),
            (b"cache-control", b"public"),
            (b"set-cookie", b"_streamlit_xsrf=1"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"behind"})


def gate(behind: Behind, data: Path, house: Warehouse, setup: SignIn | None, clock: list[float]) -> Gate:
    """Return a gate whose cookies are plain names of people, and whose messages are plain words."""

    def claims_in(cookies: Mapping[str, str]) -> Mapping[str, Any] | None:
        who = cookies.get("_streamlit_user")
        known = {"iss": ISSUER, "aud": "waymark-client", "sub": "x", "iat": NOW, "auth_time": NOW}
        return {**claims(who), **known} if who in OIDS else None

    def said(content: bytes) -> Said:
        kind, _, by_itself = content.decode().partition(" ")
        return Said(kind, bool(by_itself))

    return Gate(behind, setup, Sessions(data), lambda: house, claims_in, said, lambda: clock[0])


def ask(
    app: Gate, path: str, headers: Mapping[str, str], client: str = "127.0.0.1", method: str = "GET"
) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8501") as browser:
            return await browser.get(path, headers=dict(headers))

    return asyncio.run(asked())


def speak(app: Gate, headers: Mapping[str, str], *messages: str, wait: list[float] | None = None) -> list[Message]:
    """Open the stream, say these messages and return what was heard; before the last, the clock goes on by `wait`."""
    heard: list[Message] = []
    waiting = [{"type": "websocket.receive", "bytes": message.encode()} for message in messages]

    async def receive() -> Message:
        if len(waiting) == 1 and wait:
            wait[1:] = []
            wait[0] += 3600
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        heard.append(message)

    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": lines, "client": ("127.0.0.1", 5000)}
    asyncio.run(app(scope, receive, send))
    return heard


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def clock() -> list[float]:
    return [NOW]


@pytest.fixture
def local(behind: Behind, tmp_path: Path, warehouse: Warehouse, clock: list[float]) -> Gate:
    return gate(behind, tmp_path, warehouse, None, clock)


@pytest.fixture
def served(behind: Behind, tmp_path: Path, warehouse: Warehouse, clock: list[float]) -> Gate:
    return gate(behind, tmp_path, warehouse, how(), clock)


PUBLIC = {"host": "waymark.example.gov.uk"}
PAGE = {**PUBLIC, "origin": "https://waymark.example.gov.uk"}


def test_this_machine_is_served_under_its_own_names(local: Gate, behind: Behind) -> None:
    for host in ("127.0.0.1:8501", "localhost:8501", "[::1]:8501", "127.0.0.1"):
        assert ask(local, "/", {"host": host}).status_code == 200
    assert ask(local, "/", {"host": "127.0.0.1"}, "::1").status_code == 200
    assert len(behind.reached) == 5


@pytest.mark.parametrize(
    ("headers", "client", "status"),
    [
        ({"x-forwarded-for": "127.0.0.1"}, "127.0.0.1", 403),
        ({"forwarded": "for=127.0.0.1"}, "127.0.0.1", 403),
        ({"x-forwarded-host": "localhost"}, "127.0.0.1", 403),
        ({"x-real-ip": "127.0.0.1"}, "127.0.0.1", 403),
        ({"via": "1.1 proxy"}, "127.0.0.1", 403),
        ({}, "192.168.1.20", 403),
        ({}, "2001:db8::1", 403),
        ({"host": "waymark.evil.example"}, "127.0.0.1", 421),
        ({"host": "127.0.0.1.evil.example"}, "127.0.0.1", 421),
        ({"host": "[::1"}, "127.0.0.1", 421),
    ],
)
def test_and_by_no_other_way(local: Gate, behind: Behind, headers: dict[str, str], client: str, status: int) -> None:
    told = ask(local, "/", {"host": "localhost:8501", **headers}, client)
    assert told.status_code == status
    assert behind.reached == []
    heard = speak(local, {"host": "localhost:8501", "origin": "http://localhost:8501", **headers}, "rerun_script")
    assert client != "127.0.0.1" or [message["type"] for message in heard] == ["websocket.close"]


def test_a_page_of_another_site_cannot_open_the_stream_of_this_machine(local: Gate, behind: Behind) -> None:
    here = {"host": "localhost:8501"}
    for origin in ({"origin": "http://evil.example"}, {"origin": "null"}, {}):
        assert speak(local, {**here, **origin}, "rerun_script") == [{"type": "websocket.close", "code": 1008}]
    assert behind.reached == []
    assert speak(local, {**here, "origin": "http://localhost:8501"}, "rerun_script")[0]["type"] == "websocket.accept"


def test_nobody_signs_in_where_it_is_not_set_up(local: Gate) -> None:
    for path in ("/auth/login", "/oauth2callback"):
        assert ask(local, path, {"host": "localhost"}).status_code == 404


def test_what_an_answer_carries(served: Gate) -> None:
    told = ask(served, "/kpi", PUBLIC)
    assert told.headers["cache-control"] == "no-store"
    assert "wss://waymark.example.gov.uk" in told.headers["content-security-policy"]
    assert told.headers["strict-transport-security"]
    assert told.headers["set-cookie"] == "_streamlit_xsrf=1; Secure"
    assert ask(served, "/static/js/a.js", PUBLIC).headers["cache-control"] == "public"
    refused = ask(served, "/_stcore/metrics", PUBLIC)
    assert refused.status_code == 401
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_streamlit_never_sees_the_cookie_of_a_sign_in_that_no_longer_holds(
    served: Gate, behind: Behind, clock: list[float]
) -> None:
    carried = {**PUBLIC, "cookie": "_streamlit_user=analyst; _streamlit_user_1=more; theme=dark"}
    ask(served, "/", carried)
    clock[0] += 1801
    ask(served, "/", carried)
    ask(served, "/", {**PUBLIC, "cookie": "_streamlit_user=forged"})
    assert behind.cookies == [b"_streamlit_user=analyst; _streamlit_user_1=more; theme=dark", b"theme=dark"]


def test_two_lines_of_cookies_are_judged_as_they_are_read(served: Gate, behind: Behind) -> None:
    async def asked() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="https://x") as browser:
            lines = [("host", PUBLIC["host"]), *(("cookie", f"_streamlit_user={who}") for who in ("analyst", "forged"))]
            return (await browser.get("/_stcore/metrics", headers=lines)).status_code

    assert asyncio.run(asked()) == 401  # the last counts, here and behind
    assert behind.reached == []


def test_another_site_signs_nobody_out(served: Gate, behind: Behind) -> None:
    carried = {**PUBLIC, "cookie": "_streamlit_user=analyst"}
    assert ask(served, "/auth/logout", {**carried, "sec-fetch-site": "cross-site"}).status_code == 403
    assert ask(served, "/_stcore/metrics", carried).status_code == 200
    assert ask(served, "/auth/logout", {**carried, "sec-fetch-site": "same-origin"}).status_code == 200
    assert ask(served, "/_stcore/metrics", carried).status_code == 401


def test_only_messages_that_waymark_needs_pass_and_fewer_of_strangers(served: Gate, behind: Behind) -> None:
    kinds = ("rerun_script", "clear_cache", "set_run_on_save", "load_git_info", "install_skills",
             "debug_shutdown_runtime", "unreadable", "deferred_file")  # fmt: skip
    speak(served, PAGE, *kinds)
    assert behind.reached.count("message") == 1
    speak(served, {**PAGE, "cookie": "_streamlit_user=board"}, *kinds)
    assert behind.reached.count("message") == 3


def test_a_stranger_who_talks_without_end_is_cut_off(served: Gate) -> None:
    heard = speak(served, PAGE, *["rerun_script"] * (SAID + 1))
    assert heard[-1] == {"type": "websocket.close", "code": 1013}
    assert {"type": "websocket.close", "code": 1013} not in speak(served, PAGE, *["rerun_script"] * SAID)


def test_one_household_s_addresses_count_as_one() -> None:
    def where(host: str) -> str:
        return _address({"client": (host, 1)})

    assert where("2001:db8:1:2::1") == where("2001:db8:1:2:ffff::9") != where("2001:db8:1:3::1")
    assert where("192.0.2.1") != where("192.0.2.2")


def test_an_open_stream_ends_with_the_sign_in_and_says_nothing_more(served: Gate, clock: list[float]) -> None:
    carried = {**PAGE, "cookie": "_streamlit_user=analyst"}
    heard = speak(served, carried, "rerun_script", "rerun_script", wait=clock)
    assert [message.get("bytes", message["type"]) for message in heard] == [
        "websocket.accept", b"drawn", "websocket.close",
    ]  # fmt: skip


def test_a_page_that_looks_by_itself_does_not_keep_anybody_signed_in(served: Gate, clock: list[float]) -> None:
    carried = {**PAGE, "cookie": "_streamlit_user=analyst"}
    for minutes in (10, 20, 29):
        clock[0] = NOW + 60 * minutes
        speak(served, carried, "rerun_script by_itself")
    clock[0] = NOW + 1801
    assert ask(served, "/_stcore/metrics", {**PUBLIC, "cookie": "_streamlit_user=analyst"}).status_code == 401


def test_a_person_who_does_something_stays(served: Gate, clock: list[float]) -> None:
    carried = {**PAGE, "cookie": "_streamlit_user=analyst"}
    for minutes in (29, 58, 87):
        clock[0] = NOW + 60 * minutes
        speak(served, carried, "rerun_script")
    assert ask(served, "/_stcore/metrics", {**PUBLIC, "cookie": "_streamlit_user=analyst"}).status_code == 200


def start(environment_: Mapping[str, str], script: str = "gate.py", *options: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")}
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", script, "--server.port=0", *options],
        cwd=ROOT, env={**clean, **environment_}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_faults_stop_the_start_with_a_sentence_each(tmp_path: Path) -> None:
    told = start({"WAYMARK_DATA": str(tmp_path)}, "gate.py", "--server.address=0.0.0.0")
    assert told.returncode == 2
    assert "sign-in is not set up" in told.stderr
    settings = environment("https://w.example", "https://idp.example", tmp_path, WAYMARK_COOKIE_SECRET=SECRET[:20])
    told = start(settings, "gate.py", "--server.enableXsrfProtection=false")
    assert told.returncode == 2
    assert "WAYMARK_COOKIE_SECRET must have 32 bytes or more" in told.stderr
    assert "server.enableXsrfProtection must be true" in told.stderr
    assert SECRET[:20] not in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "sign_in_required").exists()
    assert TENANT not in told.stderr
