"""The words that screens need: gaps, bases, short periods, the plan clock."""

from datetime import date, datetime

import pytest

from metrics import wording

STOPS = [("18 months", 18, date(2024, 10, 1)), ("6 months", 6, date(2023, 10, 1)), ("12 months", 12, date(2024, 4, 1))]


@pytest.mark.parametrize(
    ("elapsed", "words"),
    [
        (0, "Month 0 of 18 · next milestone: 6 months, October 2023"),
        (6, "Month 6 of 18 · next milestone: 6 months, October 2023"),
        (11, "Month 11 of 18 · next milestone: 12 months, April 2024"),
        (18, "Month 18 of 18 · next milestone: 18 months, October 2024"),
        (19, "The plan's 18 months ended in October 2024, 1 month ago"),
        (30, "The plan's 18 months ended in October 2024, 12 months ago"),
        (-2, "Month 0 of 18 · next milestone: 6 months, October 2023"),
    ],
)
def test_the_plan_clock(elapsed: int, words: str) -> None:
    assert wording.clock_words(elapsed, STOPS) == words


def test_a_plan_without_milestones_still_has_a_month() -> None:
    assert wording.clock_words(4, []) == "Month 4 of the plan"


@pytest.mark.parametrize(
    ("gap", "unit", "words"),
    [
        (-40.0, "percent", "40.0 points short of plan"),
        (1.2, "percent", "1.2 points better than planned"),
        (0.0, "percent", "as planned"),
        (-0.04, "percent", "as planned"),
        (-12.0, "children", "12 children short of plan"),
    ],
)
def test_a_gap_says_which_way_it_goes(gap: float, unit: str, words: str) -> None:
    assert wording.gap_words(gap, unit) == words


def test_short_periods() -> None:
    assert wording.short_period(date(2023, 10, 1), 0) == "Oct 2023"
    assert wording.short_period(date(2024, 12, 1), 12) == "2024"
    assert wording.short_period(date(2024, 3, 1), 12) == "2023/24"
    assert wording.short_period(date(2024, 6, 1), 12) == "year to Jun 2024"
    assert wording.short_period(date(2024, 6, 1), 3) == "3 months to Jun 2024"
    assert wording.narrow_month(date(2023, 10, 1)) == "Oct ’23"


def test_one_child_is_not_one_children() -> None:
    assert [wording.number(n, "children") for n in (0, 1, 2)] == ["0 children", "1 child", "2 children"]
    assert wording.number(1.0, "weeks") == "1.0 weeks"


def test_bases_intervals_and_moments() -> None:
    assert wording.base_words(251, 1687) == "251 of 1,687"
    assert wording.interval_words(33.04, 40.15, "percent") == "33.0 to 40.2 %"
    assert wording.moment_words(datetime(2026, 11, 3, 14, 5)) == "3 November 2026 at 14:05 UTC"
