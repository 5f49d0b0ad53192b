"""The local plan as data: its own counts, its cross-references, and a number or a reason for everything it names."""

from collections import Counter
from pathlib import Path

import pytest

from etl.errors import DocumentError
from etl.settings import SHIPPED
from metrics.definition import load_definitions
from metrics.plan import Plan, Scorecard
from metrics.plan_folder import load_plan
from metrics.plan_tables import PlanTables, load_plan_tables, unreached

FOLDER = SHIPPED / "plan"


@pytest.fixture(scope="module")
def plan() -> tuple[Plan, Scorecard, PlanTables]:
    read = load_plan(FOLDER)
    return read.plan, read.scorecard, read.tables


def test_the_plan_has_the_actions_it_prints(plan: tuple[Plan, Scorecard, PlanTables]) -> None:
    # domain definitions, section 8: 105 references, 56 / 34 / 15; the kinds of dates; 4.11.3 and 4.11.5 blank
    actions = plan[2].actions
    assert Counter(action.priority_area for action in actions) == {3: 56, 4: 34, 5: 15}
    assert Counter(action.by_when_kind for action in actions) == {
        "month": 17, "month_uncertain": 7, "start_month": 1, "status_in_place": 6, "status_completed": 1, "tbc": 4,
        "blank": 69,
    }  # fmt: skip
    assert [a.ref for a in actions if a.title is None] == ["4.11.3", "4.11.5", "5.2.2", "5.2.3", "5.2.4", "5.2.5"]
    assert sum(action.confirmed_due_on is not None for action in actions) == 17


def test_the_plan_has_its_impact_measures_in_both_readings(plan: tuple[Plan, Scorecard, PlanTables]) -> None:
    measures = {measure.id: measure for measure in plan[2].impact_measures}
    assert Counter(measure.priority_area for measure in measures.values()) == {3: 20, 4: 10, 5: 18}
    suspensions = measures["IM3.05"]
    assert suspensions.method("as_printed") == "New survey; baseline sample from the ND workstream"
    assert suspensions.method("realigned") == "Baseline to be set, primary and secondary measured apart"
    assert "40 - 5" in str(measures["IM3.11"].baseline_realigned)


def test_the_milestones_are_the_plans(plan: tuple[Plan, Scorecard, PlanTables]) -> None:
    rows = {row.kpi: row for row in plan[1].rows}
    targets = {
        kpi: [row.milestones[slot].target for slot in sorted(row.milestones)]
        for kpi, row in rows.items()
        if row.milestones
    }
    assert targets == {
        "ehc_advice_social_care_within_6_weeks": [None, None, 75, 100],
        "ehc_plans_within_20_weeks_excluding_exceptions": [None, 60, 75, 100],
        "ehc_plans_within_20_weeks_excluding_exceptions_by_month": [None, 60, 75, 100],
        "survey_team_communication_families": [None, None, None],
        "workforce_trained_sencos": [None, None, None, None],
    }


def test_everything_the_plan_names_has_a_number_or_a_reason(plan: tuple[Plan, Scorecard, PlanTables]) -> None:
    _, scorecard, tables = plan
    assert len(scorecard.printed_refs) == 12
    assert unreached(tables, load_definitions().values(), scorecard.printed_refs) == []


def test_what_has_neither_is_found(plan: tuple[Plan, Scorecard, PlanTables]) -> None:
    kpis = [kpi for kpi in load_definitions().values() if "IM3.09" not in kpi.impact_measures]
    assert unreached(plan[2], kpis, ["5.2.2", "9.9.9"]) == ["IM3.09", "9.9.9"]


def test_scored_kpis_follow_the_reference_they_are_scored_under(plan: tuple[Plan, Scorecard, PlanTables]) -> None:
    kpis = load_definitions()
    assert [row.kpi for row in plan[1].rows if row.plan_ref not in kpis[row.kpi].plan_refs] == []


def test_every_reference_of_a_definition_is_in_the_plan(plan: tuple[Plan, Scorecard, PlanTables]) -> None:
    refs = {action.ref for action in plan[2].actions}
    measures = {measure.id for measure in plan[2].impact_measures}
    for kpi in load_definitions().values():
        assert set(kpi.plan_refs) <= refs, kpi.id
        assert set(kpi.impact_measures) <= measures, kpi.id


def test_a_contradiction_names_the_file_and_the_line(plan: tuple[Plan, Scorecard, PlanTables], tmp_path: Path) -> None:
    text = (FOLDER / "actions.csv").read_text(encoding="utf-8")
    (tmp_path / "actions.csv").write_text(text.replace("3.1.1,3,3.T1", "3.1.1,3,4.T11"), encoding="utf-8")
    with pytest.raises(DocumentError, match=r"3\.1\.1: theme 4\.T11 is not one of outcome 3\.O1"):
        load_plan_tables(tmp_path, plan[0])
    (tmp_path / "actions.csv").write_text(text.replace(",Apr-23,month,", ",Apr-23,soon,", 1), encoding="utf-8")
    with pytest.raises(DocumentError, match=r"actions\.csv: row 2: by_when_kind"):
        load_plan_tables(tmp_path, plan[0])
