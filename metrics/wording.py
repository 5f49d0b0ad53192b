"""Figures and dates in words: the one place that rounds for people, and that names what is not there."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

MISSING = "no figure"

# One phrase per reason, so that five different things never look alike. tables.FLAGS and edition_tables.RESULT_FLAGS.
FLAG_WORDS = {
    "not_supplied": "not supplied",
    "suppressed": "suppressed",
    "not_available": "not available",
    "not_applicable": "not applicable",
    "low": "low, not zero",
    "withheld": "withheld",
    "small_base": "too few children to say",
    "no_base": "no cases to count",
}

STATUS_WORDS = {
    "met": "Met",
    "on_trajectory": "On trajectory",
    "near": "Near",
    "off": "Off trajectory",
    "not_due": "Not due",
    "no_target": "No target",
    "no_data": "No data",
    "withheld": "Withheld",
    "suppressed": "Suppressed",
}

# Groups that go by a code; every other is its own word.
_GROUP_WORDS = {
    "adhd": "ADHD",
    "both": "autism and ADHD",
    "nd_not_autism": "neurodevelopmental, not autism",
    "semh": "social, emotional and mental health",
    "slcn": "speech, language and communication",
}

# What a control chart says of its latest figure, and of its target, in the words shown beside the icon.
MEANING_WORDS = {
    "special_cause_improvement": "Better, by more than chance",
    "special_cause_concern": "Worse, by more than chance",
    "special_cause_neutral_high": "Higher, by more than chance",
    "special_cause_neutral_low": "Lower, by more than chance",
    "common_cause": "Usual ups and downs",
    "not_assessed": "Too few figures to tell",
}
ASSURANCE_WORDS = {
    "consistent_pass": "Usual range meets the target",
    "inconsistent": "Usual range may miss the target",
    "consistent_fail": "Usual range misses the target",
}

# From these chances on, not rounded; below the last, "unlikely". House rule, after the calibrated scale of the
# IPCC.
_LIKELIHOODS = ((0.8, "likely"), (0.5, "more likely than not"), (0.2, "less likely than not"))

# Decimals shown per unit; DfE and NHS England publish percentages and weeks to one decimal. Other units are counts.
_DECIMALS = {"percent": 1, "weeks": 1, "per 100 pupils": 2, "per 1,000 children": 1}

_SINGULAR = {
    "children": "child",
    "days": "day",
    "plans": "plan",
    "requests": "request",
    "families": "family",
    "packages": "package",
    "actions": "action",
}


def rounded(value: float, decimals: int) -> Decimal:
    """Return the value rounded half up, as DfE rounds (EHC plans data guidance 2025).

    Exact for a percentage computed as 100 * numerator / denominator: a decimal tie keeps its shortest form in `repr`.
    """
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: float, unit: str) -> str:
    """Return a value in its unit: "1,063 children", "1 child", "36.5 %", "18.6 weeks"."""
    text = f"{rounded(value, _DECIMALS.get(unit, 0)):,}"
    if text == "1":
        unit = _SINGULAR.get(unit, unit)
    return f"{text} %" if unit == "percent" else f"{text} {unit}"


def figure(value: float | None, unit: str, *, at_least: float | None = None, flag: str | None = None) -> str:
    """Return what a cell shows: the value, "52+ weeks" for an open band, or why there is no figure."""
    if not _absent(value):
        return number(float(value), unit)  # type: ignore[arg-type]
    if not _absent(at_least):
        return f"{rounded(float(at_least), 0)}+ {unit}"  # type: ignore[arg-type]
    return MISSING if _absent(flag) else FLAG_WORDS[str(flag)]


def group_words(group: str) -> str:
    """Return a group or a breakdown as a table shows it: "age band", "ADHD"."""
    return _GROUP_WORDS.get(group, group.replace("_", " "))


def difference(value: float, unit: str) -> str:
    """Return a signed difference: "+14.4 points" for percentages, "-12 children" otherwise."""
    amount = rounded(value, _DECIMALS.get(unit, 0))
    sign = "+" if amount > 0 else "−" if amount < 0 else "±"
    return f"{sign}{abs(amount):,} {'points' if unit == 'percent' else unit}"


def month_words(month: date) -> str:
    """Return "October 2023"."""
    return f"{month:%B %Y}"


def period_words(month: date, period_months: int) -> str:
    """Return what a figure covers: "October 2023" or the year it is for, by its last month.

    Twelve months are named as people name them: "calendar year 2024" when they end in December, "financial year
    2023/24" in March, "academic year 2023/24" in August, otherwise "12 months to …".
    """
    if period_months <= 1:
        return month_words(month)
    if period_months == 12:
        split = f"{month.year - 1}/{month:%y}"
        named = {12: f"calendar year {month.year}", 3: f"financial year {split}", 8: f"academic year {split}"}
        if month.month in named:
            return named[month.month]
    return f"{period_months} months to {month_words(month)}"


def short_month(month: date) -> str:
    """Return "Oct 2023", for places too narrow for `month_words`."""
    return f"{month:%b %Y}"


def narrow_month(month: date) -> str:
    """Return "Oct ’23", for places too narrow even for `short_month`."""
    return f"{month:%b ’%y}"


def short_period(month: date, period_months: int) -> str:
    """Return "Oct 2023" or, for twelve months, "2024", "2023/24" or "year to Jun 2024", for narrow places."""
    words = period_words(month, period_months)
    if period_months == 12:
        return words.rpartition(" ")[2] if words.startswith(("cal", "fin", "aca")) else f"year to {short_month(month)}"
    return short_month(month) if period_months <= 1 else f"{period_months} months to {short_month(month)}"


def day_words(day: date) -> str:
    """Return "3 November 2026"."""
    return f"{day.day} {day:%B %Y}"


def moment_words(moment: datetime) -> str:
    """Return "3 November 2026 at 14:05 UTC"; the moment is in UTC."""
    return f"{day_words(moment)} at {moment:%H:%M} UTC"


def gap_words(gap: float, unit: str) -> str:
    """Return how far the actual is from the plan: "40.0 points short of plan", "1.2 points better than planned"."""
    amount = difference(gap, unit)
    if amount[0] == "±":
        return "as planned"
    return f"{amount[1:]} {'better than planned' if amount[0] == '+' else 'short of plan'}"


def likelihood(chance: float) -> str:
    """Return a chance from 0 to 1 in words: "likely", "more likely than not", "less likely than not", "unlikely"."""
    return next((word for least, word in _LIKELIHOODS if chance >= least), "unlikely")


def chance_words(chance: float) -> str:
    """Return a chance from 0 to 1 in per cent and in words: "72 %, more likely than not", "under 1 %, unlikely"."""
    percent = rounded(100 * chance, 0)
    shown = "under 1 %" if percent < 1 else "over 99 %" if percent > 99 else f"{percent} %"
    return f"{shown}, {likelihood(chance)}"


def months_ahead_words(months: int, *, least: bool = False) -> str:
    """Return "3 months ahead of the plan", "at least 1 month behind the plan" or "level with the plan"."""
    if months == 0:
        return "level with the plan"
    count = f"{abs(months)} month{'' if abs(months) == 1 else 's'}"
    return f"{'at least ' if least else ''}{count} {'ahead of' if months > 0 else 'behind'} the plan"


def change_a_month(change: float, unit: str) -> str:
    """Return a signed change a month: "+1.2 points a month", "−4.3 children a month"; never fewer than one decimal."""
    return f"{_signed(change, unit)} {'points' if unit == 'percent' else unit} a month"


def change_interval(low: float, high: float, unit: str) -> str:
    """Return "−6.1 to −1.9", the ends of a change a month."""
    return f"{_signed(low, unit)} to {_signed(high, unit)}"


def pace_words(required: float, low: float, high: float, better: str) -> str:
    """Return whether a change a month known to lie from `low` to `high` is fast enough for the required one."""
    if low <= required <= high or better not in ("higher", "lower"):
        return "Cannot tell whether that is fast enough: the interval holds the change that is needed."
    enough = low > required if better == "higher" else high < required
    return "That is fast enough." if enough else "That is too slow."


def a_week(rate: float, thing: str = "children") -> str:
    """Return a rate with one decimal: "31.4 children a week"."""
    return f"{rounded(rate, 1):,} {thing} a week"


def base_words(numerator: float, denominator: float) -> str:
    """Return "251 of 687"."""
    return f"{rounded(numerator, 0):,} of {rounded(denominator, 0):,}"


def interval_words(low: float, high: float, unit: str) -> str:
    """Return "33.0 to 40.2 %"."""
    return f"{rounded(low, _DECIMALS.get(unit, 0)):,} to {number(high, unit)}"


def clock_words(elapsed: int, milestones: Iterable[tuple[str, int, date]]) -> str:
    """Return where the plan stands: "Month 11 of 18 · next milestone: 12 months, April 2024".

    `elapsed` counts months since the plan's start; milestones are label, months and due month, in any order.
    """
    ordered = sorted(milestones, key=lambda m: m[1])
    if not ordered:
        return f"Month {elapsed} of the plan"
    _, length, end = ordered[-1]
    if elapsed > length:
        ago = elapsed - length
        return f"The plan's {length} months ended in {month_words(end)}, {ago} month{'' if ago == 1 else 's'} ago"
    label, _, due = next(m for m in ordered if m[1] >= max(elapsed, 1) or m is ordered[-1])
    return f"Month {max(elapsed, 0)} of {length} · next milestone: {label}, {month_words(due)}"


def _signed(change: float, unit: str) -> str:
    amount = rounded(change, max(_DECIMALS.get(unit, 0), 1))
    sign = "+" if amount > 0 else "−" if amount < 0 else "±"
    return f"{sign}{abs(amount):,}"


def _absent(value: object) -> bool:
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]
