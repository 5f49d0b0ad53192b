"""What it would take, from bands of an edition: by hand, with and without flows."""

from datetime import date, timedelta

import pandas as pd
import pytest

from metrics import capacity_view
from metrics.capacity_view import Assumed, Service, aims, service
from metrics.edition_tables import BANDS, KPIS, MILESTONES, SCORECARD
from metrics.forecast_rates import WhatIf

MONTH = date(2024, 3, 1)
END = date(2024, 3, 31)
Band = tuple[int | None, int | None, int | None]


def bands(states: dict[str, list[Band]], month: date = MONTH) -> list[dict[str, object]]:
    return [
        {"clock": "slt", "state": state, "area": "X", "month": month, "weeks_from": a, "weeks_to": b, "children": n}
        for state, parts in states.items()
        for a, b, n in parts
    ]


def of(rows: list[dict[str, object]]) -> Service:
    found = service(BANDS.frame(rows), "slt", "X")
    assert found is not None
    return found


STEADY = of(bands({"waiting": [(0, 9, 27)]}))  # 3 in and 3 out a week, seen after 9 weeks


def test_a_steady_list_has_load_1_and_pressure_a_half() -> None:
    today = capacity_view.standing(STEADY, Assumed(3, 3), 18, 0.92)
    assert today is not None
    assert (today.load.value, today.direction) == (1.0, "steady")
    assert today.pressure == pytest.approx(2 * 4.5 / 18)  # waits 0.5 to 8.5 weeks, 4.5 on average
    assert today.target_list == pytest.approx(3 * 18 / 2.526, abs=0.01)  # 21.38
    assert today.backlog == pytest.approx(27 - 21.38, abs=0.01)
    assert (today.referrals.low, today.referrals.high) == (3, 3)  # an assumption has no interval


@pytest.mark.parametrize(("share", "size"), [(0.5, 7791), (0.8, 3355), (0.92, 2138)])
def test_the_target_list_size_is_referrals_times_weeks_over_the_factor(share: float, size: int) -> None:
    assert round(capacity_view.target_list(300, 18, share)) == size  # 300 a week, 18 weeks: reference values


def test_needed_completions_are_referrals_and_the_list_shared_over_the_weeks() -> None:
    hundred, assumed = of(bands({"waiting": [(0, 10, 100)]})), Assumed(10, 8)
    rates, today = capacity_view.rates_of(hundred, assumed), capacity_view.standing(hundred, assumed, 18, 0.92)
    assert rates is not None
    assert today is not None
    in_a_year = capacity_view.a_year_ahead(hundred, 18, 0.92)
    table = capacity_view.needs(hundred, rates, today, in_a_year)
    weeks = 12 * 365.25 / 12 / 7
    assert table["needed"][1] == pytest.approx(10 + 100 / weeks, abs=0.2)  # to zero: 11.9
    assert table["needed"][0] == pytest.approx(10 + (100 - 10 * 18 / 2.526) / weeks, abs=0.2)  # to 71: 10.55
    assert list(table["today"]) == [8, 8]
    assert table["extra"][1] == pytest.approx(table["needed"][1] - 8)


def test_without_flows_and_assumptions_nothing_is_said_of_rates() -> None:
    assert not STEADY.has_flows
    assert capacity_view.rates_of(STEADY, None) is None
    assert capacity_view.standing(STEADY, None, 18, 0.92) is None
    passing = capacity_view.passing(STEADY, END + timedelta(weeks=13), None)
    assert passing["past_then"].isna().all()


def test_who_passes_a_mark_is_read_off_the_bands() -> None:
    listed = of(bands({"waiting": [(0, 39, 390), (39, 52, 130), (52, None, 7)]}))
    by_weeks = capacity_view.passing(listed, END + timedelta(weeks=13), None).set_index("weeks")
    assert by_weeks.loc[52, "past_now"] == 7
    assert by_weeks.loc[52, "will_pass"] == pytest.approx(130)
    assert (by_weeks.loc[52, "will_pass_low"], by_weeks.loc[52, "will_pass_high"]) == (130, 130)
    assert by_weeks.loc[18, "will_pass"] == pytest.approx(130)  # weeks 5 to 17 of a band of 10 a week
    assert pd.isna(by_weeks.loc[65, "past_now"])  # the open band does not tell


def flowing(months: int) -> list[dict[str, object]]:
    rows = []
    for number in range(months):
        month = (pd.Timestamp(MONTH) - pd.DateOffset(months=number)).date()
        parts: dict[str, list[Band]] = {"waiting": [(0, 18, 90), (18, None, 10)], "started": [(0, None, 50)]}
        rows += bands({**parts, "completed": [(0, 18, 30), (18, None, 15)]}, month)
    return rows


def test_flows_are_summed_over_bands_and_make_todays_rates() -> None:
    listed = of(flowing(12))
    assert listed.has_flows
    assert (listed.flows["referrals"] == 50).all()
    assert (listed.flows["completions"] == 45).all()
    assert listed.flows["removals"].isna().all()  # never supplied, so unknown, not none
    today = capacity_view.standing(listed, None, 18, 0.92)
    assert today is not None
    assert today.completions.value == pytest.approx(45 * 12 / 365.25 * 7, abs=0.01)
    assert today.completions.low < today.completions.value < today.completions.high


def test_a_month_in_which_nobody_was_seen_is_0_and_a_hidden_count_is_missing() -> None:
    rows = flowing(4)
    first = [row for row in rows if row["state"] == "completed" and row["month"] == date(2023, 12, 1)]
    hidden = [row for row in rows if row["state"] == "completed" and row["month"] == date(2024, 1, 1)]
    hidden[0] |= {"children": None, "flag": "suppressed"}
    flows = of([row for row in rows if row not in first]).flows.set_index("month")["completions"]
    assert flows.loc["2023-12-01"] == 0
    assert pd.isna(flows.loc["2024-01-01"])


def test_two_months_of_flows_or_old_ones_are_not_todays_rates() -> None:
    assert not of(flowing(2)).has_flows
    old = [row for row in flowing(8) if row["state"] == "waiting" or row["month"] != MONTH]
    assert not of(old).has_flows


def test_a_hidden_band_leaves_no_list_to_add_up() -> None:
    rows = bands({"waiting": [(0, 18, 5), (18, None, None)]})
    rows[1]["flag"] = "suppressed"
    assert service(BANDS.frame(rows), "slt", "X") is None


def test_more_than_a_standard_is_told_only_where_a_band_ends_there() -> None:
    listed = of(bands({"waiting": [(0, 18, 90), (18, 52, 10)]}))
    assert capacity_view.waiting_longer(listed, 18) == pytest.approx(10)
    assert capacity_view.waiting_longer(listed, 13) is None
    assert capacity_view.newest_referrals(listed) is None


@pytest.mark.parametrize(
    ("definition", "kind", "weeks"),
    [
        ("select: {clock: slt, state: waiting}", "count", [None]),
        ("select: {clock: slt, state: waiting}\nnumerator: weeks_to <= 18  # 126 days", "share", [18]),
        ("select: {clock: slt, state: waiting}\nnumerator: weeks_from >= 52", "count", []),
        ("select: {clock: nd_assessment, state: waiting}", "count", []),
        ("title: ![x](https://evil.example) {", "count", []),
    ],
)
def test_the_plans_numbers_for_a_list_are_its_size_and_its_share(
    definition: str, kind: str, weeks: list[object]
) -> None:
    kpi = {"kpi": "k", "title": "T", "question": "Q", "why_it_matters": "W", "kind": kind, "fact": "clock_counts",
           "unit": "children", "better": "lower", "numerator_in_words": "N", "plan_refs": "", "owner": "O",
           "reviewed": MONTH, "definition": definition}  # fmt: skip
    stop = {"kpi": "k", "position": 1, "kind": "number", "status": "not_due", "target": 20.0}
    dated = [stop | {"label": "before", "month": MONTH}, stop | {"label": "12 months", "month": date(2024, 4, 1)}]
    scored = {"position": 1, "kpi": "k", "priority_area": "P", "outcome": "O", "area": "X", "status_next": "off",
              "status_last": "off", "status": "off", "sentence": "S"}  # fmt: skip
    found = aims(STEADY, KPIS.frame([kpi]), MILESTONES.frame(dated), SCORECARD.frame([scored]))
    assert [(aim.label, aim.month, aim.target, aim.weeks) for aim in found] == [
        ("12 months", date(2024, 4, 1), 20.0, week) for week in weeks
    ]


def test_more_slots_shorten_the_list_and_the_same_question_has_the_same_answer() -> None:
    hundred, assumed = of(bands({"waiting": [(0, 10, 100)]})), Assumed(10, 10)
    rates = capacity_view.rates_of(hundred, assumed)
    assert rates is not None
    goals = capacity_view.a_year_ahead(hundred, 18, 0.92)

    def size(change: WhatIf) -> pd.DataFrame:
        return capacity_view.measure(hundred, capacity_view.try_out(hundred, rates, change, goals), "size")

    now, more = size(WhatIf()), size(WhatIf(extra_slots=1))
    pd.testing.assert_frame_equal(now, size(WhatIf()))
    assert now["median"].iloc[0] == 100  # it starts from today's list
    assert more["median"].iloc[12] == pytest.approx(now["median"].iloc[12] - 52, abs=12)  # one more a week for a year
    assert capacity_view.changes_nothing(WhatIf(non_attendance_now=10, non_attendance_then=10))
    assert not capacity_view.changes_nothing(WhatIf(extra_slots=1))


def test_the_board_date_lies_where_an_answer_is_possible() -> None:
    first, last, usual = capacity_view.board_dates(STEADY)
    assert first < usual < last
    rates = capacity_view.rates_of(STEADY, Assumed(3, 3))
    for day in (first, usual, last):
        assert len(capacity_view.passing(STEADY, day, rates)) == 4


def test_every_clock_has_a_name_and_a_standard() -> None:
    assert capacity_view.clock("slt") == capacity_view.Clock("Speech and language therapy, first contact", 18)
    assert capacity_view.clock("some_other") == capacity_view.Clock("Some other", 18)
