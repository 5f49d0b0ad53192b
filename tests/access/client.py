"""A browser's requests made by hand: signing in, asking for a path, speaking on the stream."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.access.provider import CLIENT, SECRET, Served, claims

Cookies = dict[str, str]


def header(cookies: Cookies) -> dict[str, str]:
    """Return cookies as a header; a browser sends them, httpx would keep Secure ones back on loopback."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}


def taken(cookies: Cookies, answer: httpx.Response) -> Cookies:
    """Return the cookies after an answer, as a browser keeps them."""
    kept = dict(cookies)
    for line in answer.headers.get_list("set-cookie"):
        name, _, value = line.split(";")[0].partition("=")
        kept.pop(name, None)
        if value and value != '""':
            kept[name] = value
    return kept


def sign_in(served: Served, who: str) -> Cookies:
    """Sign somebody in through the provider and return the cookies."""
    ticket = jwt.encode(
        {"alg": "HS256"}, {"provider": "default", "exp": int(time.time()) + 60}, OctKey.import_key(SECRET)
    )
    begun = httpx.get(f"{served.address}/auth/login?provider={ticket}", timeout=30)
    cookies = taken({}, begun)
    agreed = httpx.post(begun.headers["location"], data={"sub": who}, timeout=30)
    return taken(cookies, httpx.get(agreed.headers["location"], headers=header(cookies), timeout=30))


def cookie(served: Served, who: str, secret: str = SECRET, **changes: object) -> Cookies:
    """Return a cookie as this server would have made it for somebody, or somebody who knows a secret."""
    now = int(time.time())
    said = {
        **claims(who), "sub": who, "iss": served.provider, "aud": CLIENT, "iat": now, "auth_time": now,
        "origin": served.address, "is_logged_in": True, "provider": "default", **changes,
    }  # fmt: skip
    text = json.dumps({name: value for name, value in said.items() if value is not None})
    return {"_streamlit_user": create_signed_value(secret, "_streamlit_user", text).decode()}


@dataclass
class Stream:
    """One open stream: what a tab of a browser says and hears."""

    socket: ClientConnection
    heard: list[ForwardMsg] = field(default_factory=list)

    def send(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def run(self, page: str = "", query: str = "", fragment: str = "", by_itself: bool = False) -> str:
        """Have a screen drawn and return everything that was sent for it, as text."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = by_itself
        self.send(message)
        return self.until_finished()

    def until_finished(self, seconds: float = 30) -> str:
        told = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = ForwardMsg()
            message.ParseFromString(self.socket.recv(timeout=seconds))  # type: ignore[arg-type]
            self.heard.append(message)
            told.append(str(message))
            if message.WhichOneof("type") == "script_finished" and message.script_finished == 0:
                break
        return "\n".join(told)

    @property
    def session(self) -> str:
        """Return the id by which the browser would take up this session again."""
        return next(m.new_session.initialize.session_id for m in self.heard if m.WhichOneof("type") == "new_session")

    def deferred(self, label: str) -> str:
        """Return the id of a button's file, which is made once it is asked for."""
        return next(
            m.delta.new_element.download_button.deferred_file_id
            for m in self.heard
            if m.WhichOneof("type") == "delta" and m.delta.new_element.download_button.label == label
        )

    def fetch(self, file_id: str) -> str:
        """Ask for a file to be made and return its address, nothing where it was not made."""
        message = BackMsg()
        message.backend_operation_request.request_id = "1"
        message.backend_operation_request.session_id = self.session
        message.backend_operation_request.deferred_file.file_id = file_id
        self.send(message)
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self.socket.recv(timeout=30))  # type: ignore[arg-type]
            if answer.WhichOneof("type") == "backend_operation_response":
                return str(answer.backend_operation_response.deferred_file.url)

    def is_closed(self) -> bool:
        """Return whether the server closes the stream on the next thing said."""
        message = BackMsg()
        message.app_heartbeat = True
        self.send(message)
        try:
            while True:
                self.socket.recv(timeout=3)
        except TimeoutError:
            return False
        except ConnectionClosed:
            return True


@contextmanager
def stream(served: Served, cookies: Cookies, session: str = "", origin: str | None = None) -> Iterator[Stream]:
    """Open the stream with these cookies, as a browser does; `session` takes up an earlier one."""
    answer = httpx.get(f"{served.address}/_stcore/host-config", headers=header(cookies), timeout=30)
    known = {**taken(cookies, httpx.get(f"{served.address}/_stcore/health", timeout=30)), **taken(cookies, answer)}
    protocols = ["streamlit", known["_streamlit_xsrf"], *([session] if session else [])]
    address = f"ws://{urlsplit(served.address).netloc}/_stcore/stream"
    from_where = served.address if origin is None else origin or None
    carried = header(known)
    with connect(  # type: ignore[arg-type]
        address, subprotocols=protocols, origin=from_where, additional_headers=carried, max_size=None
    ) as socket:
        yield Stream(socket)
