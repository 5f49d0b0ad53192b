"""What every answer carries, and the answers the gate gives itself."""

from collections.abc import Iterable

from starlette.types import Send

Headers = list[tuple[bytes, bytes]]

_WORDS = {
    400: "This is no address of Waymark.", 401: "Sign in first.", 403: "You may not do this here.",
    404: "There is nothing here.", 405: "Not in this way.", 421: "Waymark is not served under this name.",
    429: "Too many at once. Try again in a minute.", 503: "Sessions cannot be checked at the moment.",
}  # fmt: skip
_COOKIES = (b"_streamlit_user", b"_streamlit_session", b"_streamlit_xsrf")
_LIVES = 8 * 3600


def security_headers(host: str, secure: bool, may_be_kept: bool) -> Headers:
    """Return the headers that keep pages, pictures and connections to this host, and figures out of caches.

    Streamlit, Plotly and Vega need inline script and eval, so the policy stops other hosts, not inline script.
    """
    stream = f"{'wss' if secure else 'ws'}://{host}"
    policy = (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {stream}; worker-src 'self' blob:; "
        "frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
    told = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
    }
    if secure:
        told["strict-transport-security"] = "max-age=31536000"
    if not may_be_kept:
        told["cache-control"] = "no-store"
    return [(name.encode(), value.encode()) for name, value in told.items()]


def sealed(headers: Iterable[tuple[bytes, bytes]], added: Headers) -> Headers:
    """Return an answer's headers with ours in place of its own, and with its cookies Secure and short-lived."""
    ours = {name for name, _ in added}
    kept = [
        (name, _shut(value) if name.lower() == b"set-cookie" else value)
        for name, value in headers
        if name.lower() not in ours
    ]
    return [*kept, *added]


def _shut(cookie: bytes) -> bytes:
    if not cookie.startswith(_COOKIES):
        return cookie
    parts = [part.strip() for part in cookie.split(b";")]
    life = [part for part in parts if part.lower().startswith(b"max-age=")]
    if cookie.startswith(b"_streamlit_user") and life and int(life[0][8:]) > _LIVES:
        parts = [part for part in parts if part not in life and not part.lower().startswith(b"expires=")]
        parts.append(b"Max-Age=%d" % _LIVES)
    if b"secure" not in {part.lower() for part in parts}:
        parts.append(b"Secure")
    return b"; ".join(parts)


async def answer(send: Send, status: int, headers: Headers) -> None:
    """Send an answer of the gate's own: a status and a sentence."""
    body = _WORDS[status].encode()
    plain = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*plain, *headers]})
    await send({"type": "http.response.body", "body": body})
