"""Dates as people write them in a plan: what they mean, and that nothing uncertain is ever read as firm."""

import calendar
import csv
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.by_when import parse_by_when
from etl.record_tables import BY_WHEN_KINDS
from etl.settings import SHIPPED

START = date(2023, 4, 1)
MONTHS = st.dates(date(2010, 1, 1), date(2060, 12, 31)).map(lambda day: day.replace(day=1))


def test_all_105_dates_of_the_plan_are_read_as_the_plan_means_them() -> None:
    # Source: domain plan, counts.by_when_kinds; actions.csv carries kind and date as a person read them.
    with (SHIPPED / "plan" / "actions.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    read = [parse_by_when(row["by_when"], START) for row in rows]
    assert Counter(one.kind for one in read) == {
        "month": 17, "month_uncertain": 7, "start_month": 1, "status_in_place": 6, "status_completed": 1, "tbc": 4,
        "blank": 69,
    }  # fmt: skip
    for row, one in zip(rows, read, strict=True):
        assert (one.kind, f"{one.due_on or ''}") == (row["by_when_kind"], row["due_on"]), row["ref"]
        assert (f"{one.starts_in:%Y-%m}" if one.starts_in else "") == row["starts_in"], row["ref"]
        assert (one.raw or "") == row["by_when"], row["ref"]


@pytest.mark.parametrize(
    ("written", "kind", "due"),
    [
        ("Apr-23", "month", "2023-04-30"),
        ("Feb 2024", "month", "2024-02-29"),
        ("by the end of September 2023", "month", "2023-09-30"),
        ("Dec '24", "month", "2024-12-31"),
        ("15 October 2023", "month", "2023-10-15"),
        ("31/12/2023", "month", "2023-12-31"),
        ("2023-04-01 00:00:00", "month", "2023-04-30"),  # what Excel makes of a typed "Apr-23"
        ("?July 2023", "month_uncertain", "2023-07-31"),
        ("July 2023 TBC", "month_uncertain", "2023-07-31"),
        ("circa March 2024", "month_uncertain", "2024-03-31"),
        ("TBC", "tbc", None),
        ("?", "tbc", None),
        ("in place.", "status_in_place", None),
        ("Completed", "status_completed", None),
        ("12/31/2023", "words", None),  # no month has the number 31
        ("31 February 2024", "words", None),
        ("March/April 2024", "words", None),
        ("Q2 2023", "words", None),
        ("July", "words", None),
        ("Apr-99", "words", None),  # no plan runs then
        ("ongoing", "words", None),
        ("  ", "blank", None),
    ],
)
def test_other_ways_people_write(written: str, kind: str, due: str | None) -> None:
    found = parse_by_when(written, START)
    assert (found.kind, found.due_on) == (kind, date.fromisoformat(due) if due else None)


def test_a_start_without_a_year_is_the_month_nearest_to_the_plans_start() -> None:
    assert parse_by_when("Beginning in March", START).starts_in == date(2023, 3, 1)
    assert parse_by_when("from Sept 2023").starts_in == date(2023, 9, 1)
    assert parse_by_when("starting in November", START).starts_in == date(2022, 11, 1)  # 5 months before, not 7 after
    assert parse_by_when("Beginning in March").starts_in is None
    assert parse_by_when("Beginning in March", START).due_on is None


@given(MONTHS, st.sampled_from(["{:%b-%y}", "{:%B %Y}", "{:%Y-%m}", "{:%m/%Y}", "end of {:%b %Y}", "{:%d %B %Y}"]))
def test_a_month_written_any_usual_way_is_that_month(month: date, way: str) -> None:
    found = parse_by_when(way.format(month))
    assert (found.kind, found.due_on and found.due_on.replace(day=1)) == ("month", month)
    if "%d" not in way:
        assert found.due_on == month.replace(day=calendar.monthrange(month.year, month.month)[1])


@given(MONTHS, st.sampled_from(["?{}", "{} ?", "{} TBC", "approx {}", "{} (provisional)", "~{}"]))
def test_what_says_that_it_is_unsure_is_never_firm(month: date, way: str) -> None:
    found = parse_by_when(way.format(f"{month:%B %Y}"))
    assert (found.kind, found.due_on and found.due_on.replace(day=1)) == ("month_uncertain", month)


@given(st.text(max_size=60))
def test_any_text_has_a_kind_keeps_its_words_and_is_firm_only_with_a_date(text: str) -> None:
    found = parse_by_when(text, START)
    assert found.kind in BY_WHEN_KINDS
    assert (found.raw or "") == " ".join(text.split())
    assert (found.due_on is not None) == (found.kind in ("month", "month_uncertain"))
    assert found.kind != "month" or "?" not in text
