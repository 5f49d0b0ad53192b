"""The implementation against tests/plain_python_spc.py, on random series with gaps, ties, rebases and targets."""

import math
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.signal_calendar import MONTHLY, Rebase
from metrics.signal_rules import RULE_SETS
from metrics.signals import control_chart, read_chart
from tests import plain_python_spc as plain

# Few distinct values make ties and points exactly on the mean or a limit; drifting ones make shifts and trends.
TIED = st.integers(0, 8).map(lambda tenths: f"{tenths / 10:.1f}")
WIDE = st.integers(-400, 400).map(lambda tenths: f"{tenths / 10:.1f}")


@st.composite
def drifting(draw):
    steps = draw(st.lists(st.integers(-12, 12), min_size=1, max_size=40))
    slope, level, values = draw(st.integers(-9, 9)), 500, []
    for step in steps:
        level += slope + step
        values.append(f"{level / 10:.1f}")
    return values


@st.composite
def series(draw):
    values = draw(
        st.one_of(st.lists(TIED, min_size=1, max_size=40), st.lists(WIDE, min_size=1, max_size=40), drifting())
    )
    holes = draw(st.sets(st.integers(1, max(1, len(values) - 2)), max_size=draw(st.sampled_from([0, 0, 1, 4]))))
    return [None if place in holes and place < len(values) - 1 else value for place, value in enumerate(values)]


@settings(max_examples=300, deadline=None)
@given(
    values=series(),
    cuts=st.lists(st.integers(0, 39), max_size=2),
    better=st.sampled_from(["higher", "lower", "neither"]),
    rules=st.sampled_from(["mdc-2023", "ptd-0.2.2"]),
    target=st.one_of(st.none(), WIDE, TIED),
    fix_after=st.sampled_from([None, None, 12, 15]),
    absent=st.booleans(),
)
def test_both_computations_agree(values, cuts, better, rules, target, fix_after, absent):
    dates = list(pd.date_range("2021-01-01", periods=len(values), freq="MS"))
    rebases = [Rebase(dates[cut].date(), "a new pathway") for cut in cuts if cut < len(values)]
    frame = pd.DataFrame({"date": dates, "value": [None if v is None else float(v) for v in values]})
    frame["value"] = frame["value"].astype(float)
    if absent:  # an absent row and an empty value are the same gap
        frame = frame.dropna(subset="value")
    points = control_chart(
        frame,
        better,
        RULE_SETS[rules],
        target=None if target is None else float(target),
        rebases=rebases,
        step=MONTHLY,
        fix_after=fix_after,
    )
    restarts = [place for place in map(snapped(values), cuts) if place]
    expected, variation, assurance = plain.chart(values, restarts, better, rules, target, fix_after)
    reading = read_chart(points, better, RULE_SETS[rules])
    assert list(points["signal"]) == [point["signal"] for point in expected]
    assert list(points["meaning"]) == [point["meaning"] for point in expected]
    assert (reading.variation, reading.assurance) == (variation, assurance)
    for name in ("mean", "lower", "upper"):
        wanted = [math.nan if point[name] is None else float(point[name]) for point in expected]
        assert list(points[name]) == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)


def snapped(values):
    def place_of(cut):
        later = [place for place, value in enumerate(values) if value is not None and place >= cut]
        known = sum(value is not None for value in values)
        return later[0] if cut < len(values) and 0 < len(later) < known else None

    return place_of


@settings(deadline=None)
@given(values=st.lists(TIED, min_size=13, max_size=30), rules=st.sampled_from(["mdc-2023", "ptd-0.2.2"]))
def test_turning_a_series_upside_down_turns_every_signal_and_no_meaning(values, rules):
    """A lower-is-better measure is a higher-is-better one seen in a mirror; peers have hard-coded one direction."""
    dates = pd.date_range("2021-01-01", periods=len(values), freq="MS")
    frame = pd.DataFrame({"date": dates, "value": [float(v) for v in values]})
    upright = control_chart(frame, "higher", RULE_SETS[rules], target=0.3)
    mirrored = control_chart(frame.assign(value=-frame["value"]), "lower", RULE_SETS[rules], target=-0.3)
    assert list(mirrored["meaning"]) == list(upright["meaning"])
    assert list(mirrored["direction"]) == [-direction for direction in upright["direction"]]
    assert list(mirrored["assurance"].dropna()) == list(upright["assurance"].dropna())


def test_dates_of_the_order_given_change_nothing():
    dates = [date(2021, month, 1) for month in range(1, 13)] + [date(2022, 1, 1)]
    frame = pd.DataFrame({"date": pd.to_datetime(dates), "value": [4.0, 7, 5, 6, 9, 3, 5, 6, 5, 8, 4, 6, 5]})
    backwards = frame.iloc[::-1]
    pd.testing.assert_frame_equal(control_chart(frame, "higher"), control_chart(backwards, "higher"))
