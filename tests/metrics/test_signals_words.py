"""Every sentence a control chart can say, word for word.

BASE as in test_signals: limits 11 ± 5.32 from fourteen months ending February 2024, later months read against them.
"""

from datetime import date

import pandas as pd
import pytest

from metrics.signal_calendar import MONTHLY, Rebase, Step
from metrics.signal_rules import MDC_2023, PTD_0_2_2
from metrics.signal_words import gap_sentence, now_sentence, rebase_sentence, sentences, target_sentence
from metrics.signals import control_chart, read_chart

BASE = [12.0, 10.0] * 7
FALLING_ABOVE = [14, 13.8, 13.5, 13, 12.5, 12, 11.5]


def reading(values, better="higher", rules=MDC_2023, freq="MS", start="2023-01-01", fix_after=14, **options):
    dates = pd.date_range(start, periods=len(values), freq=freq)
    frame = pd.DataFrame({"date": dates, "value": pd.Series(values, dtype=float)})
    if "path" in options:
        frame["target"] = options.pop("path")
    return read_chart(control_chart(frame, better, rules, fix_after=fix_after, **options), better, rules)


@pytest.mark.parametrize(
    ("later", "better", "sentence"),
    [
        (
            [12, 13, 12, 13, 12, 13, 12],
            "higher",
            "The last seven months have all been better than average: this is unlikely to be chance.",
        ),
        (
            [12, 13, 12, 13, 12, 13, 12],
            "lower",
            "The last seven months have all been worse than average: this is unlikely to be chance.",
        ),
        (
            [12, 13, 12, 13, 12, 13, 12],
            "neither",
            "The last seven months have all been higher than average: this is unlikely to be chance.",
        ),
        ([17], "higher", "The latest figure is better than the usual range: this is unlikely to be chance."),
        ([17], "lower", "The latest figure is worse than the usual range: this is unlikely to be chance."),
        ([5], "neither", "The latest figure is lower than the usual range: this is unlikely to be chance."),
        (
            [9, 9.5, 10, 10.5, 11.5, 12, 12.5],
            "higher",
            "The figures have got steadily better over the last seven months: this is unlikely to be chance.",
        ),
        (
            [13, 12, 11.5, 10.5, 10, 9.5, 9],
            "higher",
            "The figures have got steadily worse over the last seven months: this is unlikely to be chance.",
        ),
        (
            [15, 12, 15],
            "lower",
            "At least two of the last three months were much worse than average: this is unlikely to be chance.",
        ),
        ([11], "higher", "The latest figure is within the usual range: ups and downs like these happen by chance."),
    ],
)
def test_what_the_latest_figure_means(later, better, sentence):
    assert now_sentence(reading(BASE + later, better)) == sentence


def test_where_the_rules_disagree_both_are_told_and_the_one_shown_comes_first():
    better = "the last seven months have all been better than average"
    worse = "the figures have got steadily worse over the last seven months"
    assert now_sentence(reading(BASE + FALLING_ABOVE)) == f"T{better[1:]}, but {worse}: neither is likely to be chance."
    peer = now_sentence(reading(BASE + FALLING_ABOVE, rules=PTD_0_2_2))
    assert peer == f"T{worse[1:]}, but {better}: neither is likely to be chance."


def test_too_little_to_say():
    assert now_sentence(reading([None, None])) == "There is no figure yet."
    assert now_sentence(reading([5])) == "There is one figure so far: one figure cannot show a change."
    assert (
        now_sentence(reading([5, 6, 7, 8, 9, 10, 11, 12]))
        == "There are eight figures so far: from 13 on we can tell a change from chance."
    )
    assert (
        now_sentence(reading(BASE + [1.0] * 3, rebases=[Rebase(date(2024, 3, 1), "new clinic")]))
        == "There are three figures since March 2024: from 13 on we can tell a change from chance."
    )
    apart = reading([5, None, 6, None, 7], rules=PTD_0_2_2)
    assert now_sentence(apart) == "Too few figures come from neighbouring months to tell a real change from chance."


def test_a_constant_series():
    always = reading([100.0] * 13, target=95)
    assert sentences(always, unit="percent") == [
        "The figure has been the same in every month.",
        "The unchanging figure meets the target of 95.0 %.",
    ]
    assert target_sentence(reading([90.0] * 13, target=95)) == "The unchanging figure misses the target of 95."


@pytest.mark.parametrize(
    ("better", "target", "sentence"),
    [
        ("higher", 5, "If nothing changes, every month should meet the target of 5."),
        ("lower", 17.25, "If nothing changes, every month should meet the target of 17.25."),
        ("higher", 1700, "Unless something changes, no month is likely to meet the target of 1,700."),
        ("lower", 5, "Unless something changes, no month is likely to meet the target of 5."),
        ("higher", 11, "If nothing changes, some months will meet the target of 11 and some will miss it."),
        ("higher", None, "There is no target to compare with."),
        ("neither", 5, "Neither higher nor lower is better here, so the figures are not judged by the target of 5."),
        (
            "higher",
            16.32,
            "Unless something changes, no month is likely to meet the target of 16.32. "
            "The target lies exactly on the edge of the usual range, 5.68 to 16.32.",
        ),
    ],
)
def test_what_the_target_means(better, target, sentence):
    assert target_sentence(reading(BASE, better, target=target)) == sentence


def test_a_target_too_early_to_judge():
    sentence = "It is too early to say whether the target of 5 can be relied on."
    assert target_sentence(reading([6, 7, 8], target=5)) == sentence


def test_a_target_that_moves_is_named_by_its_month():
    moving = reading(BASE, path=[float(number) for number in range(5, 19)])
    sentence = "Unless something changes, no month is likely to meet the February 2024 target of 18.0 weeks."
    assert target_sentence(moving, unit="weeks") == sentence


def test_earlier_signals_are_told_after_the_present():
    assert sentences(reading([*BASE, 17, 17, 11, 5, 11])) == [
        "The latest figure is within the usual range: ups and downs like these happen by chance.",
        "There is no target to compare with.",
        "Earlier figures that were unlikely to be chance: better from March 2024 to April 2024 and worse in June 2024.",
    ]
    many = sentences(reading([*BASE, 17, 11, 5, 11, 17, 11, 5, 11]))[2]
    assert many == (
        "Earlier figures that were unlikely to be chance, most recently: worse in May 2024, better in July 2024 and "
        "worse in September 2024."
    )


def test_gaps_are_named_or_counted():
    one = gap_sentence(reading([*BASE, None, 11]))
    assert one == "There is no figure for March 2024; runs of figures are not counted across a gap."
    three = gap_sentence(reading([*BASE, None, None, 11, None, 11]))
    assert three == (
        "There is no figure for March 2024, April 2024 and June 2024; runs of figures are not counted across a gap."
    )
    many = gap_sentence(reading([*BASE, None, None, None, None, 11]))
    assert many == (
        "There is no figure for four months, the latest of them June 2024; "
        "runs of figures are not counted across a gap."
    )
    assert gap_sentence(reading(BASE)) is None


def test_how_sure_the_usual_range_is():
    short = sentences(reading([10, 12] * 4, rules=PTD_0_2_2))
    assert short[-1] == "The usual range rests on eight figures only and will still move."
    rare = sentences(reading([5.0] * 6 + [6.0] + [5.0] * 6, rules=PTD_0_2_2))
    assert rare[-1] == "The figures hardly ever change, so even a rare change counts towards the usual range."


def test_a_rebase_is_told_with_its_reason():
    rebase = Rebase(date(2024, 3, 1), "triage nurse joined")
    told = "The usual range was set anew from March 2024. Reason: triage nurse joined."
    assert rebase_sentence(rebase, date(2024, 3, 1)) == told
    assert rebase_sentence(rebase, date(2024, 4, 1)) == (
        "The usual range was set anew from April 2024, the first figure on or after 1 March 2024. "
        "Reason: triage nurse joined."
    )
    assert rebase_sentence(rebase, None) == (
        "The usual range was not set anew from March 2024: there are not figures on both sides."
    )


def test_other_steps_have_their_own_words():
    weekly = reading([*BASE, 12, 13, 12, None, 12, 13, 12], freq="7D", start="2023-01-02", target=5)
    week = Step(days=7)
    assert target_sentence(weekly, week) == "If nothing changes, every week should meet the target of 5."
    told = "There is no figure for 1 May 2023; runs of figures are not counted across a gap."
    assert gap_sentence(weekly, week) == told
    assert MONTHLY.word == "month"
