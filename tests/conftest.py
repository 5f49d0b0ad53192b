"""What tests share: a data folder of their own, the demonstration edition, and the public files where they are."""

import csv
import os
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from etl.audit import Act
from etl.demo.plan import load_demonstration_plan
from etl.demo.write import EXPLANATIONS, SEED, write_demonstration
from etl.pipeline import load_files
from etl.settings import SHIPPED
from etl.warehouse import Warehouse, open_warehouse
from metrics.edition import Manifest, current_edition, read_manifest
from metrics.publish import publish

# How long an example takes says how busy the machine is, nothing about the code.
settings.register_profile("waymark", deadline=None)
settings.load_profile("waymark")

NOW = datetime(2026, 11, 21, 17, 0)


class _ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Give a file's tests to one worker, which makes what they share once, and all on the demonstration to one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "demonstration" if file in _on_the_demonstration() else file


@cache
def _on_the_demonstration() -> set[str]:
    root = Path(__file__).parents[1]
    return {
        path.relative_to(root).as_posix()
        for path in Path(__file__).parent.rglob("test_*.py")
        if "demonstration: Demonstration" in path.read_text(encoding="utf-8")
    }


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> _ByFile:
    """Return how tests are given to workers. xdist's groups by marker do nothing under pytest 9.2."""
    return _ByFile(config, log)


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a data folder of its own, so that none can touch a real one."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("WAYMARK_DATA", str(folder))
    monkeypatch.delenv("WAYMARK_WAREHOUSE", raising=False)
    monkeypatch.setenv("WAYMARK_WAIT", "0.3")
    monkeypatch.setenv("WAYMARK_KEY", str(tmp_path / "key" / "pseudonym.key"))
    return folder


@pytest.fixture
def warehouse(data_folder: Path) -> Warehouse:
    return open_warehouse(f"duckdb:{data_folder / 'warehouse.duckdb'}")


@pytest.fixture
def act() -> Act:
    return Act("A. Analyst", NOW)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of public files, or skip: they are not part of the repository."""
    folder = Path(os.environ.get("WAYMARK_SHARED") or SHIPPED.parent.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip("the public files are not on this machine")
    return folder


@dataclass(frozen=True)
class Demonstration:
    """The demonstration, loaded and published once."""

    data: Path
    editions: Path
    manifest: Manifest
    files: list[Path]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """Load and publish the demonstration the way the command line does, once for all workers.

    Read it, never write to it.
    """
    base = tmp_path_factory.getbasetemp()
    data = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demonstration"
    data.mkdir(exist_ok=True)
    with FileLock(data / "built.lock"):
        if current_edition(data / "editions") is None:
            files = write_demonstration(data / "inbox")
            house = open_warehouse(f"duckdb:{data / 'warehouse.duckdb'}")
            act = Act("demonstration", NOW)
            outcomes = list(load_files(house, files, act, explanations=EXPLANATIONS, demonstration=True))
            assert not [outcome.found.findings for outcome in outcomes if outcome.refused]
            assert load_demonstration_plan(house, data / "inbox", SHIPPED / "plan", act, SEED)
            publish(house, data / "editions", SHIPPED / "plan", by="demonstration", note="", at=NOW)
    with (data / "inbox" / "contents.csv").open(encoding="utf-8", newline="") as lines:
        files = [data / "inbox" / line["file"] for line in csv.DictReader(lines)]
    current = current_edition(data / "editions")
    assert current
    return Demonstration(data, data / "editions", read_manifest(data / "editions", current), files)
