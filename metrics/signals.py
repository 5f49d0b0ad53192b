"""Statistical process control of one series: which figures are unlikely to be chance, and whether the target is safe.

A frame of dates and values becomes a frame of points under a named rule set, and that a reading of the latest point.
Steps: full calendar, groups between rebases, limits, point rules, meanings, assurance. Each can be called alone.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from metrics.proportions import Chart, with_share_limits, with_shares
from metrics.signal_calendar import Rebase, Step, full_calendar, with_groups
from metrics.signal_limits import with_xmr_limits
from metrics.signal_rules import MDC_2023, RULES, Better, RuleSet, good_direction, with_meanings, with_point_rules

# What a point's limits say about its target: the package's words (R/ptd_calculate_assurance_type.R).
PASSES, FAILS, EITHER = "consistent_pass", "consistent_fail", "inconsistent"


def control_chart(
    frame: pd.DataFrame,
    better: Better,
    rules: RuleSet = MDC_2023,
    *,
    target: float | None = None,
    rebases: Sequence[Rebase] = (),
    step: Step | None = None,
    chart: Chart = "xmr",
    scale: float = 1.0,
    fix_after: int | None = None,
    screens_ranges: bool | None = None,
) -> pd.DataFrame:
    """Return one row per date due: value, limits, signal, meaning and assurance, in the unit of the values.

    `frame` has `date` and `value`, or for a p or p′ chart `date`, `numerator` and `denominator` (value = `scale` times
    the share), and may have a `target` per date, such as the trajectory's; the constant `target` takes its place.
    Columns: signal_calendar.with_groups, signal_limits.COLUMNS, signal_rules (one column per rule, with_meanings),
    with_assurance. Pass `step` where it is known (MONTHLY), so that two months far apart are no neighbours. `fix_after`
    sets limits from the first so many rows of each group; `screens_ranges` overrules the rule set. Raises UsageError
    where there is no date, dates repeat or an option is out of range.
    """
    good_direction(better)
    chosen = rules if screens_ranges is None else replace(rules, screens_ranges=screens_ranges)
    known = frame if chart == "xmr" else with_shares(frame, scale)
    targets = known.get("target", np.nan) if target is None else float(target)
    points = with_groups(full_calendar(known.assign(target=targets), step), rebases)
    if target is not None:
        points = points.assign(target=float(target))
    if chart == "xmr":
        limited = with_xmr_limits(points, chosen, fix_after)
    else:
        limited = with_share_limits(points, chosen, chart, scale=scale, fix_after=fix_after)
    meant = with_meanings(with_point_rules(limited, chosen), chosen, better)
    return with_assurance(meant, chosen, better)


def with_assurance(frame: pd.DataFrame, rules: RuleSet, better: Better) -> pd.DataFrame:
    """Return the points with `assurance` (consistent_pass, consistent_fail, inconsistent or none) and why.

    Each date's limits are held against that date's own target, so dates of the future with a target have an answer
    too once limits are carried there. `assurance_reason`: `limits`, `at_the_limit` (target exactly on a limit),
    `no_variation` (the constant value itself is compared), or why there is none: `no_target`, `no_direction`,
    `too_few_points`, `no_limits`.
    """
    good = good_direction(better)
    needed = frame[["target", "lower", "upper", "mean", "basis", "equal_within"]]
    answers = [_assurance(row, rules, good) for row in needed.to_dict("records")]
    return frame.assign(
        assurance=pd.Series([answer for answer, _ in answers], index=frame.index, dtype="str"),
        assurance_reason=pd.Series([reason for _, reason in answers], index=frame.index, dtype="str"),
    )


def _assurance(row: Mapping[Hashable, Any], rules: RuleSet, good: int) -> tuple[str | None, str]:
    target, lower, upper = (row[name] for name in ("target", "lower", "upper"))
    hair = max(row["equal_within"], 1e-14 * abs(target))
    if pd.isna(target):
        return None, "no_target"
    if not good:
        return None, "no_direction"
    if row["basis"] == "no_variation":
        return PASSES if good * (row["mean"] - target) >= -hair else FAILS, "no_variation"
    if pd.isna(lower):
        return None, "too_few_points" if row["basis"] == "run_chart" else "no_limits"
    at_limit = min(abs(target - lower), abs(target - upper)) <= hair
    reach = -hair if rules.inclusive_assurance else hair
    reason = "at_the_limit" if at_limit else "limits"
    if target > upper + reach:
        return FAILS if good > 0 else PASSES, reason
    if target < lower - reach:
        return PASSES if good > 0 else FAILS, reason
    return EITHER, reason


@dataclass(frozen=True)
class Stretch:
    """Consecutive dates whose signals mean the same."""

    start: date
    end: date
    meaning: str


@dataclass(frozen=True)
class Reading:
    """What a chart says today: its latest date with a value. Numbers are in the unit of the values, not rounded."""

    better: Better
    rules: RuleSet
    on: date | None = None  # missing: there is no value at all
    value: float | None = None
    mean: float | None = None
    median: float | None = None
    lower: float | None = None
    upper: float | None = None
    points: int = 0  # values since the limits last started anew
    basis: str = "no_limits"  # signal_limits.BASES
    since: date | None = None  # when the limits started anew; missing: they never did
    variation: str | None = None  # class of the latest point; missing: too few points for an icon
    signals: tuple[tuple[str, int], ...] = ()  # every rule the latest point meets, with its direction
    conflict: bool = False
    target: float | None = None
    target_moves: bool = False
    assurance: str | None = None
    assurance_reason: str = "no_target"
    gaps: tuple[date, ...] = ()  # dates without a value between the first and the latest
    earlier: tuple[Stretch, ...] = ()  # signals before the latest stretch


def read_chart(points: pd.DataFrame, better: Better, rules: RuleSet = MDC_2023) -> Reading:
    """Return the reading of a control chart. The variation icon is the latest point's, never an earlier signal's."""
    known = points[points["value"].notna()]
    if known.empty:
        return Reading(better, rules)
    last = known.iloc[-1]
    whole = points.loc[known.index[0] : known.index[-1]]
    restarts = known.loc[known["rebase_reason"].notna(), "date"]
    signals = tuple((rule, int(last[rule])) for rule in RULES if last[rule])
    return Reading(
        better=better,
        rules=rules,
        on=last["date"].date(),
        value=float(last["value"]),
        mean=_number(last["mean"]),
        median=_number(last["median"]),
        lower=_number(last["lower"]),
        upper=_number(last["upper"]),
        points=int(last["points"]),
        basis=str(last["basis"]),
        since=restarts.iloc[-1].date() if len(restarts) else None,
        variation=None if last["basis"] == "run_chart" else str(last["meaning"]),
        signals=signals,
        conflict=bool(last["conflict"]),
        target=_number(last["target"]),
        target_moves=whole["target"].nunique() > 1,
        assurance=None if pd.isna(last["assurance"]) else str(last["assurance"]),
        assurance_reason=str(last["assurance_reason"]),
        gaps=tuple(stamp.date() for stamp in whole.loc[whole["value"].isna(), "date"]),
        earlier=_earlier(whole),
    )


def _earlier(whole: pd.DataFrame) -> tuple[Stretch, ...]:
    """Return the stretches of one meaning before the one the latest point belongs to, oldest first."""
    number = (whole["meaning"] != whole["meaning"].shift()).cumsum()
    past = whole[(number < number.iloc[-1]) & whole["meaning"].str.startswith("special_cause")]
    return tuple(
        Stretch(part["date"].iloc[0].date(), part["date"].iloc[-1].date(), str(part["meaning"].iloc[0]))
        for _, part in past.groupby(number, sort=True)
    )


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
