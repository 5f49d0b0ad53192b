"""Counts of a load and month are computed once, kept, and equal to a full rebuild to the digit."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.load import coverage
from etl.scope import Scope
from etl.tables import COVERAGE, LOADS, PATHWAYS
from etl.warehouse import Reader, Warehouse, open_warehouse
from metrics.kept_cells import CELLS, covered, keep_cells, kept_facts
from metrics.kept_store import KeptStore, with_store
from metrics.splits import asked_splits
from metrics.warehouse_facts import read_facts, select_clock_cells
from tests.loads import insert_loads, load_row

DAY0 = date(1970, 1, 1)
KEY = CELLS.names()[:-2]


def load(writer: Any, name: str, first: date, last: date, children: list[tuple[date, date | None]]) -> None:
    """Add a load of source `slt` and lay the coverage anew, the newest load first."""
    day = lambda when: (when - DAY0).days if when else None  # noqa: E731
    writer.insert(
        PATHWAYS,
        PATHWAYS.frame(
            {"load_id": name, "clock": "slt", "pathway_id": str(n), "area": "X", "excepted": False, "sex": "FM"[n % 2],
             "started_on": start, "stopped_on": stop, "started_day": day(start), "stopped_day": day(stop),
             "stop_reason": "completed" if stop else None}
            for n, (start, stop) in enumerate(children)
        ),
    )  # fmt: skip
    row = load_row(name, "slt", last, first if first < last else None, content_sha256=f"{len(children)} children")
    insert_loads(writer, [row])


def children(last: date, count: int) -> list[tuple[date, date | None]]:
    starts = [last - timedelta(days=37 * n % 500) for n in range(count)]
    return [(s, None if n % 3 else min(last, s + timedelta(days=11 * n))) for n, s in enumerate(starts)]


class Counting:
    """A reader that remembers what it was asked."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self.asked = reader, ""

    def query(self, sql: str, parameters: Any = ()) -> pd.DataFrame:
        self.asked += sql
        return self._reader.query(sql, parameters)

    @property
    def scope(self) -> Scope | None:
        return self._reader.scope

    def coded(self, sql: str) -> pd.DataFrame:
        self.asked += sql
        return self._reader.coded(sql)


def ordered(cells: pd.DataFrame) -> pd.DataFrame:
    return CELLS.typed(cells).sort_values(KEY, ignore_index=True)


def kept_cells(reader: Any, folder: Path, warehouse: Warehouse) -> pd.DataFrame:
    """Return the cells of a store that was brought up to date."""

    def work(store: KeptStore | None) -> pd.DataFrame:
        assert store
        keep_cells(reader, store, covered(reader))
        store.commit()
        return store.rows(CELLS)

    return with_store(folder, warehouse, work)


def both(warehouse: Warehouse, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, str]:
    with warehouse.reading() as reader:
        watched = Counting(reader)
        kept = ordered(kept_cells(watched, folder, warehouse))
        return kept, ordered(reader.coded(select_clock_cells(asked_splits()))), watched.asked


def test_a_new_extract_is_counted_alone_and_the_whole_equals_a_rebuild(warehouse: Warehouse, tmp_path: Path) -> None:
    store = tmp_path / "kept"
    with warehouse.writing() as writer:
        load(writer, "old", date(2024, 1, 1), date(2024, 6, 1), children(date(2024, 6, 30), 80))
    kept, rebuilt, _ = both(warehouse, store)
    pd.testing.assert_frame_equal(kept, rebuilt)
    with warehouse.writing() as writer:
        load(writer, "new", date(2024, 8, 1), date(2024, 8, 1), children(date(2024, 8, 31), 70))  # July never came
    kept, rebuilt, asked = both(warehouse, store)
    pd.testing.assert_frame_equal(kept, rebuilt)
    assert "('new', " in asked
    assert "('old', " not in asked
    kept, _, asked = both(warehouse, store)
    assert "journeys" not in asked
    assert sorted({str(month.date()) for month in kept["month"]})[-2:] == ["2024-06-01", "2024-08-01"]


def test_a_withdrawn_load_leaves_the_store(warehouse: Warehouse, tmp_path: Path) -> None:
    store = tmp_path / "kept"
    with warehouse.writing() as writer:
        load(writer, "a", date(2024, 5, 1), date(2024, 5, 1), children(date(2024, 5, 31), 30))
        load(writer, "b", date(2024, 6, 1), date(2024, 6, 1), children(date(2024, 6, 30), 30))
    both(warehouse, store)
    with warehouse.writing() as writer:
        writer.execute(f"UPDATE {writer.stored(LOADS)} SET state = 'withdrawn' WHERE load_id = 'b'")
        writer.execute(f"DELETE FROM {writer.stored(COVERAGE)} WHERE load_id = 'b'")
    kept, rebuilt, _ = both(warehouse, store)
    pd.testing.assert_frame_equal(kept, rebuilt)
    assert set(kept["load_id"]) == {"a"}


EXTRACTS = st.tuples(st.integers(1, 6), st.integers(0, 3), st.integers(1, 12))  # last month, months before it, children
STEPS = st.lists(st.one_of(EXTRACTS, st.just("withdraw")), min_size=2, max_size=5)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_after_any_history_every_fact_is_that_of_a_full_rebuild(tmp_path: Path, steps: list[Any]) -> None:
    """Extracts of any month, alone or as a history, late ones and replacing ones too, and withdrawn ones."""
    folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    warehouse = open_warehouse(f"duckdb:{folder / 'warehouse.duckdb'}")
    for number, step in enumerate(steps):
        with warehouse.writing() as writer:
            if step == "withdraw":
                newest = "SELECT MAX(load_id) FROM loads WHERE state = 'current'"
                writer.execute(f"UPDATE {writer.stored(LOADS)} SET state = 'withdrawn' WHERE load_id = ({newest})")
                writer.execute(f"DELETE FROM {writer.stored(COVERAGE)}")
                writer.insert(COVERAGE, coverage(writer.query(f"SELECT * FROM {writer.stored(LOADS)}")))
            else:
                last, before, count = step
                ends = (pd.Timestamp(2024, last, 1) + pd.offsets.MonthEnd(0)).date()
                first = (pd.Timestamp(2024, last, 1) - pd.DateOffset(months=before)).date()
                load(writer, f"load {number}", first, date(2024, last, 1), children(ends, count))
        with warehouse.reading() as reader:
            rebuilt = read_facts(reader)

        def work(store: KeptStore | None) -> None:
            assert store
            with warehouse.reading() as reader:  # noqa: B023 (called at once)
                kept = kept_facts(reader, store)
            assert list(kept) == list(rebuilt)  # noqa: B023
            for name in kept:
                pd.testing.assert_frame_equal(_plain(kept[name]), _plain(rebuilt[name]), obj=name)  # noqa: B023

        with_store(folder / "kept", warehouse, work)


def _plain(fact: pd.DataFrame) -> pd.DataFrame:
    """Return a fact as text in a fixed order: categories and row order are no figures."""
    return fact.astype("object").astype("str").sort_values(list(fact.columns), ignore_index=True)


@pytest.mark.parametrize("damage", [b"", b"not a database, and longer than a header is, so that it is read as one" * 9])
def test_a_damaged_store_is_made_again(warehouse: Warehouse, tmp_path: Path, damage: bytes) -> None:
    store = tmp_path / "kept"
    with warehouse.writing() as writer:
        load(writer, "a", date(2024, 5, 1), date(2024, 5, 1), children(date(2024, 5, 31), 30))
    both(warehouse, store)
    [path] = store.glob("*.duckdb")
    path.write_bytes(damage)
    kept, rebuilt, _ = both(warehouse, store)
    pd.testing.assert_frame_equal(kept, rebuilt)
    _, _, asked = both(warehouse, store)
    assert "journeys" not in asked


def test_waits_run_on_through_a_month_without_an_extract(warehouse: Warehouse) -> None:
    """Extracts for January and March: who was referred in February waits in March, and started in neither."""
    with warehouse.writing() as writer:
        load(writer, "jan", date(2024, 1, 1), date(2024, 1, 1), [(date(2023, 12, 1), None)])
        load(writer, "mar", date(2024, 3, 1), date(2024, 3, 1), [
            (date(2023, 12, 1), date(2024, 2, 10)), (date(2024, 2, 5), None), (date(2024, 3, 5), None),
        ])  # fmt: skip
    with warehouse.reading() as reader:
        cells = reader.coded(select_clock_cells(asked_splits()))
    whole = cells[cells["breakdown"] == "all"]
    counts = {(str(row["month"].date()), row["state"]): row["children"] for row in
              whole.groupby(["month", "state"])["children"].sum().reset_index().to_dict("records")}  # fmt: skip
    assert counts == {("2024-01-01", "waiting"): 1, ("2024-03-01", "waiting"): 2, ("2024-03-01", "started"): 1}


def test_another_file_under_the_same_name_is_counted_again(tmp_path: Path) -> None:
    """As after a restore: the load that comes next takes a number that another one had."""
    may, store, found = date(2024, 5, 1), tmp_path / "kept", []
    for count in (5, 8):
        warehouse = open_warehouse(f"duckdb:{tmp_path / str(count)}.duckdb")
        with warehouse.writing() as writer:
            load(writer, "slt.R1D.2024-05.1", may, may, [(date(2024, 4, 1), None)] * count)
        with warehouse.reading() as reader:
            cells = kept_cells(reader, store, warehouse)
        whole = cells[(cells["breakdown"] == "all") & (cells["state"] == "waiting")]
        found.append(int(whole["children"].sum()))
    assert found == [5, 8]
