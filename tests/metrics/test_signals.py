"""Limits, point rules, variation and assurance on series small enough to work by hand.

BASE alternates 12 and 10 for fourteen months: mean 11, every moving range 2, so the limits are 11 ± 5.32 (5.68 and
16.32) and the two-sigma lines 11 ± 3.5467 (7.4533 and 14.5467). Limits are fixed after it, so that later months can be
read against these round numbers.
"""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from etl.errors import UsageError
from metrics.signal_calendar import MONTHLY, Rebase
from metrics.signal_limits import drawn_limits
from metrics.signal_rules import MDC_2023, PTD_0_2_2, RULE_SETS, rule_set
from metrics.signals import control_chart, read_chart

BASE = [12.0, 10.0] * 7
NOTHING = "Common Cause"
BOTH = pytest.mark.parametrize("rules", [MDC_2023, PTD_0_2_2], ids=lambda rules: rules.name)


def frame(values, **columns):
    dates = pd.date_range("2023-01-01", periods=len(values), freq="MS")
    return pd.DataFrame({"date": dates, "value": pd.Series(values, dtype=float)} | columns)


def after_base(values, rules=MDC_2023, better="higher", **options):
    points = control_chart(frame(BASE + values), better, rules, step=MONTHLY, fix_after=len(BASE), **options)
    return points.iloc[len(BASE) :]


@BOTH
def test_limits_are_the_mean_and_266_mean_ranges_either_side(rules):
    first = control_chart(frame(BASE), "higher", rules).iloc[0]
    found = [first[name] for name in ("lower", "near_lower", "mean", "near_upper", "upper", "median", "points")]
    assert found == pytest.approx([5.68, 11 - 5.32 * 2 / 3, 11, 11 + 5.32 * 2 / 3, 16.32, 11, 14])


@BOTH
@pytest.mark.parametrize(
    ("later", "signals"),
    [
        ([17], ["Above UCL"]),
        ([5], ["Below LCL"]),
        ([16.32], [NOTHING]),  # on the limit is not beyond it
        ([5.68], [NOTHING]),
        ([15, 15, 12], ["2 in 3 Above CL"] * 2 + [NOTHING]),
        ([7, 10, 7], ["2 in 3 Below CL", NOTHING, "2 in 3 Below CL"]),
        ([15, 7, 15], [NOTHING] * 3),  # not all on one side
        ([15, 11, 15], [NOTHING] * 3),  # exactly on the mean is on neither side
        ([12, 13, 12, 13, 12, 13, 12], ["7 Points Above CL"] * 7),
        ([12, 13, 12, 11, 13, 12, 13, 12], [NOTHING] * 8),
        ([9, 9.5, 10, 10.5, 11.5, 12, 12.5], ["7 Point Trend (Increasing)"] * 7),
        ([13, 12, 11.5, 10.5, 10, 9.5, 9], ["7 Point Trend (Decreasing)"] * 7),
        ([9, 9.5, 10, 10, 10.5, 11.5, 12, 12.5], [NOTHING] * 8),  # a tie breaks a trend
        ([15, 15, 12, 12, 12, 12, 12], ["2 in 3 Above CL"] * 2 + ["7 Points Above CL"] * 5),
        ([17, 13, 12, 13, 12, 13, 12], ["Above UCL"] + ["7 Points Above CL"] * 6),
    ],
)
def test_each_rule_and_its_edges(later, signals, rules):
    assert list(after_base(later, rules)["signal"]) == signals


def test_a_point_beyond_the_limit_counts_towards_two_in_three_since_2023_only():
    assert list(after_base([17, 15, 12], MDC_2023)["signal"]) == ["Above UCL", "2 in 3 Above CL", NOTHING]
    assert list(after_base([17, 15, 12], PTD_0_2_2)["signal"]) == ["Above UCL", NOTHING, NOTHING]


def test_a_peak_shared_by_two_trends_belongs_to_the_later():
    peak = [9, 9.5, 10, 10.5, 11.5, 12, 14, 13, 12.5, 11.2, 10.8, 10.2, 9.8]
    for rules in (MDC_2023, PTD_0_2_2):
        assert list(after_base(peak, rules)["direction"]) == [1] * 6 + [-1] * 7


def test_a_rising_trend_ends_rising_where_another_follows_from_lower_down():
    """The package looks at the next step and calls the seventh month a fall; docs/deviations.md."""
    saw = [9, 9.5, 10, 10.5, 11.5, 12, 12.5, 9, 9.5, 10, 10.5, 11.5, 12, 12.5]
    assert list(after_base(saw, MDC_2023)["direction"]) == [1] * 14
    assert list(after_base(saw, PTD_0_2_2)["direction"]) == [1] * 6 + [-1] + [1] * 7


@BOTH
@pytest.mark.parametrize("absent", [True, False])
def test_a_gap_breaks_a_trend_and_a_shift_whether_the_row_is_absent_or_empty(rules, absent):
    for later in ([9, 9.5, 10, None, 10.5, 11.5, 12, 12.5], [12, 13, 12, 13, None, 12, 13, 12], [15, None, 15, 12]):
        series = frame(BASE + later)
        series = series.dropna() if absent else series
        points = control_chart(series, "higher", rules, step=MONTHLY, fix_after=len(BASE))
        assert list(points["signal"].iloc[len(BASE) :]) == [NOTHING] * len(later)
        assert (points["kind"] == "gap").sum() == 1


def test_a_gap_costs_the_two_ranges_beside_it():
    """Ranges 2 and 2, not the 8 across the gap: 16 ± 5.32."""
    first = control_chart(frame([10, 12, None, 20, 22]), "higher", PTD_0_2_2).iloc[0]
    assert [first["mean"], first["lower"], first["upper"]] == pytest.approx([16, 10.68, 21.32])


def test_screening_leaves_an_outlying_range_out_once():
    """Ranges: 11 of 2 and one 38. Mean 5, cut at 16.3: 38 goes, limits from 2; unscreened they come from 5."""
    values = [10.0, 12.0] * 6 + [50.0]
    points = control_chart(frame(values), "higher", PTD_0_2_2).iloc[0]
    mean = (11 * 12 + 50) / 13
    assert [points["lower"], points["upper"]] == pytest.approx([mean - 5.32, mean + 5.32])
    points = control_chart(frame(values), "higher", MDC_2023).iloc[0]
    assert [points["lower"], points["upper"]] == pytest.approx([mean - 13.3, mean + 13.3])
    again = control_chart(frame(values), "higher", MDC_2023, screens_ranges=True).iloc[0]
    assert again["upper"] == pytest.approx(mean + 5.32)


@BOTH
def test_a_nearly_constant_series_keeps_some_width(rules):
    """Mean 66 / 13; ten ranges of 0 and two of 1, mean 1 / 6; screening would leave only zeros, so all count."""
    points = control_chart(frame([5.0] * 6 + [6.0] + [5.0] * 6), "higher", rules)
    assert points["lower"].iloc[0] == pytest.approx(66 / 13 - 2.66 / 6)
    assert list(points["signal"]) == [NOTHING] * 6 + ["Above UCL"] + [NOTHING] * 6
    assert points["basis"].iloc[0] == ("all_ranges" if rules is PTD_0_2_2 else "limits")
    to_the_letter = control_chart(
        frame([5.0] * 6 + [6.0] + [5.0] * 6), "higher", replace(rules, zero_width_stands=True)
    )
    assert (to_the_letter["signal"] != NOTHING).sum() == (13 if rules is PTD_0_2_2 else 1)


@BOTH
@pytest.mark.parametrize(
    ("better", "target", "assurance"),
    [
        ("higher", 95, "consistent_pass"),
        ("higher", 100, "consistent_pass"),
        ("higher", 101, "consistent_fail"),
        ("lower", 95, "consistent_fail"),
        ("lower", 100, "consistent_pass"),
        ("lower", 101, "consistent_pass"),
        ("neither", 95, None),
    ],
)
def test_a_constant_series_is_compared_by_its_value(rules, better, target, assurance):
    points = control_chart(frame([100.0] * 13), better, rules, target=target)
    reading = read_chart(points, better, rules)
    assert (reading.assurance, reading.basis, reading.variation) == (assurance, "no_variation", "common_cause")
    assert (reading.lower, reading.upper) == (100, 100)


@BOTH
@pytest.mark.parametrize("values", [[0.1] * 13, [100 / 3] * 17, [10.1, -9.9] * 3 + [0.1] * 7])
def test_binary_rounding_makes_no_signal(values, rules):
    """0.1 lies on the mean of 10.1 and -9.9, and on its own mean, whatever the last bit says."""
    assert set(control_chart(frame(values), "higher", rules)["signal"]) == {NOTHING}


def test_a_first_change_after_a_fixed_constant_stands_out():
    points = control_chart(frame([100.0] * 13 + [99.0]), "higher", fix_after=13)
    assert points["signal"].iloc[-1] == "Below LCL"


def test_values_that_only_differ_across_a_gap_set_no_limits():
    points = control_chart(frame([5, 5, None, 7, 7]), "higher", PTD_0_2_2, target=6)
    reading = read_chart(points, "higher", PTD_0_2_2)
    assert (reading.basis, reading.lower, reading.assurance_reason) == ("no_limits", None, "no_limits")


@pytest.mark.parametrize(("months", "basis"), [(12, "run_chart"), (13, "limits")])
def test_limits_and_icons_come_from_thirteen_points(months, basis):
    points = control_chart(frame([1.0, 2.0, 6.0, 3.0, 5.0, 4.0, 7.0] + [4.0] * (months - 7)), "higher", target=0)
    reading = read_chart(points, "higher")
    assert (reading.basis, reading.points, reading.median) == (basis, months, 4)
    assert (reading.lower is None, reading.variation is None, reading.assurance is None) == ((months == 12,) * 3)
    assert set(points["signal"]) == ({"Not assessed"} if months == 12 else {NOTHING})


def test_empty_months_do_not_count_towards_the_thirteen():
    values = [10, 12] * 6 + [None, None]
    assert read_chart(control_chart(frame(values), "higher"), "higher").basis == "run_chart"


def test_the_package_sets_limits_from_two_points():
    first = control_chart(frame([10, 12]), "higher", PTD_0_2_2).iloc[0]
    assert [first["lower"], first["upper"]] == pytest.approx([5.68, 16.32])
    alone = control_chart(frame([10]), "higher", PTD_0_2_2, target=5).iloc[0]
    assert (alone["mean"], alone["signal"], alone["basis"]) == (10, NOTHING, "no_limits")


@BOTH
def test_limits_start_anew_on_the_rebase_and_no_range_crosses_it(rules):
    """Ranges 2 1 2 3 2 1 2 3 2 1 2 3 2 over fourteen months: 26 / 13 = 2 in each group, means 21.43 and 41.43."""
    values = [20, 22, 21, 23] * 3 + [20, 22]
    series = frame(values + [value + 20 for value in values])
    points = control_chart(series, "higher", rules, rebases=[Rebase(date(2024, 3, 1), "triage nurse joined")])
    assert list(points["group"]) == [0] * 14 + [1] * 14
    assert [points["mean"].iloc[0], points["mean"].iloc[-1]] == pytest.approx([300 / 14, 580 / 14])
    assert points["upper"].iloc[-1] == pytest.approx(580 / 14 + 5.32)
    assert set(points["signal"]) == {NOTHING}
    assert points["rebase_reason"].dropna().to_dict() == {14: "triage nurse joined"}


@pytest.mark.parametrize(
    ("better", "later", "meaning"),
    [
        ("higher", [17], "special_cause_improvement"),
        ("higher", [5], "special_cause_concern"),
        ("lower", [17], "special_cause_concern"),
        ("lower", [5], "special_cause_improvement"),
        ("neither", [17], "special_cause_neutral_high"),
        ("neither", [5], "special_cause_neutral_low"),
        ("higher", [11], "common_cause"),
    ],
)
def test_the_meaning_follows_which_way_is_better(better, later, meaning):
    points = after_base(later, better=better)
    assert list(points["meaning"]) == [meaning]
    reading = read_chart(points, better)
    assert (reading.variation, reading.earlier) == (meaning, ())


def test_where_the_rules_disagree_the_rule_set_decides():
    """Seven months falling, all above the mean: worse by its trend, better by its level."""
    falling = [14, 13.8, 13.5, 13, 12.5, 12, 11.5]
    for rules, meaning in ((MDC_2023, "special_cause_improvement"), (PTD_0_2_2, "special_cause_concern")):
        points = after_base(falling, rules)
        assert set(points["signal"]) == {"7 Point Trend (Decreasing)"}
        assert set(points["meaning"]) == {meaning}
        assert points["conflict"].all()


def test_the_icon_is_the_latest_points_and_earlier_signals_are_kept_in_words():
    reading = read_chart(after_base([17, 17, 11, 5, 11]), "higher")
    assert reading.variation == "common_cause"
    spells = [(spell.start, spell.end, spell.meaning) for spell in reading.earlier]
    march, april, june = date(2024, 3, 1), date(2024, 4, 1), date(2024, 6, 1)
    assert spells == [(march, april, "special_cause_improvement"), (june, june, "special_cause_concern")]


def test_the_latest_point_is_the_latest_with_a_value():
    reading = read_chart(after_base([17, None, None]), "higher")
    assert (reading.on, reading.variation, reading.gaps) == (date(2024, 3, 1), "special_cause_improvement", ())


@pytest.mark.parametrize(
    ("target", "higher", "lower"),
    [
        (5, "consistent_pass", "consistent_fail"),
        (11, "inconsistent", "inconsistent"),
        (17, "consistent_fail", "consistent_pass"),
    ],
)
@BOTH
def test_assurance_in_both_directions(rules, target, higher, lower):
    for better, assurance in (("higher", higher), ("lower", lower), ("neither", None)):
        points = control_chart(frame(BASE), better, rules, target=target)
        assert read_chart(points, better, rules).assurance == assurance


@pytest.mark.parametrize(("target", "beyond"), [(5.68, "consistent_pass"), (16.32, "consistent_fail")])
def test_a_target_on_the_limit_counts_as_beyond_it_but_not_for_the_package(target, beyond):
    for rules, assurance in ((MDC_2023, beyond), (PTD_0_2_2, "inconsistent")):
        reading = read_chart(control_chart(frame(BASE), "higher", rules, target=target), "higher", rules)
        assert (reading.assurance, reading.assurance_reason) == (assurance, "at_the_limit")


def test_assurance_against_a_path_is_against_the_target_of_each_month():
    """A path from 5 up to 18 in steps of 1 passes the limits 5.68 and 16.32 after the first and before the last two."""
    path = [float(number) for number in range(5, 19)]
    points = control_chart(frame(BASE, target=path), "higher")
    expected = ["consistent_pass"] + ["inconsistent"] * 11 + ["consistent_fail"] * 2
    assert list(points["assurance"]) == expected
    reading = read_chart(points, "higher")
    assert (reading.assurance, reading.target, reading.target_moves) == ("consistent_fail", 18, True)


def test_months_to_come_are_held_against_their_own_target_but_are_not_the_latest():
    series = frame([*BASE, None, None], target=[11.0] * 14 + [4.0, 20.0])
    points = control_chart(series, "higher")
    assert list(points["assurance"].iloc[-2:]) == ["consistent_pass", "consistent_fail"]
    assert read_chart(points, "higher").assurance == "inconsistent"


def test_no_target_is_no_verdict():
    reading = read_chart(control_chart(frame(BASE), "higher"), "higher")
    assert (reading.assurance, reading.assurance_reason, reading.target) == (None, "no_target", None)


def test_limits_beyond_what_can_be_are_cut_only_where_drawn():
    """98 and 96 in turn: 97 ± 5.32 reaches 102.32. Against a target of 101 that is uncertain, not a certain miss."""
    points = drawn_limits(control_chart(frame([98.0, 96.0] * 7), "higher", target=101), 0, 100)
    assert (points["upper"].iloc[0], points["drawn_upper"].iloc[0]) == pytest.approx((102.32, 100))
    assert points["assurance"].iloc[0] == "inconsistent"


def test_a_series_without_any_value_reads_as_nothing():
    reading = read_chart(control_chart(frame([None, None]), "higher", target=5), "higher")
    assert (reading.on, reading.variation, reading.assurance) == (None, None, None)


def test_both_rule_sets_carry_a_name_and_a_source():
    assert list(RULE_SETS) == ["mdc-2023", "ptd-0.2.2"]
    assert all(rules.source for rules in RULE_SETS.values())
    with pytest.raises(UsageError, match="There is no rule set of that name. Use one of: mdc-2023, ptd-0.2.2."):
        rule_set("western-electric")


def test_a_baseline_below_twelve_points_and_an_unknown_direction_are_refused():
    with pytest.raises(UsageError, match="Limits can be fixed after 12 points or more, not fewer."):
        control_chart(frame(BASE), "higher", fix_after=11)
    with pytest.raises(UsageError, match="Which way is better must be one of: higher, lower, neither."):
        control_chart(frame(BASE), "up")
