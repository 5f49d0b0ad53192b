"""Facts and results: pathways and published bands by the same rules; nothing made up where bands cannot say."""

from datetime import date, timedelta

import pandas as pd
import pytest

from etl.errors import DocumentError
from etl.tables import BAND_COUNTS, PATHWAYS
from etl.warehouse import Warehouse
from metrics.compute import Facts, compute, compute_all, read_facts
from metrics.definition import Definition, load_definitions
from metrics.warehouse_facts import clock_counts
from tests.loads import insert_loads, load_row

KPIS = load_definitions()
DAY0 = date(1970, 1, 1)


def loaded(months: list[date]) -> list[dict[str, object]]:
    return [load_row(f"{month:%Y-%m}", "s", month) for month in months]


def pathway(number: int, started: date | None, stopped: date | None = None, **more: object) -> dict[str, object]:
    day = lambda when: (when - DAY0).days if when else None  # noqa: E731
    return {
        "load_id": "2024-05", "clock": "slt", "pathway_id": str(number), "area": "X", "excepted": False,
        "started_on": started, "stopped_on": stopped, "started_day": day(started), "stopped_day": day(stopped),
        "stop_reason": "completed" if stopped else None, **more,
    }  # fmt: skip


def facts_of(warehouse: Warehouse, *rows: dict[str, object], bands: pd.DataFrame | None = None) -> Facts:
    with warehouse.writing() as writer:
        insert_loads(writer, loaded([date(2024, 5, 1)]))
        writer.insert(PATHWAYS, PATHWAYS.frame(rows))
        if bands is not None:
            writer.insert(BAND_COUNTS, bands)
    with warehouse.reading() as reader:
        return read_facts(reader)


END = date(2024, 5, 31)


def test_eighteen_weeks_are_126_days_and_52_weeks_are_364(warehouse: Warehouse) -> None:
    waits = (0, 7, 8, 126, 127, 364, 365)
    facts = facts_of(warehouse, *(pathway(d, END - timedelta(days=d)) for d in waits))
    counts = facts["clock_counts"]
    whole = counts[(counts["breakdown"] == "all") & (counts["state"] == "waiting")]
    by_band = whole.groupby("weeks_from")["children"].sum().to_dict()
    assert by_band == {0: 2, 1: 1, 17: 1, 18: 1, 51: 1, 52: 1}
    within = compute(KPIS["slt_within_18_weeks"], facts)
    assert within.loc[within["breakdown"] == "all", ["numerator", "denominator"]].to_numpy().tolist() == [[4, 7]]
    over = compute(KPIS["slt_over_52_weeks"], facts)
    assert over.loc[over["breakdown"] == "all", "value"].tolist() == [1]


def test_who_stopped_on_the_last_day_no_longer_waits(warehouse: Warehouse) -> None:
    facts = facts_of(
        warehouse,
        pathway(1, date(2024, 1, 1), END),
        pathway(2, date(2024, 1, 1), END + timedelta(days=1)),
        pathway(3, END + timedelta(days=1)),
        pathway(4, None),
    )
    counts = facts["clock_counts"]
    states = counts[counts["breakdown"] == "all"].groupby("state")["children"].sum().to_dict()
    assert states == {"completed": 1, "waiting": 2}


def test_removals_are_not_completions_and_starts_are_counted_in_their_month(warehouse: Warehouse) -> None:
    facts = facts_of(
        warehouse,
        pathway(1, date(2024, 5, 2), date(2024, 5, 20), stop_reason="withdrawn"),
        pathway(2, date(2024, 4, 30), date(2024, 5, 1)),
    )
    counts = facts["clock_counts"]
    states = counts[counts["breakdown"] == "all"].groupby("state")["children"].sum().to_dict()
    assert states == {"removed": 1, "completed": 1, "started": 1}


def test_each_breakdown_adds_up_to_everyone_and_keeps_what_was_not_supplied(warehouse: Warehouse) -> None:
    facts = facts_of(
        warehouse,
        pathway(1, date(2024, 1, 1), sex="F", locality="North"),
        pathway(2, date(2024, 1, 1), sex="M"),
        pathway(3, date(2024, 1, 1)),
    )
    counts = facts["clock_counts"]
    assert counts.groupby("breakdown")["children"].sum().unique().tolist() == [3]
    sexes = counts[counts["breakdown"] == "sex"].groupby("group")["children"].sum().to_dict()
    assert sexes == {"F": 1, "M": 1, "not supplied": 1}


def band(
    weeks_from: int | None, weeks_to: int | None, children: int | None, flag: str | None = None
) -> dict[str, object]:
    place = {
        "load_id": "2024-05",
        "clock": "slt",
        "state": "waiting",
        "area": "R1D",
        "breakdown": "all",
        "group": "all",
    }
    return {**place, "weeks_from": weeks_from, "weeks_to": weeks_to, "children": children, "flag": flag}


PUBLISHED = [band(0, 18, 30), band(18, 52, 50), band(52, None, 20)]


def over(weeks: int) -> Definition:
    return KPIS["slt_over_52_weeks"].model_copy(update={"numerator": f"weeks_from >= {weeks}"})


@pytest.mark.parametrize(
    ("weeks", "value", "flag"),
    [(18, 70, None), (52, 20, None), (104, None, "not_available"), (20, None, "not_available")],
)
def test_a_rule_that_cuts_a_published_band_gives_no_number(
    warehouse: Warehouse, weeks: int, value: float | None, flag: str | None
) -> None:
    facts = facts_of(warehouse, bands=BAND_COUNTS.frame(PUBLISHED))
    [row] = compute(over(weeks), facts).to_dict("records")
    assert (None if pd.isna(row["value"]) else row["value"], None if pd.isna(row["flag"]) else row["flag"]) == (
        value,
        flag,
    )


def test_a_cut_band_without_children_cuts_nothing(warehouse: Warehouse) -> None:
    facts = facts_of(warehouse, bands=BAND_COUNTS.frame([*PUBLISHED[:2], band(52, None, 0)]))
    assert compute(over(104), facts)["value"].tolist() == [0]


def test_a_hidden_band_hides_what_needs_it_and_nothing_else(warehouse: Warehouse) -> None:
    hidden = [band(0, 18, 30), band(18, 52, None, "suppressed"), band(52, None, 20)]
    facts = facts_of(warehouse, bands=BAND_COUNTS.frame(hidden))
    assert compute(KPIS["slt_over_52_weeks"], facts)["value"].tolist() == [20]
    [within] = compute(KPIS["slt_within_18_weeks"], facts).to_dict("records")
    assert (pd.isna(within["value"]), within["flag"]) == (True, "suppressed")


def test_an_unknown_wait_counts_in_the_base_only(warehouse: Warehouse) -> None:
    facts = facts_of(warehouse, bands=BAND_COUNTS.frame([*PUBLISHED, band(None, None, 100)]))
    [row] = compute(KPIS["slt_over_18_weeks"], facts).to_dict("records")
    assert (row["numerator"], row["denominator"], row["value"]) == (70, 200, 35)
    assert compute(KPIS["slt_list_size"], facts)["value"].tolist() == [200]


def test_a_rule_over_a_column_that_is_not_there_names_file_and_column(warehouse: Warehouse) -> None:
    wrong = KPIS["slt_over_52_weeks"].model_copy(update={"numerator": "months_from >= 12"})
    with pytest.raises(DocumentError, match=r"slt_over_52_weeks\.yaml: numerator: .*months_from"):
        compute(wrong, facts_of(warehouse, bands=BAND_COUNTS.frame(PUBLISHED)))


def test_a_selection_by_a_column_that_is_not_there_names_it(warehouse: Warehouse) -> None:
    wrong = KPIS["slt_list_size"].model_copy(update={"select": {"service": "slt"}})
    with pytest.raises(DocumentError, match="'service' is no column of clock_counts"):
        compute(wrong, facts_of(warehouse))


def test_all_at_once_are_what_each_is_alone(warehouse: Warehouse) -> None:
    day = [END - timedelta(days=d) for d in range(0, 600, 7)]
    facts = facts_of(
        warehouse,
        *(
            pathway(n, start, start + timedelta(days=90) if n % 3 == 0 else None, sex="FM"[n % 2], clock=clock)
            for clock in ("slt", "nd_assessment", "ehc_plan")
            for n, start in enumerate(day)
        ),
        bands=BAND_COUNTS.frame(PUBLISHED),
    )
    alone = pd.concat([compute(kpi, facts) for kpi in KPIS.values()], ignore_index=True)
    assert alone["kpi"].nunique() > 30
    pd.testing.assert_frame_equal(compute_all(KPIS.values(), facts), alone)


def test_a_rule_that_fits_its_own_cells_alone_leaves_the_others_as_they_are(warehouse: Warehouse) -> None:
    facts = facts_of(warehouse, pathway(1, date(2024, 1, 1)), pathway(2, date(2024, 5, 2)))
    # A started child has no wait to divide by, so the rule cannot be tried on every cell of the clock.
    strict = {"id": "strict", "numerator": "1 / CASE WHEN weeks_from IS NULL THEN error('no') ELSE 1 END > 0"}
    kpis = [KPIS["slt_list_size"], KPIS["slt_list_size"].model_copy(update=strict), KPIS["slt_referrals_received"]]
    found = compute_all(kpis, facts)
    whole = found[found["breakdown"] == "all"].set_index("kpi")["value"]
    assert whole.to_dict() == {"slt_list_size": 2, "strict": 2, "slt_referrals_received": 1}


@pytest.mark.parametrize("rule", ["base", "numerator"])
def test_a_faulty_rule_is_named_among_many(warehouse: Warehouse, rule: str) -> None:
    facts = facts_of(warehouse, pathway(1, date(2024, 1, 1)))
    faulty = KPIS["slt_list_size"].model_copy(update={"id": "faulty", rule: "no_such_column > 1"})
    with pytest.raises(DocumentError, match=rf"faulty\.yaml: {rule}: .*no_such_column"):
        compute_all([KPIS["slt_list_size"], faulty, KPIS["slt_within_18_weeks"]], facts)


def test_a_definition_given_twice_is_computed_twice(warehouse: Warehouse) -> None:
    facts = facts_of(warehouse, pathway(1, date(2024, 1, 1)), pathway(2, date(2024, 1, 1)))
    size = KPIS["slt_list_size"].model_copy(update={"breakdowns": []})
    assert compute_all([size, size], facts)["value"].tolist() == [2, 2]


def test_a_flow_over_a_quarter_adds_up_its_months(warehouse: Warehouse) -> None:
    # Two came in March, one in April, none in May; one left in May.
    starts = [date(2024, 3, 4), date(2024, 3, 5), date(2024, 4, 9)]
    with warehouse.writing() as writer:
        insert_loads(writer, [load_row("list", "s", date(2024, 6, 1), date(2024, 1, 1))])
        rows = [pathway(n, start, date(2024, 5, 6) if n == 0 else None) for n, start in enumerate(starts)]
        writer.insert(PATHWAYS, PATHWAYS.frame({**row, "load_id": "list"} for row in rows))
    with warehouse.reading() as reader:
        facts = read_facts(reader)
    flow = KPIS["slt_net_flow"].model_copy(update={"period": "rolling_3", "breakdowns": []})
    found = compute(flow, facts)
    assert found["period_months"].unique().tolist() == [3]
    assert dict(zip(found["month"].dt.month, found["value"], strict=True)) == {3: 2, 4: 3, 5: 2, 6: 0}


def test_a_band_that_opens_after_ten_years_is_tried_where_it_opens(warehouse: Warehouse) -> None:
    facts = facts_of(warehouse, bands=BAND_COUNTS.frame([band(0, 600, 30), band(600, None, 20)]))
    assert compute(KPIS["slt_list_size"], facts)["value"].tolist() == [50]
    assert compute(over(600), facts)["value"].tolist() == [20]


def test_true_and_false_may_stand_in_quotes(warehouse: Warehouse) -> None:
    facts = facts_of(warehouse, pathway(1, date(2024, 1, 1)), pathway(2, date(2024, 1, 1), excepted=True))
    for excepted, value in ((False, 1), ("false", 1), ("true", 1), (["true", "false"], 2)):
        select = {"clock": "slt", "state": "waiting", "excepted": excepted}
        kpi = KPIS["slt_list_size"].model_copy(update={"select": select, "breakdowns": []})
        assert compute(kpi, facts)["value"].tolist() == [value]


def test_a_rule_that_cannot_read_a_group_does_not_print_it(warehouse: Warehouse) -> None:
    facts = facts_of(warehouse, pathway(1, date(2024, 1, 1), priority="Ashgrove Lane"))
    read = {
        "numerator": "CAST(member AS INTEGER) > 1",
        "over": "priority",
        "select": {"clock": "slt", "state": "waiting"},
    }
    cells = facts["clock_counts"]
    cells = cells[cells["breakdown"] == "sex"].assign(breakdown="priority", group="Ashgrove Lane")
    facts = {**facts, "clock_counts": pd.concat([facts["clock_counts"], cells], ignore_index=True)}
    with pytest.raises(DocumentError, match=r"numerator: Conversion Error: .*a value") as told:
        compute(KPIS["slt_list_size"].model_copy(update={**read, "breakdowns": []}), facts)
    assert "Ashgrove" not in str(told.value)


def test_what_several_loads_say_is_added_up_wherever_their_cells_lie() -> None:
    cells = pd.DataFrame(
        {
            "load_id": ["a", "b", "c"], "clock": "slt", "area": "X", "state": "waiting", "excepted": False,
            "month": pd.to_datetime(["2024-04-01", "2024-05-01", "2024-05-01"]).astype("datetime64[s]"),
            "breakdown": "all", "group": "all", "weeks_from": 0, "weeks_to": 1, "in_time": True,
            "days": pd.array([None] * 3, dtype="Int64"), "children": pd.array([3, 4, 5], dtype="Int64"),
            "flag": pd.Series([None, None, None], dtype="str"),
        },
        index=[0, 7, 9],
    )  # fmt: skip
    assert clock_counts(cells)["children"].tolist() == [3, 9]


def test_a_list_that_does_not_yet_show_who_left_says_nothing_of_leavers(warehouse: Warehouse) -> None:
    # April's list holds open referrals alone. May's shows the two who left in May, June's that nobody did.
    april, may, june = (date(2024, month, 1) for month in (4, 5, 6))
    rows = [
        *(pathway(n, date(2024, 3, 1), load_id="2024-04") for n in range(5)),
        *(pathway(n, date(2024, 3, 1), date(2024, 5, 9) if n < 2 else None) for n in range(5)),
        *(pathway(n, date(2024, 3, 1), load_id="2024-06") for n in range(2, 5)),
        pathway(9, date(2024, 6, 3), load_id="2024-06"),
    ]
    with warehouse.writing() as writer:
        insert_loads(writer, loaded([april, may, june]))
        writer.insert(PATHWAYS, PATHWAYS.frame(rows))
    with warehouse.reading() as reader:
        facts = read_facts(reader)

    def by_month(kpi: str) -> dict[int, float]:
        found = compute(KPIS[kpi], facts)
        whole = found[(found["breakdown"] == "all") & found["value"].notna()]
        return {month.month: value for month, value in zip(whole["month"], whole["value"], strict=True)}

    assert by_month("slt_list_size") == {4: 5, 5: 3, 6: 4}
    assert by_month("slt_net_flow") == {5: -2, 6: 1}


def test_where_one_list_of_two_shows_who_left_nobody_can_say_how_many_did(warehouse: Warehouse) -> None:
    rows = [
        *(pathway(n, date(2024, 3, 1), date(2024, 5, 9) if n < 2 else None) for n in range(5)),
        *(pathway(n, date(2024, 5, 2), load_id="other") for n in range(5)),
    ]
    with warehouse.writing() as writer:
        insert_loads(writer, [*loaded([date(2024, 5, 1)]), load_row("other", "other", date(2024, 5, 1))])
        writer.insert(PATHWAYS, PATHWAYS.frame(rows))
    with warehouse.reading() as reader:
        facts = read_facts(reader)
    size, flow = (compute(KPIS[kpi], facts).query("breakdown == 'all'") for kpi in ("slt_list_size", "slt_net_flow"))
    assert size["value"].tolist() == [8]
    assert (flow["value"].isna().all(), set(flow["flag"])) == (True, {"not_available"})
