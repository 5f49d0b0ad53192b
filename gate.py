"""Waymark as it is served: app.py behind the gate. Start it with: streamlit run gate.py

Where sign-in is set up, whoever signs in gets in; where it is not, this machine alone. What is wrong with the settings
stops the start: every fault in a sentence, exit code 2.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships no types
from starlette.middleware import Middleware
from streamlit import config
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from access.gate import LOG, USER_COOKIE, Gate
from access.sessions import LONGEST, Sessions
from access.setup import OPTIONS, SignIn, loopback_faults, mark_as_served, option_faults, sign_in
from access.stream import Said
from etl.errors import ConfigurationError, WaymarkError
from etl.settings import data_folder, secrets_sections, sign_in_values
from etl.warehouse import open_warehouse
from pages.components import serving

_DAY = 86_400


def checked() -> SignIn | None:
    """Return how people sign in, None for this machine alone. Raises ConfigurationError, UsageError."""
    given, sections = sign_in_values(), secrets_sections()
    faults = option_faults({name: config.get_option(name) for name in OPTIONS})
    how = None
    try:
        how = sign_in(given)
    except ConfigurationError as error:
        faults += error.faults
    if not given:
        faults += loopback_faults(data_folder(), config.get_option("server.address"), sections)
    elif "auth" in sections:  # Streamlit would read it beside ours
        faults.append("secrets.toml has a section [auth]; Waymark's settings go into [waymark] or the environment.")
    if faults:
        raise ConfigurationError(faults)
    return how


def reader(how: SignIn | None) -> Callable[[Mapping[str, str]], Mapping[str, Any] | None]:
    """Return a function that returns the claims of a cookie signed with our secret, None for any other."""

    def claims_in(cookies: Mapping[str, str]) -> Mapping[str, Any] | None:
        def one(name: str) -> bytes | None:
            value = cookies.get(name)
            secret = how.cookie_secret if how else ""
            return decode_signed_value(secret, name, value, LONGEST / _DAY) if value and secret else None

        whole = get_cookie_with_chunks(one, USER_COOKIE)
        try:
            claims = json.loads(whole) if whole else None
        except ValueError:
            return None
        if how is None or not isinstance(claims, dict) or claims.get("origin") != how.address:
            return None
        return claims if claims.get("is_logged_in") is True else None

    return claims_in


def said(content: bytes) -> Said:
    """Return what a message of the stream asks for; one that cannot be read asks for nothing."""
    message = BackMsg()
    try:
        message.ParseFromString(content)
    except DecodeError:
        return Said("unreadable", True)
    kind = str(message.WhichOneof("type"))
    if kind == "backend_operation_request":
        kind = str(message.backend_operation_request.WhichOneof("payload"))
    by_itself = kind != "deferred_file" and (kind != "rerun_script" or message.rerun_script.is_auto_rerun)
    return Said(kind, by_itself)


def set_up() -> SignIn | None:
    """Return how people sign in once all is as it must be; else end the process."""
    try:
        serving.begin_log()
        how = checked()
        if how is not None:
            mark_as_served(data_folder())
            # The session in which a sign-in is under way is signed with the same secret, on every process.
            config.set_option("server.cookieSecret", how.cookie_secret)
            config.set_option("server.allowedHosts", [urlsplit(how.address).hostname])
    except (WaymarkError, OSError) as error:
        LOG.error("refused_to_start", extra={"event": "refused_to_start"})
        serving.stop(str(error))
    serving.behind_the_gate(how)
    LOG.info("served", extra={"event": "served", "mode": "sign_in" if how else "loopback"})
    return how


HOW = set_up()
app = st.App(
    "app.py",
    secrets={"auth": HOW.for_streamlit()} if HOW else None,
    middleware=[
        Middleware(
            Gate, how=HOW, sessions=Sessions(data_folder()), warehouse=open_warehouse, claims_in=reader(HOW), said=said,
            clock=time.time,
        )
    ],
)  # fmt: skip
