"""What is worked out from dates, once and here: day numbers and age bands. Nothing downstream does date arithmetic."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from etl.pathways import AgeBand


def day_numbers(dates: pd.Series) -> pd.Series:
    """Return days since 1970-01-01; missing stays missing."""
    days = dates.to_numpy().astype("datetime64[D]")
    known = ~np.isnat(days)
    numbers = np.where(known, days.astype("int64"), 0)
    return pd.Series(pd.arrays.IntegerArray(numbers, ~known), index=dates.index)


def day_texts(dates: pd.Series) -> pd.Series:
    """Return each date as YYYY-MM-DD, blank where it is missing; every different day is written once."""
    codes, distinct = pd.factorize(dates, use_na_sentinel=False)
    texts: pd.Series = pd.Series(distinct).dt.strftime("%Y-%m-%d").fillna("").astype("str")
    return texts.take(codes).set_axis(dates.index)


def ages(born_on: pd.Series, on: date) -> pd.Series:
    """Return completed years on a day; someone born on 29 February turns older on 1 March."""
    born = pd.DatetimeIndex(born_on)
    before_birthday = (born.month > on.month) | ((born.month == on.month) & (born.day > on.day))
    return (
        pd.Series(on.year - born.year - before_birthday, index=born_on.index).where(born_on.notna()).astype("Float64")
    )


def ages_since(years: pd.Series, then: pd.Series, on: date, bands: Sequence[AgeBand]) -> pd.Series:
    """Return the age on a day of children who had so many completed years on an earlier one.

    Birthdays are not known, so one age or the next is right; missing where these two lie in different bands.
    """
    at_least = years + ages(then, on)
    same = age_bands(at_least, bands) == age_bands(at_least + 1, bands)
    return at_least.where(same.fillna(False).astype("bool"))


def age_bands(years: pd.Series, bands: Sequence[AgeBand]) -> pd.Series:
    """Return the name of the band each age falls in; an age in none is missing."""
    age = years.to_numpy(dtype="float64", na_value=np.nan)
    place = np.full(len(age), len(bands))
    for number, band in enumerate(bands):
        place[(age >= band.years_from) & (age < (band.below or OLDEST))] = number
    names = pd.Series([*(band.name for band in bands), None], dtype="str")
    return names.take(place).set_axis(years.index)


OLDEST = 120  # years; an age beyond it is a typing error
