"""From results to chart, forecast, chances and pace, on series whose outcome is known by construction."""

from datetime import date

import pandas as pd
import pytest

from metrics.course import course
from metrics.course_tables import CHARTS, FORECAST, PACE, SIGNALS
from metrics.edition_tables import RESULTS
from metrics.plan import months_later
from metrics.plan_amendments import PlanRebase
from metrics.trajectory import readings
from tests.metrics.test_trajectory import CHILDREN, LIST, PERCENT, PLAN, TIMELY

START = date(2022, 4, 1)


def results(kpi: str, values: list[float | None], base: list[float] | None = None) -> pd.DataFrame:
    rows = []
    for number, value in enumerate(values):
        if value is None:
            continue
        row = {"kpi": kpi, "area": "X", "breakdown": "all", "group": "all", "period_months": 0, "value": value}
        parts = {"numerator": value * base[number] / 100, "denominator": base[number]} if base else {}
        rows.append({**row, **parts, "month": months_later(START, number)})
    return RESULTS.frame(rows)


def falling(months: int) -> list[float | None]:
    """Return a list that falls by ten a month, with a wobble that has no trend."""
    return [900 - 10 * n + (3 if n % 2 else -3) for n in range(months)]


def test_a_list_that_falls_steadily_is_seen_forecast_and_likely_to_reach_its_target() -> None:
    frame = results(CHILDREN.id, falling(24))
    made = course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST))
    [chart] = made.chart.to_dict("records")
    assert (chart["rules"], chart["chart"], chart["step"], chart["basis"]) == ("mdc-2023", "xmr", "month", "limits")
    assert chart["variation"] == "special_cause_improvement"
    assert len(made.signals) == 24
    ahead = made.forecast.set_index("month")
    assert (ahead["low80"] <= ahead["median"]).all()
    assert (ahead["median"] <= ahead["high80"]).all()
    assert made.forecast["month"].iloc[0] == pd.Timestamp("2024-04-01")
    assert ahead.index.max() >= pd.Timestamp("2024-10-01")  # to the plan's last month
    [pace] = made.pace.to_dict("records")
    assert pace["achieved_change"] == pytest.approx(-10, abs=0.5)
    assert made.chances.keys() == {date(2024, 10, 1)}  # the milestone of October 2023 is behind us
    assert 0 <= made.chances[date(2024, 10, 1)] < 0.2  # 400 asked, about 600 on the way


def test_the_same_figures_give_the_same_forecast_to_the_last_digit() -> None:
    frame = results(CHILDREN.id, falling(24))
    first, second = (course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST)) for _ in range(2))
    pd.testing.assert_frame_equal(first.forecast, second.forecast)
    assert first.chances == second.chances


def test_too_little_gives_a_reason_and_no_line() -> None:
    frame = results(CHILDREN.id, falling(3))
    made = course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST))
    assert made.forecast.empty
    assert made.chances == {}
    assert "Cannot tell yet" in made.pace["cannot_tell"].iloc[0]


def test_nothing_at_all_keeps_the_contracts() -> None:
    made = course(PLAN, LIST, CHILDREN, RESULTS.empty(), [])
    for table, frame in ((CHARTS, made.chart), (SIGNALS, made.signals), (FORECAST, made.forecast), (PACE, made.pace)):
        assert table.faults(frame) == []
    assert made.pace["cannot_tell"].tolist() == ["there is no figure yet"]


def test_a_gap_is_a_date_without_a_value() -> None:
    values = falling(20)
    values[7] = None
    frame = results(CHILDREN.id, values)
    signals = course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST)).signals
    assert len(signals) == 20
    assert signals["value"].isna().sum() == 1
    assert "November 2022" in course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST)).chart["words"].iloc[0]


@pytest.mark.parametrize(("base", "chart"), [([50.0] * 14, "xmr"), ([20.0, 90.0] * 7, "p_prime")])
def test_shares_of_very_different_bases_get_limits_that_know_them(base: list[float], chart: str) -> None:
    frame = results(PERCENT.id, [50, 60] * 7, base)
    made = course(PLAN, TIMELY, PERCENT, frame, readings(frame, TIMELY))
    assert made.chart["chart"].tolist() == [chart]
    widths = (made.signals["upper"] - made.signals["lower"]).round(9).nunique()
    assert widths == (1 if chart == "xmr" else 2)


def test_the_chart_is_held_against_the_plan_of_each_month() -> None:
    frame = results(PERCENT.id, [50.0, 52.0] * 12, [100.0] * 24)
    signals = course(PLAN, TIMELY, PERCENT, frame, readings(frame, TIMELY)).signals.set_index("month")
    assert pd.isna(signals.loc["2023-03-01", "target"])
    assert signals.loc["2023-07-01", "target"] == 53


@pytest.mark.parametrize(("months", "assurance"), [(15, "inconsistent"), (24, "consistent_fail")])
def test_assurance_is_against_the_target_of_the_month_not_of_the_plans_end(months: int, assurance: str) -> None:
    # 50 and 52 in turn: mean about 51, limits 2.66 x 2 = 5.32 to either side. The path asks for 50.7 in June 2023,
    # inside them, and for 72.5 in March 2024, above them; the plan's last target of 100 was never within reach.
    frame = results(PERCENT.id, ([50.0, 52.0] * 12)[:months], [100.0] * months)
    made = course(PLAN, TIMELY, PERCENT, frame, readings(frame, TIMELY))
    assert made.chart["assurance"].tolist() == [assurance]
    last = made.signals.iloc[-1]
    assert last["upper"] - last["mean"] == pytest.approx(5.32)


def rebase(month: str) -> PlanRebase:
    return PlanRebase(kpi=CHILDREN.id, month=month, decided_by="Commissioner", reason="Two lists became one.")


def test_a_rebase_of_the_plan_starts_the_limits_anew_and_says_why_and_who() -> None:
    # 14 months around 100, then 14 around 300: without a rebase the second half lies outside the usual range of all
    values: list[float | None] = [98, 102] * 7 + [298, 302] * 7
    frame = results(CHILDREN.id, values)
    found = readings(frame, LIST)
    before = course(PLAN, LIST, CHILDREN, frame, found)
    after = course(PLAN, LIST, CHILDREN, frame, found, [rebase("2023-06"), rebase("2030-01")])
    assert before.chart["variation"].tolist() == ["special_cause_concern"]
    assert after.chart["variation"].tolist() == ["common_cause"]
    means = after.signals["mean"].round(6).tolist()
    assert means == [100] * 14 + [300] * 14
    told = after.signals.dropna(subset=["rebase_reason"])
    assert told["month"].tolist() == [pd.Timestamp("2023-06-01")]
    assert told["rebase_reason"].tolist() == ["Two lists became one (Commissioner)"]
    words = after.chart["words"].iloc[0]
    assert "The usual range was set anew from June 2023. Reason: Two lists became one (Commissioner)." in words
    assert "The usual range was not set anew from January 2030: there are not figures on both sides." in words


def test_a_rebase_of_another_kpi_changes_nothing() -> None:
    frame = results(CHILDREN.id, falling(24))
    other = rebase("2023-06").model_copy(update={"kpi": PERCENT.id})
    made = [course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST), given) for given in ([], [other])]
    pd.testing.assert_frame_equal(made[0].signals, made[1].signals)


def test_nothing_is_foretold_of_a_milestone_that_is_over() -> None:
    # The figures end in March 2024; the milestone of October 2024 is ahead of them, and over when read a year later.
    frame = results(CHILDREN.id, falling(24))
    found = readings(frame, LIST)
    for read_in, months in ((date(2024, 9, 1), {date(2024, 10, 1)}), (date(2024, 10, 1), set())):
        made = course(PLAN, LIST, CHILDREN, frame, found, as_of=read_in)
        assert made.chances.keys() == months
        assert made.pace["required_change"].notna().tolist() == [bool(months)]


@pytest.mark.parametrize(
    ("apart", "length", "word"),
    [(1, 0, "month"), (3, 0, "month"), (3, 3, "quarter"), (12, 3, "quarter"), (12, 12, "year")],
)
def test_the_step_is_that_of_the_periods(apart: int, length: int, word: str) -> None:
    frame = results(CHILDREN.id, [value if n % apart == 0 else None for n, value in enumerate(falling(49))])
    frame["period_months"] = length
    made = course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST))
    assert made.chart["step"].tolist() == [word]
    assert made.signals["value"].notna().sum() == 48 // apart + 1
    assert "overlap" not in made.chart["words"].item()


@pytest.mark.parametrize(("apart", "length", "charted"), [(1, 3, 17), (1, 12, 5), (3, 12, 5), (9, 12, 3)])
def test_of_periods_that_overlap_only_those_that_share_no_month_are_charted(
    apart: int, length: int, charted: int
) -> None:
    frame = results(CHILDREN.id, [value if n % apart == 0 else None for n, value in enumerate(falling(49))])
    frame["period_months"] = length
    made = course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST))
    known = made.signals.dropna(subset=["value"])["month"].dt.date.tolist()
    months = [month.year * 12 + month.month for month in known]
    assert len(known) == charted
    assert frame["month"].max().date() == known[-1]
    assert all(later - earlier >= length for earlier, later in zip(months, months[1:], strict=False))
    assert "overlap" in made.chart["words"].item()


@pytest.mark.parametrize(("part", "whole"), [(0, 0), (None, None), (1, 3)])  # three children are too few to show
def test_a_month_without_a_share_is_a_gap_and_leaves_the_chart_as_it_is(part: int | None, whole: int | None) -> None:
    frame = results(PERCENT.id, [50, 60] * 7, [20.0, 90.0] * 7)
    nobody = frame["month"] == "2022-09-01"
    frame.loc[nobody, ["value", "numerator", "denominator"]] = None, part, whole
    made = course(PLAN, TIMELY, PERCENT, frame, readings(frame, TIMELY))
    assert made.chart["chart"].tolist() == ["p_prime"]
    assert made.signals.set_index("month")["value"].isna().sum() == 1


def test_a_single_yearly_figure_is_one_year() -> None:
    frame = results(CHILDREN.id, [900.0])
    frame["period_months"] = 12
    made = course(PLAN, LIST, CHILDREN, frame, readings(frame, LIST))
    assert "there is 1 year; a forecast" in made.pace["cannot_tell"].iloc[0]
