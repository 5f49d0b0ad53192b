"""Forecasts of a series: what they rest on, what they never do, and the chance of a target counted by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from metrics import forecast_models
from metrics.forecast import Outlook, chance_by, chance_in, forecast, months_ahead
from metrics.forecast_calibration import WIDEN, widening
from metrics.forecast_models import ROBUST, SEASONAL, draw
from metrics.forecast_scale import NET, Kind, scale_for


def series(values: list[float | None], start: str = "2023-01-01", freq: str = "MS") -> pd.DataFrame:
    months = pd.date_range(start, periods=len(values), freq=freq)
    return pd.DataFrame({"month": months, "value": np.array(values, dtype=float)})


def outlook_of(values: list[float | None], months: int = 18, unit: str = "children", seed: int = 1) -> Outlook:
    return forecast(series(values), months, unit, np.random.default_rng(seed), runs=400)


SLT = [859.0, 876, 816, 760, 697, 690, 664, 610, 571, 623]  # Shropshire SLT list, January to October 2023 (SitRep)


def test_a_real_list_of_ten_months_gets_a_forecast_to_month_18() -> None:
    outlook = forecast(
        series(SLT), months_ahead(date(2023, 10, 1), date(2024, 10, 1)), "children", np.random.default_rng(1)
    )
    assert outlook.months == [d.date() for d in pd.date_range("2023-11-01", "2024-10-01", freq="MS")]
    assert outlook.cannot_tell is None
    assert "seasonal" not in str(outlook.method)
    assert outlook.notes == ("No seasonal pattern is looked for: that takes two full years.",)
    widths = outlook.frame["high80"] - outlook.frame["low80"]
    assert widths.iloc[11] > widths.iloc[5] > widths.iloc[0] > 0
    assert 500 < outlook.frame["median"].iloc[0] < 700


def test_equal_seeds_give_equal_answers_and_other_seeds_nearly() -> None:
    first, again, other = outlook_of(SLT), outlook_of(SLT), outlook_of(SLT, seed=2)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert not first.frame.equals(other.frame)
    np.testing.assert_allclose(first.frame["median"], other.frame["median"], rtol=0.1)


@pytest.mark.parametrize(
    ("last", "end", "ahead"),
    [
        (date(2023, 10, 1), date(2024, 10, 1), 12),
        (date(2024, 8, 1), date(2024, 10, 1), 6),
        (date(2025, 10, 1), date(2024, 10, 1), 6),
    ],
)
def test_looks_to_the_end_of_the_plan_and_at_least_six_months(last: date, end: date, ahead: int) -> None:
    assert months_ahead(last, end) == ahead


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "Cannot tell yet: there is no figure; a forecast needs at least 8."),
        ([5.0], "Cannot tell yet: there is 1 month; a forecast needs at least 8."),
        ([5.0, None, 6, 7], "Cannot tell yet: there are 3 months; a forecast needs at least 8."),
        (
            SLT + [None] * 12 + [862.0],
            "Cannot tell yet: only 1 of the last 12 months has a figure; a forecast needs at least 6.",
        ),
    ],
)
def test_too_little_says_so_and_draws_no_line(values: list[float | None], reason: str) -> None:
    outlook = outlook_of(values)
    assert outlook.cannot_tell == reason
    assert outlook.frame.empty
    assert outlook.paths.size == 0
    assert chance_in(outlook, 1, "higher", date(2030, 1, 1)) is None
    assert chance_by(outlook, 1, "higher", date(2030, 1, 1)) is None


def test_seven_months_are_too_few_and_eight_are_enough() -> None:
    assert outlook_of(SLT[:7]).cannot_tell is not None
    assert outlook_of(SLT[:8]).cannot_tell is None


def test_yearly_and_quarterly_series_are_forecast_in_their_own_steps() -> None:
    within = [68.6, 80.8, 78.7, 75.4, 65.9, 66.1, 45.9, 38.0, 37.2]  # Shropshire, 20 weeks, 2016 to 2024 (DfE)
    yearly = forecast(series(within, "2016-12-01", "12MS"), 18, "percent", np.random.default_rng(1), runs=300)
    assert yearly.months == [date(2025, 12, 1), date(2026, 12, 1)]
    assert chance_in(yearly, 0, "higher", date(2026, 3, 1)) == 1  # the first step that ends in or after the month
    quarterly = forecast(series(SLT, "2021-03-01", "3MS"), 18, "children", np.random.default_rng(1), runs=300)
    assert quarterly.months[:2] == [date(2023, 9, 1), date(2023, 12, 1)]
    assert len(quarterly.months) == 6


def test_a_gap_is_left_as_a_gap_and_makes_the_forecast_no_surer() -> None:
    whole = [100 + 5 * np.sin(i) + i for i in range(20)]
    holed = [None if i in (14, 15, 16, 18) else v for i, v in enumerate(whole)]
    outlook = outlook_of(holed)
    assert outlook.notes[0] == "4 months without a figure: left as gaps, nothing filled in."
    assert date(2024, 3, 1) not in outlook.history
    assert len(outlook.history) == 16


def test_the_day_and_the_order_of_rows_do_not_matter() -> None:
    frame = series(SLT)
    late = frame.assign(month=frame["month"] + pd.offsets.MonthEnd(0)).iloc[::-1]
    one, two = (forecast(f, 6, "children", np.random.default_rng(1), runs=200).frame for f in (frame, late))
    pd.testing.assert_frame_equal(one, two)


def test_a_yearly_swing_is_found_with_two_years_and_follows_the_calendar() -> None:
    rng = np.random.default_rng(5)
    swing = [
        100 + 40 * np.cos(2 * np.pi * i / 12) + rng.normal(0, 3) for i in range(36)
    ]  # high in January, low in July
    swing[7] = swing[20] = np.nan
    outlook = outlook_of(swing)
    assert SEASONAL in str(outlook.method)
    by_month = dict(zip(outlook.months, outlook.frame["median"], strict=True))
    assert by_month[date(2026, 1, 1)] > 125
    assert by_month[date(2026, 7, 1)] < 75
    assert SEASONAL not in str(outlook_of(swing[:23]).method)


def test_a_series_that_repeats_itself_exactly_is_no_error() -> None:
    outlook = outlook_of([float(v) for _ in range(3) for v in range(20, 32)])
    assert np.isfinite(outlook.paths).all()


def test_a_series_that_never_changed_is_named_and_not_certain() -> None:
    outlook = outlook_of([100.0] * 20, unit="percent")
    assert ROBUST in str(outlook.method)
    assert (
        outlook.notes[-1] == "The figure has never changed, so the interval allows only for the smallest usual change."
    )
    assert outlook.frame["high80"].max() <= 100
    assert 90 < outlook.frame["low80"].iloc[-1] < 100


def test_when_no_model_settles_the_robust_walk_is_used_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast_models, "_settled", lambda *_: None)
    outlook = outlook_of(SLT)
    assert str(outlook.method).startswith(ROBUST)
    assert outlook.notes[-1] == "Left out because the fit did not settle: level, damped trend."
    # Median of the last three values 610, 571, 623 is 610.
    assert outlook.frame["median"].iloc[0] == pytest.approx(610, rel=0.03)


def test_a_fit_that_does_not_settle_is_none_not_a_warning() -> None:
    assert forecast_models._settled(np.full(9, np.nan), {}) is None


@pytest.mark.parametrize(
    ("frame", "unit", "message"),
    [
        (pd.concat([series(SLT), series([1.0])]), "children", "a month is given twice"),
        (series([*SLT, -1.0]), "children", "a count lies below 0"),
        (series([*SLT[:0], 101.0]), "percent", "a percentage lies outside 0 to 100"),
    ],
)
def test_wrong_input_is_refused(frame: pd.DataFrame, unit: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        forecast(frame, 18, unit, np.random.default_rng(1))
    with pytest.raises(ValueError, match="1 or more"):
        forecast(series(SLT), 0, "children", np.random.default_rng(1))


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=8, max_size=30),
    st.sampled_from(["percent", "children", "weeks"]),
)
def test_bounds_hold_and_the_interval_holds_the_median(values: list[float | None], unit: str) -> None:
    outlook = forecast(series(values), 9, unit, np.random.default_rng(1), runs=100)
    if outlook.cannot_tell:
        assert outlook.frame.empty
        return
    frame = outlook.frame
    assert np.isfinite(outlook.paths).all()
    assert (frame["low80"] <= frame["median"]).all()
    assert (frame["median"] <= frame["high80"]).all()
    assert (outlook.paths >= 0).all()
    assert unit != "percent" or (outlook.paths <= 100).all()


@given(st.floats(0, 100), st.sampled_from(["percent", "children"]))
def test_scales_return_what_they_were_given(value: float, unit: str) -> None:
    scale = scale_for(np.array([value]), unit)
    assert scale.back(scale.forward(np.array([value])))[0] == pytest.approx(value, abs=1e-9)
    assert scale.smallest_spread(value) > 0


def test_differences_may_fall_below_zero() -> None:
    assert scale_for(np.array([-3.0, 4.0]), "value").kind is Kind.DIFFERENCE
    assert scale_for(np.array([3.0, 4.0]), NET).kind is Kind.DIFFERENCE  # a net flow may yet turn
    assert outlook_of([-3.0, 4, -2, 1, 0, 3, -5, 2, 1], unit="value").frame["low80"].min() < 0


# --- chance, counted by hand over four paths -----------------------------------------------------------------------

PATHS = np.array([[10.0, 12, 11], [9, 8, 13], [12, 9, 9], [7, 8, 8]])
FOUR = Outlook(
    pd.DataFrame(
        {"month": [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)], "median": 0, "low80": 0, "high80": 0}
    ),
    PATHS,
    {date(2023, 10, 1): 6.0, date(2023, 12, 1): 9.0},
)


@pytest.mark.parametrize(
    ("better", "target", "month", "inside", "by"),
    [
        ("higher", 11, date(2024, 1, 31), 1 / 4, 1 / 4),  # 12
        ("higher", 11, date(2024, 3, 1), 2 / 4, 3 / 4),  # 11, 13 in March; 12 in February, 13 in March, 12 in January
        ("lower", 8, date(2024, 2, 1), 2 / 4, 2 / 4),  # 8, 8 in February; 7 in January belongs to the same path
        ("lower", 9, date(2024, 3, 1), 2 / 4, 3 / 4),
        ("higher", 9, date(2023, 12, 1), 1.0, None),  # it has happened
        ("lower", 8, date(2023, 12, 1), 0.0, None),
        ("higher", 9, date(2023, 11, 1), None, None),  # a gap
        ("higher", 9, date(2024, 4, 1), None, None),  # past the forecast
    ],
)
def test_chance_by_hand(better: str, target: float, month: date, inside: float | None, by: float | None) -> None:
    assert chance_in(FOUR, target, better, month) == inside
    assert chance_by(FOUR, target, better, month) == by


def test_chance_needs_a_direction() -> None:
    with pytest.raises(ValueError, match="higher"):
        chance_in(FOUR, 1, "neither", date(2024, 1, 1))


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1500), st.floats(0, 1500))
def test_a_harder_target_is_never_likelier(one: float, two: float) -> None:
    outlook, month = _slt(), date(2024, 6, 1)
    easy, hard = sorted((one, two))
    assert (chance_in(outlook, easy, "higher", month) or 0) >= (chance_in(outlook, hard, "higher", month) or 0)
    assert (chance_in(outlook, easy, "lower", month) or 0) <= (chance_in(outlook, hard, "lower", month) or 0)
    assert (chance_by(outlook, easy, "lower", month) or 0) >= (chance_in(outlook, easy, "lower", month) or 0)


_KEPT: list[Outlook] = []


def _slt() -> Outlook:
    if not _KEPT:
        _KEPT.append(outlook_of(SLT))
    return _KEPT[0]


def test_widening_widens_and_never_narrows_with_distance() -> None:
    assert all(factor >= 1 for row in WIDEN for factor in row)
    assert all(list(row) == sorted(row) for row in WIDEN)
    assert list(widening(8, 5)) == [WIDEN[0][0]] * 3 + [WIDEN[0][1]] * 2
    assert list(widening(40, 10))[-1] == WIDEN[2][2]


def test_the_pattern_of_the_year_is_found_nearly_whole_when_it_is_plain_and_shrunk_when_it_is_not() -> None:
    offsets, rng = np.array([3.0, -1, -2, 0]), np.random.default_rng(1)
    plain = 10 + np.tile(offsets, 6) + rng.normal(0, 0.1, 24)
    plain[6] = np.nan
    found, likely = forecast_models._pattern(plain, 4, 0.1)
    np.testing.assert_allclose(found, offsets, atol=0.2)
    noise = rng.normal(0, 1, 24)
    shrunk, unlikely = forecast_models._pattern(noise, 4, 0.1)
    assert np.abs(shrunk).max() < 0.5
    assert likely > unlikely


def test_the_likelihood_of_a_swing_against_the_full_normal_density() -> None:
    # One year and a half of quarters; the level starts free and moves by half of each error.
    values, width, smoothing = np.array([5.0, 9, 4, 6, 6, 9]), 2.0, 0.5
    places = np.arange(6) % 4
    dummies = (places[:, None] == np.arange(4)) - 0.25
    filtered = []
    for column in [values, np.zeros(6), *dummies.T]:
        level = -1.0 if not column.any() else 0.0
        errors = []
        for value in column:
            errors.append(value - level)
            level += smoothing * errors[-1]
        filtered.append(errors)
    error, start, offsets = np.array(filtered[0]), np.array(filtered[1]), np.array(filtered[2:]).T
    covariance = np.eye(6) + width**2 * offsets @ offsets.T

    def density(log_scale: float, begin: float) -> float:
        return float(multivariate_normal.logpdf(error, begin * start, np.exp(log_scale) * covariance))

    best = minimize(lambda x: -density(*x), [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    assert forecast_models._swing(error, start, offsets, width**2 * np.eye(4))[1] == pytest.approx(-best.fun, abs=1e-6)


def test_models_are_drawn_in_proportion_and_fill_the_runs() -> None:
    drawn = draw(np.random.default_rng(1).normal(size=30).cumsum(), 6, 0, 0.01, 333, np.random.default_rng(1))
    assert drawn.paths.shape == (333, 6)
    assert 1 <= len(drawn.methods) <= 3
