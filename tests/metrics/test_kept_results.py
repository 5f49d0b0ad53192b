"""Results of months that stand are those of a full rebuild, to the digit, whatever was loaded in between."""

from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import metrics.kept_results
from etl.tables import BAND_COUNTS, LOADS, MEASURES, PATHWAYS
from etl.warehouse import Warehouse, Writer, open_warehouse
from metrics import kept_cells
from metrics.compute import compute_all
from metrics.definition import Definition, load_definitions
from metrics.kept_cells import kept_facts, read_cells
from metrics.kept_results import kept_results
from metrics.kept_store import KeptStore, with_store
from metrics.warehouse_facts import read_facts
from tests.loads import insert_loads, load_row

DAY0 = date(1970, 1, 1)
CLOCKS = ("slt", "nd_assessment", "ehc_plan")
# Every kind, period and fact over clocks, split and not.
KPIS = [load_definitions()[name] for name in (
    "ehc_mean_weeks_to_issue", "ehc_median_weeks_to_issue", "ehc_open_over_20_weeks",
    "ehc_plans_within_20_weeks_excluding_exceptions_by_month", "ehc_plans_within_20_weeks_excluding_exceptions_by_year",
    "ehc_plans_within_20_weeks_excluding_exceptions_over_12_months",
    "ehc_plans_within_20_weeks_excluding_exceptions_over_3_months", "nd_92nd_percentile_wait", "nd_clearance_weeks",
    "nd_first_contact_within_13_weeks_of_referral", "nd_net_flow", "nd_over_52_weeks", "nd_risk_priority_recorded",
    "nd_within_13_weeks", "slt_children_leaving_the_list", "slt_list_size", "slt_median_wait_exact", "slt_net_flow",
    "slt_referrals_per_1000_children", "slt_within_18_weeks",
)]  # fmt: skip
HISTORY = [stamp.date() for stamp in pd.date_range("2023-01-01", "2024-03-01", freq="MS")]


def end_of(month: date) -> date:
    return (pd.Timestamp(month) + pd.offsets.MonthEnd(0)).date()


def later(month: date, months: int) -> date:
    return (pd.Timestamp(month) + pd.DateOffset(months=months)).date()


def children(first: date, last: date, seed: int) -> list[dict[str, Any]]:
    """Return who is on the list from the first month to the end of the last, some of them told wrongly."""
    day, rows = lambda when: (when - DAY0).days, []  # noqa: E731
    for number in range(45):
        own, told = Random(number), Random(f"{seed} {number}")
        started = date(2022, 9, 1) + timedelta(days=own.randrange(700))
        stopped = started + timedelta(days=own.randrange(20, 400))
        if told.random() < 0.1:
            started += timedelta(days=told.randrange(-40, 40))
        if started > end_of(last) and told.random() < 0.9 or stopped < first or told.random() < 0.05:
            continue
        ends = stopped if stopped <= end_of(last) or told.random() < 0.05 else None
        rows.append({
            "clock": CLOCKS[number % 3], "pathway_id": str(number // 3), "area": "X" if number % 4 else "Y",
            "excepted": told.random() < 0.1, "sex": told.choice(["F", "M", None]),
            "locality": ["North", "South", "East"][(number + (told.random() < 0.1)) % 3], "age_band": "5-10",
            "priority": told.choice(["urgent", "routine", None]),
            "started_on": started, "stopped_on": ends,
            "stop_reason": own.choice(["completed", "withdrawn"]) if ends else None,
            "started_day": None if told.random() < 0.03 else day(started), "stopped_day": ends and day(ends),
        })  # fmt: skip
    return rows


class History:
    """What a warehouse was sent, one thing after another."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse, self.loads, self.month = warehouse, 0, HISTORY[-1]
        with warehouse.writing() as writer:
            self.extract(writer, HISTORY[0], self.month, seed=0)

    def extract(self, writer: Writer, first: date, month: date, seed: int) -> None:
        name = f"list {self.loads}"
        rows = [{**row, "load_id": name} for row in children(first, month, seed)]
        writer.insert(PATHWAYS, PATHWAYS.frame(rows))
        self.add(writer, name, "list", month, first if first < month else None)

    def add(self, writer: Writer, name: str, source: str, month: date, first: date | None = None) -> None:
        self.loads += 1
        writer.execute(
            f"UPDATE {writer.stored(LOADS)} SET state = 'superseded' WHERE source = ? AND month = ?", [source, month]
        )
        insert_loads(writer, [load_row(name, source, month, first, content_sha256=name)])

    def step(self, kind: str, seed: int) -> None:
        with self.warehouse.writing() as writer:
            if kind in ("next", "after a gap"):
                self.month = later(self.month, 1 if kind == "next" else 2)
                self.extract(writer, self.month, self.month, seed)
            elif kind == "again":
                self.extract(writer, self.month, self.month, seed)
            elif kind == "late":
                month = HISTORY[seed % len(HISTORY)]
                self.extract(writer, month, month, seed)
            elif kind == "withdraw":
                newest = "SELECT MAX(load_id) FROM loads WHERE state = 'current' AND load_id BETWEEN 'list' AND 'lists'"
                writer.execute(f"UPDATE {writer.stored(LOADS)} SET state = 'withdrawn' WHERE load_id = ({newest})")
                insert_loads(writer, [])
            elif kind == "bands":
                self.bands(writer, seed)
            else:
                self.population(writer, seed)

    def bands(self, writer: Writer, seed: int) -> None:
        """Add a published table: of X, which the list answers for too, and of Z."""
        name, told = f"bands {self.loads}", Random(seed)
        writer.insert(BAND_COUNTS, BAND_COUNTS.frame(
            {"load_id": name, "clock": "slt", "state": "waiting", "area": area, "breakdown": split, "group": group,
             "weeks_from": start, "weeks_to": None if start == 52 else start + 13,
             "children": None if hidden else told.randrange(40), "flag": "suppressed" if hidden else None}
            for area in "XZ" for split, group in (("all", "all"), ("sex", told.choice("FM")))
            for start in range(0, 65, 13) for hidden in [told.random() < 0.1]
        ))  # fmt: skip
        self.add(writer, name, "bands", later(HISTORY[-1], seed % 4))

    def population(self, writer: Writer, seed: int) -> None:
        name = f"people {self.loads}"
        writer.insert(MEASURES, MEASURES.frame([
            {"load_id": name, "measure": "children_population", "area": "X", "month": HISTORY[seed % 9],
             "period_months": 12, "breakdown": "all", "group": "all", "numerator": 500 + seed}
        ]))  # fmt: skip
        self.add(writer, name, "people", HISTORY[seed % 9])


def published(warehouse: Warehouse, folder: Path, kpis: list[Definition] = KPIS) -> pd.DataFrame:
    def work(store: KeptStore | None) -> pd.DataFrame:
        assert store
        with warehouse.reading() as reader:
            facts = kept_facts(reader, store)
        return kept_results(kpis, facts, store)

    return with_store(folder, warehouse, work)


def rebuilt(warehouse: Warehouse, kpis: list[Definition] = KPIS) -> pd.DataFrame:
    with warehouse.reading() as reader:
        return compute_all(kpis, read_facts(reader))


KINDS = ("next", "next", "next", "next", "after a gap", "again", "late", "withdraw", "bands", "population")


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 99)), min_size=2, max_size=5))
def test_after_any_history_results_are_those_of_a_full_rebuild(tmp_path: Path, steps: list[tuple[str, int]]) -> None:
    folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    history = History(open_warehouse(f"duckdb:{folder / 'warehouse.duckdb'}"))
    for step in (None, *steps):
        if step:
            history.step(*step)
        found = published(history.warehouse, folder / "kept")
        pd.testing.assert_frame_equal(found, rebuilt(history.warehouse), check_exact=True)


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the conditions cells are read from the store by, as they come."""
    asked: list[str] = []

    def watched(store: KeptStore, where: str = "TRUE") -> pd.DataFrame:
        asked.append(where)
        return read_cells(store, where)

    for module in (kept_cells, metrics.kept_results):
        monkeypatch.setattr(module, "read_cells", watched)
    return asked


def test_after_one_more_extract_only_its_month_and_what_periods_look_back_at_is_read(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(warehouse)
    published(warehouse, tmp_path / "kept")
    history.step("next", 5)
    asked = reads(monkeypatch)
    stands = [load_definitions()[name] for name in ("slt_median_wait_exact", "ehc_median_weeks_to_issue")]
    published(warehouse, tmp_path / "kept", stands)
    named = "('ehc_plan', 'completed', 'all'), ('slt', 'waiting', 'all')"
    assert asked == [f"month >= DATE '2024-04-01' AND (clock, state, breakdown) IN ({named})"]
    asked.clear()
    published(warehouse, tmp_path / "kept", stands)
    assert not asked


def test_a_year_looks_back_at_its_own_clock_and_state(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, kpi = History(warehouse), load_definitions()["slt_referrals_per_1000_children"]
    published(warehouse, tmp_path / "kept", [kpi])
    history.step("next", 5)
    asked = reads(monkeypatch)
    published(warehouse, tmp_path / "kept", [kpi])
    assert asked == ["month >= DATE '2023-05-01' AND (clock, state, breakdown) IN (('slt', 'started', 'all'))"]


def one_more(history: History, place: str) -> None:
    """Send next month's list with one child of this locality on it."""
    history.month, name = later(history.month, 1), f"list {history.loads}"
    start = history.month - timedelta(days=9)
    with history.warehouse.writing() as writer:
        child = {"load_id": name, "clock": "nd_assessment", "pathway_id": "new", "area": "X", "excepted": False}
        when = {"locality": place, "started_on": start, "started_day": (start - DAY0).days}
        writer.insert(PATHWAYS, PATHWAYS.frame([child | when]))
        history.add(writer, name, "list", history.month)


def test_a_place_seen_for_the_first_time_had_nobody_before(warehouse: Warehouse, tmp_path: Path) -> None:
    history, kpi = History(warehouse), load_definitions()["nd_over_52_weeks"]
    published(warehouse, tmp_path / "kept", [kpi])
    for place in ("North", "West"):
        one_more(history, place)
        found = published(warehouse, tmp_path / "kept", [kpi])
        pd.testing.assert_frame_equal(found, rebuilt(warehouse, [kpi]), check_exact=True)
    west = found[(found["group"] == "West") & (found["area"] == "X")]
    assert len(west) == len(HISTORY) + 2
    assert (west["value"] == 0).all()


def test_another_definition_is_computed_anew(warehouse: Warehouse, tmp_path: Path) -> None:
    kpi = load_definitions()["nd_over_52_weeks"]
    other = kpi.model_copy(update={"numerator": "weeks_from >= 26"})
    History(warehouse)
    first = published(warehouse, tmp_path / "kept", [kpi])
    second = published(warehouse, tmp_path / "kept", [other])
    assert second["value"].sum() > first["value"].sum()
    pd.testing.assert_frame_equal(second, rebuilt(warehouse, [other]), check_exact=True)


def test_another_population_reaches_all_months_after_it(warehouse: Warehouse, tmp_path: Path) -> None:
    """As where the plan's own record brings it, which no load answers for."""
    History(warehouse).step("population", 0)
    kpi = load_definitions()["slt_referrals_per_1000_children"]
    for people in (500, 1000):

        def work(store: KeptStore | None) -> pd.DataFrame:
            with warehouse.reading() as reader:
                facts = kept_facts(reader, store)
            own = facts["measure_values"].assign(numerator=float(people))  # noqa: B023 (called at once)
            return kept_results([kpi], facts.replacing(measure_values=own), store)

        found = with_store(tmp_path / "kept", warehouse, work)
        rates = found.loc[(found["area"] == "X") & found["value"].notna()]
        assert len(rates) == 4  # December 2023 is the first to end a year, March 2024 the last
        assert (rates["value"] == 1000 * rates["numerator"] / people).all()


def test_cohorts_that_lack_a_child_are_counted_anew(warehouse: Warehouse, tmp_path: Path) -> None:
    history, kpis = History(warehouse), [load_definitions()["nd_first_contact_within_13_weeks_of_referral"]]
    published(warehouse, tmp_path / "kept", kpis)

    def lose(store: KeptStore | None) -> None:
        assert store
        store.execute("UPDATE cohorts SET children = 0")
        store.commit()

    with_store(tmp_path / "kept", warehouse, lose)
    history.step("next", 5)
    found = published(warehouse, tmp_path / "kept", kpis)
    pd.testing.assert_frame_equal(found, rebuilt(warehouse, kpis), check_exact=True)
