"""Control limits for shares whose base changes from month to month: p and p′ (Laney) charts.

XmR on a percentage cannot tell 9 of 12 from 90 of 120. Formulas: PowerBI-SPC src/Limit Calculations/p.ts and pprime.ts
(formulas only); Laney (2002), "Improved Control Charts for Attributes", Quality Engineering 14(4), 531-537.
"""

from typing import Literal

import numpy as np
import pandas as pd

from etl.errors import UsageError
from metrics.signal_limits import checked_fix, equal_within, median_of, moving_range
from metrics.signal_rules import Floats, RuleSet

D2 = 1.128  # mean range of two neighbours in units of sigma (Laney 2002, as in every moving-range chart)
VARIES_BEYOND = 0.25  # of the mean base; beyond it one width of limits misleads (reference rule: 25 %)
SIGMAS, NEAR_SIGMAS = 3.0, 2.0

Chart = Literal["xmr", "p", "p_prime"]


def bases_vary(denominators: pd.Series) -> bool:
    """Return whether any base lies more than 25 % from the mean base: then a p′ chart is offered. Gaps are skipped."""
    known = denominators.dropna()
    known = known[known > 0]
    return bool(len(known)) and bool(((known - known.mean()).abs() > VARIES_BEYOND * known.mean()).any())


def with_shares(frame: pd.DataFrame, scale: float = 1.0) -> pd.DataFrame:
    """Return the frame with `value` = scale * numerator / denominator; no base, or no count, is a missing value.

    Raises UsageError, naming rows from 1, where a count is negative or above its base.
    """
    part, whole = (frame[name].astype(float) for name in ("numerator", "denominator"))
    faulty = ((part < 0) | (part > whole) | (whole < 0)).to_numpy()
    if faulty.any():
        rows = ", ".join(str(place + 1) for place in np.flatnonzero(faulty))
        raise UsageError(f"A share needs a numerator from 0 to its denominator: rows {rows} break this.")
    return frame.assign(value=scale * part / whole.where(whole > 0))


def with_share_limits(
    frame: pd.DataFrame, rules: RuleSet, chart: Chart, *, scale: float = 1.0, fix_after: int | None = None
) -> pd.DataFrame:
    """Return the months with signal_limits.COLUMNS and `sigma_z`: limits as wide as each month's own base makes them.

    One row per date with `value`, `numerator`, `denominator`, `group`. p: mean ± 3 sigma of that base. p′: those times
    `sigma_z`, the spread the months really show (1 on a p chart). `scale` 100 gives percent. Not clipped to 0 to 1:
    signal_limits.drawn_limits does that for the drawn line.
    """
    checked_fix(fix_after)
    parts = [_share_lines(part, rules, chart, scale, fix_after) for _, part in frame.groupby("group", sort=False)]
    return frame.join(pd.concat(parts))


def _share_lines(part: pd.DataFrame, rules: RuleSet, chart: Chart, scale: float, fix_after: int | None) -> pd.DataFrame:
    count, whole = (part[name].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    share = part["value"].to_numpy(dtype=float) / scale
    known = ~np.isnan(share)
    base = known & (np.arange(len(part)) < (len(part) if fix_after is None else fix_after))
    mean = float(count[base].sum() / whole[base].sum()) if base.any() else np.nan
    sigma = np.sqrt(mean * (1 - mean) / np.where(whole > 0, whole, np.nan))
    sigma_z, basis = _sigma_z(np.where(base, share, np.nan), mean, sigma, chart)
    basis = "run_chart" if known.sum() < rules.minimum_points else basis
    width = sigma * sigma_z * scale
    if basis in ("no_variation", "run_chart", "no_limits"):
        width = np.full(len(part), 0.0 if basis == "no_variation" else np.nan)
    lines = {
        "mean": mean * scale,
        "median": median_of(np.where(base, share, np.nan)) * scale,
        "lower": mean * scale - SIGMAS * width,
        "upper": mean * scale + SIGMAS * width,
        "near_lower": mean * scale - NEAR_SIGMAS * width,
        "near_upper": mean * scale + NEAR_SIGMAS * width,
        "equal_within": equal_within(share * scale),
        "points": int(known.sum()),
        "basis": basis,
        "sigma_z": sigma_z,
    }
    return pd.DataFrame(lines, index=part.index)


def _sigma_z(share: Floats, mean: float, sigma: Floats, chart: Chart) -> tuple[float, str]:
    """Return how much wider than chance alone the months vary, outlying steps left out once, and the basis."""
    if np.isnan(mean):
        return np.nan, "no_limits"
    if mean in (0, 1):
        return 1.0, "no_variation"
    if chart == "p":
        return 1.0, "limits"
    spread = moving_range((share - mean) / sigma, screens=True)
    return spread.mean_range / D2, spread.basis
