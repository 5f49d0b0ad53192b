"""p and p′ charts by hand."""

import math

import pandas as pd
import pytest

from etl.errors import UsageError
from metrics.proportions import bases_vary, with_share_limits, with_shares
from metrics.signal_calendar import MONTHLY
from metrics.signal_limits import drawn_limits
from metrics.signal_rules import MDC_2023, PTD_0_2_2
from metrics.signals import control_chart, read_chart


def counts(numerators, denominators):
    dates = pd.date_range("2024-01-01", periods=len(numerators), freq="MS")
    return pd.DataFrame({"date": dates, "numerator": numerators, "denominator": denominators, "group": 0})


def test_a_p_chart_is_as_wide_as_each_months_base_makes_it():
    """Mean (50 + 200 + 50) / 600 = 0.5; sigma 0.05 on 100 children and 0.025 on 400."""
    points = with_share_limits(with_shares(counts([50, 200, 50], [100, 400, 100])), PTD_0_2_2, "p")
    assert list(points["lower"]) == pytest.approx([0.35, 0.425, 0.35])
    assert list(points["upper"]) == pytest.approx([0.65, 0.575, 0.65])
    assert list(points["near_upper"]) == pytest.approx([0.6, 0.55, 0.6])


def test_a_p_prime_chart_widens_by_what_the_months_really_do():
    """z = 0, 2, -2, 0; steps 2, 4, 2, mean 8/3; sigma_z = 2.6667 / 1.128; limits 50 ± 3 x 5 x 2.36407 percent."""
    frame = counts([50, 60, 40, 50], [100] * 4)
    points = with_share_limits(with_shares(frame, 100), PTD_0_2_2, "p_prime", scale=100)
    assert points["sigma_z"].iloc[0] == pytest.approx(8 / 3 / 1.128)
    assert points["upper"].iloc[0] == pytest.approx(50 + 35.46099, abs=1e-5)
    assert points["lower"].iloc[3] == pytest.approx(50 - 35.46099, abs=1e-5)


def test_limits_beyond_0_and_100_are_computed_and_only_the_drawn_line_is_cut():
    """Mean 9 / 90 = 0.1 on ten children: sigma is the root of 0.1 x 0.9 / 10."""
    points = with_share_limits(with_shares(counts([0, 1, 1, 2, 1, 0, 1, 1, 2], [10] * 9)), PTD_0_2_2, "p")
    points = drawn_limits(points, 0, 1)
    assert points["lower"].iloc[0] == pytest.approx(0.1 - 3 * math.sqrt(0.009))
    assert points["drawn_lower"].iloc[0] == 0


@pytest.mark.parametrize(
    ("chart", "numerator", "share"),
    [("p", 0, 0.0), ("p", 12, 1.0), ("p_prime", 0, 0.0), ("p_prime", 12, 1.0), ("p_prime", 4, 1 / 3)],
)
def test_a_share_that_never_changes_has_no_variation(chart, numerator, share):
    points = with_share_limits(with_shares(counts([numerator] * 13, [12] * 13)), MDC_2023, chart)
    assert set(points["basis"]) == {"no_variation"}
    assert (set(points["lower"]), set(points["upper"])) == ({share}, {share})


def test_no_base_is_a_missing_value_and_a_gap_costs_the_steps_beside_it():
    """Steps of z: 2 between the first two and 2 between the last two; the month without children joins nothing."""
    frame = counts([50, 60, 0, 40, 50], [100, 100, 0, 100, 100])
    points = with_share_limits(with_shares(frame), PTD_0_2_2, "p_prime")
    assert math.isnan(points["value"].iloc[2])
    assert points["sigma_z"].iloc[0] == pytest.approx(2 / 1.128)
    assert math.isnan(points["upper"].iloc[2])


def test_more_cases_than_children_is_refused_by_row():
    with pytest.raises(UsageError, match="rows 2, 3 break this"):
        with_shares(counts([1, 5, -1], [4, 4, 4]))


@pytest.mark.parametrize(
    ("bases", "vary"),
    [([75, 100, 125], False), ([74, 100, 126], True), ([40, 40], False), ([], False), ([0, 9], False)],
)
def test_a_p_prime_chart_is_offered_when_a_base_lies_more_than_a_quarter_off_the_mean(bases, vary):
    assert bases_vary(pd.Series(bases, dtype=float)) is vary


def test_a_small_base_is_no_signal_where_an_equal_share_of_a_large_one_is():
    """Twelve months at 50 of 100, but one at 80 of 100 or at 8 of 10: the same 80 %."""
    numerators = [49, 51] * 6
    for last, base, signal in ((80, 100, "Above UCL"), (8, 10, "Common Cause")):
        frame = counts([*numerators, last], [100] * 12 + [base]).drop(columns="group")
        points = control_chart(frame, "higher", chart="p", scale=100, step=MONTHLY)
        assert points["signal"].iloc[-1] == signal
        assert points["value"].iloc[-1] == 80


def test_share_charts_know_targets_and_short_series():
    frame = counts([49, 51] * 7, [100] * 14).drop(columns="group")
    reading = read_chart(control_chart(frame, "higher", chart="p", scale=100, target=30), "higher")
    assert (reading.assurance, reading.variation) == ("consistent_pass", "common_cause")
    early = read_chart(control_chart(frame.head(12), "higher", chart="p_prime", scale=100, target=30), "higher")
    assert (early.basis, early.variation, early.assurance, early.median) == ("run_chart", None, None, 50)
