"""What a cell means: numbers, symbols, months, names."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.clean import area_name_key, last_month_of_year, month_in, numbers, trimmed

SYMBOLS = {"*": "suppressed", "": "not_supplied"}


def series(*cells: str) -> pd.Series:
    return pd.Series(list(cells), dtype="str")


def test_numbers_symbols_and_nonsense_are_told_apart() -> None:
    read = numbers(series("22", "1,234", " 5.50\u00a0", "*", "", "<5", "1,23", "12 weeks", "-3"), SYMBOLS)
    assert read.values.tolist()[:3] == [22, 1234, 5.5]
    assert read.values.isna().tolist() == [False, False, False, True, True, True, True, True, False]
    assert read.flags.fillna("").tolist() == ["", "", "", "suppressed", "not_supplied", "", "", "", ""]
    assert read.unreadable.tolist() == [False, False, False, False, False, True, True, True, False]


@given(st.lists(st.text(max_size=12)))
def test_every_cell_is_a_number_or_a_symbol_or_unreadable_and_only_one_of_them(cells: list[str]) -> None:
    read = numbers(series(*cells), SYMBOLS)
    kinds = read.values.notna().astype(int) + read.flags.notna().astype(int) + read.unreadable.astype(int)
    assert kinds.tolist() == [1] * len(cells)


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_a_thousands_comma_changes_nothing(value: int) -> None:
    read = numbers(series(f"{value:,}", str(value)), {})
    assert read.values.tolist() == [value, value]


@pytest.mark.parametrize("text", ["January 2023", "Jan-23", "Jan 2023", "2023-01", "2023 01", " January  2023 "])
def test_a_month_is_known_in_every_way_it_is_printed(text: str) -> None:
    assert month_in(text) == date(2023, 1, 1)


@pytest.mark.parametrize("text", ["", "Smarch 2023", "13 2023", "2023-13", "01/2023"])
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_in(text) is None


def test_a_year_ends_in_december_and_what_is_no_year_is_missing() -> None:
    months = last_month_of_year(series("2019", " 2024 ", "201920", "", "1850"))
    assert months.dt.strftime("%Y-%m-%d").tolist()[:2] == ["2019-12-01", "2024-12-01"]
    assert months.isna().tolist() == [False, False, True, True, True]


def test_names_are_compared_without_case_spacing_and_ampersand() -> None:
    assert area_name_key("WILTSHIRE  HEALTH & CARE") == area_name_key("Wiltshire Health and\u00a0Care")


@given(st.text())
def test_trimming_twice_is_trimming_once(text: str) -> None:
    once = trimmed(series(text))
    assert trimmed(once).tolist() == once.tolist()
