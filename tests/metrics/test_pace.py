"""Months ahead or behind, required and achieved change: worked by hand in both directions."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.pace import Lead, achieved_change, months_ahead, required_change
from metrics.trajectory import Point, Reading

# 46 % in April 2023, 60 in October, 75 in April 2024, 100 in October 2024: 2.33, 2.5 and 4.17 points a month.
RISING = [
    Point(date(2023, 4, 1), 46, is_target=False),
    Point(date(2023, 10, 1), 60),
    Point(date(2024, 4, 1), 75),
    Point(date(2024, 10, 1), 100),
]
FALLING = [Point(date(2023, 4, 1), 760, is_target=False), Point(date(2024, 4, 1), 400)]  # 30 children a month


FLAT = [Point(date(2023, 4, 1), 0, is_target=False), Point(date(2024, 10, 1), 0)]


def led(numbers: list[Point], found: Reading, better: str) -> int | None:
    """Return the months ahead alone."""
    lead = months_ahead(numbers, found, better)
    return None if lead is None else lead.months


def reading(year: int, month: int, value: float | None) -> Reading:
    return Reading(date(year, month, 1), 0, value)


@pytest.mark.parametrize(
    ("when", "value", "months"),
    [
        ((2023, 10), 60, 0),  # exactly on the path
        ((2023, 10), 62.5, 1),  # what November asks
        ((2023, 10), 62.4, 0),
        ((2023, 10), 75, 6),
        ((2023, 10), 59, -1),  # September asks 57.67
        ((2024, 1), 60, -3),  # October asked this
        ((2024, 1), 40, -9),  # the plan always asked more: all nine months
        ((2024, 10), 100, 0),  # nothing is asked beyond the last milestone
        ((2025, 10), 75, -18),  # April 2024 asked this
    ],
)
def test_months_ahead_where_higher_is_better(when: tuple[int, int], value: float, months: int) -> None:
    assert led(RISING, reading(*when, value), "higher") == months


@pytest.mark.parametrize(
    ("value", "months"), [(580, 0), (550, 1), (400, 6), (581, -1), (610, -1), (611, -2), (900, -6)]
)
def test_months_ahead_where_lower_is_better(value: float, months: int) -> None:
    assert led(FALLING, reading(2023, 10, value), "lower") == months  # October asks 580


@pytest.mark.parametrize(
    ("numbers", "when", "value", "better", "lead"),
    [
        (FLAT, (2023, 7), 0, "lower", Lead(0)),  # just as planned, in all the fifteen months left
        (FLAT, (2023, 7), 1, "lower", Lead(-3, least=True)),  # none was asked from the start
        (FALLING, (2023, 10), 399, "lower", Lead(6, least=True)),  # better than all the plan asks
        (FALLING, (2023, 10), 550, "lower", Lead(1)),
        (FALLING, (2023, 10), 900, "lower", Lead(-6, least=True)),  # more than the 760 of the first month
        (FALLING, (2023, 10), 610, "lower", Lead(-1)),
        (FALLING, (2024, 4), 300, "lower", Lead(0)),  # nothing is asked beyond the last milestone
    ],
)
def test_where_the_plan_has_no_answer_it_is_at_least_so_many_months(
    numbers: list[Point], when: tuple[int, int], value: float, better: str, lead: Lead
) -> None:
    assert months_ahead(numbers, reading(*when, value), better) == lead


def test_no_path_or_no_value_is_neither_ahead_nor_behind() -> None:
    assert months_ahead(RISING, reading(2023, 3, 50), "higher") is None
    assert months_ahead(RISING, reading(2023, 10, None), "higher") is None


def test_the_required_change_is_what_is_left_over_the_months_left() -> None:
    assert required_change(reading(2023, 12, 39), 75, date(2024, 4, 1)) == 9
    assert required_change(reading(2023, 12, 640), 400, date(2024, 4, 1)) == -60
    assert required_change(reading(2024, 4, 39), 75, date(2024, 4, 1)) is None


def test_the_achieved_change_of_a_straight_line_has_no_doubt() -> None:
    line = [reading(2023, month, 100 - 5 * month) for month in range(1, 7)]
    slope = achieved_change(line)
    assert slope is not None
    assert (slope.change, slope.low, slope.high) == (pytest.approx(-5), pytest.approx(-5), pytest.approx(-5))


def test_the_achieved_change_of_a_textbook_line() -> None:
    # x 0..3, y 1, 3, 2, 4: slope 0.8; residual variance 1.8 / 2 = 0.9, Sxx 5, stderr 0.4243, t(2) 4.3027
    slope = achieved_change([reading(2023, m, y) for m, y in zip(range(1, 5), (1, 3, 2, 4), strict=True)])
    assert slope is not None
    assert (slope.change, slope.low, slope.high) == (
        pytest.approx(0.8),
        pytest.approx(0.8 - 1.8256, abs=1e-3),
        pytest.approx(0.8 + 1.8256, abs=1e-3),
    )


def test_gaps_keep_their_place_and_only_the_last_year_counts() -> None:
    old = [reading(2022, month, 1000) for month in range(1, 7)]
    recent = [reading(2023, month, 100 - 5 * month) for month in (1, 2, 5, 9)]
    slope = achieved_change([*old, *recent])
    assert slope is not None
    assert slope.change == pytest.approx(-5)


def test_three_figures_are_too_few_and_yearly_ones_count_by_year() -> None:
    assert achieved_change([reading(2023, month, month) for month in (1, 2, 3)]) is None
    years = [Reading(date(year, 12, 1), 12, 100 - 12.0 * (year - 2018)) for year in range(2019, 2025)]
    slope = achieved_change(years)
    assert slope is not None
    assert slope.change == pytest.approx(-1)


@given(st.floats(0, 100), st.floats(0, 100), st.integers(0, 17))
def test_a_better_value_is_never_further_behind(first: float, second: float, step: int) -> None:
    when = (2023 + (3 + step) // 12, (3 + step) % 12 + 1)
    worse, better = (led(RISING, reading(*when, value), "higher") for value in sorted((first, second)))
    assert worse is not None
    assert better is not None
    assert worse <= better
