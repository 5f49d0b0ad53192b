"""From results to chart, forecast, chances and pace, on series whose outcome is known by construction."""

from datetime import date

import pandas as pd
import pytest

from metrics.course import course
from metrics.course_tables import CHARTS, FORECAST, PACE, SIGNALS
from metrics.edition_tables import RESULTS
from metrics.plan import months_later
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
