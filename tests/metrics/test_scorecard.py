"""The scorecard's rows and the attention list, on a plan and figures small enough to judge by hand."""

from datetime import date

import pandas as pd
import pytest

from metrics.definition import Definition, load_definitions
from metrics.edition_tables import RESULTS
from metrics.plan import Scorecard
from metrics.scorecard import score
from tests.metrics.test_trajectory import PLAN, row

KPIS = load_definitions()
WAIT = KPIS["slt_92nd_percentile_wait"]


def results(kpi: Definition, figures: dict[str, float | None], **more: object) -> pd.DataFrame:
    shared = {"kpi": kpi.id, "area": "X", "breakdown": "all", "group": "all", "period_months": 0, **more}
    return RESULTS.frame(
        {**shared, "month": date.fromisoformat(f"{month}-01"), "value": value} for month, value in figures.items()
    )


def scored(
    kpi: Definition, baseline: float | None, targets: dict[int, float | str], found: pd.DataFrame, as_of: str
) -> pd.Series:
    card = Scorecard(rows=[row(kpi, baseline, targets)])
    return score(PLAN, card, KPIS, found, date.fromisoformat(f"{as_of}-01"))["scorecard"].iloc[0]


@pytest.mark.parametrize(
    ("target", "status", "reason"),
    [
        (18, "off", "Newly off trajectory: at least 34.0 weeks behind the plan"),  # 52 - 18
        (60, "no_data", "Cannot be judged: known only as 52+ weeks"),
    ],
)
def test_a_figure_in_an_open_band_stays_on_the_attention_list(target: float, status: str, reason: str) -> None:
    found = results(WAIT, {"2023-10": None}, at_least=52)
    line = scored(WAIT, target, {2: target, 4: target}, found, "2023-10")
    assert (line["status"], line["attention"], line["attention_reason"]) == (status, 1, reason)
    assert pd.isna(line["gap"])  # how far exactly is not known


TIMES = {2: 60, 4: 18}  # October 2023 and October 2024; the milestone before the last is due in April 2024


@pytest.mark.parametrize(
    ("month", "value", "status"),
    [
        ("2023-08", 60, "no_data"),
        ("2023-10", 55, "no_data"),
        ("2023-11", 57, "no_data"),
        ("2024-04", 40, "no_data"),  # the milestone before has it
        ("2024-05", 40, "off"),  # 60 to 18 in twelve months: 35.5 planned, 1.8 allowed
        ("2024-12", 18, "met"),  # after the plan its last target stands
    ],
)
def test_after_the_plan_a_figure_from_before_its_last_milestone_judges_nothing(
    month: str, value: float, status: str
) -> None:
    line = scored(WAIT, 60, TIMES, results(WAIT, {month: value}), "2025-10")
    assert line["status"] == status
    if status == "no_data":
        assert line["attention_reason"].startswith("No figure since ")
        assert pd.isna(line["gap"])


@pytest.mark.parametrize(("year", "status"), [(2023, "no_data"), (2024, "met")])
def test_after_the_plan_a_year_counts_when_it_holds_the_last_milestone(year: int, status: str) -> None:
    kpi = KPIS["ehc_plans_within_20_weeks_excluding_exceptions"]
    found = results(kpi, {f"{year}-12": 100}, period_months=12)
    assert scored(kpi, 46, {2: 60, 4: 100}, found, "2025-06")["status"] == status


def rise(kpi: Definition, earlier: float | None, latest: float | None) -> object:
    return scored(kpi, None, {}, results(kpi, {"2023-10": earlier, "2023-11": latest}), "2023-12")["attention_reason"]


def test_a_rise_where_none_is_the_standard_is_told_in_the_words_of_the_kpi() -> None:
    assert rise(KPIS["annual_reviews_overdue"], 3, 5) == "5 plans, up from 3 in October 2023; the standard is none"
    assert rise(KPIS["slt_over_52_weeks"], 0, 1) == "1 child, up from 0 in October 2023; the standard is none"


@pytest.mark.parametrize(("earlier", "latest"), [(None, 5), (3, None), (5, 5), (5, 3)])
def test_a_missing_figure_is_not_zero_and_no_rise(earlier: float | None, latest: float | None) -> None:
    assert pd.isna(rise(KPIS["annual_reviews_overdue"], earlier, latest))
