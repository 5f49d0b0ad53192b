"""Health: what is well is told as well, each fault by its exit code, and asking changes nothing."""

import json
import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from etl.warehouse import Warehouse
from metrics import health
from metrics.__main__ import main
from metrics.edition import write_edition
from tests.metrics.test_edition import manifest, tables


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("health") / "editions"
    for name in ("e1", "e2"):
        content = tables(f"Edition {name}.")
        write_edition(folder, content, manifest(name, content))
    return folder


@pytest.fixture
def editions(published: Path, data_folder: Path) -> Path:
    return Path(shutil.copytree(published, data_folder / "editions"))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, tuple[bool, str]]]:
    code = main(["health", "--json", *arguments])
    said = json.loads(capsys.readouterr().out)
    return code, {one["check"]: (one["well"], one["sentence"]) for one in said}


def test_a_fresh_installation_is_well_and_stays_empty(capsys: pytest.CaptureFixture[str], data_folder: Path) -> None:
    code, said = asked(capsys)
    assert (code, list(said)) == (0, ["edition", "warehouse", "disk"])
    assert said["edition"] == (True, "No edition has been published yet.")
    assert said["warehouse"] == (True, "The warehouse can be read: 0 loads.")
    assert list(data_folder.iterdir()) == []


def test_the_edition_in_use_is_told(capsys: pytest.CaptureFixture[str], editions: Path) -> None:
    assert asked(capsys, "--screens")[1]["edition"] == (True, "Edition e2 is what was published.")


@pytest.mark.parametrize("file", ["restricted.duckdb", "manifest.json"])
def test_one_bit_of_the_edition_in_use_is_found(capsys: pytest.CaptureFixture[str], editions: Path, file: str) -> None:
    place = editions / "e2" / file
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.chmod(0o600)
    place.write_bytes(content)
    code, said = asked(capsys)
    assert (code, said["edition"][0], "publish again" in said["edition"][1]) == (1, False, True)


def test_a_missing_file_of_the_edition_is_found(capsys: pytest.CaptureFixture[str], editions: Path) -> None:
    (editions / "e2" / "restricted.duckdb").unlink()
    assert asked(capsys)[0] == 1


def test_a_warehouse_that_cannot_be_opened_is_exit_code_3(
    capsys: pytest.CaptureFixture[str], data_folder: Path
) -> None:
    (data_folder / "warehouse.duckdb").write_bytes(os.urandom(4096))
    code, said = asked(capsys)
    assert (code, said["warehouse"][0]) == (3, False)
    assert asked(capsys, "--screens")[0] == 0  # readers are served all the same


def test_a_warehouse_at_work_is_busy_not_broken(
    capsys: pytest.CaptureFixture[str], warehouse: Warehouse, data_folder: Path
) -> None:
    with warehouse.writing():
        code, said = asked(capsys)
    assert (code, said["warehouse"][0], "busy" in said["warehouse"][1]) == (3, False, True)
    assert asked(capsys)[0] == 0


def test_a_full_disk_is_told_before_work_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data_folder: Path
) -> None:
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: SimpleNamespace(free=health.ROOM_BYTES - 1))
    code, said = asked(capsys)
    assert (code, said["disk"]) == (1, (False, "Only 0.5 GB free on the disk of the data folder; work needs 0.5 GB."))
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: SimpleNamespace(free=health.ROOM_BYTES + 10))
    assert asked(capsys)[0] == 0
    with (data_folder / "warehouse.duckdb").open("wb") as stream:
        stream.truncate(11)  # an update leaves a copy of it
    assert asked(capsys, "--screens")[0] == 1


class _Well(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/_stcore/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_server_is_asked_where_an_address_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    with HTTPServer(("127.0.0.1", 0), _Well) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        assert asked(capsys, "--screens", "--server", address)[1]["server"] == (True, "The server answers.")
    code, said = asked(capsys, "--screens", "--server", address)
    assert (code, said["server"][0]) == (1, False)
    assert main(["health", "--server", "file:///etc/passwd"]) == 2
    assert "passwd" not in capsys.readouterr().err
