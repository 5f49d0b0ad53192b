"""What real files have: stray spaces, codes in another case, dates in words, a row twice, a line of totals."""

from collections.abc import Callable

import numpy as np
import pandas as pd

_SPACES, _CASES, _WORDS = 0.02, 0.03, 0.02  # shares of cells


def blemished(
    table: pd.DataFrame, rng: np.random.Generator, *, spaced: str, cased: str | None = None, worded: str | None = None
) -> pd.DataFrame:
    """Return a table of text with one row twice and some cells written as people write them.

    `spaced` gets spaces around words, `cased` other capitals, `worded` dates as 3 March 2024 instead of 03/03/2024.
    """
    if table.empty:
        return table
    found = table.copy()
    found[spaced] = _some(found[spaced], _SPACES, rng, lambda text: f"  {text} ")
    if cased:
        found[cased] = _some(found[cased], _CASES, rng, str.swapcase)
    if worded:
        found[worded] = _some(found[worded], _WORDS, rng, _in_words)
    return pd.concat([found, found.iloc[[int(rng.integers(len(found)))]]], ignore_index=True)


def with_totals(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with a last line that counts its rows."""
    line = dict.fromkeys(table.columns, "")
    first, second = table.columns[:2]
    return pd.concat([table, pd.DataFrame([{**line, first: "Total", second: str(len(table))}])], ignore_index=True)


def _some(texts: pd.Series, share: float, rng: np.random.Generator, change: Callable[[str], str]) -> pd.Series:
    hit = pd.Series(rng.random(len(texts)) < share, index=texts.index) & (texts != "")
    return texts.mask(hit, texts[hit].map(change).reindex(texts.index))


def _in_words(text: str) -> str:
    day = pd.Timestamp(year=int(text[6:]), month=int(text[3:5]), day=int(text[:2]))
    return f"{day.day} {day:%B %Y}"
