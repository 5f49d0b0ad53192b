"""Loads: all or nothing, replaced by source, organisation and month, and nothing ever lost."""

import multiprocessing
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from etl.audit import Act, acts, record
from etl.engine_duckdb import connect
from etl.errors import UsageError, WarehouseBusyError
from etl.load import coverage, withdraw
from etl.pipeline import Outcome, load_files, status
from etl.tables import BAND_COUNTS, LOADS, PATHWAYS, WAREHOUSE
from etl.warehouse import Warehouse, open_warehouse
from tests import release, sitrep


def load(warehouse: Warehouse, act: Act, *paths: Path, **explanations: str) -> list[Outcome]:
    return list(load_files(warehouse, paths, act, explanations=explanations))


def everything(warehouse: Warehouse) -> dict[str, list[str]]:
    """Return all rows of all tables as text."""
    with warehouse.reading() as reader:
        frames = {t.name: reader.query(f'SELECT * FROM "{t.name}"') for t in WAREHOUSE}
    return {name: sorted(map(repr, frame.to_numpy().tolist())) for name, frame in frames.items()}


def waiting(warehouse: Warehouse) -> dict[str, int]:
    """Return the trust's list by month, counted from the loads that answer."""
    with warehouse.reading() as reader:
        rows = reader.query(
            "SELECT coverage.month, SUM(children) AS children FROM coverage "
            "JOIN band_counts ON band_counts.load_id = coverage.load_id "
            "WHERE area = 'R1D' AND clock = 'slt' GROUP BY coverage.month ORDER BY coverage.month"
        )
    return {f"{row['month']:%Y-%m}": int(row["children"]) for row in rows.to_dict("records")}


def larger() -> list[sitrep.Line]:
    return [sitrep.lines()[0], (sitrep.Trust, [10, 1, 1, 1, 1, 1, 1, 4], [21, 2, 2, 2, 2, 2, 2, 9])]


def test_a_file_loads_and_says_under_which_id(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    [outcome] = load(warehouse, act, sitrep.write(tmp_path / "waits.xlsx"))
    assert (outcome.load_id, outcome.changed) == ("chs_sitrep.nhs_england.2023-01.1", True)
    assert waiting(warehouse) == {"2023-01": 20}


def test_children_who_are_counted_together_lie_together(warehouse: Warehouse) -> None:
    started = [19_000 + (7 * n) % 500 if n % 9 else None for n in range(300)]
    rows = [
        {"load_id": "one", "clock": ("slt", "nd_assessment")[n % 2], "pathway_id": str(n), "area": "X",
         "excepted": False, "started_day": day}
        for n, day in enumerate(started)
    ]  # fmt: skip
    with warehouse.writing() as writer:
        writer.insert(PATHWAYS, PATHWAYS.frame(rows).set_index("pathway_id", drop=False))
        held = writer.query(f"SELECT clock, started_day, pathway_id FROM {writer.stored(PATHWAYS)} ORDER BY rowid")
    places = list(zip(held["clock"], held["started_day"].fillna(99_999), strict=True))
    assert places == sorted(places)
    assert sorted(held["pathway_id"], key=int) == [row["pathway_id"] for row in rows]


def test_the_same_figures_again_change_nothing_whatever_the_layout(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    load(warehouse, act, sitrep.write(tmp_path / "waits.xlsx", "C"))
    before = everything(warehouse)
    again = load(warehouse, act, tmp_path / "waits.xlsx", sitrep.write(tmp_path / "renamed.xlsx", "A"))
    assert [(outcome.load_id, outcome.changed) for outcome in again] == [
        ("chs_sitrep.nhs_england.2023-01.1", False)
    ] * 2
    assert everything(warehouse) == before


def test_a_corrected_file_replaces_its_month_only_and_the_old_load_stays_on_record(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    load(
        warehouse,
        act,
        sitrep.write(tmp_path / "january.xlsx"),
        sitrep.write(tmp_path / "february.xlsx", month="February 2023"),
    )
    load(warehouse, act, sitrep.write(tmp_path / "corrected.xlsx", rows=larger()))
    assert waiting(warehouse) == {"2023-01": 21, "2023-02": 20}
    states = {entry["load_id"]: (entry["state"], entry["state_reason"]) for entry in status(warehouse)["loads"]}
    assert states == {
        "chs_sitrep.nhs_england.2023-01.1": ("superseded", "replaced by chs_sitrep.nhs_england.2023-01.2"),
        "chs_sitrep.nhs_england.2023-01.2": ("current", None),
        "chs_sitrep.nhs_england.2023-02.1": ("current", None),
    }


def test_a_withdrawn_load_leaves_a_gap_and_not_the_load_before_it(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    load(warehouse, act, sitrep.write(tmp_path / "january.xlsx"))
    load(warehouse, act, sitrep.write(tmp_path / "corrected.xlsx", rows=larger()))
    load(warehouse, act, sitrep.write(tmp_path / "march.xlsx", month="March 2023"))
    withdraw(warehouse, "chs_sitrep.nhs_england.2023-01.2", "sent in error", act)
    assert waiting(warehouse) == {"2023-03": 20}
    with pytest.raises(UsageError, match="no current load"):
        withdraw(warehouse, "chs_sitrep.nhs_england.2023-01.2", "again", act)


def test_a_month_without_an_extract_is_a_gap(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    load(
        warehouse,
        act,
        sitrep.write(tmp_path / "january.xlsx"),
        sitrep.write(tmp_path / "april.xlsx", month="April 2023"),
    )
    [span] = status(warehouse)["coverage"]
    assert (span["from"], span["to"], span["gaps"]) == ("2023-01", "2023-04", ["2023-02", "2023-03"])


def test_a_refused_file_leaves_the_warehouse_as_it_was(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    load(warehouse, act, sitrep.write(tmp_path / "january.xlsx"))
    before = everything(warehouse)
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    outcomes = load(warehouse, act, tmp_path / "notes.csv", sitrep.write(tmp_path / "odd.xlsx", slt="Speech"))
    assert [outcome.refused for outcome in outcomes] == [True, True]
    after = everything(warehouse)
    audit = [line for line in after.pop("audit") if line not in before["audit"]]
    assert after == {name: rows for name, rows in before.items() if name != "audit"}
    assert ["'refuse'" in line for line in audit] == [True, True]
    assert any("'notes.csv', 'SOURCE_UNKNOWN'" in line for line in audit)
    assert any("'odd.xlsx', 'COL_MISSING'" in line for line in audit)


def test_a_query_loads_only_with_an_explanation_and_keeps_it(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    rows = [(sitrep.Trust, [9, 1, 1, 1, 1, 1, 1, 4], [20, 2, 2, 2, 2, 2, 2, 8])]
    path = sitrep.write(tmp_path / "waits.xlsx", rows=rows)
    [first] = load(warehouse, act, path)
    assert (first.refused, first.unexplained, first.load_id) == (True, ("BANDS_EXCEED_TOTAL",), None)
    assert status(warehouse)["loads"] == []
    [second] = load(warehouse, act, path, BANDS_EXCEED_TOTAL="the trust confirmed the bands")
    assert second.changed
    with warehouse.reading() as reader:
        kept = reader.query("SELECT explanation FROM findings WHERE rule = 'BANDS_EXCEED_TOTAL'")
    assert kept["explanation"].tolist() == ["the trust confirmed the bands"]


def test_of_two_histories_the_later_one_answers_for_the_years_both_hold(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    first = [release.row("2022"), release.row("2023")]
    second = [release.row("2023"), release.row("2024")]
    for line in second:
        line[release.HEADER.index("plans_issued_den")] = "25"
        line[release.HEADER.index("pc_plans_issued_within_20_weeks")] = "40"
        line[release.HEADER.index("pc_plans_issued_gt20weeks_ltYear")] = "32"
        line[release.HEADER.index("pc_plans_issued_gt_1_year")] = "8"
    load(warehouse, act, release.write(tmp_path / "b.csv", second), release.write(tmp_path / "a.csv", first))
    with warehouse.reading() as reader:
        rows = reader.query(
            "SELECT measures.month, denominator FROM coverage JOIN measures "
            "ON measures.load_id = coverage.load_id AND measures.month = coverage.month "
            "WHERE measure = 'ehc_plans_within_20_weeks' ORDER BY measures.month"
        )
    assert [(f"{row['month']:%Y}", row["denominator"]) for row in rows.to_dict("records")] == [
        ("2022", 20),
        ("2023", 25),
        ("2024", 25),
    ]


def test_coverage_ignores_what_no_longer_counts() -> None:
    empty = dict.fromkeys(LOADS.names())
    base = {"source": "s", "organisation": "o", "coverage": "snapshot", "state": "withdrawn", "load_id": "1"}
    month = {"month": date(2023, 1, 1), "covers_from": date(2023, 1, 1), "covers_to": date(2023, 1, 1)}
    assert coverage(LOADS.frame([{**empty, **base, **month}])).empty


def test_the_last_day_of_february_is_its_months_end() -> None:
    empty = dict.fromkeys(LOADS.names())
    load_row = {"source": "s", "organisation": "o", "coverage": "snapshot", "state": "current", "load_id": "1"}
    month = {"month": date(2024, 2, 1), "covers_from": date(2024, 2, 1), "covers_to": date(2024, 2, 1)}
    [row] = coverage(LOADS.frame([{**empty, **load_row, **month}])).to_dict("records")
    assert (row["month_start_day"], row["month_end_day"]) == (19754, 19782)  # 1 and 29 February 2024


def _hold(path: str, ready: "multiprocessing.synchronize.Event", done: "multiprocessing.synchronize.Event") -> None:
    connection = connect(Path(path), read_only=False)
    ready.set()
    done.wait(20)
    connection.close()


def test_a_busy_warehouse_is_waited_for_and_then_named(
    warehouse: Warehouse, act: Act, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A page that was tested here before stays the main module, and the other process would run it.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules[__name__])
    load(warehouse, act, sitrep.write(tmp_path / "january.xlsx"))
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(str(tmp_path / "data" / "warehouse.duckdb"), ready, done))
    other.start()
    try:
        assert ready.wait(20)
        before = time.monotonic()
        with pytest.raises(WarehouseBusyError, match="busy") as busy:
            status(warehouse)
        assert time.monotonic() - before >= 0.3
        assert busy.value.exit_code == 3
        assert str(tmp_path) not in str(busy.value)
    finally:
        done.set()
        other.join(20)
    assert len(status(warehouse)["loads"]) == 1


def test_a_failed_write_rolls_back(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    load(warehouse, act, sitrep.write(tmp_path / "january.xlsx"))
    before = everything(warehouse)

    def half_done() -> None:
        with warehouse.writing() as writer:
            writer.execute(f"DELETE FROM {writer.stored(BAND_COUNTS)}")
            writer.insert(LOADS, pd.DataFrame(dict.fromkeys(LOADS.names(), [None])))

    with pytest.raises(ValueError, match=r"loads\.source"):
        half_done()
    assert everything(warehouse) == before


def test_an_engine_we_do_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match="oracle"):
        open_warehouse("oracle:somewhere")


def test_a_reader_and_a_writer_of_one_process_wait_for_each_other(warehouse: Warehouse, act: Act) -> None:
    """As two analysts of one dashboard do."""
    record(warehouse, act, "publish", "x", "y")
    with warehouse.reading(), pytest.raises(WarehouseBusyError, match="busy"), warehouse.writing():
        pass
    with warehouse.writing(), pytest.raises(WarehouseBusyError, match="busy"), warehouse.reading():
        pass
    record(warehouse, Act("B", act.at + timedelta(hours=1)), "publish", "y", "z")
    with warehouse.reading() as reader:
        assert acts(reader)["subject"].tolist() == ["y", "x"]  # newest first


def test_a_copy_is_a_warehouse_of_its_own(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    [before] = load(warehouse, act, sitrep.write(tmp_path / "january.xlsx"))
    copy = warehouse.copy_to(tmp_path / "copy.duckdb")
    assert before.load_id
    withdraw(copy, before.load_id, "tried", act)
    assert [entry["state"] for entry in status(copy)["loads"]] == ["withdrawn"]
    assert [entry["state"] for entry in status(warehouse)["loads"]] == ["current"]
    nothing = open_warehouse(f"duckdb:{tmp_path / 'none.duckdb'}").copy_to(tmp_path / "none_copy.duckdb")
    assert status(nothing)["loads"] == []
