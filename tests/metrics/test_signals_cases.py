"""The reference cases, where the reference pack lies beside the repository (or WAYMARK_SHARED says where).

Hand-worked cases of every rule are in the neighbouring files and need no pack.
"""

import json
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from metrics.intervals import byar, newcombe, poisson_exact, wilson
from metrics.proportions import with_share_limits, with_shares
from metrics.signal_calendar import Rebase
from metrics.signal_limits import drawn_limits
from metrics.signal_rules import MDC_2023, PTD_0_2_2
from metrics.signals import control_chart, read_chart

_SHARED = Path(os.environ.get("WAYMARK_SHARED", Path(__file__).parents[3] / "shared"))
_FILE = _SHARED / "reference" / "cases.json"
CASES = json.loads(_FILE.read_text(encoding="utf-8")) if _FILE.exists() else {}
BETTER = {"increase": "higher", "decrease": "lower", "neutral": "neither"}
NEAR_CONSTANT = "ptd-33-near-constant"  # here the package's answer is one we depart from; docs/deviations.md

pytestmark = pytest.mark.skipif(not CASES, reason="the reference pack is not beside the repository")


def cases(block, inner=None):
    found = CASES.get(block, [])
    return found if inner is None else found.get(inner, []) if found else []


def named(case):
    return case.get("id", "case") if isinstance(case, dict) else "case"


def drawn(case, rules, **options):
    dates = pd.date_range("2019-01-01", periods=len(case["y"]), freq="MS")
    frame = pd.DataFrame({"date": dates, "value": pd.Series(case["y"], dtype=float)})
    place = case.get("rebase_at_index0")
    return control_chart(
        frame,
        BETTER[case["direction"]],
        rules,
        target=case.get("target"),
        rebases=[] if place is None else [Rebase(dates[place].date(), "a new pathway")],
        fix_after=case.get("fix_after_n_points"),
        **options,
    )


def same(found, expected):
    """Return whether the limits agree to 1e-9 relative; null is missing. The pack prints about 13 digits."""
    expected = [float("nan") if number is None else number for number in expected]
    return list(found) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("case", cases("spc_ptd"), ids=named)
def test_named_series_match_the_package(case):
    rules = replace(PTD_0_2_2, zero_width_stands=case["id"] == NEAR_CONSTANT)
    points = drawn(case, rules, screens_ranges=case["screen_outliers"])
    if "error" in case:
        assert list(points["signal"]) == case["oracle"]["labels"]
        return
    expect, groups = case["expect"], points.groupby("group").first()
    for ours, theirs in (("mean", "mean"), ("lower", "lpl"), ("upper", "upl"), ("points", "n")):
        assert same(groups[ours], [group[theirs] for group in expect["groups"]])
    assert list(points["signal"]) == expect["special_cause_type"]
    assert list(points["meaning"]) == expect["point_type"]
    reading = read_chart(points, BETTER[case["direction"]], rules)
    assert (reading.variation, reading.assurance) == (expect["variation_icon"], expect["assurance"])


@pytest.mark.parametrize("case", cases("spc_mdc_2023"), ids=named)
@pytest.mark.parametrize("rules", [MDC_2023, PTD_0_2_2], ids=lambda rules: rules.name)
def test_the_two_rule_sets_differ_where_they_should(case, rules):
    labels = case["labels_mdc_2023" if rules is MDC_2023 else "labels_ptd_0_2_2"]
    # The pack's limits for both rule sets are the screened ones; the labels hold for mdc-2023's own limits as well.
    screened = drawn(case, rules, screens_ranges=True)
    assert same(screened[["mean", "lower", "upper"]].iloc[0], [case["mean"], case["lpl"], case["upl"]])
    assert list(screened["signal"]) == labels
    assert list(drawn(case, rules)["signal"]) == labels


@pytest.mark.parametrize("case", cases("spc_random"), ids=named)
def test_random_series_match_the_package(case):
    points = drawn(case, PTD_0_2_2, screens_ranges=case["screen_outliers"])
    assert same(points[["mean", "lower", "upper"]].iloc[0], [case["mean"], case["lpl"], case["upl"]])
    assert list(points["signal"]) == case["labels"]
    assert read_chart(points, BETTER[case["direction"]], PTD_0_2_2).assurance == case["assurance"]


@pytest.mark.parametrize("case", cases("spc_random"), ids=named)
def test_random_series_follow_the_rule_of_2023(case):
    any_length = replace(MDC_2023, minimum_points=1)  # the pack judges short series as well
    points = drawn(case, any_length, screens_ranges=case["screen_outliers"])
    assert list(points["signal"]) == case.get("labels_mdc_2023", case["labels"])


@pytest.mark.parametrize("chart", ["p", "p_prime"])
def test_share_charts_match(chart):
    case = CASES["p_chart"]
    dates = pd.date_range("2019-01-01", periods=len(case["num"]), freq="MS")
    counts = pd.DataFrame({"date": dates, "numerator": case["num"], "denominator": case["den"], "group": 0})
    points = drawn_limits(with_share_limits(with_shares(counts), PTD_0_2_2, chart), 0, 1)
    suffix = "_pprime" if chart == "p_prime" else ""
    assert same(points["drawn_lower"], case[f"lcl{suffix}"])
    assert same(points["drawn_upper"], case[f"ucl{suffix}"])
    assert same(points["mean"], [case["pbar"]] * len(dates))
    assert points["sigma_z"].iloc[0] == pytest.approx(case["sigma_z_pprime"] if suffix else 1, rel=1e-9)


@pytest.mark.parametrize("case", cases("wilson", "cases"))
def test_wilson_cases(case):
    found = wilson(case["x"], case["n"], case["conf"])
    assert found == pytest.approx((case["lower"], case["upper"]), abs=5e-11)  # the pack has ten decimals


@pytest.mark.parametrize("case", cases("newcombe", "cases"))
def test_newcombe_cases(case):
    found = newcombe(case["x1"], case["n1"], case["x2"], case["n2"])
    assert [round(100 * number, 1) for number in found] == [case["diff_pct"], case["lower_pct"], case["upper_pct"]]


@pytest.mark.parametrize("case", cases("byar", "cases"))
def test_byar_cases(case):
    assert byar(case["x"], case["conf"]) == pytest.approx((case["lower"], case["upper"]), abs=5e-7)


@pytest.mark.parametrize("case", cases("poisson_limits", "cases"))
def test_poisson_cases(case):
    found = poisson_exact(case["expected"], case["conf"])
    assert found == pytest.approx((case["lower"], case["upper"]), rel=1e-12)
