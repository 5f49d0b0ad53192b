"""DuckDB and Spark, the same rows: the same facts, so the same figures."""

import pytest

from etl.warehouse import open_warehouse
from metrics.arrived import read_feeds
from metrics.compute import Facts, compute
from metrics.definition import load_definitions
from metrics.warehouse_facts import read_facts
from tests.spark.conftest import spark_address
from tests.spark.stores import Frames, area_of, assert_same, fill, random_children, together, worked_examples

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
KPIS = load_definitions()


AREAS = ["E10000001", "E10000002", 'L\'Écluse "North"']


def counted(address: str, frames: Frames) -> Facts:
    """Return the facts and what feeds them, of a warehouse of its own."""
    house = open_warehouse(address)
    fill(house, frames)
    with house.reading() as reader:
        return {**read_facts(reader), "feeds": read_feeds(reader)}


@pytest.fixture(scope="module")
def both(spark: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Facts, Facts]:
    """Return the facts of one store, by DuckDB and by Spark."""
    folder = tmp_path_factory.mktemp("both")
    frames = together(worked_examples(KPIS), random_children(600, AREAS))
    return counted(f"duckdb:{folder / 'w.duckdb'}", frames), counted(spark_address(folder), frames)


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
