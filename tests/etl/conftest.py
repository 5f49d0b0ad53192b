"""What the tests on crashes and disks share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.audit import Act
from etl.plan_load import ensure_plan
from etl.plan_shape import load_plan_shape
from etl.settings import SHIPPED
from etl.warehouse import Warehouse, open_warehouse
from tests.conftest import NOW
from tests.crashes import Crashes


@pytest.fixture(scope="session")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashes]:
    """Yield the parent of children that may be killed."""
    parent = Crashes(tmp_path_factory.mktemp("children"))
    yield parent
    parent.close()


@pytest.fixture(scope="session")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a warehouse that holds the shipped plan: copy it, never write to it."""
    file = tmp_path_factory.mktemp("plan") / "warehouse.duckdb"
    folder = SHIPPED / "plan"
    ensure_plan(open_warehouse(f"duckdb:{file}"), folder, load_plan_shape(folder), Act("A. Analyst", NOW))
    return file


@pytest.fixture
def plan(plan_file: Path, data_folder: Path) -> Warehouse:
    """Return a warehouse of its own that holds the shipped plan."""
    return open_warehouse(f"duckdb:{shutil.copy(plan_file, data_folder / 'warehouse.duckdb')}")
