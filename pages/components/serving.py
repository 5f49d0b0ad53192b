"""How this process is served: behind the gate (gate.py) or not, whether anybody signs in, and where it logs."""

import os
import sys
from functools import cache

from access.setup import SignIn, loopback_faults
from etl import log
from etl.errors import UsageError
from etl.settings import data_folder, secrets_sections, shown_to, sign_in_values, warehouse_address
from metrics.publish import version

_gate: list[SignIn | None] = []  # what the gate said of itself; nothing where there is none


@cache
def begin_log() -> None:
    """Send what happens in this server to its log, from the first call on. Raises OSError, UsageError."""
    log.to_screens_log()
    log.event("start", version=version(), engine=warehouse_address().partition(":")[0], audience=shown_to())


def behind_the_gate(how: SignIn | None) -> None:
    """Note that every request of this process passes the gate, which lets people in by `how`."""
    _gate[:] = [how]


def signs_in() -> SignIn | None:
    """Return how people sign in, None where this machine alone is served."""
    return _gate[0] if _gate else None


def refusal(address: str | None) -> str | None:
    """Return why the screens may not be served at an address (Streamlit's `server.address`), None where they may."""
    if _gate:
        return None
    try:
        given, sections = sign_in_values(), secrets_sections()
    except UsageError as error:
        return str(error)
    if given:
        return "Sign-in is set up, and app.py alone does not check it. Start Waymark with: streamlit run gate.py"
    return "\n".join(loopback_faults(data_folder(), address, sections)) or None


def stop(reason: str) -> None:
    """End the server with the reason on standard error and exit code 2."""
    sys.stderr.write(f"{reason}\n")
    sys.stderr.flush()
    os._exit(2)  # a script runs in a thread of the server: nothing milder ends the process
