"""DuckDB and Spark, the same rows: the same facts, so the same figures."""

from pathlib import Path

import pandas as pd
import pytest

from etl.warehouse import open_warehouse
from metrics.arrived import read_feeds
from metrics.compute import Facts, compute
from metrics.definition import load_definitions
from metrics.warehouse_facts import read_facts
from tests.spark.conftest import spark_address
from tests.spark.stores import Frames, area_of, assert_same, fill, random_children, worked_examples

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
KPIS = load_definitions()


def counted(address: str, frames: Frames) -> Facts:
    """Return the facts and what feeds them, of a warehouse of its own."""
    house = open_warehouse(address)
    fill(house, frames)
    with house.reading() as reader:
        return {**read_facts(reader), "feeds": read_feeds(reader)}


def both(folder: Path, frames: Frames) -> tuple[Facts, Facts]:
    return counted(f"duckdb:{folder / 'w.duckdb'}", frames), counted(spark_address(folder), frames)


def test_every_worked_example_comes_out_on_spark_as_on_duckdb(spark: str, tmp_path: Path) -> None:
    duckdb, sparks = both(tmp_path, worked_examples(KPIS))
    for name, facts in duckdb.items():
        assert_same(facts, sparks[name], name)
    for name, kpi in KPIS.items():
        found = compute(kpi, sparks)
        expected = kpi.example.expect
        mine = (found["breakdown"] == "all") & (found["area"] == area_of(name))
        [row] = found[mine & (found["month"] == f"{expected.month}-01")].to_dict("records")
        for part in ("numerator", "denominator", "value", "at_least", "flag"):
            if (wanted := getattr(expected, part)) is not None:
                assert row[part] == (wanted if part == "flag" else pytest.approx(wanted, abs=1e-6)), (name, part)


def test_random_children_of_three_areas_count_alike(spark: str, tmp_path: Path) -> None:
    duckdb, sparks = both(tmp_path, random_children(1_500, ["E10000001", "E10000002", 'Ç\'est "là"']))
    for name, facts in duckdb.items():
        assert_same(facts, sparks[name], name)
    assert len(duckdb["clock_counts"]) > 10_000
    assert duckdb["clock_counts"]["area"].nunique() == 3
    for name in ("nd_median_wait_exact", "slt_within_18_weeks", "ehc_plans_within_20_weeks"):
        results = [
            compute(KPIS[name], facts).sort_values(["area", "month", "breakdown", "group"])
            for facts in (duckdb, sparks)
        ]
        assert len(results[0])
        pd.testing.assert_frame_equal(*(one.reset_index(drop=True) for one in results), rtol=0, atol=1e-9)
