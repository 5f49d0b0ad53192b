"""Dates are the true ones or none: the order is decided per column, and what is open is refused."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.dates import DateColumn, read_dates
from etl.pathways import Dates

RULES = Dates(two_digit_years_from=1950)


def read(*texts: str, rules: Dates = RULES, epoch_1904: bool = False, not_after: date | None = None) -> DateColumn:
    cells = pd.Series(list(texts), dtype="str")
    return read_dates(cells, rules, ("list", "Received"), epoch_1904=epoch_1904, not_after=not_after)


def values(*texts: str, **options: object) -> list[str]:
    column = read(*texts, **options)  # type: ignore[arg-type]
    assert column.faults == []
    return ["" if pd.isna(value) else f"{value:%Y-%m-%d}" for value in column.values]


def faults(*texts: str, **options: object) -> list[str]:
    return [finding.rule for finding in read(*texts, **options).faults]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-31", "2024-05-31"),
        ("2024/05/31", "2024-05-31"),
        ("20240531", "2024-05-31"),
        ("2024-05-31 00:00:00", "2024-05-31"),
        ("2024-05-31T14:30:00", "2024-05-31"),
        ("2024-05-31T14:30:00.123456", "2024-05-31"),
        ("31/05/2024", "2024-05-31"),
        ("31-05-2024", "2024-05-31"),
        ("31.5.2024", "2024-05-31"),
        ("31/05/2024 09:15", "2024-05-31"),
        ("31/05/24", "2024-05-31"),
        ("31/05/51", "1951-05-31"),
        ("31 May 2024", "2024-05-31"),
        ("31-May-24", "2024-05-31"),
        ("31st May 2024", "2024-05-31"),
        ("Friday, 31 May 2024", "2024-05-31"),
        ("Fri 31 May 2024", "2024-05-31"),
        ("May 31, 2024", "2024-05-31"),
        ("2 Sept 2024", "2024-09-02"),
        ("2022-Sep-28 00:00:00", "2022-09-28"),
        ("45443", "2024-05-31"),
        ("45443.75", "2024-05-31"),
        ("29/02/2024", "2024-02-29"),
        ("  31/05/2024 ", "2024-05-31"),
    ],
)
def test_a_date_is_read_as_it_was_meant(text: str, day: str) -> None:
    assert values(text) == [day]


@pytest.mark.parametrize(
    "text",
    ["31/02/2024", "29/02/2023", "2024-13-01", "0/5/2024", "soon", "31 Mai 2024", "31 Mayo 2024", "12345", "#REF!"],
)
def test_an_impossible_date_is_unreadable_and_never_shifted(text: str) -> None:
    column = read(text, "31/05/2024")
    assert column.unreadable.tolist() == [True, False]
    assert column.values.isna().tolist() == [True, False]


def test_a_two_digit_year_needs_a_declared_rule() -> None:
    assert read("31/05/24", rules=Dates()).unreadable.all()


def test_serials_of_1904_lie_four_years_and_a_day_later() -> None:
    assert values("43981", epoch_1904=True) == ["2024-05-31"]


def test_placeholders_are_missing_and_told() -> None:
    column = read("01/01/1900", "9999-12-31", "1753-01-01", "31/05/2024")
    assert column.placeholder.tolist() == [True, True, True, False]
    assert column.values.isna().tolist() == [True, True, True, False]
    assert not column.unreadable.any()


@pytest.mark.parametrize(
    ("texts", "rule"),
    [
        (("05/31/2024", "04/01/2024"), "DATE_ORDER_US"),
        (("05/31/2024", "06/30/2024", "31/05/2024", "30/06/2024"), "DATE_ORDER_MIXED"),
        (tuple(f"{month:02}/0{day}/2024" for month in range(1, 7) for day in (2, 9)), "DATE_ORDER_AMBIGUOUS"),
    ],
)
def test_month_first_mixed_and_open_orders_are_refused(texts: tuple[str, ...], rule: str) -> None:
    assert faults(*texts) == [rule]


def test_firsts_of_the_month_are_day_first() -> None:
    texts = [f"01/{month:02}/{year}" for month in range(1, 13) for year in (2023, 2024)]
    assert values(*texts)[:2] == ["2023-01-01", "2024-01-01"]


def test_one_slip_among_many_dates_is_held_and_not_the_whole_file() -> None:
    column = read("05/31/2024", *(f"{day}/03/2024" for day in range(13, 29)))
    assert column.faults == []
    assert column.unreadable.tolist() == [True] + [False] * 16


def test_dates_behind_the_snapshot_betray_month_first() -> None:
    assert faults("03/07/2024", "02/04/2024", not_after=date(2024, 5, 31)) == ["DATE_ORDER_US"]
    assert faults("07/03/2024", "04/02/2024", not_after=date(2024, 5, 31)) == []


def test_dates_turned_by_american_excel_are_refused() -> None:
    turned = [f"2024-{day:02}-{month:02}" for day in (4, 6) for month in range(1, 7)]
    assert faults(*turned, *(f"{day}/03/2024" for day in range(13, 29))) == ["DATE_ORDER_MIXED"]


def test_midnights_exported_in_utc_become_the_london_date() -> None:
    column = read("2024-05-30T23:00:00Z", "2024-01-15T00:00:00Z", "2024-05-30T23:30:00+01:00")
    assert [f"{value:%Y-%m-%d}" for value in column.values] == ["2024-05-31", "2024-01-15", "2024-05-30"]
    assert column.utc.tolist() == [True, False, False]


def test_midnights_in_utc_are_known_without_a_zone_but_a_real_late_hour_stays() -> None:
    assert values("2024-05-30T23:00:00", "2024-01-15T00:00:00") == ["2024-05-31", "2024-01-15"]
    assert values("2024-05-30T23:00:00", "2024-05-30T14:10:00") == ["2024-05-30", "2024-05-30"]
    assert values("2024-01-15T23:00:00", "2024-05-30T23:00:00") == ["2024-01-15", "2024-05-30"]


FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d-%b-%Y", "%d.%m.%Y", "%d %B %Y", "%Y%m%d", "%Y-%m-%dT00:00:00")


@given(st.lists(st.dates(date(2000, 1, 1), date(2049, 12, 31)), min_size=1, max_size=30), st.sampled_from(FORMS))
def test_every_form_gives_back_the_day_or_is_refused(days: list[date], form: str) -> None:
    column = read("25/12/2023", *(f"{day:{form}}" for day in days))
    if column.faults:
        assert {fault.rule for fault in column.faults} == {"DATE_ORDER_MIXED"}
    else:
        assert [value.date() for value in column.values] == [date(2023, 12, 25), *days]


@given(st.lists(st.text(max_size=20), max_size=20))
def test_no_text_raises(texts: list[str]) -> None:
    column = read(*texts)
    assert len(column.values) == len(texts)
