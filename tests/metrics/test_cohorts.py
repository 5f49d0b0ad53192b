"""Cohorts over several extracts: every child once, as the newest extract that holds it has it; against plain Python."""

from collections import Counter
from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.engine_duckdb import connect
from etl.load import coverage
from etl.tables import COVERAGE, LOADS, PATHWAYS
from metrics.clocks import load_clocks
from metrics.warehouse_facts import select_cohorts
from tests.loads import load_row
from tests.plain_python import week_band

DAY0 = date(1970, 1, 1)
MONTHS = [date(2024, month, 1) for month in range(1, 7)]
LIMITS = {"nd_assessment": 91, "slt": 126}
ASKED = [(clock, cohort, "all") for clock in LIMITS for cohort in ("started", "due")]
ASKED.append(("slt", "due", "sex"))
# A child in an extract: clock, number, days from 1 September 2023 to the start, days to the stop, completed or not.
CHILD = st.tuples(
    st.sampled_from(sorted(LIMITS)),
    st.integers(1, 3),
    st.none() | st.integers(0, 300),
    st.none() | st.integers(0, 200),
    st.booleans(),
)
EXTRACTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from("ab"), st.lists(CHILD, max_size=6)),
    min_size=2, max_size=5, unique_by=lambda extract: (extract[0], extract[2]),
)  # fmt: skip


def end_of(month: date) -> int:
    return (date(month.year, month.month + 1, 1) - DAY0).days - 1


def rows_of(extracts: list[Any]) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Return the coverage of the extracts, and their rows: a child once per extract and clock."""
    loads, rows = [], {}
    for at, back, organisation, children in extracts:
        name, first = f"{organisation}{at}", MONTHS[max(0, at - back)]
        loads.append(load_row(name, "s", MONTHS[at], first if back else None, organisation=organisation))
        for clock, number, start, wait, completed in children:
            begun = None if start is None else (date(2023, 9, 1) - DAY0).days + start
            stopped = None if begun is None or wait is None else begun + wait
            rows[name, clock, number] = {
                "load_id": name, "clock": clock, "pathway_id": str(number), "area": "X", "excepted": False,
                "started_day": begun, "stopped_day": stopped, "organisation": organisation,
                "stop_reason": None if stopped is None else "completed" if completed else "withdrawn",
            }  # fmt: skip
    return coverage(LOADS.frame(loads)), list(rows.values())


def plain(covered: pd.DataFrame, rows: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    last = covered.groupby("load_id")["month_end_day"].max().to_dict()
    newest = covered.groupby("organisation")["month_end_day"].max().to_dict()
    held: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in sorted((row for row in rows if row["load_id"] in last), key=lambda row: last[row["load_id"]]):
        if row["started_day"] is not None:
            held[row["organisation"], row["clock"], row["pathway_id"]] = row
    found: Counter[tuple[Any, ...]] = Counter()
    for (organisation, clock, _), row in held.items():
        start, stop, due = row["started_day"], row["stopped_day"], row["started_day"] + LIMITS[clock]
        completed = row["stop_reason"] == "completed"
        in_time = completed and stop <= due
        events = {"started": start} if load_clocks()[clock].cohort else {}
        if in_time:
            events["due"] = stop
        elif due <= last[row["load_id"]] and (stop is None or stop > due):
            events["due"] = due
        for cohort, day in events.items():
            own = covered[(covered["organisation"] == organisation) & (covered["month_end_day"] >= day)]
            own = own[own["month_start_day"] <= day]
            for month, end in zip(own["month"], own["month_end_day"], strict=True):
                band = week_band(stop - start) if completed else (None, None)
                found[month.date(), clock, cohort, *band, in_time, newest[organisation] - end] += 1
    return found


@settings(deadline=None, max_examples=60)
@given(EXTRACTS)
def test_every_child_is_counted_once_as_its_newest_extract_has_it(extracts: list[Any]) -> None:
    covered, rows = rows_of(extracts)
    connection = connect(None, read_only=False)
    try:
        connection.register("coverage", COVERAGE.typed(covered))
        connection.register("pathways", PATHWAYS.frame(rows))
        cells = connection.execute(select_cohorts(ASKED)).df()
    finally:
        connection.close()
    found: Counter[tuple[Any, ...]] = Counter()
    cells = cells[cells["breakdown"] == "all"]
    for cell in cells.astype("object").where(cells.notna(), None).to_dict("records"):
        band = [None if cell[name] is None else int(cell[name]) for name in ("weeks_from", "weeks_to")]
        place = (cell["month"].date(), cell["clock"], cell["cohort"], *band, bool(cell["in_time"]))
        found[*place, int(cell["observed_days"])] += int(cell["children"])
    assert found == plain(covered, rows)
