"""The plan's workbook: round trip, adding, renumbering, retiring; what is refused; and that no cell is repeated."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from etl.__main__ import main
from etl.audit import Act, acts
from etl.check_in import CheckIn, record_check_in
from etl.errors import UsageError
from etl.plan_export import write_plan
from etl.plan_load import PlanOutcome, load_plan
from etl.plan_record import PlanRecord, latest, read_plan_record, standing
from etl.plan_shape import load_plan_shape
from etl.plan_sheets import SHEETS, PlanFile, from_answer, read_to_answer
from etl.settings import SHIPPED
from etl.warehouse import Warehouse, open_warehouse

SHAPE = load_plan_shape(SHIPPED / "plan")
START = datetime(2023, 7, 3, 9)
Cells = dict[str, list[list[str | None]]]


def load(warehouse: Warehouse, act: Act, *paths: Path, **explained: str) -> PlanOutcome:
    return load_plan(warehouse, read_here(*paths), SHAPE, act, explained)


def read_here(first: Path, *others: Path) -> PlanFile:
    """Read in this process: what the child does, without the child."""
    return from_answer(first.name, read_to_answer(path=str(first), others=[str(o) for o in others], out=first.parent))


def record(warehouse: Warehouse) -> PlanRecord:
    with warehouse.reading() as reader:
        return read_plan_record(reader)


def cells(path: Path) -> Cells:
    book = openpyxl.load_workbook(path)
    return {kind: [list(row) for row in book[kind].iter_rows(values_only=True)] for kind in SHEETS}  # type: ignore[misc]


def exported(warehouse: Warehouse, path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(write_plan(record(warehouse), path))


def row_of(book: openpyxl.Workbook, sheet: str, reference: str) -> dict[str, openpyxl.cell.cell.Cell]:
    """Return the cells of the line with a reference, by heading."""
    headings = [cell.value for cell in book[sheet][1]]
    line = next(row for row in book[sheet].iter_rows() if reference in [cell.value for cell in row])
    return dict(zip(headings, line, strict=True))  # type: ignore[arg-type]


def rules(found: PlanOutcome) -> list[str]:
    return [finding.rule for finding in found.change.findings]


def test_from_workbook_to_warehouse_to_workbook_nothing_is_lost(plan: Warehouse, act: Act, tmp_path: Path) -> None:
    book = exported(plan, tmp_path / "first.xlsx")
    line = {
        "Reference": "3.1.2", "Date": "2023-08-02", "Role": "ND Workstream", "RAG": "A", "Progress": "-half done",
        "Evidence": "https://evidence.example/minutes?month=2023-08", "New date": "?Dec 2023",
        "Why the new date": "The mapping needs another term",
    }  # fmt: skip
    book["Check-ins"].append([line.get(str(cell.value)) for cell in book["Check-ins"][1]])
    book.save(tmp_path / "with_check_in.xlsx")
    found = load(plan, act, tmp_path / "with_check_in.xlsx")
    assert (found.loaded, found.counts) == (True, {"actions": 0, "impact_measures": 0, "check_ins": 1})
    write_plan(record(plan), tmp_path / "out.xlsx")

    elsewhere = open_warehouse(f"duckdb:{tmp_path / 'elsewhere.duckdb'}")
    assert load(elsewhere, act, tmp_path / "out.xlsx").loaded
    write_plan(record(elsewhere), tmp_path / "again.xlsx")
    assert cells(tmp_path / "again.xlsx") == cells(tmp_path / "out.xlsx")
    kept = cells(tmp_path / "out.xlsx")
    assert [len(kept[kind]) - 1 for kind in SHEETS] == [105, 48, 1]
    assert "'-half done" in kept["Check-ins"][1]  # guarded against formulas, and read back without the guard
    assert record(elsewhere).check_ins["progress"].tolist() == ["-half done"]
    assert load(elsewhere, act, tmp_path / "again.xlsx").counts == dict.fromkeys(
        ("actions", "impact_measures", "check_ins"), 0
    )


def test_an_action_is_renumbered_retired_and_added_and_keeps_its_history(
    plan: Warehouse, act: Act, tmp_path: Path
) -> None:
    book = exported(plan, tmp_path / "plan.xlsx")
    moved, left = row_of(book, "Actions", "3.1.1"), row_of(book, "Actions", "3.1.2")
    identity = moved["Action id"].value
    moved["Reference"].value, moved["Action"].value = "3.1.8", "Map what helps the youngest"
    left["Retired because"].value = "Merged with 3.1.3"
    headings = [cell.value for cell in book["Actions"][1]]
    new = {"Reference": "3.1.1", "Theme": "3.T1", "Action": "A new first action", "By when": "Sep-24"}
    book["Actions"].append([new.get(str(name)) for name in headings])
    refs = row_of(book, "Impact measures", "IM3.01")["Actions"]
    refs.value = str(refs.value).replace("3.1.1 ", "3.1.8 ")
    book.save(tmp_path / "changed.xlsx")
    found = load(plan, act, tmp_path / "changed.xlsx")
    assert found.loaded, found.change.findings
    assert found.counts["actions"] == 3
    now = latest(record(plan).actions, "action_id").set_index("action_id")
    assert (now.loc[identity, "ref"], now.loc[identity, "version"]) == ("3.1.8", 2)
    assert now.loc[left["Action id"].value, "retired_why"] == "Merged with 3.1.3"
    assert (now.loc["A106", "ref"], now.loc["A106", "by_when_kind"]) == ("3.1.1", "month")
    assert len(now) == 106
    impact = latest(record(plan).impact_measures, "id").set_index("id").loc["IM3.01", "action_ids"]
    assert impact.split()[0] == identity  # the impact follows the action, not the reference


def test_part_of_the_plan_changes_only_what_it_names(plan: Warehouse, act: Act, tmp_path: Path) -> None:
    book = exported(plan, tmp_path / "plan.xlsx")
    book["Actions"].delete_rows(4, 200)
    row_of(book, "Actions", "3.1.1")["By when"].value = "Dec-23"
    book.save(tmp_path / "part.xlsx")
    found = load(plan, act, tmp_path / "part.xlsx")
    assert (found.loaded, found.counts["actions"], rules(found)) == (True, 1, ["ACTIONS_NOT_NAMED"])
    now = latest(record(plan).actions, "action_id")
    assert (len(now), list(now["position"])) == (105, list(range(1, 106)))
    assert (now["by_when"].iloc[0], str(now["due_on"].iloc[0].date())) == ("Dec-23", "2023-12-31")


@pytest.mark.parametrize(
    ("sheet", "reference", "column", "value", "rule"),
    [
        ("Actions", "3.1.1", "Action id", "B7", "ID_UNREADABLE"),
        ("Actions", "3.1.1", "Action id", "A999", "ID_UNKNOWN"),
        ("Actions", "3.1.1", "Action id", "A002", "ID_REPEATED"),
        ("Actions", "3.1.1", "Reference", "3.1.2", "REFERENCE_REPEATED"),
        ("Actions", "3.1.1", "Reference", None, "REFERENCE_MISSING"),
        ("Actions", "3.1.1", "Theme", "9.T9", "THEME_UNKNOWN"),
        ("Actions", "3.1.1", "Priority area", "4", "THEME_DISAGREES"),
        ("Actions", "3.1.1", "Lead role", "jane.smith@council.example", "IDENTIFIERS_UNEXPECTED"),
        ("Actions", "3.1.1", "Lead role", "Mrs Smith", "TEXT_REFUSED"),
        ("Actions", "3.1.1", "Lead role", "Jane Smith", "LEAD_LOOKS_LIKE_A_NAME"),
        ("Actions", "3.1.1", "Note", "child 943 476 5919", "IDENTIFIERS_UNEXPECTED"),
        ("Actions", "3.1.1", "By when", "when money allows", "DATE_UNDATED"),
        ("Impact measures", "IM3.01", "Actions", "7.7.7", "NOT_IN_THE_PLAN"),
        ("Impact measures", "IM3.01", "Status", "maybe", "WORD_UNKNOWN"),
    ],
)
def test_a_fault_refuses_the_workbook_by_its_place_and_repeats_no_cell(
    plan: Warehouse, act: Act, tmp_path: Path, sheet: str, reference: str, column: str, value: str | None, rule: str
) -> None:
    book = exported(plan, tmp_path / "plan.xlsx")
    line = row_of(book, sheet, reference)
    line[column].value = value
    book.save(tmp_path / "faulty.xlsx")
    found = load(plan, act, tmp_path / "faulty.xlsx")
    told = next(finding for finding in found.change.findings if finding.rule == rule)
    assert (found.loaded, told.sheet, told.column) == (False, sheet, column)
    assert len(record(plan).actions) == 105
    assert value is None or value not in told.message("faulty.xlsx")
    assert told.remedy
    with plan.reading() as reader:
        assert acts(reader)["act"].iloc[0] == "refuse"


def test_a_query_loads_once_it_is_explained(plan: Warehouse, act: Act, tmp_path: Path) -> None:
    book = exported(plan, tmp_path / "plan.xlsx")
    row_of(book, "Actions", "3.1.1")["By when"].value = "when money allows"
    book.save(tmp_path / "query.xlsx")
    assert load(plan, act, tmp_path / "query.xlsx").unexplained == ("DATE_UNDATED",)
    assert load(plan, act, tmp_path / "query.xlsx", DATE_UNDATED="agreed by the board").loaded
    row = latest(record(plan).actions, "action_id").iloc[0]
    assert (row["by_when"], row["by_when_kind"], str(row["due_on"])) == ("when money allows", "words", "NaT")


def test_a_check_in_that_is_there_is_never_changed_by_a_workbook(plan: Warehouse, act: Act, tmp_path: Path) -> None:
    record_check_in(plan, CheckIn("A001", "ND Workstream", "G", "Begun"), SHAPE, act, "page")
    book = exported(plan, tmp_path / "plan.xlsx")
    row_of(book, "Check-ins", "A001.1")["RAG"].value = "C"
    book.save(tmp_path / "rewritten.xlsx")
    found = load(plan, act, tmp_path / "rewritten.xlsx")
    assert (found.loaded, rules(found)) == (False, ["CHECK_IN_CHANGED"])
    assert record(plan).check_ins["rag"].tolist() == ["G"]


def test_the_doors_write_check_load_and_export(
    data_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "template", "--out", str(tmp_path / "t.xlsx")]) == 0
    assert main(["plan", "check", str(tmp_path / "t.xlsx")]) == 0
    assert main(["plan", "load", str(tmp_path / "t.xlsx")]) == 0
    assert "t.xlsx: accept; new or changed: 1 actions, 1 impact measures, 1 check-ins" in capsys.readouterr().out
    assert main(["plan", "export", "--out", str(tmp_path / "out.xlsx")]) == 0
    assert cells(tmp_path / "out.xlsx")["Actions"][1][:2] == ["3.1.1", "3.T1"]
    (tmp_path / "other.csv").write_text("Ward,Beds\nA,1\n")
    assert main(["plan", "load", str(tmp_path / "other.csv")]) == 1
    assert "error NO_PLAN: other.csv: no sheet holds actions or check-ins." in capsys.readouterr().out
    assert main(["plan", "load", str(tmp_path / "none.xlsx")]) == 2


def test_a_column_that_is_not_there_takes_nothing_away(plan: Warehouse, act: Act, tmp_path: Path) -> None:
    book = exported(plan, tmp_path / "plan.xlsx")
    for sheet, column in (("Actions", "Lead role"), ("Impact measures", "Actions")):
        book[sheet].delete_cols([cell.value for cell in book[sheet][1]].index(column) + 1)
    book.save(tmp_path / "narrow.xlsx")
    found = load(plan, act, tmp_path / "narrow.xlsx")
    assert (found.loaded, found.counts) == (True, {"actions": 0, "impact_measures": 0, "check_ins": 0})


def test_a_workbook_exported_before_a_change_does_not_undo_it_unasked(
    plan: Warehouse, act: Act, tmp_path: Path
) -> None:
    stale = exported(plan, tmp_path / "plan.xlsx")
    book = exported(plan, tmp_path / "other.xlsx")
    row_of(book, "Actions", "3.1.1")["By when"].value = "Sep-24"
    book.save(tmp_path / "other.xlsx")
    assert load(plan, act, tmp_path / "other.xlsx").loaded
    row_of(stale, "Actions", "3.1.2")["Action"].value = None
    stale.save(tmp_path / "stale.xlsx")
    assert load(plan, act, tmp_path / "stale.xlsx").unexplained == ("CHANGED_BACK", "TEXT_GONE")
    assert latest(record(plan).actions, "action_id")["by_when"].iloc[0] == "Sep-24"


def add_check_in(book: openpyxl.Workbook, path: Path, **cells: str) -> Path:
    line = {"Reference": "3.1.1", "Date": "2023-08-02", "Role": "ND Workstream", "RAG": "A", "Progress": "Begun"}
    book["Check-ins"].append([{**line, **cells}.get(str(cell.value)) for cell in book["Check-ins"][1]])
    book.save(path)
    return path


def test_the_lines_of_a_workbook_are_entered_once_and_meet_what_came_between(
    plan: Warehouse, act: Act, tmp_path: Path
) -> None:
    path = tmp_path / "lines.xlsx"
    record_check_in(plan, CheckIn("A001", "ND Workstream", "G", "Begun"), SHAPE, replace(act, at=START), "page")
    book = exported(plan, path)
    record_check_in(
        plan, CheckIn("A001", "ND Workstream", "R", "Stuck", follows="A001.1"), SHAPE, replace(act, at=START), "page"
    )
    assert load(plan, act, add_check_in(book, path)).counts["check_ins"] == 1
    assert load(plan, act, path).counts["check_ins"] == 0
    assert standing(record(plan).check_ins.to_dict("records")) == {"A001.2", "A001.3"}


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"Date": "2023-06-01"}, "CHECK_IN_OUT_OF_ORDER"),
        ({"Date": "1900-01-01", "Reference": "3.1.2"}, "DATE_BEFORE_PLAN"),
        ({"New date": "soon", "Why the new date": "Staff"}, "DATE_UNDATED"),
        ({"Reference": "A003", "Action id": "A003"}, "ACTION_RETIRED"),
    ],
)
def test_a_check_in_that_cannot_stand_as_written_is_not_loaded(
    plan: Warehouse, act: Act, tmp_path: Path, cells: dict[str, str], rule: str
) -> None:
    record_check_in(plan, CheckIn("A001", "ND Workstream", "G", "Begun"), SHAPE, replace(act, at=START), "page")
    book = exported(plan, tmp_path / "plan.xlsx")
    row_of(book, "Actions", "3.1.3")["Retired because"].value = "Merged into 3.1.2"
    book.save(tmp_path / "plan.xlsx")
    assert load(plan, act, tmp_path / "plan.xlsx").loaded
    found = load(plan, act, add_check_in(exported(plan, tmp_path / "now.xlsx"), tmp_path / "line.xlsx", **cells))
    assert (found.loaded, rules(found)) == (False, [rule])
    with pytest.raises(UsageError, match="has left the plan"):
        record_check_in(plan, CheckIn("A003", "ND Workstream", "G", "Begun"), SHAPE, act, "page")
