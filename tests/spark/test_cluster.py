"""Real clusters on loopback: a standalone one that loses a worker mid-publish, and Spark Connect with a catalog."""

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from benchmarks.cluster import connect_server, standalone
from etl.engine_duckdb import DuckDBEngine
from etl.settings import SHIPPED
from etl.tables import CONTRACT, PATHWAYS, WAREHOUSE
from etl.warehouse import Warehouse, open_warehouse
from metrics.compute import read_facts
from metrics.edition import current_edition, read_manifest
from tests.conftest import Demonstration
from tests.spark.conftest import QUICK, needs_spark
from tests.spark.stores import assert_same, fill, random_children

pytestmark = pytest.mark.spark


def copied(source: Warehouse, target: Warehouse) -> None:
    """Put everything of one warehouse into another, each list of children as a load of its own."""
    with source.reading() as reader, target.writing() as writer:
        for table in WAREHOUSE:
            rows = table.typed(reader.query(f'SELECT * FROM "{table.name}"'))
            parts = [part for _, part in rows.groupby("load_id")] if table is PATHWAYS else [rows]
            for part in parts if table is not CONTRACT else ():
                writer.insert(table, part.reset_index(drop=True))


def finished_tasks(events: Path) -> list[str]:
    """Return the executor of every task that a running publication has finished so far."""
    lines = [line for path in events.glob("app-*") for line in path.read_text(encoding="utf-8").splitlines()]
    told = [json.loads(line) for line in lines if '"SparkListenerTaskEnd"' in line and line.endswith("}")]
    return [one["Task Info"]["Executor ID"] for one in told if not one["Task Info"]["Failed"]]


def test_the_demonstration_published_on_a_cluster_that_loses_a_worker_is_the_one_duckdb_publishes(
    demonstration: Demonstration, tmp_path: Path
) -> None:
    needs_spark()
    events, lake = tmp_path / "events", tmp_path / "lake"
    events.mkdir()
    with standalone(tmp_path) as cluster:
        settings = f"{QUICK}&spark.executor.memory=512m&spark.executor.extraJavaOptions=-XX:TieredStopAtLevel=1"
        settings += (
            f"&spark.eventLog.enabled=true&spark.eventLog.dir=file://{events}&spark.eventLog.rolling.enabled=false"
        )
        settings += "&spark.eventLog.compress=false"
        address = f"spark:{cluster.address}?lake={lake}{settings}"
        copied(DuckDBEngine(demonstration.data / "warehouse.duckdb", 30), open_warehouse(address))
        with (tmp_path / "said").open("w") as said:
            publishing = subprocess.Popen(
                [sys.executable, "-m", "metrics", "publish", "--json"], cwd=SHIPPED.parent, stdout=said, stderr=said,
                env={**os.environ, "WAYMARK_WAREHOUSE": address, "WAYMARK_DATA": str(tmp_path)},
            )  # fmt: skip
        end = time.monotonic() + 240
        while len(set(finished_tasks(events))) < 2:
            assert publishing.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < end
            time.sleep(0.3)
        before = len(finished_tasks(events))
        cluster.kill_worker(0)
        assert publishing.wait(420) == 0, (tmp_path / "said").read_text()
        after = finished_tasks(events)
    lost = [path for path in events.glob("app-*") if '"SparkListenerExecutorRemoved"' in path.read_text()]
    assert lost
    assert len(after) > before
    edition = current_edition(tmp_path / "editions")
    assert edition
    mine = read_manifest(tmp_path / "editions", edition)
    assert (mine.content_sha256, mine.board_sha256) == (
        demonstration.manifest.content_sha256, demonstration.manifest.board_sha256,
    )  # fmt: skip
    assert mine.rows == demonstration.manifest.rows


def test_through_spark_connect_with_tables_in_the_catalog(tmp_path: Path, warehouse: Warehouse) -> None:
    needs_spark()
    frames = random_children(240, ["E06000051"])
    fill(warehouse, frames)
    with connect_server(tmp_path) as server:
        address = f"spark:{server}?catalog=waymark&register={tmp_path / 'register.duckdb'}"
        fill(open_warehouse(address, everybody=True), frames)

        def fail() -> None:
            with open_warehouse(address).writing() as writer:
                writer.insert(PATHWAYS, frames[0][1])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with open_warehouse(address).reading() as reader:
            facts = read_facts(reader)
            [n] = reader.query("SELECT COUNT(*) AS n FROM pathways WHERE started_on < ?", [date(2030, 1, 1)])["n"]
    with warehouse.reading() as reader:
        for name, frame in read_facts(reader).items():
            assert_same(frame, facts[name], name)
    assert n == 0  # the rows carry day numbers alone
    parts = list((tmp_path / "tables" / "waymark.db" / "pathways").glob("piece=*"))
    assert len(parts) == 3
