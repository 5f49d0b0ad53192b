"""The clock rules, end to end: a file in, counts by week band out; and the SQL against a slow restatement."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.audit import Act
from etl.derive import day_numbers
from etl.engine_duckdb import connect
from etl.pipeline import load_files
from etl.tables import BAND_COUNTS, COVERAGE, PATHWAYS, STATES
from etl.warehouse import Warehouse
from metrics.integrity import checks
from metrics.splits import DAYS
from metrics.warehouse_facts import read_facts, select_clock_cells
from tests.loads import insert_loads, load_row
from tests.plain_python import BREAKDOWNS, clock_counts, week_band
from tests.waits import child, write

MONTHS = [date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1)]


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, (0, 1)), (7, (0, 1)), (8, (1, 2)), (14, (1, 2)), (91, (12, 13)), (126, (17, 18)), (127, (18, 19)),
     (364, (51, 52)), (365, (52, 53)), (728, (103, 104)), (729, (104, 105))],
)  # fmt: skip
def test_a_wait_falls_in_its_band_from_file_to_fact(
    warehouse: Warehouse, act: Act, tmp_path: Path, days: int, band: tuple[int, int]
) -> None:
    received = date(2024, 5, 31) - timedelta(days=days)
    path = write(tmp_path / "nd.csv", [child(1, Referral_received_date=f"{received:%d/%m/%Y}")])
    [outcome] = load_files(warehouse, [path], act, explanations={})
    assert outcome.changed
    with warehouse.reading() as reader:
        counts = read_facts(reader)["clock_counts"]
    waiting = counts[(counts["state"] == "waiting") & (counts["breakdown"] == "all")]
    assert waiting[["weeks_from", "weeks_to", "children"]].to_numpy().tolist() == [[*band, 1]]
    assert week_band(days) == band


def test_who_left_is_completed_or_removed_and_an_unknown_start_counts_without_a_band(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    rows = [
        child(1, First_attended_date="20/05/2024"),
        child(2, Closed_date="20/05/2024", Closed_reason="Moved"),
        child(3, Referral_received_date=""),
        child(4, Referral_received_date="02/05/2024"),
    ]
    path = write(tmp_path / "nd.csv", rows)
    list(load_files(warehouse, [path], act, explanations={"START_UNKNOWN": "asked"}))
    with warehouse.reading() as reader:
        counts = read_facts(reader)["clock_counts"]
    told = counts[(counts["breakdown"] == "all") & (counts["month"] == pd.Timestamp("2024-05-01"))]
    weeks = told["weeks_from"].astype("Int64").fillna(-1)
    found = {(state, week): n for state, week, n in zip(told["state"], weeks, told["children"], strict=True)}
    # 15 January to 20 May is 126 days; 2 to 31 May is 29 days.
    assert found == {
        ("completed", 17): 1, ("removed", 17): 1, ("waiting", -1): 1, ("waiting", 4): 1, ("started", -1): 1,
    }  # fmt: skip


EVERY_SPLIT = [
    (clock, state, name) for clock in ("slt", "nd_assessment") for state in STATES for name in (*BREAKDOWNS, DAYS)
]
WORDS = st.sampled_from([None, "a", "b"])
DAYS = st.dates(date(2023, 1, 1), date(2024, 7, 15))


@st.composite
def a_pathway(draw: st.DrawFn) -> dict[str, Any]:
    started = draw(st.none() | DAYS)
    stopped = draw(st.none() | DAYS)
    if started and stopped and stopped < started:
        started, stopped = stopped, started
    reason = draw(st.sampled_from(["completed", "moved"])) if stopped else None
    return {
        "clock": draw(st.sampled_from(["slt", "nd_assessment"])),
        "area": draw(st.sampled_from(["E06000051", "E06000020"])),
        "started_on": started,
        "stopped_on": stopped,
        "stop_reason": reason,
        "excepted": draw(st.booleans()),
        **{name: draw(WORDS) for name in BREAKDOWNS},
    }


@settings(deadline=None, max_examples=25)
@given(st.lists(a_pathway(), max_size=12))
def test_the_sql_agrees_with_plain_python(rows: list[dict[str, Any]]) -> None:
    numbered = [{**row, "load_id": "one", "pathway_id": f"p{n}", "person_id": None} for n, row in enumerate(rows)]
    frame = pd.DataFrame(numbered, columns=[name for name in PATHWAYS.names() if not name.endswith("_day")])
    for name in ("started", "stopped"):
        frame[f"{name}_day"] = day_numbers(frame[f"{name}_on"].astype("datetime64[s]"))
    coverage = COVERAGE.frame(
        {
            "source": "s", "organisation": "o", "month": month, "load_id": "one", "basis": "history",
            "month_start_day": (month - date(1970, 1, 1)).days,
            "month_end_day": ((month + timedelta(days=32)).replace(day=1) - date(1970, 1, 1)).days - 1,
        }
        for month in MONTHS
    )  # fmt: skip
    connection = connect(None, read_only=False)
    try:
        connection.register("coverage", coverage)
        connection.register("pathways", PATHWAYS.typed(frame))
        connection.register("band_counts", BAND_COUNTS.empty())
        cells = connection.execute(select_clock_cells(EVERY_SPLIT)).df()
    finally:
        connection.close()
    found: Counter[tuple[Any, ...]] = Counter()
    for cell in cells.astype("object").where(cells.notna(), None).to_dict("records"):
        place = [cell[name] for name in ("clock", "state", "excepted", "area", "breakdown", "group")]
        timed = [None if cell[name] is None else int(cell[name]) for name in ("weeks_from", "weeks_to", "in_time")]
        found[(cell["month"].date(), *place, *timed)] += int(cell["children"])
    assert found == clock_counts(rows, MONTHS, {"slt": 126, "nd_assessment": 91})


def test_a_list_of_children_and_a_published_table_of_it_are_never_added(warehouse: Warehouse) -> None:
    # Two children on our own list in April; the published table of the same list says 5, and 7 for May, when no list
    # came. April counts 2, May 7: neither month counts both.
    april, may = date(2024, 4, 1), date(2024, 5, 1)
    one = {"load_id": "list", "clock": "slt", "area": "X", "excepted": False, "started_on": april, "started_day": 19814}
    rows = [{**one, "pathway_id": str(n)} for n in range(2)]
    everyone = {"clock": "slt", "state": "waiting", "area": "X", "breakdown": "all", "group": "all"}
    band = {**everyone, "weeks_from": 0, "weeks_to": 12}
    bands = [{**band, "load_id": load, "children": n} for load, n in (("table 4", 5), ("table 5", 7))]
    held = [("own", "list", april), ("sitrep", "table 4", april), ("sitrep", "table 5", may)]
    with warehouse.writing() as writer:
        writer.insert(PATHWAYS, PATHWAYS.frame(rows))
        writer.insert(BAND_COUNTS, BAND_COUNTS.frame(bands))
        insert_loads(writer, [load_row(load, source, month) for source, load, month in held])
    with warehouse.reading() as reader:
        facts = read_facts(reader)
    counts = facts["clock_counts"]
    waiting = counts[(counts["breakdown"] == "all") & (counts["state"] == "waiting")]
    assert waiting.groupby("month")["children"].sum().tolist() == [2, 7]
    [told] = checks(facts).query("check == 'two_sources'").to_dict("records")
    assert (told["passed"], told["gap"], told["month"]) == (True, -3, pd.Timestamp("2024-04-01"))
    assert told["sentence"] == ("2 waiting by the list of children, which counts; 5 by the published table beside it.")
