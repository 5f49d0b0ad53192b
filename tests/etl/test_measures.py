"""The workbook of measures and the advice log: what the templates give, and that every measure has a way in."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.examine import Examination
from etl.local_area import load_local_area
from etl.settings import SHIPPED
from etl.source import load_sources
from etl.template import write_template
from metrics.definition import CLOCK_FACTS, load_definitions
from tests.waits import check, pathways, rules, said, write

LINE = {"Measure": "EHC plans judged good or outstanding at audit", "Month": "2025-03", "Count": "9", "Out of": "12",
        "Split by": "", "Group": ""}  # fmt: skip


def read(tmp_path: Path, *lines: dict[str, Any], name: str = "measures.csv") -> Examination:
    return check(write(tmp_path / name, [{**LINE, **line} for line in lines]))


def test_every_measure_and_clock_of_a_definition_has_a_source() -> None:
    """Actions, check-ins and escalations are counted from the plan's own record, not from a file."""
    sources = load_sources().values()
    given = {name for s in sources if s.rows for name in s.rows.measures}
    given |= {name for s in sources if s.figures for name in s.figures.measures}
    given |= {name for s in sources if s.values for name in s.values.measures}
    given |= {name for s in sources if s.pathways for name in s.pathways.tallies}
    fed = {clock.feeds or name for s in sources if s.pathways for name, clock in s.pathways.clocks.items()}
    fed |= {clock for s in sources if s.crosstab for clock in s.crosstab.clocks}
    kpis = load_definitions().values()
    asked = {str(kpi.select["measure"]) for kpi in kpis if kpi.fact == "measure_values"}
    assert (asked | {kpi.population for kpi in kpis if kpi.population}) - given == {
        "plan_actions_complete", "plan_actions_overdue", "plan_actions_without_a_confirmed_date",
        "joint_commissioning_milestones_delivered", "nd_long_waits_escalated",
    }  # fmt: skip
    assert {str(kpi.select["clock"]) for kpi in kpis if kpi.fact in CLOCK_FACTS} <= fed


def test_the_workbook_says_of_each_measure_what_its_definition_says() -> None:
    figures = load_sources()["measures"].figures
    assert figures is not None
    for kpi in load_definitions().values():
        figure = figures.measures.get(str(kpi.select.get("measure")))
        if figure is not None and kpi.fact == "measure_values":
            assert set(kpi.breakdowns) <= set(figure.breakdowns), kpi.id
            assert figure.of == kpi.denominator_in_words, kpi.id


@pytest.mark.parametrize("name", ["measures", "ehc_advice_log"])
def test_a_template_loads_as_it_is(tmp_path: Path, name: str) -> None:
    path = write_template(load_sources()[name], load_local_area(SHIPPED / "plan"), tmp_path / f"{name}.xlsx")
    found = check(path)
    assert (found.verdict, found.source and found.source.name) == ("accept", name)
    assert (found.rows_in > 8, found.rows_rejected) == (True, 0)


def test_lines_become_measures(tmp_path: Path) -> None:
    found = read(
        tmp_path, {}, {"Month": "May 2025", "Count": "0"}, {"Month": "30/04/2025", "Count": "x", "Out of": "x"},
        {"Measure": "nd_families_on_support_courses", "Count": "42", "Out of": ""},
        {"Measure": "nd_referrals_accepted", "Split by": "age band", "Group": "0-5", "Count": "3", "Out of": "4"},
    )  # fmt: skip
    assert (found.verdict, found.rows_in, found.rows_rejected) == ("accept", 5, 0)
    assert (found.month, found.covers_from, found.organisation) == (date(2025, 5, 1), date(2025, 3, 1), "E06000051")
    assert found.frames is not None
    columns = ["measure", "month", "period_months", "breakdown", "group", "numerator", "denominator", "flag"]
    rows = found.frames["measures"][columns].astype("object")
    march, april, may = (pd.Timestamp(2025, month, 1) for month in (3, 4, 5))
    assert rows.where(rows.notna(), None).to_numpy().tolist() == [
        ["ehc_plans_audited_good", march, 1, "all", "all", 9, 12, None],
        ["ehc_plans_audited_good", may, 1, "all", "all", 0, 12, None],
        ["ehc_plans_audited_good", april, 1, "all", "all", None, None, "not_available"],
        ["nd_families_on_support_courses", march, 12, "all", "all", 42, None, None],
        ["nd_referrals_accepted", march, 1, "age_band", "0-5", 3, 4, None],
    ]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ({"Measure": "Something new"}, "MEASURE_UNKNOWN"),
        ({"Month": "spring"}, "PERIOD_UNREADABLE"),
        ({"Month": "2027-01"}, "MONTH_IN_FUTURE"),
        ({"Count": "nine"}, "NUMBER_UNREADABLE"),
        ({"Count": "-1"}, "COUNT_NEGATIVE"),
        ({"Count": ""}, "NUMERATOR_MISSING"),
        ({"Out of": ""}, "DENOMINATOR_MISSING"),
        ({"Count": "13"}, "PART_EXCEEDS_WHOLE"),
        ({"Split by": "age band", "Group": "0-5"}, "BREAKDOWN_UNKNOWN"),
        ({"Measure": "nd_referrals_accepted", "Split by": "age_band"}, "GROUP_MISSING"),
    ],
)
def test_a_line_that_cannot_be_true_is_held(tmp_path: Path, line: dict[str, str], rule: str) -> None:
    good = [{"Month": f"2023-{month:02}"} for month in range(1, 13)] + [{"Month": f"2024-{m:02}"} for m in range(1, 9)]
    found = read(tmp_path, *good, line)
    assert rules(found, "query") == [rule]
    assert (found.rows_in, found.rows_rejected) == (21, 1)
    assert "row 22" in said(found, rule)


def test_two_lines_for_one_figure_are_both_held_and_an_empty_line_is_no_fault(tmp_path: Path) -> None:
    good = [{"Month": f"2022-{m:02}"} for m in range(1, 13)] * 1
    more = [{"Measure": "ehc_advice_audited_good", **line} for line in good]
    third = [
        {"Measure": "early_help_assessment_offered", **line}
        for line in [*good, *({"Month": f"2021-{m:02}"} for m in range(1, 13))]
    ]  # noqa: E501
    found = read(tmp_path, *good, *more, *third, {}, {"Count": "8"}, {"Month": "2025-04", "Count": "", "Out of": ""})
    assert sorted(rule for rule in rules(found) if rule != "MONTHS_WITH_GAPS") == ["NOT_FILLED", "ROW_REPEATED"]
    assert (found.rows_in, found.rows_rejected) == (51, 3)


def test_numbers_of_children_stop_the_workbook(tmp_path: Path) -> None:
    found = check(write(tmp_path / "measures.csv", [{**LINE, "Who": "999 000 0018"}]))
    assert "IDENTIFIERS_UNEXPECTED" in rules(found, "error")


def test_advice_is_timed_by_who_gives_it(tmp_path: Path) -> None:
    """Six weeks from 3 March 2025 is 14 April; an exception is marked, a withdrawn request is no advice."""
    common = {"Child ID": "C1", "Snapshot date": "30/04/2025", "Advice requested date": "03/03/2025",
              "Advice received date": "", "Advice withdrawn date": "", "Exception": "No"}  # fmt: skip
    rows = [
        {**common, "Advice request ID": "A1", "Advice from": "EP", "Advice received date": "14/04/2025"},
        {**common, "Advice request ID": "A2", "Advice from": "Health", "Exception": "Yes"},
        {**common, "Advice request ID": "A3", "Advice from": "Social care", "Advice withdrawn date": "20/03/2025"},
    ]
    found = check(write(tmp_path / "advice.csv", rows))
    assert found.verdict == "accept"
    told = {
        clock: pathways(found, clock)[["stopped_day", "stop_reason", "excepted"]].to_numpy().tolist()
        for clock in ("ehc_advice_educational_psychology", "ehc_advice_health", "ehc_advice_social_care")
    }
    [psychology] = pathways(found, "ehc_advice_educational_psychology").to_dict("records")
    assert psychology["stopped_day"] - psychology["started_day"] == 42
    assert pd.isna(told["ehc_advice_health"][0][0])
    assert told["ehc_advice_health"][0][2]
    assert told["ehc_advice_social_care"][0][1] == "withdrawn"
    assert pathways(found, "ehc_advice_education").empty
