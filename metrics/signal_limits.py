"""The usual range of each group of months: mean, three-sigma and two-sigma lines of an XmR chart.

Source: NHSRplotthedots 0.2.2, R/ptd_spc_standard.R (MIT); the answers where a formula gives none are ours
(docs/deviations.md, Control charts). Limits are never clipped: `drawn_limits` clips what is drawn.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.errors import UsageError
from metrics.signal_rules import LIMIT_FACTOR, SCREEN_FACTOR, Floats, RuleSet

SHORT_BELOW = 13  # points; with fewer the package calls limits trial limits (R/ptd_add_short_group_warnings.R)
FEWEST_TO_FIX = 12  # points; fewer are no baseline (R/ptd_spc_options.R)

# Why the limits are what they are: `limits` as the formula says; `all_ranges` screening left no range at all, so none
# was left out; `no_variation` every value is the same, so the limits are the mean; `run_chart` too few points for this
# rule set; `no_limits` no two neighbouring values to learn from.
BASES = ("limits", "all_ranges", "no_variation", "run_chart", "no_limits")

COLUMNS = ("mean", "median", "lower", "upper", "near_lower", "near_upper", "equal_within", "points", "basis")


@dataclass(frozen=True)
class Spread:
    """The mean moving range of a group, in the unit of the values, and why it is what it is (BASES)."""

    mean_range: float
    basis: str


def equal_within(values: Floats) -> float:
    """Return the difference below which two numbers count as equal: what binary rounding can do to these values.

    So 0.1 lies on the mean of 10.1 and -9.9, and a constant 0.1 does not stray from its own mean.
    """
    known = values[~np.isnan(values)]
    return 1e-14 * float(np.abs(known).max()) if len(known) else 0.0


def with_xmr_limits(frame: pd.DataFrame, rules: RuleSet, fix_after: int | None = None) -> pd.DataFrame:
    """Return the months with the columns of COLUMNS: limits in the unit of the values, `points` counted, BASES.

    One row per date of a full calendar (signal_calendar), with `value` and `group`. No moving range crosses a gap or
    a group. With `fix_after` only the first so many rows of each group set its limits, a gap counted as a row.
    Raises UsageError where it is below 12.
    """
    checked_fix(fix_after)
    parts = [
        pd.DataFrame(_xmr_lines(values.to_numpy(dtype=float), rules, fix_after), index=values.index)
        for _, values in frame.groupby("group", sort=False)["value"]
    ]
    return frame.join(pd.concat(parts))


def checked_fix(fix_after: int | None) -> None:
    """Raise UsageError where a baseline is shorter than any tool allows."""
    if fix_after is not None and fix_after < FEWEST_TO_FIX:
        raise UsageError(f"Limits can be fixed after {FEWEST_TO_FIX} points or more, not fewer.")


def _xmr_lines(values: Floats, rules: RuleSet, fix_after: int | None) -> dict[str, object]:
    base = values[:fix_after]
    points = int((~np.isnan(values)).sum())
    spread = moving_range(base, screens=rules.screens_ranges, zero_width_stands=rules.zero_width_stands)
    basis = "run_chart" if points < rules.minimum_points else spread.basis
    mean = mean_of(base)
    far = np.nan if basis in ("run_chart", "no_limits") else LIMIT_FACTOR * spread.mean_range
    near = far * 2 / 3
    lines = (mean, mean - far, mean + far, mean - near, mean + near)
    return dict(zip(("mean", "lower", "upper", "near_lower", "near_upper"), lines, strict=True)) | {
        "median": median_of(base),
        "equal_within": equal_within(values),
        "points": points,
        "basis": basis,
    }


def mean_of(values: Floats) -> float:
    """Return the mean of those there are, the same in whatever order they come; missing where there is none."""
    known = values[~np.isnan(values)]
    return math.fsum(known) / len(known) if len(known) else math.nan


def median_of(values: Floats) -> float:
    """Return the median of those there are: the line of a run chart; missing where there is none."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else math.nan


def moving_range(values: Floats, *, screens: bool, zero_width_stands: bool = False) -> Spread:
    """Return the mean absolute difference of neighbours; a gap costs the two ranges beside it.

    Screening leaves out, once, every range not below 3.267 times the mean (Nelson 1982). Where that leaves nothing
    but zeros, all ranges count, unless `zero_width_stands`: limits without width would call every point a signal.
    """
    hair = equal_within(values)
    ranges = np.abs(np.diff(values))
    ranges = np.where(ranges <= hair, 0.0, ranges)
    mean = mean_of(ranges)
    if np.isnan(mean):
        return Spread(math.nan, "no_limits")
    if mean == 0:
        same = np.nanmax(values) - np.nanmin(values) <= hair
        return Spread(0.0, "no_variation") if same else Spread(math.nan, "no_limits")
    if not screens:
        return Spread(mean, "limits")
    kept = mean_of(ranges[ranges < SCREEN_FACTOR * mean - hair])
    return Spread(kept, "limits") if kept > 0 or zero_width_stands else Spread(mean, "all_ranges")


def drawn_limits(frame: pd.DataFrame, floor: float | None = None, ceiling: float | None = None) -> pd.DataFrame:
    """Return the months with `drawn_lower` and `drawn_upper`: the limits cut to what the measure can be.

    Only lines on paper are cut; signals and assurance use the limits as computed.
    """
    return frame.assign(
        drawn_lower=frame["lower"].clip(floor, ceiling), drawn_upper=frame["upper"].clip(floor, ceiling)
    )
