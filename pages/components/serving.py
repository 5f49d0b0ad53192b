"""Who may be served while there is no sign-in: this machine and nobody else. And where a server logs."""

import ipaddress
import os
import sys
from functools import cache

from etl import log
from etl.settings import shown_to, warehouse_address
from metrics.publish import version


@cache
def begin_log() -> None:
    """Send what happens in this server to its log, from the first call on. Raises OSError, UsageError."""
    log.to_screens_log()
    log.event("start", version=version(), engine=warehouse_address().partition(":")[0], audience=shown_to())


def refusal(address: str | None) -> str | None:
    """Return why Waymark may not be served at an address (Streamlit's `server.address`), or None where it may."""
    if address == "localhost" or _is_loopback(address):
        return None
    shown = f"address {address}" if address else "all addresses of this machine"
    return (
        f"Waymark was started on {shown}, but sign-in is not set up, so anyone who reaches it would see every figure. "
        "Start it with --server.address 127.0.0.1, or leave .streamlit/config.toml as it came."
    )


def stop(reason: str) -> None:
    """End the server with the reason on standard error and exit code 2."""
    sys.stderr.write(f"{reason}\n")
    sys.stderr.flush()
    os._exit(2)  # a script runs in a thread of the server: nothing milder ends the process


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
