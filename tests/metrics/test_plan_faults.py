"""A plan folder with faults: every one named by file, key, rule and remedy, all at once, and never a traceback."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.errors import DocumentError
from etl.settings import SHIPPED
from metrics.__main__ import main
from metrics.plan_folder import load_plan

Content = dict[str, Any]
Change = Callable[[Content], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED / "plan", tmp_path / "plan")


def change(path: Path, how: Change) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    how(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def refusal(folder: Path) -> str:
    with pytest.raises(DocumentError) as refused:
        load_plan(folder)
    return str(refused.value)


def row(content: Content, kpi: str) -> Content:
    found: Content = next(row for row in content["rows"] if row["kpi"] == kpi)
    return found


def test_the_shipped_plan_has_no_fault(folder: Path) -> None:
    assert load_plan(folder).plan.area_name == "Shropshire"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (lambda c: c.update(starts="2023-13"), "starts: no month of a plan; write year and month as YYYY-MM"),
        (lambda c: c.update(starts="20230401"), "starts: no month of a plan"),
        (lambda c: c.update(starts="9995-01"), "starts: no month of a plan"),
        (lambda c: c.update(slots={}), "slots: Dictionary should have at least 1 item"),
        (lambda c: c["slots"][1].update(months=0), "slots.1.months: Input should be greater than or equal to 1"),
        (lambda c: c["slots"][1].update(months=6), "slots: two milestones are 6 months after the start"),
        (lambda c: c.update(areas=[{"area": "X", "role": "comparator"}]), "areas: none has role local"),
        (lambda c: c["themes"][0].update(outcome="9.O9"), "themes.0 (3.T1).outcome: 9.O9 is not under priority_areas"),
        (lambda c: c["themes"].append(dict(c["themes"][0])), "themes: 3.T1 is given twice"),
    ],
)
def test_a_fault_of_the_plan(folder: Path, how: Change, words: str) -> None:
    change(folder / "plan.yaml", how)
    assert f"plan.yaml: {words}" in refusal(folder).replace("1 to mend. ", "")


TIMELY = "ehc_plans_within_20_weeks_excluding_exceptions"
LIST = "slt_list_size"


@pytest.mark.parametrize(
    ("kpi", "how", "words"),
    [
        (LIST, lambda r: r["baseline"].update(month="2023-99"), "baseline.month: no month of a plan"),
        (LIST, lambda r: r["baseline"].update(value=float("nan")), "baseline.value: Input should be a finite number"),
        (LIST, lambda r: r["baseline"].update(value=-3), "baseline.value: children cannot be below 0"),
        (LIST, lambda r: r["baseline"].update(value=True), "baseline.value: Input should be a valid number"),
        (LIST, lambda r: r.update(priority_area=9), "priority_area: 9 is not in plan.yaml; known: 3, 4, 5"),
        (LIST, lambda r: r.update(outcome="5.O1"), "outcome: 5.O1 is none of priority area 4; known: 4.O1, 4.O2"),
        (LIST, lambda r: r.update(area="E92000001"), "area: E92000001 is no local area of plan.yaml; known: E06000051"),
        (LIST, lambda r: r.update(kpi="slt_list_sise"), "kpi: no such definition in metrics/definitions; those that"),
        (LIST, lambda r: r.update(kpi=TIMELY), "rows: ehc_plans_within_20_weeks_excluding_exceptions is scored twice"),
        (TIMELY, lambda r: r["milestones"].update({4: {"target": 6000}}), "4.target: a percentage lies from"),
        (TIMELY, lambda r: r["milestones"].update({4: {"target": float("inf")}}), "finite number"),
        (LIST, lambda r: r.update(kpi="ehc_active_plans", milestones={2: {"target": 60}}), "2.target: neither way is"),
        (TIMELY, lambda r: r["milestones"].update({9: {"target": 60}}), "milestones: slot 9 is not in plan.yaml"),
        (TIMELY, lambda r: r["milestones"].update({4: {}}), "give either target or statement"),
    ],
)  # fmt: skip
def test_a_fault_of_the_scorecard(folder: Path, kpi: str, how: Change, words: str) -> None:
    change(folder / "scorecard.yaml", lambda content: how(row(content, kpi)))
    told = refusal(folder)
    assert "scorecard.yaml: " in told
    assert words in told


def test_a_fault_names_the_row_by_its_kpi(folder: Path) -> None:
    change(folder / "scorecard.yaml", lambda content: row(content, LIST)["baseline"].update(period_months=-1))
    assert f"rows.13 ({LIST}).baseline.period_months: " in refusal(folder)


@pytest.mark.parametrize("name", ["plan.yaml", "scorecard.yaml"])
def test_a_missing_file_is_a_sentence(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert f"{name}: there is no such file in {folder}. Put it there." in refusal(folder)


def test_all_faults_of_all_files_come_at_once(folder: Path) -> None:
    change(folder / "plan.yaml", lambda content: content["themes"][0].update(outcome="9.O9"))
    change(folder / "scorecard.yaml", lambda content: row(content, LIST).update(priority_area=9))
    change(folder / "scorecard.yaml", lambda content: row(content, TIMELY).update(outcome="3.O1"))
    text = (folder / "actions.csv").read_text(encoding="utf-8")
    broken = text.replace(",Apr-23,month,", ",Apr-23,soon,", 1).replace(",3.1.2,3,", ",3.1.2,three,", 1)
    (folder / "actions.csv").write_text(broken, encoding="utf-8")
    (folder / "amendments.yaml").write_text("amendments: [{kpi: slt_list_size}]", encoding="utf-8")
    told = refusal(folder)
    for words in ("themes.0 (3.T1).outcome", f"({LIST}).priority_area", f"({TIMELY}).outcome", "by_when_kind",
                  "actions.csv: row 3: priority_area", "amendments.yaml: "):  # fmt: skip
        assert words in told


def test_a_list_that_is_no_csv_of_ours_is_a_sentence(folder: Path) -> None:
    lines = (folder / "actions.csv").read_bytes()
    (folder / "actions.csv").write_bytes(lines + b"9.9.9,3\n")
    assert "actions.csv: row 107: has not as many cells as the heading" in refusal(folder)
    (folder / "actions.csv").write_bytes(lines + b"\xff\xfe")
    assert "actions.csv: not readable; save it as CSV in UTF-8" in refusal(folder)


def test_publishing_a_faulty_plan_ends_with_exit_code_1(
    data_folder: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder, data_folder / "plan")
    change(data_folder / "plan" / "plan.yaml", lambda content: content.update(starts="2023-13"))
    assert main(["publish"]) == 1
    told = capsys.readouterr().err
    assert "plan.yaml: 1 to mend. starts: no month of a plan" in told
    assert "Traceback" not in told
