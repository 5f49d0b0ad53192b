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


def ages(born_on: pd.Series, on: date) -> pd.Series:
    """Return completed years on a day; someone born on 29 February turns older on 1 March."""
    born = pd.DatetimeIndex(born_on)
    before_birthday = (born.month > on.month) | ((born.month == on.month) & (born.day > on.day))
    return (
        pd.Series(on.year - born.year - before_birthday, index=born_on.index).where(born_on.notna()).astype("Float64")
    )


def age_bands(years: pd.Series, bands: Sequence[AgeBand]) -> pd.Series:
    """Return the name of the band each age falls in; an age in none is missing."""
    names = pd.Series(pd.NA, index=years.index, dtype="str")
    for band in bands:
        within = (years >= band.years_from) & (years < (band.below or OLDEST))
        names = names.mask(within.fillna(False).astype("bool"), band.name)
    return names


OLDEST = 120  # years; an age beyond it is a typing error
