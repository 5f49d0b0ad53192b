"""Which points of a control chart are unlikely to be chance: the rule sets as data, and the four point rules.

Works on months whose limits are known (signal_limits); sets no limits and reads no files. The rules are those of NHS
England's Making Data Count as coded in NHSRplotthedots 0.2.2 (MIT, nhs-r-community/NHSRplotthedots@050b07d,
R/ptd_calculate_point_type.R); docs/deviations.md says where we differ.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from etl.errors import UsageError

Better = Literal["higher", "lower", "neither"]
Floats = NDArray[np.float64]
Signs = NDArray[np.int8]
Flags = NDArray[np.bool_]

# Three sigma of single values from the mean moving range of neighbours: 3 / 1.128, rounded as every NHS tool rounds it
# (NHSRplotthedots R/ptd_spc_standard.R; Making Data Count).
LIMIT_FACTOR = 2.66
# The largest moving range chance allows, as a multiple of the mean one (D4 for two neighbours): Nelson (1982), "Control
# Charts for Individual Measurements", Journal of Quality Technology 14(3), 172-173.
SCREEN_FACTOR = 3.267
SHIFT_POINTS = 7  # in a row on one side of the mean (Making Data Count)
TREND_POINTS = 7  # in a row rising, or falling (Making Data Count)
NEAR_WINDOW = 3  # points looked at by the two-in-three rule, of which …
NEAR_NEEDED = 2  # … so many must lie beyond two sigma (Making Data Count)

RULES = ("outside", "trend", "two_in_three", "shift")  # the order in which the first match names the point
COMMON_CAUSE = "Common Cause"
NOT_ASSESSED = "Not assessed"


@dataclass(frozen=True)
class RuleSet:
    """A named, versioned way to read a control chart; every chart says which one it was read under."""

    name: str
    source: str
    screens_ranges: bool  # leave outlying moving ranges out of the limits
    minimum_points: int  # with fewer there is a run chart: a median, no limits, no icons
    outside_counts_as_near: bool  # in two-in-three
    improvement_wins: bool  # where one point is both improvement and concern; otherwise the order of RULES decides
    inclusive_assurance: bool  # a target exactly on a limit counts as beyond it
    trend_looks_ahead: bool  # a trend point's direction is its next step if the next point is in any trend
    zero_width_stands: bool = False  # where screening leaves only ranges of zero, as the package does; ours: no
    shift_points: int = SHIFT_POINTS
    trend_points: int = TREND_POINTS


MDC_2023 = RuleSet(
    name="mdc-2023",
    source="NHS England, Making Data Count tools since November 2023 (NHSRplotthedots issues 16, 142, 194, 202; "
    "vignette Deviations from Excel defaults; PowerBI-SPC issue 116)",
    screens_ranges=False,
    minimum_points=13,
    outside_counts_as_near=True,
    improvement_wins=True,
    inclusive_assurance=True,
    trend_looks_ahead=False,
)
PTD_0_2_2 = RuleSet(
    name="ptd-0.2.2",
    source="R package NHSRplotthedots 0.2.2 (nhs-r-community/NHSRplotthedots@050b07d)",
    screens_ranges=True,
    minimum_points=1,  # limits from the first moving range on, so from 2 points
    outside_counts_as_near=False,
    improvement_wins=False,
    inclusive_assurance=False,
    trend_looks_ahead=True,
)
RULE_SETS = {rules.name: rules for rules in (MDC_2023, PTD_0_2_2)}


def rule_set(name: str) -> RuleSet:
    """Return the rule set of that name. Raises UsageError naming those there are."""
    if name not in RULE_SETS:
        raise UsageError(f"There is no rule set of that name. Use one of: {', '.join(RULE_SETS)}.")
    return RULE_SETS[name]


def good_direction(better: str) -> int:
    """Return +1 where higher is better, -1 where lower is, 0 where neither. Raises UsageError on anything else."""
    if better not in get_args(Better):
        raise UsageError(f"Which way is better must be one of: {', '.join(get_args(Better))}.")
    return {"higher": 1, "lower": -1, "neither": 0}[better]


def label(rule: str, direction: int, rules: RuleSet) -> str:
    """Return the name NHSRplotthedots gives a rule: "Above UCL", "7 Point Trend (Decreasing)", …"""
    side = "Above" if direction > 0 else "Below"
    return {
        "outside": f"{side} {'UCL' if direction > 0 else 'LCL'}",
        "trend": f"{rules.trend_points} Point Trend ({'Increasing' if direction > 0 else 'Decreasing'})",
        "two_in_three": f"{NEAR_NEEDED} in {NEAR_WINDOW} {side} CL",
        "shift": f"{rules.shift_points} Points {side} CL",
    }[rule]


def with_point_rules(frame: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Return the months with one column per rule: +1 the point is a signal upwards, -1 downwards, 0 not.

    One row per date, as from signal_limits. Every group of limits stands alone; a missing value breaks every run and
    window; months of a run chart (basis `run_chart`) get 0 throughout.
    """
    found = {rule: np.zeros(len(frame), dtype=np.int8) for rule in RULES}
    for places in frame.groupby("group", sort=False).indices.values():
        part = frame.iloc[places]
        if part["basis"].iloc[0] == "run_chart":
            continue
        for rule, signs in _rules_of_group(part, rules).items():
            found[rule][places] = signs
    return frame.assign(**found)


def _rules_of_group(part: pd.DataFrame, rules: RuleSet) -> dict[str, Signs]:
    names = ("value", "mean", "lower", "upper", "near_lower", "near_upper", "equal_within")
    value, mean, lower, upper, near_lower, near_upper, hair = (part[name].to_numpy(dtype=float) for name in names)
    side = _beyond(value, mean, mean, hair)
    outside = _beyond(value, lower, upper, hair)
    near = _beyond(value, near_lower, near_upper, hair) != 0
    if not rules.outside_counts_as_near:
        near &= outside == 0
    return {
        "outside": outside,
        "trend": _trend(value, rules),
        "two_in_three": _two_in_three(near, side),
        "shift": _shift(side, rules),
    }


def _beyond(value: Floats, lower: Floats, upper: Floats, hair: Floats) -> Signs:
    """Return +1 above the upper line, -1 below the lower one, 0 between, on a line, or where either is missing."""
    return (value > upper + hair).astype(np.int8) - (value < lower - hair).astype(np.int8)


def _in_runs(flags: Flags, length: int) -> Flags:
    """Return which places lie in an unbroken run of at least `length` true flags."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    marked = np.zeros(len(flags), dtype=bool)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        marked[start:end] = end - start >= length
    return marked


def _shift(side: Signs, rules: RuleSet) -> Signs:
    above, below = (_in_runs(side == sign, rules.shift_points) for sign in (1, -1))
    return above.astype(np.int8) - below.astype(np.int8)


def _trend(value: Floats, rules: RuleSet) -> Signs:
    """Return each point's trend: strict steps only; a peak shared by two trends belongs to the later one."""
    step = np.diff(value)
    rising, falling = (_in_runs(flags, rules.trend_points - 1) for flags in (step > 0, step < 0))
    run = rising.astype(np.int8) - falling.astype(np.int8)
    leaving, arriving = np.append(run, 0).astype(np.int8), np.insert(run, 0, 0).astype(np.int8)
    own = np.where(leaving != 0, leaving, arriving).astype(np.int8)
    if not rules.trend_looks_ahead or not len(step):
        return own
    # The package looks at the next step whatever trend the next point belongs to, and calls a level step a fall.
    ahead = (own[:-1] != 0) & (own[1:] != 0)
    own[:-1] = np.where(ahead, np.where(step > 0, 1, -1), own[:-1])
    return own


def _two_in_three(near: Flags, side: Signs) -> Signs:
    marked = np.zeros(len(side), dtype=np.int8)
    for start in range(len(side) - NEAR_WINDOW + 1):
        window = slice(start, start + NEAR_WINDOW)
        one_side = abs(side[window].sum()) == NEAR_WINDOW
        if one_side and near[window].sum() >= NEAR_NEEDED:
            marked[window] |= np.where(near[window], side[window], 0).astype(np.int8)
    return marked


def with_meanings(frame: pd.DataFrame, rules: RuleSet, better: Better) -> pd.DataFrame:
    """Return the months with `signal`, `kind`, `direction`, `meaning` and `conflict` beside the columns of the rules.

    `signal` is the package's label of the first rule that matches, `kind` that rule, `gap`, `not_assessed` or `none`,
    `direction` its sign. `meaning` is the package's class (special_cause_improvement, …); `conflict` says that the
    rules disagree whether the point is better or worse, and then the rule set decides which meaning shows.
    """
    good = good_direction(better)
    rows = [_meaning(row, rules, good) for row in frame[["basis", "value", *RULES]].to_dict("records")]
    names = ("signal", "kind", "direction", "meaning", "conflict")
    return frame.assign(**{name: [row[place] for row in rows] for place, name in enumerate(names)})


def _meaning(row: Mapping[Hashable, Any], rules: RuleSet, good: int) -> tuple[str, str, int, str, bool]:
    if row["basis"] == "run_chart":
        return NOT_ASSESSED, "not_assessed", 0, "not_assessed", False
    matches = [(rule, int(row[rule])) for rule in RULES if row[rule]]
    if not matches:
        return COMMON_CAUSE, "gap" if pd.isna(row["value"]) else "none", 0, "common_cause", False
    rule, direction = matches[0]
    signal = label(rule, direction, rules)
    if not good:
        return signal, rule, direction, f"special_cause_neutral_{'high' if direction > 0 else 'low'}", False
    conflict = len({sign for _, sign in matches}) > 1
    improves = (conflict and rules.improvement_wins) or direction == good
    return signal, rule, direction, f"special_cause_{'improvement' if improves else 'concern'}", conflict
