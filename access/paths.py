"""Which door a request knocks at and what that takes: from method and path alone, never from a rebuilt address.

What is not named here is closed. Streamlit has more routes than Waymark uses, and a new version may add some.
"""

import re
from dataclasses import dataclass
from typing import Literal

from access.screens import SCREENS
from etl.roles import Right

Kind = Literal[
    "shell", "static", "health", "stream", "sign_in", "callback", "sign_out", "upload", "media", "metrics", "closed"
]


@dataclass(frozen=True)
class Door:
    """What a path leads to: which methods it takes, whether one must be signed in, and the right it needs, if any."""

    kind: Kind
    methods: tuple[str, ...] = ("GET", "HEAD")
    signed_in: bool = False
    needs: Right | None = None


CLOSED = Door("closed", signed_in=True)
_NAMED = {
    "/": Door("shell"),
    "/index.html": Door("shell"),
    "/favicon.png": Door("static"),
    "/manifest.json": Door("static"),
    "/_stcore/health": Door("health"),
    "/_stcore/host-config": Door("shell"),
    "/_stcore/stream": Door("stream"),
    "/_stcore/metrics": Door("metrics", signed_in=True, needs="manage"),
    "/auth/login": Door("sign_in", ("GET",)),
    "/auth/logout": Door("sign_out", ("GET",)),
    "/oauth2callback": Door("callback", ("GET",)),
    **{f"/{screen.name}": Door("shell") for screen in SCREENS},
}
_UPLOAD = Door("upload", ("PUT", "DELETE"), signed_in=True, needs="load")
_MEDIA = Door("media", signed_in=True)
_STATIC = Door("static")
# A page at /kpi asks beneath its own address first, to find out where it is served; it is told that it is not there.
_BENEATH_A_PAGE = re.compile(rf"/(?:{'|'.join(screen.name for screen in SCREENS)})/_stcore/(?:health|host-config)")
_UPLOADED = re.compile(r"/_stcore/upload_file/[\w-]+/[\w-]+")
_HANDED = re.compile(r"/media/[0-9a-f]+\.\w+")
_ASSET = re.compile(r"/static/(?:[\w.-]+/)*[\w.-]+")
_ODD = re.compile(r"[\x00-\x1f\x7f\\%]|//|/\.\.?(?:/|$)")


def is_odd(path: str) -> bool:
    """Return whether a path holds what no address of Waymark does: dots, empty parts, backslashes, controls."""
    return not path.startswith("/") or bool(_ODD.search(path))


def door(path: str) -> Door:
    """Return what a path leads to; what is not known is closed."""
    if is_odd(path):
        return CLOSED
    if path in _NAMED:
        return _NAMED[path]
    if _UPLOADED.fullmatch(path):
        return _UPLOAD
    if _HANDED.fullmatch(path):
        return _MEDIA
    if _ASSET.fullmatch(path):
        return _STATIC
    return Door("shell") if _BENEATH_A_PAGE.fullmatch(path) else CLOSED
