"""Phrases and tables on what it would take; figures come from metrics/capacity_view, rounding from metrics/wording."""

from datetime import date

import pandas as pd

from metrics import wording
from metrics.capacity import Aim, Position
from metrics.capacity_view import STEADY, Service
from metrics.queue_list import GROWING, SHRINKING, Interval

ASSUMED = "≈ assumed"
_DIRECTIONS = {
    GROWING: "More come than are seen: the list grows.",
    SHRINKING: "More are seen than come: the list shrinks.",
    STEADY: "As many are seen as come: the list stays as it is.",
}


def aim_words(aim: Aim) -> str:
    """Return an aim in words: "12 months: 640 children by April 2024"."""
    if aim.weeks is None:
        what = wording.number(aim.target, "children")
    else:
        what = f"{wording.number(aim.target, 'percent')} within {aim.weeks} weeks"
    return f"{aim.label[:1].upper()}{aim.label[1:]}: {what} by {wording.month_words(aim.month)}"


def rate_words(rate: Interval, assumed: bool) -> str:
    """Return a rate a week with its 80 % interval, or marked as assumed."""
    if assumed:
        return f"{wording.a_week(rate.value)} ({ASSUMED})"
    return f"{wording.a_week(rate.value)} (80 % interval {_one(rate.low)} to {_one(rate.high)})"


def load_words(today: Position, assumed: bool) -> str:
    """Return load and what it means for the list; "cannot tell" where its interval spans 1."""
    shown = f"{today.load.value:.2f}" if today.load.value != float("inf") else "without limit: nobody is seen"
    if assumed:
        return f"{shown} ({ASSUMED}). {_DIRECTIONS[today.direction]}"
    interval = f"95 % interval {today.load.low:.2f} to {today.load.high:.2f}"
    told = _DIRECTIONS.get(today.direction, "Cannot tell whether the list grows: the interval holds 1.")
    return f"{shown} ({interval}). {told}"


def pressure_words(today: Position, weeks: int) -> str:
    """Return pressure and what it means, or that nobody waits."""
    if today.pressure is None or today.mean_wait is None:
        return "Nobody waits, so there is none."
    least = "at least " if today.mean_wait_open else ""
    likely = "above 1 the standard is likely to be missed" if today.pressure > 1 else "1 or below"
    return f"{least}{today.pressure:.2f} ({likely}; mean wait so far {least}{_one(today.mean_wait)} of {weeks} weeks)"


def target_words(today: Position, weeks: int, share: int, assumed: bool) -> str:
    """Return the target list size, what it rests on and how far above it the list is."""
    mark = f" ({ASSUMED})" if assumed else ""
    above = f"{wording.number(today.backlog, 'children')} above it" if today.backlog >= 1 else "the list is no longer"
    return (
        f"{wording.number(today.target_list, 'children')}{mark}, so that {share} % are seen within {weeks} weeks: "
        f"{_one(today.referrals.value)} a week × {weeks} ÷ −ln(1 − {share / 100:.2f}). Today {above}."
    )


def needs_table(needs: pd.DataFrame, aims: list[Aim], assumed: bool) -> pd.DataFrame:
    """Return one row an aim: completions a week that reach it, today's beside it, how many more."""
    rows = []
    for aim, (_, row) in zip(aims, needs.iterrows(), strict=True):
        mark = f" ({ASSUMED})" if assumed else ""
        if pd.notna(row["cannot_tell"]):
            rows.append(
                {"Aim": aim_words(aim), "Needed a week": str(row["cannot_tell"]), "Today a week": "", "More": ""}
            )
            continue
        today = _one(row["today"]) + (mark or f" ({_one(row['today_low80'])} to {_one(row['today_high80'])})")
        rows.append(
            {
                "Aim": aim_words(aim),
                "Needed a week": f"{_one(row['needed'])} ({_one(row['needed_low80'])} to {_one(row['needed_high80'])})",
                "Today a week": today,
                "More": _one(row["extra"]) if row["extra"] > 0 else "none",
            }
        )
    return pd.DataFrame(rows, dtype="str")


def reached_table(now: pd.DataFrame, tried: pd.DataFrame | None, aims: list[Aim]) -> pd.DataFrame:
    """Return one row an aim: when it is first reached and how likely in its own month, as now and as tried."""
    out = {"Aim": [aim_words(aim) for aim in aims]}
    for words, frame in (("if nothing changes", now), ("as tried", tried)):
        if frame is not None:
            out[f"Reached {words}"] = [_reached(row) for _, row in frame.iterrows()]
            out[f"Chance {words}"] = ["" if pd.isna(c) else _percent(c) for c in frame["chance"]]
    return pd.DataFrame(out, dtype="str")


def passing_table(passing: pd.DataFrame, by: date, rates: str | None) -> pd.DataFrame:
    """Return one row a mark in weeks: past it now, reaching it by the date, past it then if the rates go on.

    `rates` says whose rates, None where there are none.
    """
    out = {
        "Mark": [f"{weeks} weeks" for weeks in passing["weeks"]],
        "Past it now": [_children(v) for v in passing["past_now"]],
        f"Reach it by {wording.day_words(by)} unless seen first": [_will_pass(r) for _, r in passing.iterrows()],
    }
    if rates:
        out[f"Past it then, if {rates} go on"] = [_then(row) for _, row in passing.iterrows()]
    return pd.DataFrame(out, dtype="str")


def list_facts(service: Service, longer: float | None, weeks: int) -> list[tuple[str, str]]:
    """Return a name and a figure for: children waiting, and those past the standard."""
    past = "cannot be told from the bands" if longer is None else wording.number(longer, "children")
    return [
        (
            f"Waiting at the end of {wording.month_words(service.month)}",
            wording.number(service.waiting.size, "children"),
        ),
        (f"Of them for more than {weeks} weeks", past),
    ]


def _reached(row: pd.Series) -> str:
    if pd.isna(row["month"]):
        return "not within 18 months"
    late = "past 18 months" if pd.isna(row["late"]) else wording.short_month(row["late"])
    return f"{wording.short_month(row['month'])} ({wording.short_month(row['early'])} to {late})"


def _percent(chance: float) -> str:
    return wording.chance_words(chance).partition(",")[0]


def _will_pass(row: pd.Series) -> str:
    low, high = (
        wording.number(row[name], "count").removesuffix(" count") for name in ("will_pass_low", "will_pass_high")
    )
    bounds = f"the bands allow {low} to {high}"
    if pd.isna(row["will_pass"]):
        return f"cannot tell: {bounds}"
    about = _children(row["will_pass"])
    return about if low == high else f"about {about}; {bounds}"


def _then(row: pd.Series) -> str:
    if pd.isna(row["past_then"]):
        return "cannot tell"
    low, high = row["past_then_low80"], row["past_then_high80"]
    return f"{_children(row['past_then'])} (80 %: {wording.interval_words(low, high, 'children')})"


def _children(value: float) -> str:
    return "cannot tell" if pd.isna(value) else wording.number(value, "children")


def _one(value: float) -> str:
    return f"{wording.rounded(value, 1):,}"
