"""Two processes behind the proxy as it is shipped: a reader stays with one, both show the same edition, one may die."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.readers import answer, session, trusting
from tests.pages import editions
from tests.test_settings import ROOT

FIRST, SECOND = "Firstshire", "Secondshire"


@dataclass
class Served:
    """The proxy's address, and the processes of app1 and app2."""

    address: str
    processes: dict[str, "subprocess.Popen[bytes]"]
    data: Path


@pytest.fixture(scope="module")
def nginx() -> str:
    """Return the proxy's program; CI installs it and fails without, elsewhere its absence skips."""
    found = shutil.which("nginx")
    if found is None and os.environ.get("CI") != "true":
        pytest.skip("nginx is not on this machine")
    assert found
    return found


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def configured(folder: Path, ports: list[int]) -> Path:
    """Write the shipped configuration for these ports, with a certificate of its own; return what nginx is given."""
    shipped = ROOT / "deploy"
    text = (shipped / "nginx.conf").read_text() + (shipped / "nginx-host.conf").read_text()
    text = text.replace("include /etc/nginx/waymark/processes.conf;\n", "").replace(
        "/etc/nginx/certificates", str(folder)
    )
    for said, here in zip(("8501", "8502", "8443", "8080"), ports, strict=True):
        text = text.replace(said, str(here))
    text = re.sub(r"listen (\d+)", r"listen 127.0.0.1:\1", text).replace("fail_timeout=10s", "fail_timeout=1s")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
         "-keyout", folder / "waymark.key", "-out", folder / "waymark.pem"], check=True, capture_output=True,
    )  # fmt: skip
    places = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"daemon off; pid {folder}/pid; error_log stderr crit; events {{}} http {{ {places}\n{text} }}"
    (folder / "nginx.conf").write_text(whole)
    return folder / "nginx.conf"


@pytest.fixture
def served(nginx: str, tmp_path: Path, data_folder: Path) -> Iterator[Served]:
    editions.publish(data_folder / "editions", editions.statements_only(), "2026-11-03-1", area_name=FIRST)
    ports = free_ports(4)
    configuration = configured(tmp_path, ports)
    environment = {**os.environ, "WAYMARK_DATA": str(data_folder)}
    processes = {}
    with ExitStack() as stack:
        commands = {
            f"app{n}": ["-m", "streamlit", "run", "app.py", f"--server.port={port}"]
            for n, port in ((1, ports[0]), (2, ports[1]))
        }
        log = stack.enter_context((tmp_path / "servers.log").open("wb"))
        for name, command in commands.items():
            process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.kill)
            processes[name] = process
        proxy = subprocess.Popen([nginx, "-c", configuration, "-p", tmp_path], stdout=log, stderr=log)
        stack.callback(proxy.wait)
        stack.callback(proxy.send_signal, signal.SIGQUIT)
        address = f"https://127.0.0.1:{ports[2]}"
        for port in ports[:2]:
            until(lambda port=port: fetched(f"http://127.0.0.1:{port}")[0] == "ok")
        until(lambda: fetched(address)[0] == "ok")
        yield Served(address, processes, data_folder)


def until(well: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if well():  # type: ignore[operator]
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError


def fetched(address: str, cookie: str = "") -> tuple[str, str]:
    """Return the answer of the health door, and the process the proxy says answered."""
    request = urllib.request.Request(f"{address}/_stcore/health", headers={"Cookie": cookie} if cookie else {})
    context = trusting() if address.startswith("https") else None
    with urllib.request.urlopen(request, timeout=5, context=context) as said:
        cookies = " ".join(said.headers.get_all("Set-Cookie") or [])
        kept = re.search(r"__Host-waymark_app=(app[12]); Path=/; Secure; HttpOnly", cookies)
        return said.read().decode(), kept[1] if kept else ""


def test_readers_of_both_processes_see_what_is_published_and_stay_where_they_are(served: Served) -> None:
    async def read() -> None:
        both = {}
        async with AsyncExitStack() as stack:
            for name in ("app1", "app2"):
                cookie = {"Cookie": f"__Host-waymark_app={name}"}
                own = session(served.address, ssl=trusting(), additional_headers=cookie)
                both[name] = await stack.enter_async_context(own)
                assert f"__Host-waymark_app={name};" in " ".join(both[name].response.headers.get_all("Set-Cookie"))
                clean, came, *_ = await answer(both[name], "")
                assert (clean, FIRST.encode() in came, SECOND.encode() in came) == (True, True, False)
            editions.publish(
                served.data / "editions", editions.statements_only(), "2026-11-04-1", area_name=SECOND
            )  # fmt: skip
            for own in both.values():
                clean, came, *_ = await answer(own, "")
                assert (clean, SECOND.encode() in came) == (True, True)

    assert [fetched(served.address, f"__Host-waymark_app={name}")[1] for name in ("app1", "app2")] == ["app1", "app2"]
    assert {fetched(served.address)[1] for _ in range(30)} == {"app1", "app2"}  # who is new is shared out
    asyncio.run(read())

    served.processes["app1"].kill()
    served.processes["app1"].wait()
    assert fetched(served.address, "__Host-waymark_app=app1") == ("ok", "app2")  # and the cookie keeps the reader there

    async def after() -> bool:
        async with session(
            served.address, ssl=trusting(), additional_headers={"Cookie": "__Host-waymark_app=app1"}
        ) as own:
            return (await answer(own, "")).clean

    assert asyncio.run(after())
