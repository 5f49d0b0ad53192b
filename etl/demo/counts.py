"""Invented counts for the workbook of measures: what partners count and nobody lists child by child."""

from datetime import date

import numpy as np
import pandas as pd

from etl.figures import Figure
from etl.source import load_sources

# By measure: how many the count is out of in a period, and the percentage at the plan's start and at the end.
_SHARES: dict[str, tuple[float, float, float]] = {
    "care_education_treatment_reviews_on_time": (12, 70, 92),
    "early_help_assessment_offered": (52, 20, 80),
    "early_years_communication_and_language_expected_level": (3000, 79, 81),
    "early_years_communication_language_and_literacy": (3000, 66, 69),
    "ehc_advice_audited_good": (24, 35, 72),
    "ehc_plans_audited_good": (15, 30, 75),
    "nd_course_outcome_improved": (140, 62, 74),
    "nd_first_appointments_not_attended": (60, 16, 10),
    "nd_referrals_accepted": (75, 84, 89),
    "nd_referrals_rejected": (75, 16, 11),
    "permanent_exclusions_nd_primary": (900, 0.4, 0.3),
    "permanent_exclusions_nd_secondary": (1100, 1.1, 0.8),
    "persistent_absence_nd": (2000, 36, 31),
    "progress_towards_plan_outcomes": (800, 58, 70),
    "progress_towards_slcn_plan_outcomes": (300, 55, 68),
    "severe_absence_nd": (2000, 6, 5),
    "suspensions_nd_primary": (900, 9, 7),
    "suspensions_nd_secondary": (1100, 32, 25),
    "talk_boost_progress": (140, 68, 82),
    "workforce_trained_priority_groups": (420, 8, 78),
    "workforce_trained_remaining_groups": (1500, 3, 55),
    "workforce_trained_sencos": (150, 12, 96),
}
# By measure: a plain count at the plan's start and at the end.
_COUNTS: dict[str, tuple[float, float]] = {
    "children_population": (60_300, 59_700),
    "nd_families_on_support_courses": (110, 240),
    "slt_individual_package_spend": (61_000, 43_000),
    "slt_individual_packages": (38, 24),
    "talk_boost_children_reached": (90, 210),
}
_YEARLY = (6,)  # the month of mid-year estimates
_OFFICERS, _CASELOAD = (11.0, 18.0), (205.0, 165.0)
_TOLD_APART = ("nd_referrals_accepted", "nd_referrals_rejected")  # the same referrals stand below both
# Last months of a period, by its length in months; terms end in December, April and August.
_ENDS = {0: (3, 6, 9, 12), 1: tuple(range(1, 13)), 3: (3, 6, 9, 12), 4: (4, 8, 12), 12: (8,)}
_FIRST = "2023-04"


def measures(last: date, rng: np.random.Generator) -> pd.DataFrame:
    """Return the lines of the workbook up to a month: one a measure and period.

    Every measure the workbook asks for is there; one that is new stays out until it is given a course here.
    """
    layout = load_sources()["measures"].figures
    assert layout
    lines = []
    months = pd.date_range(_FIRST, last, freq="MS")
    referrals = rng.poisson(75, len(months))
    for name, figure in layout.measures.items():
        held = [place for place, month in enumerate(months) if month.month in _months(name, figure)]
        for place in held:
            along = place / (len(months) - 1)
            count, of = _drawn(name, along, int(referrals[place]), rng)
            if count is not None:
                lines.append([figure.title, f"{months[place]:%Y-%m}", count, of])
    headings = [layout.columns[key].headers[0] for key in ("measure", "month", "numerator", "denominator")]
    return pd.DataFrame(lines, columns=headings, dtype="object")


def _months(name: str, figure: Figure) -> tuple[int, ...]:
    other = {"ehc_plans_per_case_officer": _ENDS[1], "children_population": _YEARLY}
    return other.get(name, _ENDS[figure.months])


def _drawn(name: str, along: float, referrals: int, rng: np.random.Generator) -> tuple[int | None, int | None]:
    """Return count and base of a period that lies so far along the plan, from 0 to 1."""
    if name == "ehc_plans_per_case_officer":
        officers = round(_between(_OFFICERS, along))
        return round(officers * _between(_CASELOAD, along)), officers
    if name in _COUNTS:
        return int(rng.poisson(_between(_COUNTS[name], along))), None
    if name not in _SHARES:
        return None, None
    base, *ends = _SHARES[name]
    of = referrals if name in _TOLD_APART else round(base * rng.normal(1, 0.04)) if base > 100 else rng.poisson(base)
    of = max(int(of), 1)
    return int(rng.binomial(of, _between((ends[0], ends[1]), along) / 100)), of


def _between(ends: tuple[float, float], along: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * along
