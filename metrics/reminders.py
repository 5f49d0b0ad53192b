"""Which actions need a word: past their date, due soon, or not heard of for weeks. Pure, from the edition's table."""

from datetime import date, datetime, timedelta

import pandas as pd

SOON_MONTHS = 2


def judged_on(as_of: date, published_at: datetime) -> date:
    """Return the day reminders count from: the day of publishing, or the last day of the month it is read in."""
    last = (pd.Timestamp(as_of) + pd.offsets.MonthEnd(0)).date()
    return min(published_at.date(), last) if published_at.date() >= as_of else last


def open_actions(actions: pd.DataFrame) -> pd.DataFrame:
    """Return the actions that are in the plan, have a text and are not finished."""
    unfinished = (actions["rag"] != "C").fillna(True)
    return actions[~actions["retired"].astype("bool") & actions["title"].notna() & unfinished.astype("bool")]


def overdue(actions: pd.DataFrame) -> pd.DataFrame:
    """Return the actions past a firm date, the longest overdue first."""
    rows = open_actions(actions)
    return rows[rows["overdue"].astype("bool")].sort_values(["due_on", "position"])


def due_soon(actions: pd.DataFrame, day: date, months: int = SOON_MONTHS) -> pd.DataFrame:
    """Return the actions with a firm date from this month on and not later than so many months ahead."""
    rows = open_actions(actions)
    until = pd.Timestamp(day) + pd.DateOffset(months=months)
    firm = (rows["by_when_kind"] == "month") & (rows["due_on"] <= until)
    return rows[firm.fillna(False).astype("bool") & ~rows["overdue"].astype("bool")].sort_values(["due_on", "position"])


def silent(actions: pd.DataFrame, day: date, weeks: int) -> pd.DataFrame:
    """Return the actions without a check-in for more than so many weeks, those never heard of last."""
    rows = open_actions(actions)
    since = pd.Timestamp(day) - timedelta(weeks=weeks)
    quiet = rows["checked_at"].isna() | (rows["checked_at"] < since)
    return rows[quiet.astype("bool")].sort_values(["checked_at", "position"], na_position="last")


def kinds_of_dates(actions: pd.DataFrame, of: str = "by_when_kind") -> dict[str, int]:
    """Return how many actions of the plan have each kind of date, today's or (`first_kind`) the printed one."""
    counts = actions.loc[~actions["retired"].astype("bool"), of].value_counts()
    return {str(kind): int(count) for kind, count in counts.items()}
