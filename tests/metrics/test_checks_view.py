"""Which checks a figure rests on: its clock, its area, and every month of its period or its pace."""

import pandas as pd
import pytest

from metrics import checks_view
from metrics.definition import load_definitions
from metrics.integrity import withheld
from metrics.quality_tables import CHECKS

KPIS = load_definitions()


def made(*rows: tuple[str, str, str, str, bool]) -> pd.DataFrame:
    return CHECKS.frame(
        {"clock": clock, "area": area, "month": pd.Timestamp(month), "check": check, "passed": passed, "sentence": "."}
        for clock, area, month, check, passed in rows
    )


def figure(month: str, period: int) -> pd.Series:
    return pd.Series({"month": pd.Timestamp(month), "period_months": period, "area": "X"})


def test_a_kpi_is_held_to_the_checks_of_its_own_clock_and_area() -> None:
    checks = made(
        ("slt", "X", "2024-04-01", "ageing", True), ("slt", "X", "2024-05-01", "ageing", True),
        ("slt", "Y", "2024-05-01", "ageing", True), ("nd_assessment", "X", "2024-05-01", "ageing", True),
    )  # fmt: skip
    own = checks_view.of_kpi(checks, KPIS["slt_list_size"].text, "X")
    assert own["month"].dt.month.tolist() == [5, 4]  # latest first
    for no_clock in (KPIS["ehc_plans_within_20_weeks"].text, "", "not: [yaml", "select: slt", "- slt"):
        assert checks_view.of_kpi(checks, no_clock, "X").empty


@pytest.mark.parametrize(("kind", "period", "months"), [
    ("count", 0, [5]), ("share", 1, [5]), ("share", 3, [5, 4, 3]), ("clearance_weeks", 0, [5, 4, 3]),
])  # fmt: skip
def test_a_figure_rests_on_every_month_of_its_period_or_pace(kind: str, period: int, months: list[int]) -> None:
    own = made(*(("slt", "X", f"2024-{month:02}-01", "ageing", True) for month in (6, 5, 4, 3, 2)))
    assert checks_view.behind(own, kind, figure("2024-05-01", period))["month"].dt.month.tolist() == months


@pytest.mark.parametrize("kpi", ["slt_list_size", "slt_clearance_weeks"])
@pytest.mark.parametrize("month", ["2024-02-01", "2024-03-01", "2024-05-01", "2024-06-01"])
def test_a_figure_is_withheld_exactly_where_a_check_behind_it_fails(kpi: str, month: str) -> None:
    checks = made(("slt", "X", month, "stock_flow", False), ("slt", "X", "2024-05-01", "ageing", True))
    row = {"kpi": kpi, "area": "X", "breakdown": "all", "group": "all", "month": pd.Timestamp("2024-05-01")}
    parts = dict.fromkeys(("numerator", "denominator", "low", "high", "at_least"))
    results = pd.DataFrame([{**row, "period_months": 0, "value": 5.0, **parts, "flag": None}])
    struck = withheld(results, [KPIS[kpi]], checks)["flag"].iloc[0] == "withheld"
    own = checks_view.of_kpi(checks, KPIS[kpi].text, "X")
    behind = checks_view.behind(own, KPIS[kpi].kind, results.iloc[0])
    assert struck == bool(len(checks_view.failed(behind)))


def test_who_has_sent_is_told_of_the_latest_month_where_all_have() -> None:
    rows = made(
        ("slt", "X", "2024-04-01", "submitters", True), ("slt", "X", "2024-05-01", "ageing", True),
        ("slt", "X", "2024-05-01", "submitters", True),
    )  # fmt: skip
    own = checks_view.of_list(rows, "slt", "X")
    assert checks_view.submitted(own)["month"].dt.month.tolist() == [5]
    assert checks_view.submitted(own.assign(passed=False)).empty  # then it is told as the reason
    one_of_two = made(("slt", "X", "2024-05-01", "lists", False), ("slt", "X", "2024-05-01", "submitters", True))
    assert checks_view.submitted(one_of_two).empty
