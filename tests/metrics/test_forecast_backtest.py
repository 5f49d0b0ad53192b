"""The back-test: its arithmetic by hand, and a fast part of it as a gate on the forecast itself."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from benchmarks import backtest
from benchmarks.backtest import MONTHS, Origin, asked_for, covered, held_out, judge, origins, run, summary
from benchmarks.backtest_series import Case, simulated
from metrics.forecast import forecast
from metrics.forecast_calibration import widening


def rows(**columns: list[float]) -> pd.DataFrame:
    size = len(columns["actual"])
    fixed = {"group": "g", "series": "s", "unit": "value", "origin": date(2020, 1, 1), "known": 30}
    frame = pd.DataFrame({"ahead": 1, "scale": 2.0, "fallback_scale": 1.0, **columns}, index=range(size))
    return frame.assign(**fixed)


def test_summary_by_hand() -> None:
    # On a scale "as it is" (a value below 0), a width of 1 to either side before widening.
    found = summary(
        rows(
            actual=[-1.0, 5, 5, 9],
            median=[0.0, 5, 7, 5],
            low80=[-1.0, 4, 6, 4],
            high80=[1.0, 6, 8, 6],
            naive=[1.0, 4, 7, 7],
            seasonal_naive=[0.0, 6, np.nan, 8],
        )
    )
    assert found["raw"] == 2 / 4
    assert found["mase"] == pytest.approx((1 + 0 + 2 + 4) / 4 / 2)
    assert found["naive"] == pytest.approx(7 / (2 + 1 + 2 + 2))
    assert found["seasonal_naive"] == pytest.approx((1 + 0 + 4) / (1 + 1 + 1))


def test_widening_asked_for_holds_four_out_of_five() -> None:
    # Off by 1, 2, … 10 widths: the 80th percentile is 8.2.
    frame = rows(actual=[-float(i) for i in range(1, 11)], median=[0.0] * 10, low80=[-1.0] * 10, high80=[1.0] * 10)
    assert asked_for(frame) == [[8.2]]


def test_an_origin_needs_a_figure_and_a_later_one_and_sees_nothing_of_it() -> None:
    index = [d.date() for d in pd.date_range("2020-01-01", periods=30, freq="MS")]
    values = pd.Series(np.random.default_rng(1).poisson(50, 30).astype(float), index=index)
    values.iloc[11] = np.nan
    case = Case("g", "s", "children", values)
    assert [o.known for o in origins(case, 10, 1)][:3] == [10, 11, 13]
    other = Case("g", "s", "children", values.where(np.arange(30) < 20, 9999.0))
    one, two = judge(Origin(case, 20)), judge(Origin(other, 20))
    columns = ["median", "low80", "high80", "naive", "seasonal_naive", "scale"]
    pd.testing.assert_frame_equal(one[columns], two[columns])
    np.testing.assert_array_equal(one["seasonal_naive"], values.iloc[8:18])


def test_widening_after_the_fact_is_what_the_forecast_draws() -> None:
    case = simulated(1, "held out")[0]
    history = case.values.iloc[:30]
    series = pd.DataFrame({"month": history.index, "value": history.to_numpy()})
    plain, drawn = (
        forecast(series, MONTHS, case.unit, np.random.default_rng(1), runs=400, calibrate=widen).frame
        for widen in (False, True)
    )
    judged = plain.assign(actual=drawn["high80"] - 0.3, ahead=range(1, 19), known=30, unit=case.unit)
    assert covered(judged, calibrated=True).all()
    beyond = judged.assign(actual=drawn["high80"] + 0.3)
    assert not covered(beyond, calibrated=True).any()
    assert (widening(30, MONTHS) > 1).all()


def test_series_that_taught_the_widening_do_not_judge_it() -> None:
    frame = pd.DataFrame(
        {
            "group": ["simulated percent", "simulated percent", "Scottish CAMHS counts", "Scottish CAMHS counts"],
            "series": ["share 1, taught", "share 1, held out", "a", "a"],
            "origin": [date(2022, 1, 1), date(2022, 1, 1), date(2018, 12, 1), date(2019, 1, 1)],
        }
    )
    assert list(held_out(frame)) == [False, True, False, True]
    taught, judging = simulated(2, "taught"), simulated(2, "held out")
    assert not any(a.values.equals(b.values) for a, b in zip(taught, judging, strict=True))


def test_a_fast_part_of_the_back_test_holds() -> None:
    judged = run([(case, 24, 17) for case in simulated(3, "held out")], jobs=1)
    found = summary(judged)
    assert judged["series"].nunique() == 18
    assert backtest.WANTED[0] <= float(str(found["coverage"])) <= backtest.WANTED[1]
    assert float(str(found["mase"])) < 1
    assert float(str(found["naive"])) < 1
    assert float(str(found["seasonal_naive"])) < 1
    assert "| **all** | 18 |" in backtest.table(judged)
