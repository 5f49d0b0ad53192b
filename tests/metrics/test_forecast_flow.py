"""A list carried forward: bands spread, weeks counted, flows kept in balance, what-if that only ever helps."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from metrics.forecast_flow import (
    WEEKS,
    WaitingList,
    _weekly,
    leaving_weights,
    project,
    waiting_list,
    weekly,
    weeks_between,
)
from metrics.forecast_rates import WEEKS_PER_MONTH, Rates, WhatIf, changed, rates

SITREP = [(0, 1), (1, 2), (2, 4), (4, 12), (12, 18), (18, 52), (52, None)]
JANUARY = [41, 50, 76, 175, 80, 413, 24]  # Shropshire SLT, January 2023 (SitRep)


def bands(counts: list[float], edges: list[tuple[int | None, int | None]] | None = None) -> pd.DataFrame:
    edges = list(SITREP) if edges is None else edges
    return pd.DataFrame(
        {"weeks_from": [e[0] for e in edges], "weeks_to": [e[1] for e in edges], "children": counts}, dtype=float
    )


def listed(counts: list[float] = JANUARY, month: date = date(2023, 1, 1)) -> WaitingList:
    return waiting_list(bands(counts), month)


def steady(months: int, referrals: float, completions: float, runs: int = 3, removal: float = 0.0) -> Rates:
    ahead = tuple(d.date() for d in pd.date_range("2023-02-01", periods=months, freq="MS"))
    return Rates(ahead, np.full((runs, months), referrals), np.full((runs, months), completions), removal)


def test_unequal_bands_are_spread_evenly_over_their_weeks() -> None:
    found = listed()
    assert found.size == 859
    assert found.weeks[0] == 41
    assert found.weeks[2] == found.weeks[3] == 38  # 76 over two weeks
    assert found.weeks[18] == pytest.approx(413 / 34)
    assert found.weeks[:18].sum() == pytest.approx(422)  # 49.1 % within 18 weeks: 437 wait longer, as published
    assert found.weeks[52] == 24
    assert found.split_to == 52
    assert "Waits from 52 weeks are one band" in found.notes[0]


def test_children_with_an_unknown_wait_are_on_the_list_and_change_no_share() -> None:
    edges = [(0, 18), (18, 104), (104, None), (None, None)]
    found = waiting_list(bands([60, 40, 0, 25], edges), date(2023, 1, 1))
    assert found.size == 125
    assert found.weeks[:18].sum() / found.weeks.sum() == pytest.approx(0.6)
    assert found.notes == ("25 children whose wait is unknown are spread like the rest.",)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (bands([1, np.nan, 1, 1, 1, 1, 1]), "0 or more"),
        (bands([1, -1, 1, 1, 1, 1, 1]), "0 or more"),
        (bands([1, 1], [(0, 4), (2, 8)]), "overlap"),
        (bands([1], [(4, 4)]), "overlap or run backwards"),
    ],
)
def test_bands_that_cannot_be_are_refused(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        waiting_list(frame, date(2023, 1, 1))


def test_weeks_between_counts_from_the_month_end() -> None:
    assert weeks_between(listed(), date(2023, 2, 28)) == 4
    assert weeks_between(listed(), date(2023, 3, 31)) == 8  # 59 days
    assert weeks_between(listed(), date(2024, 1, 31)) == 52


def test_nobody_comes_and_nobody_leaves_so_everyone_ages() -> None:
    found = project(listed(), steady(3, 0, 0), np.random.default_rng(1))
    assert (found.size == 859).all()
    # Four weeks on those in weeks 0–13 are within 18: 41 + 50 + 76 + 175 and two of the six weeks of the 80.
    assert found.within[18][0, 0] == pytest.approx(100 * (342 + 2 * 80 / 6) / 859, abs=0.15)
    # 24 already past 52 weeks and four of the 34 weeks of the 413.
    assert found.over[0, 0] == pytest.approx(24 + 4 * 413 / 34, abs=2)


def test_what_comes_in_less_what_goes_out_is_what_the_list_grows_by() -> None:
    found = project(listed(), steady(12, 130, 100), np.random.default_rng(1))
    assert (found.size[:, 11] == 859 + 12 * 30).all()
    assert list(found.frame.loc[found.frame["measure"] == "size", "median"]) == [859 + 30 * m for m in range(1, 13)]


def test_removals_take_their_share_of_the_list() -> None:
    weekly_share = 1 - 0.95 ** (1 / WEEKS_PER_MONTH)  # 5 % of the list a month
    found = project(listed(), steady(12, 0, 0, runs=50, removal=weekly_share), np.random.default_rng(1))
    assert np.median(found.size[:, 11]) == pytest.approx(859 * 0.95**12, rel=0.02)


def test_a_list_never_falls_below_zero_and_an_empty_one_has_no_share() -> None:
    found = project(listed([3, 0, 0, 0, 0, 0, 0]), steady(2, 0, 50), np.random.default_rng(1))
    assert (found.size == 0).all()
    assert np.isnan(found.within[18]).all()
    assert found.frame.loc[found.frame["measure"] == "within_18", "median"].isna().all()


def test_weekly_states_add_up_against_a_slow_restatement() -> None:
    flows = steady(2, 21, 9, runs=2)
    states = dict(weekly(listed(), flows, np.random.default_rng(4)))
    assert sorted(states) == list(range(1, 9))
    for run in range(2):
        before = 859
        for week in range(1, 9):
            now = states[week][run]
            assert now.min() >= 0
            came = int(now[0])
            assert 21 // 4 <= came <= 21 // 4 + 1
            left = before + came - int(now.sum())
            assert 9 // 4 <= left <= 9 // 4 + 1
            before = int(now.sum())
        assert before == 859 + 2 * (21 - 9)


@given(st.lists(st.integers(0, 300), min_size=3, max_size=3), st.integers(0, 9))
def test_weeks_add_to_their_month(monthly: list[int], seed: int) -> None:
    weeks = np.array([4, 5, 4])
    found = _weekly(np.array([monthly], dtype=float), weeks, np.random.default_rng(seed))[0]
    assert [part.sum() for part in np.split(found, [4, 9])] == monthly
    assert all(part.max() - part.min() <= 1 for part in np.split(found, [4, 9]))


def test_leaving_follows_completions_where_they_are_known() -> None:
    seen = listed([0, 0, 0, 0, 0, 34, 0])
    found = leaving_weights(listed(), seen)
    assert found[30] > found[10] * 5
    assert found[30] == found[19]
    assert (found > 0).all()


def test_without_completions_the_shape_of_the_list_says_who_leaves() -> None:
    # A list that halves every four weeks to week 16 and stays level from there: leaving happens early.
    edges: list[tuple[int | None, int | None]] = [(0, 4), (4, 8), (8, 12), (12, 18), (18, 26), (26, 52), (52, None)]
    found = leaving_weights(waiting_list(bands([64, 32, 16, 12, 16, 52, 400], edges), date(2023, 1, 1)))
    assert found[4] == pytest.approx(np.log(2) / 4, rel=0.01)
    assert found[30] < found[4] / 5
    assert len(found) == WEEKS


def past(months: int, referrals: float = 100, completions: float = 100, **more: object) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    index = pd.date_range("2023-01-01", periods=months, freq="MS")
    flows = {"referrals": rng.poisson(referrals, months), "completions": rng.poisson(completions, months)}
    return pd.DataFrame({"month": index, **flows, **more})


def test_rates_need_three_months() -> None:
    with pytest.raises(ValueError, match="at least 3 months of referrals and completions are needed; there are 2"):
        rates(past(2), 6, np.random.default_rng(1))
    assert rates(past(3), 6, np.random.default_rng(1)).referrals.shape == (400, 6)


def test_todays_rates_kept_stay_and_drawing_level_closes_the_gap() -> None:
    kept = rates(past(12, 100, 80), 18, np.random.default_rng(1), balance=1)
    level = rates(past(12, 100, 80), 18, np.random.default_rng(1))
    recent = past(12, 100, 80).mean(numeric_only=True)
    assert kept.completions.mean() == pytest.approx(recent["completions"], rel=0.02)
    assert kept.referrals.mean() == pytest.approx(recent["referrals"], rel=0.02)
    gap = recent["referrals"] - recent["completions"]
    assert (level.referrals - level.completions)[:, 0].mean() == pytest.approx(0.8 * gap, abs=2.5)
    assert (level.referrals - level.completions)[:, 17].mean() == pytest.approx(0, abs=2.5)
    with pytest.raises(ValueError, match="balance"):
        rates(past(12), 6, np.random.default_rng(1), balance=1.5)


def test_with_enough_list_sizes_the_list_follows_its_own_forecast() -> None:
    flows = past(12, 150, 170, size=[860.0 - 20 * m for m in range(12)])
    made = rates(flows, 6, np.random.default_rng(1))
    assert made.method == "completions follow from the list's own forecast"
    size = 640 + np.cumsum(made.referrals - made.completions, axis=1)
    assert np.median(size[:, 5]) < 640
    assert np.isfinite(made.completions).all()


def test_seasons_come_back_once_there_are_two_years() -> None:
    index = pd.date_range("2022-01-01", periods=24, freq="MS")
    august = np.where(index.month == 8, 40, 100)
    flows = pd.DataFrame({"month": index, "referrals": august, "completions": august})
    two = rates(flows, 12, np.random.default_rng(1), balance=1)
    at = [m.month for m in two.months].index(8)
    # 40 of a mean of 95 seen twice, shrunk with one average year: (2·40/95 + 1)/3 = 0.614 of the usual month.
    assert two.referrals[:, at].mean() / two.referrals[:, at - 1].mean() == pytest.approx(0.614 / 1.035, rel=0.05)
    one = rates(flows.iloc[1:], 12, np.random.default_rng(1), balance=1)
    assert one.referrals[:, at].mean() == pytest.approx(one.referrals[:, at - 1].mean(), rel=0.05)


def test_what_if_by_hand() -> None:
    base = steady(12, 100, 90)
    grown = changed(base, WhatIf(referral_growth=12))
    assert grown.referrals[0, 11] == pytest.approx(112)
    assert grown.referrals[0, 5] == pytest.approx(100 * 1.12**0.5)
    more = changed(base, WhatIf(extra_slots=5, extra_from=date(2023, 4, 17)))
    assert list(more.completions[0, :3]) == pytest.approx([90, 90, 90 + 5 * WEEKS_PER_MONTH])
    # A tenth of slots is missed: 100 slots give 90 completions. With 5 % missed they give 95, and an extra slot 0.95.
    kept = changed(base, WhatIf(non_attendance_now=10, non_attendance_then=5, extra_slots=2))
    assert kept.completions[0, 0] == pytest.approx(95 + 2 * 0.95 * WEEKS_PER_MONTH)
    once = changed(base, WhatIf(recovery_completions=60, recovery_from=date(2023, 3, 1), recovery_months=2))
    assert list(once.completions[0, :4]) == [90, 120, 120, 90]
    assert changed(base, WhatIf()).completions.tolist() == base.completions.tolist()
    with pytest.raises(ValueError, match="non-attendance"):
        changed(base, WhatIf(non_attendance_now=100))


@settings(max_examples=15, deadline=None)
@example(22.0, 22.0, 0.0, 1.0, 0)  # the list runs low, so that the week in which a child comes begins to matter
@given(st.floats(0, 40), st.floats(0, 40), st.floats(-30, 30), st.floats(-30, 30), st.integers(0, 5))
def test_more_slots_and_fewer_referrals_never_lengthen_the_list(
    slots: float, more: float, growth: float, other: float, seed: int
) -> None:
    base = rates(past(12, 100, 90), 9, np.random.default_rng(2), runs=20, balance=1)
    worse = changed(base, WhatIf(extra_slots=min(slots, more), referral_growth=max(growth, other)))
    better = changed(base, WhatIf(extra_slots=max(slots, more), referral_growth=min(growth, other)))
    long, short = (project(listed(), r, np.random.default_rng(seed)).size for r in (worse, better))
    assert (short <= long).all()
