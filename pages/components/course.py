"""Phrases on where a KPI is heading, put together from a row of the edition; figures come from metrics/wording."""

import pandas as pd

from metrics import wording
from metrics.trajectory import newly_off

CANNOT_TELL = "Cannot tell yet"


def chances(milestones: pd.DataFrame, unit: str) -> list[str]:
    """Return one sentence per coming milestone with a chance, in the plan's order: what, by when, how likely."""
    rows = milestones[milestones["chance"].notna()].sort_values("position")
    return [
        f"{row['label']}: {wording.number(row['target'], unit)} by {wording.month_words(row['month'])} is "
        f"{wording.likelihood(row['chance'])} ({wording.chance_words(row['chance']).partition(',')[0]})."
        for _, row in rows.iterrows()
    ]


def why_no_forecast(pace: pd.Series | None) -> str:
    """Return why there is no forecast, without the words that open it, or "" where there is one."""
    if pace is None:
        return "this KPI has no forecast in this edition."
    reason = "" if pd.isna(pace["cannot_tell"]) else str(pace["cannot_tell"])
    return reason.removeprefix(f"{CANNOT_TELL}: ")


def pace_facts(pace: pd.Series, unit: str, better: str) -> list[tuple[str, str]]:
    """Return names and words of how fast a KPI moves and how fast it would have to; "" where it cannot be said."""
    ahead = ""
    if pd.notna(pace["months_ahead"]):
        ahead = wording.months_ahead_words(int(pace["months_ahead"]), least=bool(pace["months_ahead_least"]))
    return [
        ("Where it stands on the planned path", ahead[:1].upper() + ahead[1:]),
        ("Needed to the next milestone", _needed(pace, unit, better)),
        ("Achieved over the last twelve figures or fewer", _achieved(pace, unit)),
        ("Pace against need", _judged(pace, better)),
    ]


def is_newly_off(path: pd.DataFrame) -> bool:
    """Return whether a KPI is off its planned path and was not at the figure before; takes its PATH rows."""
    return newly_off(path.sort_values("month"))


def _needed(pace: pd.Series, unit: str, better: str) -> str:
    if pd.isna(pace["required_change"]):
        return ""
    if _is_there(pace, better):
        return "Nothing more: the latest figure already meets it"
    return wording.change_a_month(pace["required_change"], unit)


def _is_there(pace: pd.Series, better: str) -> bool:
    required = float(pace["required_change"])
    return required <= 0 if better == "higher" else required >= 0


def _achieved(pace: pd.Series, unit: str) -> str:
    if pd.isna(pace["achieved_change"]):
        return "Cannot tell: that takes four figures of the same kind"
    interval = wording.change_interval(pace["achieved_low"], pace["achieved_high"], unit)
    return f"{wording.change_a_month(pace['achieved_change'], unit)} (95 % interval {interval})"


def _judged(pace: pd.Series, better: str) -> str:
    columns = ["required_change", "achieved_low", "achieved_high"]
    if pace[columns].isna().any() or _is_there(pace, better):
        return ""
    required, low, high = (float(pace[name]) for name in columns)
    return wording.pace_words(required, low, high, better)
