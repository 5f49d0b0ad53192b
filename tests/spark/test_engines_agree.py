"""DuckDB and Spark, the same rows: the same facts, so the same figures."""

from pathlib import Path

import pandas as pd
import pytest

from etl.engine_duckdb import DuckDBEngine
from etl.engine_spark import SparkEngine
from etl.scope import Scope
from etl.spark_address import parse_spark
from etl.warehouse import Warehouse, open_warehouse
from metrics.arrived import read_feeds
from metrics.compute import Facts, compute
from metrics.definition import load_definitions
from metrics.warehouse_facts import read_facts
from tests.metrics.test_kept_results import History, published, rebuilt
from tests.spark.conftest import spark_address
from tests.spark.stores import Frames, area_of, assert_same, fill, random_children, together, worked_examples

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
KPIS = load_definitions()


AREAS = ["E10000001", "E10000002", 'L\'Écluse "North"']


def counted(house: Warehouse) -> Facts:
    """Return the facts and what feeds them."""
    with house.reading() as reader:
        return {**read_facts(reader), "feeds": read_feeds(reader)}


def filled(folder: Path, frames: Frames) -> Path:
    """Return the folder in which both engines hold one store."""
    for address in (f"duckdb:{folder / 'w.duckdb'}", spark_address(folder)):
        fill(open_warehouse(address, everybody=True), frames)
    return folder


def as_seen(folder: Path, scope: Scope | None = None) -> tuple[Facts, Facts]:
    """Return the facts as an area sees them, by DuckDB and by Spark."""
    lake = parse_spark(spark_address(folder).removeprefix("spark:"))
    return counted(DuckDBEngine(folder / "w.duckdb", 30, scope)), counted(SparkEngine(lake, 30, scope))


@pytest.fixture(scope="module")
def both(spark: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Facts, Facts]:
    frames = together(worked_examples(KPIS), random_children(600, AREAS))
    return as_seen(filled(tmp_path_factory.mktemp("both"), frames))


def test_one_more_extract_is_counted_alone_on_spark_too(spark: None, tmp_path: Path) -> None:
    history = History(open_warehouse(spark_address(tmp_path), everybody=True))
    published(history.warehouse, tmp_path / "kept")
    history.step("next", 5)
    found = published(history.warehouse, tmp_path / "kept")
    pd.testing.assert_frame_equal(found, rebuilt(history.warehouse), check_exact=True)


def test_an_area_and_a_roll_up_see_the_same(spark: None, tmp_path: Path) -> None:
    here, there, elsewhere = AREAS
    folder, waiting = filled(tmp_path, random_children(240, AREAS)), {}
    roll_up = Scope("QOC", (here, there))
    duckdb, of_spark = as_seen(folder, roll_up)
    for name, facts in duckdb.items():
        assert_same(facts, of_spark[name], name)
    for area, seen, facts in (
        (here, {here, elsewhere}, counted(DuckDBEngine(folder / "w.duckdb", 30, Scope(here)))),
        (there, {here, there}, counted(DuckDBEngine(folder / "w.duckdb", 30, Scope(there)))),
        ("QOC", {"QOC"}, duckdb),
    ):
        counts = facts["clock_counts"]
        mine = counts[(counts["state"] == "waiting") & (counts["breakdown"] == "all") & (counts["area"] == area)]
        waiting[area] = mine.groupby("month")["children"].sum()
        assert set(counts["area"].unique()) == seen
    assert waiting[here].sum() > 100
    pd.testing.assert_series_equal(waiting["QOC"], waiting[here] + waiting[there])
    lake = parse_spark(spark_address(folder).removeprefix("spark:"))
    with SparkEngine(lake, 30, Scope(here)).reading() as reader:
        held = reader.query("SELECT load_id, COUNT(*) AS children FROM pathways GROUP BY load_id")
    assert set(held["load_id"]) == {f"{here} {number}" for number in range(3)}


def test_every_fact_of_examples_and_random_children_is_the_same(both: tuple[Facts, Facts]) -> None:
    duckdb, spark = both
    for name, facts in duckdb.items():
        assert_same(facts, spark[name], name)
    counts = duckdb["clock_counts"]
    assert set(AREAS) < set(counts["area"])
    assert counts.loc[counts["area"].isin(AREAS), "children"].sum() > 5_000
    assert {'O\'Neill "North"', "not supplied"} < set(counts["group"])


def test_every_worked_example_comes_out_on_spark(both: tuple[Facts, Facts]) -> None:
    facts = {name: frame[frame["area"].astype("str").str.startswith("X ")] for name, frame in both[1].items()}
    for name, kpi in KPIS.items():
        found, expected = compute(kpi, facts), kpi.example.expect
        mine = (found["breakdown"] == "all") & (found["area"] == area_of(name))
        [row] = found[mine & (found["month"] == f"{expected.month}-01")].to_dict("records")
        for part in ("numerator", "denominator", "value", "at_least", "flag"):
            if (wanted := getattr(expected, part)) is not None:
                assert row[part] == (wanted if part == "flag" else pytest.approx(wanted, abs=1e-6)), (name, part)
