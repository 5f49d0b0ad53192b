"""The settings of sign-in: all of them, or none. What is wrong is told all at once and holds no secret."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from etl.durable import write_whole
from etl.errors import ConfigurationError
from etl.roles import ROLES, Role

CALLBACK = "/oauth2callback"
DISCOVERY = "/.well-known/openid-configuration"
SHORTEST_SECRET = 32  # bytes
_REQUIRED = ("address", "oidc_metadata", "oidc_client_id", "oidc_client_secret", "oidc_tenant", "cookie_secret")
# What stands in samples and documentation; anybody could sign a cookie with it.
_SAMPLE = re.compile(r"change.?me|example|sample|secret.?here|your.?secret|xxxx|insecure|placeholder|password", re.I)
_ANY_TENANT = {"common", "organizations", "consumers"}
_MARKER = "sign_in_required"


@dataclass(frozen=True)
class SignIn:
    """How people sign in, and which claim value means which role. Secrets stay out of what is printed."""

    address: str
    metadata: str
    client_id: str
    tenant: str
    client_secret: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    roles: Mapping[str, Role] = field(default_factory=dict)
    people: Mapping[str, frozenset[Role]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """Return who must have issued a token: OpenID Connect Discovery puts its address before the metadata's."""
        return self.metadata.removesuffix(DISCOVERY)

    @property
    def host(self) -> str:
        """Return host, and port where it is not the scheme's own, as browsers send it."""
        return urlsplit(self.address).netloc.lower()

    @property
    def names_an_admin(self) -> bool:
        """Return whether anybody can have the role admin, which then is an analyst's no more."""
        return "admin" in self.roles.values() or any("admin" in roles for roles in self.people.values())

    def for_streamlit(self) -> dict[str, Any]:
        """Return the section [auth] as `st.login` reads it. Who signs in proves it anew, also after an idle hour."""
        return {
            "redirect_uri": f"{self.address}{CALLBACK}",
            "cookie_secret": self.cookie_secret,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "server_metadata_url": self.metadata,
            "client_kwargs": {"scope": "openid profile", "prompt": "login"},
        }


def sign_in(given: Mapping[str, str]) -> SignIn | None:
    """Return how people sign in, None where nothing of it is set. Raises ConfigurationError with every fault."""
    if not given:
        return None
    faults = [
        f"{_shown(name)} is not set, but other settings of sign-in are." for name in _REQUIRED if not given.get(name)
    ]
    address, metadata = given.get("address", "").rstrip("/").lower(), given.get("oidc_metadata", "")
    faults += _faults_of_address("address", address)
    if (parts := urlsplit(address)).path or parts.query or parts.fragment or "@" in parts.netloc:
        faults.append("WAYMARK_ADDRESS must be scheme and host alone: Waymark is served from the root.")
    if parts.netloc.endswith((":443", ":")):
        faults.append("WAYMARK_ADDRESS must not name port 443: browsers leave it out.")
    faults += _faults_of_address("oidc_metadata", metadata)
    if metadata and not metadata.endswith(DISCOVERY):
        faults.append(f"WAYMARK_OIDC_METADATA must end in {DISCOVERY}.")
    if _ANY_TENANT & {given.get("oidc_tenant", "").lower(), *urlsplit(metadata).path.lower().split("/")}:
        faults.append("WAYMARK_OIDC_TENANT and WAYMARK_OIDC_METADATA must name one tenant, never “common” or alike.")
    faults += _faults_of_secret(given.get("cookie_secret", ""))
    roles: dict[str, Role] = {}
    people: dict[str, frozenset[Role]] = {}
    for value, role in _pairs("roles", given.get("roles", ""), faults):
        roles[value] = role
    for oid, role in _pairs("people", given.get("people", ""), faults):
        people[oid] = people.get(oid, frozenset()) | {role}
    if faults:
        raise ConfigurationError(faults)
    return SignIn(
        address, metadata, given["oidc_client_id"], given["oidc_tenant"], given["oidc_client_secret"],
        given["cookie_secret"], roles or {role: role for role in ROLES if role != "admin"}, people,
    )  # fmt: skip


def is_loopback(host: str | None) -> bool:
    """Return whether an address or host name is this machine's own; none at all means every address."""
    if host == "localhost":
        return True
    try:
        return ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False


def loopback_faults(data: Path, address: str | None, other_sections: Iterable[str]) -> list[str]:
    """Return why Waymark may not be served without sign-in: at this address, from this data folder, or at all."""
    faults = []
    if not is_loopback(address):
        shown = f"address {address}" if address else "all addresses of this machine"
        faults.append(
            f"Waymark was started on {shown}, but sign-in is not set up, so anyone who reaches it would see every "
            "figure. Start it with --server.address 127.0.0.1, or leave .streamlit/config.toml as it came."
        )
    if "auth" in other_sections:
        faults.append("secrets.toml has a section [auth], which Waymark does not read; its own is [waymark].")
    if (data / _MARKER).exists():
        faults.append(
            "This data folder was served with sign-in before, and sign-in is not set up now. Set it up again; to serve "
            f"this machine alone all the same, delete {_MARKER} in the data folder."
        )
    return faults


def mark_as_served(data: Path) -> None:
    """Note in the data folder that it was served with sign-in, so that it is never served without by mistake."""
    if not (data / _MARKER).exists():
        data.mkdir(parents=True, exist_ok=True)
        write_whole(data / _MARKER, "Served with sign-in. While this file is here, Waymark does not start without.\n")


def option_faults(option: Mapping[str, object]) -> list[str]:
    """Return which of Streamlit's options differ from what safety needs; `option` has their live values by name."""
    told = "Streamlit's option {} must be {}; it is {}."
    faults = [
        told.format(name, _toml(wanted), _toml(option[name]))
        for name, wanted in OPTIONS.items()
        if not (option[name] == wanted or _is_less(option[name], wanted, name))
    ]
    return [f"{fault} .streamlit/config.toml as it came has it right." for fault in faults]


OPTIONS: dict[str, object] = {
    "server.headless": True, "server.maxUploadSize": 50, "server.maxMessageSize": 20,
    "server.enableStaticServing": False, "server.enableXsrfProtection": True,
    "server.enableCORS": True, "server.corsAllowedOrigins": [],
    "server.fileWatcherType": "none", "server.disconnectedSessionTTL": 30, "server.baseUrlPath": "",
    "server.trustedUserHeaders": {}, "server.enableAgentApi": False, "server.scriptHealthCheckEnabled": False,
    "client.showErrorDetails": "none", "client.toolbarMode": "viewer", "client.disableDataExport": True,
    "browser.gatherUsageStats": False, "global.developmentMode": False,
}  # fmt: skip
_AT_MOST = ("server.maxUploadSize", "server.maxMessageSize", "server.disconnectedSessionTTL")


def _is_less(value: object, most: object, name: str) -> bool:
    return name in _AT_MOST and isinstance(value, int) and isinstance(most, int) and 0 < value < most


def _faults_of_address(name: str, address: str) -> list[str]:
    parts = urlsplit(address)
    if not address or (parts.scheme == "https" and parts.hostname):
        return []
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return []
    return [f"{_shown(name)} must be an https address; http only on this machine."]


def _faults_of_secret(secret: str) -> list[str]:
    if not secret:
        return []
    if len(secret.encode()) < SHORTEST_SECRET:
        return [f"WAYMARK_COOKIE_SECRET must have {SHORTEST_SECRET} bytes or more: openssl rand -base64 48 makes one."]
    if _SAMPLE.search(secret) or len(set(secret)) < 10:
        return ["WAYMARK_COOKIE_SECRET is a sample or no random text: openssl rand -base64 48 makes one."]
    return []


def _pairs(name: str, text: str, faults: list[str]) -> Iterable[tuple[str, Role]]:
    for part in (part.strip() for part in text.split(",") if part.strip()):
        value, _, role = (piece.strip() for piece in part.partition("="))
        if value and role in ROLES:
            yield value, role
        else:
            faults.append(f"{_shown(name)} must be pairs such as “value=role”; roles are {', '.join(ROLES)}.")


def _shown(name: str) -> str:
    return f"WAYMARK_{name.upper()}"


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
