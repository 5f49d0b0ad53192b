"""Clocks as data, and months added up over longer periods."""

from pathlib import Path

import pandas as pd
import pytest

from etl.errors import DocumentError
from metrics.clocks import load_clocks
from metrics.definition import CLOCK_FACTS, load_definitions
from metrics.periods import in_windows, windows

CLOCKS = load_clocks()


def test_the_limits_are_the_laws() -> None:
    # SEND Regulations 2014, r5(1), 8(1), 10(1), 13(2), 20(10), 22(3); CFA 2014 s44(1); NICE QS51; SitRep
    days = {key: clock.limit.days for key, clock in CLOCKS.items() if clock.limit and clock.limit.days}
    assert days == {
        "nd_assessment": 91, "slt": 126, "community_paediatrics": 126, "ehc_decision": 42, "ehc_plan": 140,
        "ehc_not_issued": 112, "ehc_advice_education": 42, "ehc_advice_educational_psychology": 42,
        "ehc_advice_health": 42, "ehc_advice_social_care": 42, "review_decision": 28, "amended_plan": 84,
    }  # fmt: skip
    assert [key for key, clock in CLOCKS.items() if clock.limit and clock.limit.years] == [
        "annual_review",
        "plan_in_force",
    ]
    assert [key for key, clock in CLOCKS.items() if clock.limit is None] == ["nd_diagnosis", "slt_treatment"]
    assert all(clock.source for clock in CLOCKS.values())


def test_every_definition_over_a_clock_names_a_known_one() -> None:
    for kpi in load_definitions().values():
        if kpi.fact in CLOCK_FACTS:
            assert kpi.select["clock"] in CLOCKS, kpi.id


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("{days: 10, years: 1}", "one of days, years and dates"),
        ("{years: 2}", "less than or equal to 1"),
        ("{}", "one of"),
    ],
)
def test_a_limit_that_means_nothing_is_refused(tmp_path: Path, limit: str, words: str) -> None:
    path = tmp_path / "clocks.yaml"
    path.write_text(
        f"a:\n  title: t\n  start: s\n  stop: s\n  removed: r\n  limit: {limit}\n  standard: s\n"
        "  exceptions: None\n  source: s\n"
    )
    with pytest.raises(DocumentError, match=words):
        load_clocks(path)


def months(first: str, count: int) -> pd.Series:
    return pd.Series(pd.date_range(first, periods=count, freq="MS"))


@pytest.mark.parametrize(
    ("period", "ends"),
    [  # January 2023 to December 2024
        ("quarter", 8), ("rolling_3", 22), ("rolling_12", 13), ("calendar_year", 2), ("financial_year", 1),
        ("academic_year", 1),
    ],
)  # fmt: skip
def test_a_period_has_as_many_whole_windows_as_the_calendar(period: str, ends: int) -> None:
    found = windows(months("2023-01-01", 24), period)
    assert found["end"].nunique() == ends
    assert found.groupby("end").size().nunique() == 1


def test_years_end_when_people_say_they_do() -> None:
    two = months("2023-01-01", 24)
    assert windows(two, "financial_year")["end"].unique() == pd.Timestamp("2024-03-01")
    assert windows(two, "academic_year")["end"].unique() == pd.Timestamp("2024-08-01")


def test_a_window_with_a_gap_is_no_window() -> None:
    gap = months("2024-01-01", 6).drop(2)  # no March
    assert windows(gap, "rolling_3")["end"].unique() == pd.Timestamp("2024-06-01")
    assert windows(gap, "quarter")["end"].unique() == pd.Timestamp("2024-06-01")


def test_rows_count_once_in_every_window_they_fall_in() -> None:
    seen = pd.DataFrame({"area": "X", "month": months("2024-01-01", 4)})
    rows = pd.DataFrame({"area": ["X", "Y"], "month": [pd.Timestamp("2024-02-01")] * 2, "children": [5, 7]})
    got = in_windows(rows, seen, "rolling_3")
    assert got[["area", "month", "children"]].to_numpy().tolist() == [
        ["X", pd.Timestamp("2024-03-01"), 5],
        ["X", pd.Timestamp("2024-04-01"), 5],
    ]
