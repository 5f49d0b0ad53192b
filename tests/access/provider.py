"""A real OpenID Connect provider, as a process of its own on loopback, and Waymark served with it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.loopback import free_port

ROOT = Path(__file__).parents[2]
TENANT = "0b6bd1c0-7a3c-4a54-9d9b-6f6f1a1b2c3d"
CLIENT = "waymark-client"
SECRET = "qEw1cmF5gRt8yUi0oPaSdFgHjKlZxCvBnM2345678"
CALM = {"PYTHONWARNINGS": "ignore::DeprecationWarning", "AUTHLIB_INSECURE_TRANSPORT": "1"}

OIDS = {who: f"{number}0000000-0000-4000-8000-000000000000" for number, who in enumerate(
    ("board", "commissioner", "analyst", "nobody", "stranger", "changing"), start=1
)}  # fmt: skip
NAMES = {"board": "Bo Ard", "commissioner": "Com Missioner", "analyst": "Ann Alyst", "nobody": "No Role",
         "stranger": "Other Tenant", "changing": "Chan Ging"}  # fmt: skip


def claims(who: str, **changes: object) -> dict[str, object]:
    """Return what the provider says of somebody, as Microsoft Entra ID does."""
    roles = [who] if who in ("board", "commissioner", "analyst") else ["commissioner"] if who == "changing" else []
    said: dict[str, object] = {"oid": OIDS[who], "tid": TENANT, "name": NAMES[who], "roles": roles}
    if who == "stranger":
        said |= {"tid": "another-tenant", "roles": ["analyst"]}
    return {**said, **changes}


@dataclass(frozen=True)
class Served:
    """Waymark served with sign-in: its address, its data folder, its log, and its provider's address."""

    address: str
    data: Path
    log: Path
    provider: str

    def tell(self, who: str, **changes: object) -> None:
        """Have the provider say something else of somebody from now on."""
        body = json.dumps(claims(who, **changes)).encode()
        request = urllib.request.Request(
            f"{self.provider}/users/{who}", body, {"Content-Type": "application/json"}, method="PUT"
        )
        urllib.request.urlopen(request, timeout=10).close()


@contextmanager
def process(command: list[str], log: Path, probe: str, environment: Mapping[str, str]) -> Iterator[None]:
    """Run a server until the block ends; it answers at `probe` when the block begins."""
    with log.open("w") as out:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
    try:
        _wait(probe, server, log)
        yield
    finally:
        server.kill()
        server.wait()


def _wait(probe: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(probe, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{probe} did not answer: {log.read_text()[-2000:]}")


@contextmanager
def provider(log: Path) -> Iterator[str]:
    """Yield the address of a provider that knows our people."""
    port = free_port()
    known = [f"--user-claims={json.dumps({'sub': who, **claims(who)})}" for who in OIDS]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *known]
    address = f"http://127.0.0.1:{port}"
    with process(command, log, f"{address}/.well-known/openid-configuration", CALM):
        yield address


def environment(address: str, issuer: str, data: Path, **changes: str) -> dict[str, str]:
    """Return the settings of a Waymark with sign-in."""
    return {
        "WAYMARK_DATA": str(data), "WAYMARK_ADDRESS": address, "WAYMARK_OIDC_TENANT": TENANT,
        "WAYMARK_OIDC_METADATA": f"{issuer}/.well-known/openid-configuration", "WAYMARK_OIDC_CLIENT_ID": CLIENT,
        "WAYMARK_OIDC_CLIENT_SECRET": "client-secret", "WAYMARK_COOKIE_SECRET": SECRET, **changes,
    }  # fmt: skip


@contextmanager
def with_sign_in(data: Path, folder: Path, **changes: str) -> Iterator[Served]:
    """Serve a data folder with sign-in by a provider of its own."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "gate.py", f"--server.port={port}"]
    with provider(folder / "provider.log") as issuer:
        settings = {**CALM, **environment(address, issuer, data, **changes)}
        with process(command, folder / "waymark.log", f"{address}/_stcore/health", settings):
            yield Served(address, data, folder / "waymark.log", issuer)
