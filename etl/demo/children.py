"""Invented children: numbers from the range that is never issued, ages, and what lists say of them. Nobody is meant."""

import numpy as np
import pandas as pd

_RANGE = 999_000_000  # NHS numbers from 999 000 0000 are kept for tests and never issued (NHS Data Dictionary)
_MOST = 1_000_000
_WEIGHTS = np.arange(10, 1, -1)
_ETHNIC = {"A": 0.86, "C": 0.04, "D": 0.02, "H": 0.02, "M": 0.01, "Z": 0.05}
PLACES = {"North Shropshire": 0.35, "Central Shropshire": 0.37, "South Shropshire": 0.28}
_BOYS = 0.66


def with_children(journeys: pd.DataFrame, ages: tuple[float, float], rng: np.random.Generator) -> pd.DataFrame:
    """Return the journeys in order of referral, with number, birth, sex, ethnic category and locality.

    `ages` are the youngest and oldest at referral, in years; most are nearer the youngest.
    """
    ordered = journeys.sort_values("started", kind="stable", ignore_index=True)
    count = len(ordered)
    years = ages[0] + (ages[1] - ages[0]) * rng.beta(1.4, 2.2, count)
    return ordered.assign(
        number=np.arange(1, count + 1),
        born=ordered["started"] - pd.to_timedelta((years * 365.25).astype(np.int64), unit="D"),
        sex=pd.Series(np.where(rng.random(count) < _BOYS, "M", "F"), dtype="str"),
        ethnic=drawn(_ETHNIC, count, rng),
        locality=drawn(PLACES, count, rng),
    )


def drawn(shares: dict[str, float], count: int, rng: np.random.Generator) -> pd.Series:
    """Return words drawn by their shares."""
    places = rng.choice(len(shares), count, p=list(shares.values()))
    return pd.Series(list(shares), dtype="str").take(places).reset_index(drop=True)


def nhs_numbers(first: int, count: int) -> pd.Series:
    """Return different valid NHS numbers of the test range, from its `first` on; blank where the range is used up.

    Check digit: weights 10 to 2, 11 less the remainder of 11; 11 counts as 0, and 10 is never issued.
    """
    body = _RANGE + first + np.arange(min(_MOST - first, count + count // 8 + 20))
    digits = body[:, None] // 10 ** np.arange(8, -1, -1) % 10
    check = (11 - (digits * _WEIGHTS).sum(axis=1) % 11) % 11
    valid = pd.Series(10 * body[check < 10] + check[check < 10]).astype("str").iloc[:count]
    return valid.reindex(range(count), fill_value="")
