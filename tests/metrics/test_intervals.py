"""Intervals against published tables and sums done by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.intervals import byar, newcombe, poisson_exact, wilson


def test_wilson_of_none_and_of_all():
    """With z = 1.96: 0 of 10 ends at z2 / (n + z2) = 3.8415 / 13.8415, and 10 of 10 begins at 10 / 13.8415."""
    assert wilson(0, 10) == pytest.approx((0, 0.27753), abs=5e-6)
    assert wilson(10, 10) == pytest.approx((0.72247, 1), abs=5e-6)
    assert (wilson(0, 10)[0], wilson(10, 10)[1]) == (0, 1)


def test_wilson_agrees_with_the_published_example():
    """Newcombe (1998), Intervals for the single proportion, Table I: 81/263 gives 0.2553 to 0.3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_newcombe_agrees_with_the_published_example():
    """Newcombe (1998), Table II, example (a): 56/70 against 48/80, method 10 gives 0.0524 to 0.3339."""
    assert newcombe(48, 80, 56, 70) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_byar_by_hand():
    """9 (1 - 1/81 - 1.96/9)^3 = 9 x 0.769881^3; 10 (1 - 1/90 + 1.96/(3 sqrt 10))^3 = 10 x 1.195487^3."""
    assert byar(9) == pytest.approx((4.1069, 17.0857), abs=5e-4)
    assert byar(0)[0] == 0


@pytest.mark.parametrize(
    ("count", "lower", "upper"), [(0, 0, 3.689), (1, 0.0253, 5.572), (2, 0.242, 7.225), (10, 4.795, 18.39)]
)
def test_poisson_exact_agrees_with_the_published_table(count, lower, upper):
    """Garwood (1936), also Breslow and Day (1987), Table 2.11: to the digits printed there."""
    assert poisson_exact(count) == pytest.approx((lower, upper), rel=2e-3)


def test_missing_in_missing_out():
    assert all(math.isnan(end) for end in (*wilson(math.nan, 4), *wilson(1, math.nan), *byar(math.nan)))
    assert all(math.isnan(number) for number in newcombe(1, 2, math.nan, 4))


@pytest.mark.parametrize(("count", "base"), [(-1, 4), (5, 4), (0, 0), (1, -2)])
def test_a_share_that_cannot_be_is_refused(count, base):
    with pytest.raises(ValueError, match="a share needs a base above 0 and a count from 0 to the base"):
        wilson(count, base)


def test_a_count_below_zero_is_refused():
    with pytest.raises(ValueError, match="a count cannot be below 0"):
        byar(-1)
    for count in (-1, 2.5):
        with pytest.raises(ValueError, match="whole count of 0 or more"):
            poisson_exact(count)


def test_a_confidence_that_is_none_is_refused():
    with pytest.raises(ValueError, match="confidence lies between 0 and 1"):
        wilson(1, 2, 95)


@settings(deadline=None)
@given(base=st.integers(1, 5000), part=st.floats(0, 1))
def test_wilson_holds_the_share_and_stays_within_0_and_1(base, part):
    count = int(part * base)
    lower, upper = wilson(count, base)
    assert 0 <= lower <= count / base <= upper <= 1


@settings(deadline=None)
@given(count=st.integers(5, 300))
def test_the_exact_interval_is_near_byars_and_holds_the_count(count):
    """Breslow and Day: Byar's approximation is accurate to about 1 % from five cases on."""
    lower, upper = poisson_exact(count)
    assert lower < count < upper
    assert (lower, upper) == pytest.approx(byar(count), rel=0.02)
