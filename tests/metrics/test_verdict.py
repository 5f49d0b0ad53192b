"""The sentences, word for word."""

import re
from datetime import date

import pytest

from metrics.definition import load_definitions
from metrics.trajectory import Reading
from metrics.verdict import Milestone, Standing, sentence, summary

TIMELY = load_definitions()["ehc_plans_within_20_weeks_excluding_exceptions"]
LIST = load_definitions()["slt_list_size"]
WAIT = load_definitions()["slt_92nd_percentile_wait"]
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
         f"{NAME}: 36.5 % in the calendar year 2024. The plan sets no target in numbers."),
        (year(2024, 36.54), year(2023, 38.34), -63.46, "off",
         f"{NAME}: 36.5 % in the calendar year 2024, down from 38.3 % in the calendar year 2023, which is worse. "
         "This is 63.5 points behind the plan."),
        (year(2024, 61.0), year(2023, 60.0), -4.0, "near",
         f"{NAME}: 61.0 % in the calendar year 2024, up from 60.0 % in the calendar year 2023, which is better. "
         "This is 4.0 points behind the plan, within its margin."),
        (year(2024, 66.0), year(2023, 66.0), 2.0, "on_trajectory",
         f"{NAME}: 66.0 % in the calendar year 2024, the same as in the calendar year 2023. "
         "This is 2.0 points ahead of the plan."),
        (year(2024, 66.0), None, 0.0, "on_trajectory",
         f"{NAME}: 66.0 % in the calendar year 2024. This is as the plan says."),
        (year(2024, 100.0), None, 0.0, "met",
         f"{NAME}: 100.0 % in the calendar year 2024. This meets the plan's milestone."),
        (year(2020, 66.0), None, None, "no_data",
         f"{NAME}: 66.0 % in the calendar year 2020. This is too old to say whether the plan was kept."),
        (year(2024, None, "withheld"), year(2023, 38.0), None, "withheld",
         f"{NAME}: withheld in the calendar year 2024."),
    ],
)  # fmt: skip
def test_where_a_kpi_stands(
    latest: Reading | None, previous: Reading | None, gap: float | None, status: str, words: str
) -> None:
    assert sentence(TIMELY, latest, previous, gap, status) == words


def test_a_move_is_not_called_worse_where_too_few_figures_can_tell() -> None:
    told = sentence(LIST, month(10, 620), month(9, 571), None, "no_target", enough=False)
    assert told.startswith(f"{LIST.title}: 620 children in October 2023, up from 571 in September 2023. The plan")


@pytest.mark.parametrize(
    ("gap", "status", "words"),
    [
        (-34, "off", "This is at least 34.0 weeks behind the plan."),
        (None, "no_data", "Whether this keeps to the plan cannot be told."),
    ],
)
def test_a_figure_in_an_open_band_is_at_least_so_far_behind(gap: float | None, status: str, words: str) -> None:
    band = Reading(date(2023, 10, 1), 0, None, at_least=52)
    assert sentence(WAIT, band, None, gap, status) == f"{WAIT.title}: 52+ weeks in October 2023. {words}"


@pytest.mark.parametrize(
    ("chance", "likely"),
    [
        (0.93, "likely"),
        (0.8, "likely"),
        (0.799, "more likely than not"),
        (0.5, "more likely than not"),
        (0.495, "less likely than not"),
        (0.2, "less likely than not"),
        (0.19, "unlikely"),
    ],
)
def test_what_is_likely_follows(chance: float, likely: str) -> None:
    coming = Milestone(date(2024, 4, 1), 400, chance)
    told = sentence(LIST, month(10, 620), month(9, 571), -40, "off", coming)
    assert told == (
        f"{LIST.title}: 620 children in October 2023, up from 571 in September 2023, "
        f"which is worse. This is 40 children behind the plan, and 400 children by April 2024 is {likely}."
    )


def test_without_a_forecast_nothing_is_called_likely() -> None:
    told = sentence(LIST, month(10, 620), None, -40, "off", Milestone(date(2024, 4, 1), 400, None))
    assert told.endswith("This is 40 children behind the plan.")


def test_the_summary_counts_the_whole_and_gives_each_priority_area_a_paragraph() -> None:
    rows = [
        Standing("3. Waits", "Waiting list", "no_target", worse=True),
        Standing("3. Waits", "Long waits", "no_data", has_figure=False),
        Standing("5. Plans", "Plans in time", "off"),
        Standing("5. Plans", "Advice in time", "met"),
    ]
    assert summary(rows) == [
        "Of 4 measures on the scorecard, 3 have a target in numbers: 1 on course, 1 off, 1 without a figure to judge.",
        "3. Waits: 2 measures, 1 with a target in numbers: 1 without a figure to judge. "
        "Worse by more than chance: Waiting list. 1 measure has no figure yet.",
        "5. Plans: 2 measures, 2 with a target in numbers: 1 on course, 1 off. Off the plan: Plans in time.",
    ]
    assert summary([Standing("3. Waits", "Waiting list", "no_target")]) == [
        "On the scorecard: 1 measure, none with a target in numbers.",
        "3. Waits: 1 measure, none with a target in numbers.",
    ]
    assert summary([]) == ["The scorecard has no measure yet."]


def test_a_paragraph_names_three_measures_and_counts_the_rest() -> None:
    rows = [Standing("5. Plans", f"Measure {n}", "off", has_figure=n < 4) for n in range(1, 6)]
    assert summary(rows)[1] == (
        "5. Plans: 5 measures, 5 with a target in numbers: 5 off. "
        "Off the plan: Measure 1; Measure 2; Measure 3; and 2 more. 2 measures have no figure yet."
    )


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade (Kincaid et al. 1975); a figure is a word of one syllable."""
    ends = len(re.findall(r"[.:](?=\s|$)", text))
    words = re.findall(r"[A-Za-z']+|\d[\d.,/]*", text)
    groups = [len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e"))) or 1 for word in words]
    return 0.39 * len(words) / ends + 11.8 * sum(groups) / len(words) - 15.59


def test_the_grade_is_that_of_texts_worked_by_hand() -> None:
    # 6 words, 6 syllables, 1 sentence: 0.39 x 6 + 11.8 - 15.59
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    # 4 words, 2 + 1 + 1 + 4 syllables: 0.39 x 4 + 11.8 x 2 - 15.59
    assert grade("Children can read information.") == pytest.approx(9.57)


@pytest.mark.parametrize("status", ["off", "near", "on_trajectory", "met", "no_target"])
@pytest.mark.parametrize("chance", [None, 0.9, 0.1])
def test_a_child_of_twelve_can_read_the_verdict(status: str, chance: float | None) -> None:
    # Grade 7 is that of readers of 12 and 13. The KPI's name is given; the sentences around it are ours.
    coming = Milestone(date(2024, 4, 1), 400, chance)
    gap = 0 if status == "met" else 40 if status == "on_trajectory" else -40
    told = sentence(LIST, month(10, 620), month(9, 571), gap, status, coming).partition(": ")[2]
    assert told.count(". ") <= 1
    assert grade(told) < 8


def test_a_child_of_twelve_can_read_the_summary() -> None:
    rows = [Standing("3. Waits", "Waits", status, worse=True) for status in ("off", "met", "near", "no_target")]
    assert grade(" ".join(summary(rows))) < 8
