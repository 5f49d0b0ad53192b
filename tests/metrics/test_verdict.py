"""The sentences, word for word."""

from datetime import date

import pytest

from metrics.definition import load_definitions
from metrics.trajectory import Reading
from metrics.verdict import Milestone, sentence, summary

TIMELY = load_definitions()["ehc_plans_within_20_weeks_excluding_exceptions"]
LIST = load_definitions()["slt_list_size"]
NAME = "EHC plans issued within 20 weeks, excluding exceptions"


def year(number: int, value: float | None, flag: str | None = None) -> Reading:
    return Reading(date(number, 12, 1), 12, value, None, flag)


def month(number: int, value: float) -> Reading:
    return Reading(date(2023, number, 1), 0, value)


@pytest.mark.parametrize(
    ("latest", "previous", "gap", "status", "words"),
    [
        (None, None, None, "no_data", f"{NAME}: there is no figure yet."),
        (year(2024, 36.54), None, None, "no_target",
         f"{NAME}: 36.5 % (calendar year 2024). The plan sets no target in numbers."),
        (year(2024, 36.54), year(2023, 38.34), -63.46, "off",
         f"{NAME}: 36.5 % (calendar year 2024). Down from 38.3 % (calendar year 2023), which is worse. "
         "This is 63.5 points behind the plan."),
        (year(2024, 61.0), year(2023, 60.0), -4.0, "near",
         f"{NAME}: 61.0 % (calendar year 2024). Up from 60.0 % (calendar year 2023), which is better. "
         "This is 4.0 points behind the plan, within the margin it allows."),
        (year(2024, 66.0), year(2023, 66.0), 2.0, "on_trajectory",
         f"{NAME}: 66.0 % (calendar year 2024). The same as the figure before it, 66.0 % (calendar year 2023). "
         "This is 2.0 points ahead of the plan."),
        (year(2024, 100.0), None, 0.0, "met",
         f"{NAME}: 100.0 % (calendar year 2024). This meets the plan's milestone."),
        (year(2024, None, "withheld"), year(2023, 38.0), None, "withheld", f"{NAME}: withheld (calendar year 2024)."),
    ],
)  # fmt: skip
def test_where_a_kpi_stands(
    latest: Reading | None, previous: Reading | None, gap: float | None, status: str, words: str
) -> None:
    assert sentence(TIMELY, latest, previous, gap, status) == words


@pytest.mark.parametrize(
    ("chance", "likely"),
    [
        (0.93, "likely"),
        (0.8, "likely"),
        (0.6, "more likely than not"),
        (0.2, "less likely than not"),
        (0.19, "unlikely"),
    ],
)
def test_what_is_likely_follows(chance: float, likely: str) -> None:
    coming = Milestone(date(2024, 4, 1), 400, chance)
    told = sentence(LIST, month(10, 620), month(9, 571), -40, "off", coming)
    assert told == (
        "Children waiting for speech and language therapy: 620 children (October 2023). "
        "Up from 571 children (September 2023), which is worse. This is 40 children behind the plan. "
        f"Reaching 400 children by April 2024 is {likely}."
    )


def test_without_a_forecast_nothing_is_called_likely() -> None:
    told = sentence(LIST, month(10, 620), None, -40, "off", Milestone(date(2024, 4, 1), 400, None))
    assert "Reaching" not in told


def test_the_summary_counts_the_whole_and_each_priority_area() -> None:
    rows = [("3. Waits", "no_target"), ("3. Waits", "no_data"), ("5. Plans", "off"), ("5. Plans", "met")]
    assert summary(rows) == [
        "Of 4 measures on the scorecard, 3 have a target in numbers: 1 on course, 1 off, 1 without a figure to judge.",
        "3. Waits: 2 measures, 1 with a target in numbers: 1 without a figure to judge.",
        "5. Plans: 2 measures, 2 with a target in numbers: 1 on course, 1 off.",
    ]
    assert summary([("3. Waits", "no_target")]) == ["On the scorecard: 1 measure, none with a target in numbers."]
    assert summary([]) == ["The scorecard has no measure yet."]
