"""Check-ins: appended, never changed; two who write at the same time lose nothing; what is not kept, and why."""

import csv
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from etl.__main__ import main
from etl.audit import Act, acts, audit_faults
from etl.check_in import (
    CheckIn,
    Escalation,
    Response,
    conflict_words,
    record_check_in,
    record_escalations,
    record_response,
)
from etl.errors import UsageError
from etl.plan_record import read_plan_record, standing
from etl.plan_shape import load_plan_shape
from etl.settings import SHIPPED
from etl.staff_text import evidence_faults, may_be_a_name, text_faults
from etl.warehouse import Warehouse

SHAPE = load_plan_shape(SHIPPED / "plan")
BEGUN = CheckIn("A001", "ND Workstream", "G", "First draft agreed")


def heads(warehouse: Warehouse) -> set[str]:
    with warehouse.reading() as reader:
        return standing(read_plan_record(reader).check_ins.to_dict("records"))


def test_two_who_write_on_the_same_check_in_both_stay_until_one_settles_it(plan: Warehouse, act: Act) -> None:
    first = record_check_in(plan, BEGUN, SHAPE, act, "page")
    mine = record_check_in(plan, replace(BEGUN, rag="C", follows=first.entry_id), SHAPE, act, "page")
    theirs = record_check_in(plan, replace(BEGUN, rag="R", follows=first.entry_id), SHAPE, act, "page")
    assert (first.conflicts, mine.conflicts, theirs.conflicts) == ((), (), ("A001.2",))
    assert conflict_words(mine) is None
    assert "somebody else entered A001.2: both are kept" in str(conflict_words(theirs))
    assert heads(plan) == {"A001.2", "A001.3"}
    settled = replace(BEGUN, rag="A", follows="A001.3", settles=("A001.2",))
    assert record_check_in(plan, settled, SHAPE, act, "page").conflicts == ()
    assert heads(plan) == {"A001.4"}
    with plan.reading() as reader:
        assert read_plan_record(reader).check_ins["rag"].tolist() == ["G", "C", "R", "A"]  # nothing was overwritten
        assert audit_faults(reader, {}) == []
        assert acts(reader)["detail"].iloc[1] == "rated R by ND Workstream; in conflict with A001.2"


def test_check_ins_of_two_processes_are_all_kept(plan: Warehouse, data_folder: Path) -> None:
    code = (
        "import sys; from etl.__main__ import main\n"
        "for n in range(3):\n"
        "    entry = ['check-in', 'A001', '--rag', 'G', '--progress', f'{sys.argv[1]} {n}', '--follows', 'A001.1']\n"
        "    assert main([*entry, '--role', 'Programme lead', '--by', sys.argv[1]]) == 0\n"
    )
    assert main(["check-in", "A001", "--rag", "A", "--progress", "Begun", "--role", "Programme lead"]) == 0
    command = [sys.executable, "-c", code]
    both = [
        subprocess.Popen([*command, name], cwd=SHIPPED.parent, env={**_environment(data_folder)})
        for name in ("one", "two")
    ]
    assert [process.wait(120) for process in both] == [0, 0]
    with plan.reading() as reader:
        kept = read_plan_record(reader).check_ins
        assert audit_faults(reader, {}) == []
    assert sorted(kept["progress"]) == sorted(["Begun", *(f"{name} {n}" for name in ("one", "two") for n in range(3))])
    assert sorted(kept["check_in_id"], key=lambda one: int(one[5:])) == [f"A001.{n}" for n in range(1, 8)]


def _environment(data_folder: Path) -> dict[str, str]:
    return {**os.environ, "WAYMARK_DATA": str(data_folder), "WAYMARK_WAIT": "60"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rag": "B"}, "The RAG is one of R, A, G and C."),
        ({"progress": " "}, "The progress is missing."),
        (
            {"progress": "Reviewed child 943 476 5919"},
            "it holds an NHS or pupil number, an e-mail address or a postcode",
        ),
        ({"progress": "Dr Adams has agreed"}, "it names a person; write the role"),
        ({"progress": "Ring 01743 123456"}, "it holds a telephone number"),
        ({"progress": "x" * 1001}, "it is longer than 1,000 characters"),
        ({"role": "Jane Smith"}, "A role looks like a person's name"),
        ({"evidence": "javascript:alert(1)"}, "a link begins with https://"),
        ({"evidence": "http://example.org"}, "a link begins with https://"),
        ({"by_when": "Dec-24"}, "Say why the date was changed."),
        ({"by_when": "some day", "reason": "Later"}, "The new date is none we can read"),
        ({"follows": "A002.1"}, "The check-in to follow is not one of this action"),
        ({"action_id": "A777"}, "There is no such action in the plan"),
    ],
)
def test_what_is_not_kept_says_why_without_repeating_it(
    plan: Warehouse, act: Act, change: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        record_check_in(plan, replace(BEGUN, **change), SHAPE, act, "page")  # type: ignore[arg-type]
    assert words in str(refused.value)
    assert not any(len(value) > 3 and value in str(refused.value) for value in change.values())
    assert heads(plan) == set()


def test_roles_are_not_taken_for_people_nor_numbers_of_the_plan_for_children() -> None:
    with (SHIPPED / "plan" / "actions.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        assert not may_be_a_name(row["owner_role"]), row["owner_role"]
        assert text_faults(row["title"]) == text_faults(row["note"]) == []
    assert evidence_faults("https://evidence.example/3.1.1/2023-09?id=20230912") == []
    assert evidence_faults("Minutes of the ND Workstream, 12 September 2023, item 4") == []
    assert may_be_a_name("Jane Smith")


def test_an_answer_closes_a_report_and_a_later_one_counts(warehouse: Warehouse, act: Act) -> None:
    entry = Response(
        "slt_list_size.2025-10.worse", "Programme lead", "Two more clinics", "Service manager", date(2026, 1, 31)
    )
    assert record_response(warehouse, entry, act).entry_id == "slt_list_size.2025-10.worse.1"
    assert record_response(warehouse, replace(entry, response="Three"), act).entry_id == "slt_list_size.2025-10.worse.2"
    with pytest.raises(UsageError, match="no such exception report"):
        record_response(warehouse, replace(entry, exception_id="slt_list_size"), act)
    with pytest.raises(UsageError, match="The response is missing"):
        record_response(warehouse, replace(entry, response=""), act)


def test_an_escalation_is_counts_of_a_cohort_and_a_later_entry_has_the_outcome(warehouse: Warehouse, act: Act) -> None:
    entry = Escalation(
        "RRE", "nd_5_18", date(2026, 9, 30), 52, 40, 31, date(2026, 10, 8), "CYP System Board", "Commissioner"
    )
    [done] = record_escalations(warehouse, [entry], SHAPE, act, "page")
    later = replace(entry, outcome="Recovery plan agreed", follows=done.entry_id)
    assert record_escalations(warehouse, [later], SHAPE, act, "page")[0].entry_id == "E0002"
    for wrong, words in (
        ({"cohort": "everyone"}, "The cohort is one of plan.yaml"),
        ({"escalated": 41}, "no more can be escalated"),
        ({"escalated_on": date(2027, 1, 1)}, "do not lie in the future"),
        ({"threshold_weeks": 0}, "from 1 to 260 weeks"),
        ({"follows": "E9999"}, "is not there"),
    ):
        with pytest.raises(UsageError, match=words):
            record_escalations(warehouse, [replace(entry, **wrong)], SHAPE, act, "page")  # type: ignore[arg-type]
    with warehouse.reading() as reader:
        kept = read_plan_record(reader).escalations
    assert kept["month"].dt.strftime("%Y-%m-%d").tolist() == ["2026-09-01"] * 2
    assert (kept["children"].tolist(), kept["outcome"].dropna().tolist()) == ([40, 40], ["Recovery plan agreed"])


def test_the_audit_has_who_and_the_check_in_only_the_role(plan: Warehouse) -> None:
    record_check_in(plan, BEGUN, SHAPE, Act("Somebody", datetime(2026, 11, 21, 9), "ND Workstream"), "page")
    with plan.reading() as reader:
        told = acts(reader).iloc[0]
    assert (told["who"], told["role"], told["act"], told["subject"]) == (
        "Somebody",
        "ND Workstream",
        "check-in",
        "A001.1",
    )
