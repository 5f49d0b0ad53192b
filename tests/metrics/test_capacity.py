"""Queue formulas against the cases, lists of dates, what it would take, and the conveyor, worked by hand."""

import json
import os
from datetime import date, timedelta
from math import exp, inf, log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import queue
from metrics.capacity import Aim, backlog_aim, mean_wait, needed, position, reached, what_if
from metrics.capacity_conveyor import conveyor
from metrics.forecast_flow import Projection, project, waiting_list
from metrics.forecast_rates import WEEKS_PER_MONTH, Rates, WhatIf
from metrics.queue_list import (
    CANNOT_TELL,
    GROWING,
    SHRINKING,
    Interval,
    direction,
    load_interval,
    rate_interval,
    waiting_list_stats,
)

SHARED = Path(os.environ.get("WAYMARK_SHARED") or Path(__file__).parents[3] / "shared")
CASES = SHARED / "reference" / "cases.json"
needs_cases = pytest.mark.skipif(not CASES.exists(), reason="the reference pack is not here")

# One or two of each, so that the formulas are held to something when the reference pack is absent.
BY_HAND = [
    ("queue_load", (30, 27), 30 / 27),
    ("relief_capacity", (30, 1200, 390, 26), 30 + 810 / 26),
    ("relief_capacity_uncertain_demand", (3, 120, 39, 26, 100, 1.0), 3 / 0.4 + 81 / 26),
    ("relief_capacity_uncertain_demand", (30, 120, 39, 26, 1, 1.0), 30 + 81 / 26),
    ("target_capacity", (30, 52, 4, 1, 1), 30 + 1 * 4 / 52),
    ("target_capacity", (30, 52, 3, 1.1, 1.2), 30 + (1.21 + 1.44) / 2 * 3 / 52),
    ("target_capacity_original_2023", (30, 52, 3), 30.5),
    ("target_mean_wait", (52, 4), 13),
    ("target_queue_size", (30, 52, 4), 390),
    ("waiting_list_pressure", (63, 52), 126 / 52),
    ("factor_for_percentile", (0.92,), -log(0.08)),
    ("rtt_journey_list_size", (300, 0.92, 18), 2137.996895339066),
    ("rtt_hist_percentile", ([10, 20, 30, 20, 20], 0.5), 2 + 20 / 30),
    ("rtt_hist_percentile", ([0, 0, 4], 0.0), 2),
    ("rtt_calc_wl_sizes", ([0.1, 0.2], [5, 3], 50), [40, 29]),
]


def cases(block: str, key: str) -> list[dict[str, object]]:
    return json.loads(CASES.read_text(encoding="utf-8"))[block][key] if CASES.exists() else []


@pytest.mark.parametrize(("name", "args", "expected"), BY_HAND)
def test_formulas_by_hand(name: str, args: tuple[object, ...], expected: object) -> None:
    assert getattr(queue, name)(*args) == pytest.approx(expected, rel=1e-9)


@needs_cases
@pytest.mark.parametrize("function", cases("queue_functions", "functions"), ids=lambda f: f["fn"])
def test_formulas_against_the_cases(function: dict) -> None:
    for args, expected in function["cases"]:
        assert getattr(queue, function["fn"])(*args) == pytest.approx(expected, rel=1e-9)


def test_formulas_refuse_what_cannot_be() -> None:
    assert queue.queue_load(3, 0) == inf
    assert queue.queue_load(0, 0) == 0
    for call in (
        lambda: queue.queue_load(-1, 2),
        lambda: queue.factor_for_percentile(1),
        lambda: queue.factor_for_percentile(0),
        lambda: queue.relief_capacity(3, 10, 5, 0),
        lambda: queue.waiting_list_pressure(4, 0),
        lambda: queue.rtt_hist_percentile([0, 0], 0.5),
    ):
        with pytest.raises(ValueError, match=r"must|needed"):
            call()


@given(st.floats(0.01, 0.99), st.floats(1, 100))
def test_the_factor_is_the_percentile_of_exponential_waits(share: float, target: float) -> None:
    mean = queue.target_mean_wait(target, queue.factor_for_percentile(share))
    assert 1 - exp(-target / mean) == pytest.approx(share)


# --- lists of dates ------------------------------------------------------------------------------------------------


def fifo(weeks: int = 26, a_week: int = 3, wait: int = 10) -> tuple[list[date], list[date | None]]:
    """Return referrals every Monday, each removed after `wait` weeks if by the last Monday (case wl-06)."""
    start = date(2024, 1, 1)
    last = start + timedelta(weeks=weeks - 1)
    came = [start + timedelta(weeks=w) for w in range(weeks) for _ in range(a_week)]
    gone = [day + timedelta(weeks=wait) for day in came]
    return came, [day if day <= last else None for day in gone]


def test_a_steady_list_has_load_one_and_pressure_one_half() -> None:
    stats = waiting_list_stats(*fifo(), 18)
    assert (stats.demand_weekly, stats.capacity_weekly) == (3, 3)
    assert stats.load is not None
    assert round(stats.load.value, 2) == 1.00
    assert round(float(stats.pressure or 0), 2) == 0.50
    assert (stats.queue_size, stats.mean_wait_weeks, stats.target_queue_size) == (30, 4.5, 13.5)
    assert stats.direction == CANNOT_TELL


def test_order_of_rows_and_a_window_of_its_own_do_not_change_it() -> None:
    came, gone = fifo()
    pairs = list(zip(came, gone, strict=True))
    np.random.default_rng(1).shuffle(pairs)  # type: ignore[arg-type]
    shuffled = waiting_list_stats([p[0] for p in pairs], [p[1] for p in pairs], 18)
    assert shuffled == waiting_list_stats(came, gone, 18)
    last_16 = waiting_list_stats(came, gone, 18, date(2024, 3, 5), date(2024, 6, 24))  # 112 days
    assert (last_16.demand_weekly, last_16.capacity_weekly) == (3, 3)


@needs_cases
@pytest.mark.parametrize("case", cases("waiting_list_stats", "cases"), ids=lambda c: c["id"])
def test_lists_against_the_right_answers(case: dict) -> None:
    def dates(texts: list[str | None]) -> list[date | None]:
        return [None if text is None else date.fromisoformat(text) for text in texts]

    args = case["args"]
    start, end = dates([args.get("start_date"), args.get("end_date")])
    stats = waiting_list_stats(dates(case["referral"]), dates(case["removal"]), args.get("target_wait", 4), start, end)
    names = {
        "capacity_weekly_last_16_weeks": stats.capacity_weekly,
        "queue_size_at_2024_01_31": stats.queue_size,
        "pressure_correct": stats.pressure,
        "load_correct": stats.load.value if stats.load else None,
    }
    for name, right in case.get("correct", {}).items():
        if name == "expected":
            assert stats.quarantined == 1
            assert stats.capacity_weekly is None
        elif not name.endswith("_note"):
            assert names.get(name, getattr(stats, name, None)) == pytest.approx(right), name


def test_referrals_after_the_window_and_removals_after_it_still_wait() -> None:
    came = [date(2024, 1, 1), date(2024, 1, 10), date(2024, 2, 10)]
    gone = [None, date(2024, 3, 1), date(2024, 3, 1)]
    stats = waiting_list_stats(came, gone, 4, end=date(2024, 1, 31))
    assert stats.queue_size == 2
    assert stats.mean_wait_days == (30 + 21) / 2
    assert stats.load is None
    assert stats.direction == CANNOT_TELL


def test_idle_weeks_are_not_slow_service() -> None:
    # One child at a time, seen after a week, the next four weeks later: 8 days of every 28 somebody waits.
    came = [date(2024, 1, 1) + timedelta(weeks=4 * i) for i in range(5)]
    gone: list[date | None] = [day + timedelta(weeks=1) for day in came]
    stats = waiting_list_stats(came, gone, 18, date(2023, 12, 1), date(2024, 4, 29))
    # From the first removal on 8 January, 17 whole weeks back from 29 April: 2 to 8 January, then 8 days four times.
    assert stats.capacity_weekly == pytest.approx(5 / ((7 + 4 * 8) / 7))


def test_a_removal_before_its_referral_is_set_aside() -> None:
    stats = waiting_list_stats(
        [date(2024, 1, 10), date(2024, 1, 12), date(2024, 1, 20)], [date(2024, 1, 5), None, None], 4
    )
    assert (stats.quarantined, stats.queue_size, stats.capacity_weekly) == (1, 2, None)
    with pytest.raises(ValueError, match="no usable row"):
        waiting_list_stats([date(2024, 1, 10)], [date(2024, 1, 5)], 4)
    with pytest.raises(ValueError, match="ends before it starts"):
        waiting_list_stats([date(2024, 1, 10)], [None], 4, date(2024, 2, 1), date(2024, 1, 31))


def test_load_interval_against_published_bounds() -> None:
    # 10 of 20 events: Clopper–Pearson 0.27196 to 0.72804, odds 0.37355 to 2.67703.
    found = load_interval(10, 4, 10, 4)
    assert (found.value, found.low, found.high) == pytest.approx((1, 0.27196 / 0.72804, 0.72804 / 0.27196), rel=1e-4)
    assert load_interval(10, 4, 10, 2).value == 0.5
    assert load_interval(5, 4, 0, 4).high == inf
    assert direction(load_interval(300, 26, 200, 26)) == GROWING
    assert direction(load_interval(200, 26, 300, 26)) == SHRINKING
    assert direction(load_interval(210, 26, 200, 26)) == CANNOT_TELL
    assert direction(Interval(1.2, 1.0, 1.5)) == CANNOT_TELL


def test_rate_interval_against_published_bounds() -> None:
    # Exact Poisson limits of 10: 4.795 to 18.390; of 0: 0 to 3.689.
    assert rate_interval(10, 1).low == pytest.approx(4.795, abs=5e-4)
    assert rate_interval(10, 2).high == pytest.approx(18.390 / 2, abs=5e-4)
    assert (rate_interval(0, 1).low, rate_interval(0, 1).high) == pytest.approx((0, 3.689), abs=5e-4)
    with pytest.raises(ValueError, match="needed"):
        rate_interval(1, 0)


# --- what it would take --------------------------------------------------------------------------------------------

EDGES = [(0, 1), (1, 2), (2, 4), (4, 12), (12, 18), (18, 52), (52, 104), (104, None)]
OCTOBER = waiting_list(  # Shropshire SLT, October 2025 (SitRep)
    pd.DataFrame(
        {
            "weeks_from": [e[0] for e in EDGES],
            "weeks_to": [e[1] for e in EDGES],
            "children": [28, 40, 90, 206, 132, 358, 8, 0],
        },
        dtype=float,
    ),
    date(2025, 10, 1),
)
FLOWS = pd.DataFrame(
    {
        "month": pd.date_range("2024-11-01", periods=12, freq="MS"),
        "referrals": [130] * 12,
        "completions": [120] * 12,
    }
)
AHEAD = tuple(d.date() for d in pd.date_range("2025-11-01", periods=18, freq="MS"))
FLAT = Rates(AHEAD, np.full((5, 18), 130.0), np.full((5, 18), 120.0))


def test_position_by_hand() -> None:
    found = position(FLOWS, OCTOBER, 18)
    weeks = 12 * WEEKS_PER_MONTH
    assert found.referrals.value == pytest.approx(1560 / weeks)
    assert found.load.value == pytest.approx(130 / 120)
    assert found.direction == GROWING  # 1,560 against 1,440: the interval is 1.009 to 1.163
    assert found.target_list == pytest.approx(1560 / weeks * 18 / -log(0.08))
    assert found.backlog == pytest.approx(862 - found.target_list)
    mean = (28 * 0.5 + 40 * 1.5 + 90 * 3 + 206 * 8 + 132 * 15 + 358 * 35 + 8 * 78) / 862
    assert found.mean_wait == pytest.approx(mean)
    assert not found.mean_wait_open
    assert found.pressure == pytest.approx(2 * mean / 18)
    half = position(FLOWS, OCTOBER, 18, 0.5)
    assert half.target_list > found.target_list
    with pytest.raises(ValueError, match="no month"):
        position(FLOWS.iloc[:0], OCTOBER, 18)


def test_mean_wait_of_an_empty_list_and_of_an_open_band() -> None:
    def of(counts: list[int]) -> tuple[float | None, bool]:
        frame = pd.DataFrame({"weeks_from": [0, 52], "weeks_to": [52, None], "children": counts}, dtype=float)
        return mean_wait(waiting_list(frame, date(2025, 10, 1)))

    assert of([0, 0]) == (None, False)
    assert of([10, 0]) == (26.0, False)
    assert of([10, 10]) == (pytest.approx(39), True)  # at least: 52 for those in the open band


def test_needed_by_hand_for_a_size_and_a_share() -> None:
    aims = [
        Aim("size", date(2026, 4, 30), 700),
        Aim("share", date(2026, 10, 1), 80, weeks=18),
        Aim("past", date(2025, 10, 1), 1),
        Aim("everyone", date(2026, 10, 1), 100, weeks=18),
    ]
    found = needed(FLOWS, OCTOBER, FLAT, aims).set_index("label")
    six = 6 * WEEKS_PER_MONTH
    assert found.loc["size", "needed"] == pytest.approx((862 + 6 * 130 - 700) / six)
    per_week = 130 / WEEKS_PER_MONTH
    target = per_week * 18 / -log(0.2)
    assert found.loc["share", "target_list"] == pytest.approx(target)
    assert found.loc["share", "needed"] == pytest.approx(queue.relief_capacity(per_week, 862, target, 2 * six))
    assert found.loc["size", "today"] == pytest.approx(120 / WEEKS_PER_MONTH)
    assert found.loc["size", "extra"] == pytest.approx(found.loc["size", "needed"] - 120 / WEEKS_PER_MONTH)
    assert found.loc["size", "today_low80"] < found.loc["size", "today"] < found.loc["size", "today_high80"]
    assert pd.isna(found.loc["past", "needed"])
    assert "has passed" in str(found.loc["past", "cannot_tell"])
    assert "no capacity promises" in str(found.loc["everyone", "cannot_tell"])


def test_needed_capacity_reaches_the_aim_when_it_is_given() -> None:
    aim = Aim("size", date(2026, 10, 1), 600)
    need = float(needed(FLOWS, OCTOBER, FLAT, [aim])["needed"].iloc[0])
    given_it = Rates(AHEAD, FLAT.referrals, np.full((5, 18), need * WEEKS_PER_MONTH))
    found = project(OCTOBER, given_it, np.random.default_rng(1))
    assert found.size[:, 11] == pytest.approx(600, abs=12)


def test_clearing_the_backlog_is_an_aim_like_another() -> None:
    aim = backlog_aim(FLOWS, OCTOBER, 18, date(2026, 10, 1))
    assert aim.target == pytest.approx(position(FLOWS, OCTOBER, 18).target_list)


def test_reached_counts_runs_by_hand() -> None:
    size = np.array([[90, 80, 70], [100, 95, 90], [85, 79, 60], [99, 98, 97], [81, 80, 80]])
    months = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
    projection = Projection(pd.DataFrame(), size, {18: 200.0 - size}, size, months)
    # First at or under 80: February, never, February, never, February.
    expected = {"label": "a", "month": months[1], "early": months[1], "late": None, "chance": 3 / 5}
    assert reached(projection, Aim("a", date(2026, 2, 1), 80)) == expected
    assert reached(projection, Aim("a", date(2026, 2, 1), 120, weeks=18)) == expected
    never = reached(projection, Aim("a", date(2027, 2, 1), 10))
    assert (never["month"], never["chance"]) == (None, None)


def test_what_if_redraws_the_list_and_more_slots_reach_the_aim_sooner() -> None:
    aim = Aim("size", date(2026, 10, 1), 800)
    rng = np.random.default_rng(2)
    base = Rates(AHEAD, rng.poisson(130, (60, 18)).astype(float), rng.poisson(120, (60, 18)).astype(float))
    now = what_if(OCTOBER, base, WhatIf(), [aim], seed=3)
    more = what_if(OCTOBER, base, WhatIf(extra_slots=10), [aim], seed=3)
    again = what_if(OCTOBER, base, WhatIf(), [aim], seed=3)
    pd.testing.assert_frame_equal(now.projection.frame, again.projection.frame)
    assert (more.projection.size <= now.projection.size).all()
    assert now.reached["month"].iloc[0] is None
    assert more.reached["month"].iloc[0] <= date(2026, 6, 1)
    assert more.reached["chance"].iloc[0] > now.reached["chance"].iloc[0]


# --- conveyor ------------------------------------------------------------------------------------------------------


def test_conveyor_by_hand() -> None:
    found = conveyor(OCTOBER, date(2025, 11, 28)).set_index("weeks")  # four weeks after 31 October
    assert found.loc[18, "past_now"] == pytest.approx(366)
    assert found.loc[18, "will_pass"] == pytest.approx(132 * 4 / 6)  # weeks 14 to 17 of the band 12–18
    assert (found.loc[18, "will_pass_low"], found.loc[18, "will_pass_high"]) == (0, pytest.approx(132))
    assert found.loc[52, "past_now"] == pytest.approx(8)
    assert found.loc[52, "will_pass"] == pytest.approx(358 * 4 / 34)
    assert found.loc[65, "will_pass"] == pytest.approx(8 * 4 / 52)
    assert (found.loc[104, "past_now"], found.loc[104, "will_pass"]) == (0, pytest.approx(8 * 4 / 52))
    long = conveyor(OCTOBER, date(2026, 3, 6)).set_index("weeks")  # eighteen weeks on: whole bands are sure to pass
    assert long.loc[18, "will_pass"] == long.loc[18, "will_pass_low"] == pytest.approx(496)


def test_conveyor_does_not_guess_inside_an_open_band() -> None:
    frame = pd.DataFrame({"weeks_from": [0, 18, 52], "weeks_to": [18, 52, None], "children": [50, 34, 9]}, dtype=float)
    found = conveyor(waiting_list(frame, date(2025, 10, 1)), date(2025, 11, 28)).set_index("weeks")
    assert found.loc[52, "will_pass"] == pytest.approx(4)
    assert pd.isna(found.loc[65, "past_now"])
    assert pd.isna(found.loc[65, "will_pass"])
    assert (found.loc[65, "will_pass_low"], found.loc[65, "will_pass_high"]) == (0, 9)


def test_conveyor_at_todays_pace_is_no_worse_than_if_nobody_is_seen() -> None:
    found = conveyor(OCTOBER, date(2025, 12, 31), FLAT, np.random.default_rng(1)).set_index("weeks")
    for mark in (18, 52, 65):
        low, middle, high = (found.loc[mark, name] for name in ("past_then_low80", "past_then", "past_then_high80"))
        assert low <= middle <= high <= found.loc[mark, "past_now"] + found.loc[mark, "will_pass"] + 3
    with pytest.raises(ValueError, match="after the month"):
        conveyor(OCTOBER, date(2025, 10, 31))
    with pytest.raises(ValueError, match="past the months"):
        conveyor(OCTOBER, date(2029, 1, 1), FLAT, np.random.default_rng(1))
