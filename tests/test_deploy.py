"""What runs Waymark elsewhere: the files parse, name what there is, and hold what the promises rest on."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.settings_table import SETTINGS
from tests.test_docs import commands
from tests.test_settings import BY_FILE, ROOT

DEPLOY = ROOT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
NAMES = {setting.name for setting in SETTINGS} | BY_FILE


def unit(path: Path) -> configparser.ConfigParser:
    """Return a unit's settings; of a key that stands twice, the last."""
    found = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment]
    found.read_string(path.read_text(encoding="utf-8"))
    return found


def test_two_processes_of_the_screens_share_data_and_stand_behind_one_proxy() -> None:
    services = COMPOSE["services"]
    first, second, proxy = services["app1"], services["app2"], services["proxy"]
    assert first["volumes"] == second["volumes"] == ["data:/data", "key:/key"]
    ports = [one["environment"]["STREAMLIT_SERVER_PORT"] for one in (first, second)]
    upstreams = (DEPLOY / "nginx-containers.conf").read_text(encoding="utf-8")
    assert re.findall(r"server (\S+) max_fails", upstreams) == [f"app1:{ports[0]}", f"app2:{ports[1]}"]
    assert [f"~:{port}$" in (DEPLOY / "nginx.conf").read_text() for port in ports] == [True, True]
    assert "ports" not in first
    assert "ports" not in second
    assert not {"outside"} & set(first["networks"])
    assert proxy["ports"] == ["443:8443", "80:8080"]


@pytest.mark.parametrize("name", ["app1", "app2", "command", "proxy"])
def test_no_container_may_write_to_itself_or_gain_rights(name: str) -> None:
    service = COMPOSE["services"][name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_file_that_compose_names_is_there_or_is_the_keepers_own() -> None:
    own = {"waymark.env", "certificates", "secrets/cookie_secret", "secrets/oidc_client_secret"}
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8")
    assert all(f"deploy/{name.partition('/')[0]}" in ignored for name in own)
    named = {volume.partition(":")[0] for s in COMPOSE["services"].values() for volume in s["volumes"]}
    named = {name.removeprefix("./") for name in named if name.startswith("./")}
    named |= {secret["file"] for secret in COMPOSE["secrets"].values()} | {COMPOSE["x-waymark"]["env_file"]}
    assert {name for name in named if not (DEPLOY / name).exists()} <= own
    assert (DEPLOY / "waymark.env.example").exists()


def test_every_setting_the_files_name_exists() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.iterdir() if path.is_file())
    assert set(re.findall(r"WAYMARK_[A-Z_]+", text)) <= NAMES
    example = (DEPLOY / "waymark.env.example").read_text(encoding="utf-8")
    assert "SECRET" not in example


def test_the_image_installs_by_hash_runs_as_nobody_special_and_says_whether_it_is_well() -> None:
    assert "--require-hashes --no-deps" in CONTAINERFILE
    last = CONTAINERFILE.rpartition("FROM ")[2]
    assert last.index("USER 10001") < last.index("CMD [")
    assert "python -m metrics health --screens" in last
    assert CONTAINERFILE.count("python:3.11-slim") == 2
    assert 'CMD ["streamlit", "run", "gate.py"]' in last


def test_the_image_holds_all_that_runs_and_no_data() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert lines[1] == "*"  # nothing else: no history, tests, tools or settings
    assert not {".git", "tests", "benchmarks", "docs", "deploy"} & let_in
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    packages |= {name for name in ("etl", "metrics", "pages", "reports", "access") if (ROOT / name).is_dir()}
    assert packages <= let_in
    assert {"*.py", "pyproject.toml", "requirements.lock", ".streamlit/config.toml"} <= let_in
    assert {name for name in let_in if name.startswith("data")} == {"data/plan", "data/reference"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_parses_and_runs_what_there_is(path: Path) -> None:
    found = unit(path)
    for module, command in re.findall(r"python -m (etl|metrics) ([a-z]+)", path.read_text(encoding="utf-8")):
        assert command in commands(module)
    if path.suffix == ".service":
        service = found["Service"]
        assert (service["User"], service["NoNewPrivileges"], service["ProtectSystem"]) == ("waymark", "yes", "strict")
        assert service["UMask"] == "0077"
    else:
        assert (DEPLOY / f"{path.stem}.service").exists()


def test_wrong_settings_do_not_start_the_service_over_and_over() -> None:
    service = unit(DEPLOY / "waymark@.service")["Service"]
    assert (service["Restart"], service["RestartPreventExitStatus"]) == ("on-failure", "2")
    assert "--server.address 127.0.0.1 --server.port %i" in service["ExecStart"]


def test_the_proxy_keeps_no_record_of_who_asked_for_what() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert text.count("access_log off;") == text.count("server {") == 2
    assert "$proxy_add_x_forwarded_for" not in text  # what a reader claims of itself is not passed on
    assert "Secure; HttpOnly; SameSite=Lax" in text


def test_the_proxy_keeps_no_file_and_no_figure_on_its_disk() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert re.search(r"^\s+proxy_request_buffering off;$", text, re.M)
    assert re.search(r"^\s+proxy_max_temp_file_size 0;$", text, re.M)
    assert "proxy_cache" not in text
