"""What is said of a question: how many, the change since the wave before, and whether it is more than chance."""

import pandas as pd

from metrics import wording

_WAYS = {"better": "better", "worse": "worse", "cannot tell": "we cannot tell whether it is better or worse"}


def share_words(value: object, base: object, flag: object) -> str:
    """Return a share with its base, "43.9 % of 205", or why there is none."""
    if not pd.isna(value):  # type: ignore[call-overload]
        return f"{wording.number(float(str(value)), 'percent')} of {float(str(base)):,.0f}"
    if flag == "not_applicable":
        return f"{float(str(base)):,.0f} answered; several choices" if not pd.isna(base) else "several choices"  # type: ignore[call-overload]
    told = {"small_base": "fewer than ten answers", "no_base": "no valid answer", "suppressed": "suppressed"}
    return told.get(str(flag), "suppressed")


def change_words(row: pd.Series) -> str:
    """Return the difference to the wave before with its interval, in points, or why there is none; "" for the first."""
    if pd.isna(row["previous_wave"]):
        return ""
    if not pd.isna(row["not_compared"]):
        return f"not compared: {row['not_compared']}"
    low, high = (wording.rounded(row[end], 1) for end in ("difference_low", "difference_high"))
    return f"{wording.difference(row['difference'], 'percent')} ({low} to {high})".replace("-", "\u2212")


def sentence(row: pd.Series) -> str:
    """Return what a question says, its change since the wave before included."""
    what = share_words(row["value"], row["base"], row["flag"])
    small = ", a small base" if row["is_small"] else ""
    told = f"{row['wave']}: {what}"
    if not pd.isna(row["value"]):
        told += f" answers are favourable{small}"
    if pd.isna(row["previous_wave"]):
        return f"{told}."
    if not pd.isna(row["not_compared"]):
        return f"{told}; not compared with {row['previous_wave']}: {row['not_compared']}."
    before = share_words(row["previous_value"], row["previous_base"], None)
    return f"{told}; {row['previous_wave']}: {before}. {change_words(row)}: {_WAYS[str(row['verdict'])]}."
