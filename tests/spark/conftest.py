"""Spark for tests: what is not on this machine skips, in CI it fails."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

# Little data: most of the time would go into making code fast that runs once.
QUICK = "&spark.sql.shuffle.partitions=4&spark.driver.memory=1g&spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1"


def needs_spark() -> None:
    """Skip where pyspark or Java is missing; in CI both are installed."""
    missing = [
        word for word, there in {"pyspark": find_spec("pyspark"), "java": shutil.which("java")}.items() if not there
    ]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"{' and '.join(missing)} not on this machine: see requirements-spark.txt")
    assert not missing


def spark_address(folder: Path, where: str = "local[2]") -> str:
    """Return the address of a lake in the folder."""
    return f"spark:{where}?lake={folder / 'lake'}{QUICK}"


@pytest.fixture(scope="session")
def spark() -> Iterator[None]:
    """Let a test start Spark in this process, where it runs on until the session ends."""
    needs_spark()
    yield
    from pyspark.sql import SparkSession

    if running := SparkSession.getActiveSession():
        running.stop()
