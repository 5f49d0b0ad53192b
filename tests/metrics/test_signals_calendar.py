"""The calendar: which dates are due, where the gaps are, and where limits restart."""

from datetime import date

import pandas as pd
import pytest

from etl.errors import UsageError
from metrics.signal_calendar import MONTHLY, Rebase, Step, full_calendar, rebases_without_effect, step_of, with_groups


def series(*days, values=None):
    numbers = values or [float(place) for place in range(len(days))]
    return pd.DataFrame({"date": pd.to_datetime(list(days)), "value": pd.Series(numbers, dtype=float)})


def days(frame):
    return [stamp.date().isoformat() for stamp in frame["date"]]


@pytest.mark.parametrize(
    ("dates", "step", "word"),
    [
        (["2024-01-01", "2024-02-01", "2024-04-01"], Step(months=1), "month"),
        (["2024-01-31", "2024-02-29", "2024-03-31"], Step(months=1), "month"),
        (["2024-01-12", "2024-02-15", "2024-03-11"], Step(months=1), "month"),
        (["2024-04-01", "2024-06-01", "2024-08-01"], Step(months=1), "month"),  # 61 days apart, yet two months
        (["2024-03-31", "2024-06-30", "2024-12-31"], Step(months=3), "quarter"),
        (["2022-01-01", "2023-01-01", "2024-01-01"], Step(months=12), "year"),
        (["2024-01-01"], Step(months=1), "month"),
        (["2024-01-01", "2024-01-08", "2024-01-22"], Step(days=7), "week"),
        (["2024-01-06", "2024-01-07", "2024-01-09"], Step(days=1), "day"),
        (["2024-01-04", "2024-01-05", "2024-01-08"], Step(days=1, working_days=True), "working day"),
        (["2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31"], Step(days=30), "reading"),
        (["2024-01-01", "2024-01-03", "2024-01-06"], Step(), "reading"),
    ],
)
def test_the_dates_say_how_far_apart_they_are(dates, step, word):
    found = step_of([date.fromisoformat(day) for day in dates])
    assert (found, found.word) == (step, word)


@pytest.mark.parametrize(
    ("dates", "absent"),
    [
        (["2024-01-01", "2024-02-01", "2024-04-01"], ["2024-03-01"]),
        (["2023-11-30", "2023-12-31", "2024-03-31"], ["2024-01-31", "2024-02-29"]),
        (["2024-01-30", "2024-03-30", "2024-04-30"], ["2024-02-29"]),
        (["2024-03-31", "2024-06-30", "2024-12-31"], ["2024-09-30"]),
        (["2024-01-01", "2024-01-08", "2024-01-22"], ["2024-01-15"]),
        (["2024-01-04", "2024-01-05", "2024-01-08", "2024-01-10"], ["2024-01-09"]),
        (["2024-01-01", "2024-01-03", "2024-01-06"], []),
    ],
)
def test_absent_dates_become_rows_without_a_value_and_nothing_else_changes(dates, absent):
    calendar = full_calendar(series(*reversed(dates)))
    assert days(calendar) == sorted(dates + absent)
    assert days(calendar[calendar["value"].isna()]) == absent
    assert sorted(calendar["value"].dropna()) == [float(place) for place in range(len(dates))]


def test_a_known_step_finds_gaps_the_dates_alone_hide():
    assert days(full_calendar(series("2024-01-01", "2024-04-01"), MONTHLY))[1:-1] == ["2024-02-01", "2024-03-01"]


def test_a_date_twice_is_refused_by_row_and_never_by_value():
    with pytest.raises(UsageError, match=r"^A series needs one finite value, or none, per date: rows 1, 3 repeat a"):
        full_calendar(series("2024-01-01", "2024-02-01", "2024-01-01"))


def test_a_missing_date_an_infinite_value_and_an_empty_series_are_refused():
    with pytest.raises(UsageError, match="rows 2 have no date"):
        full_calendar(series("2024-01-01", None))
    with pytest.raises(UsageError, match="rows 1 have no finite value"):
        full_calendar(series("2024-01-01", values=[float("inf")]))
    with pytest.raises(UsageError, match="at least one date"):
        full_calendar(series())


def test_two_dates_in_one_step_are_refused():
    with pytest.raises(UsageError, match="The dates are not one per month."):
        full_calendar(series("2024-01-01", "2024-01-15"), MONTHLY)


def test_a_rebase_takes_effect_on_the_next_date_with_a_value():
    calendar = full_calendar(series("2024-01-01", "2024-02-01", "2024-04-01", "2024-05-01"))
    for asked in (date(2024, 2, 2), date(2024, 3, 1), date(2024, 4, 1)):  # between dates, on a gap, on a date
        grouped = with_groups(calendar, [Rebase(asked, "waiting list review")])
        assert list(grouped["group"]) == [0, 0, 0, 1, 1]
        assert grouped["rebase_asked"].dropna().dt.date.to_dict() == {3: asked}
        assert grouped["rebase_reason"].dropna().to_dict() == {3: "waiting list review"}


def test_two_rebases_on_one_date_start_one_group_and_keep_both_reasons():
    calendar = full_calendar(series("2024-01-01", "2024-02-01", "2024-03-01"))
    grouped = with_groups(calendar, [Rebase(date(2024, 1, 5), "new team"), Rebase(date(2024, 2, 1), "new form")])
    assert list(grouped["group"]) == [0, 1, 1]
    assert grouped["rebase_reason"].iloc[1] == "new team; new form"


def test_a_rebase_with_values_on_one_side_only_changes_nothing_and_is_told():
    calendar = full_calendar(series("2024-01-01", "2024-02-01"))
    idle = [Rebase(date(2024, 1, 1), "start"), Rebase(date(2024, 2, 2), "next month")]
    assert list(with_groups(calendar, idle)["group"]) == [0, 0]
    assert rebases_without_effect(calendar, [*idle, Rebase(date(2024, 2, 1), "in between")]) == idle


def test_a_rebase_needs_a_reason():
    with pytest.raises(UsageError, match="A rebase needs a reason: say what changed in the process."):
        Rebase(date(2024, 1, 1), "  ")
