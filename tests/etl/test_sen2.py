"""The SEN2 person-level return as the files of a Blade export: what feeds which clock, what is held, what is said."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.bundle import bundles
from etl.examine import Examination, examine
from etl.settings import SHIPPED
from tests import sen2
from tests.waits import TODAY, pathways, rules, said

CLOCKS = [
    "ehc_plan",
    "ehc_decision",
    "ehc_not_issued",
    "plan_in_force",
    "annual_review",
    "review_decision",
    "amended_plan",
]


def read_files(paths: list[Path]) -> Examination:
    return examine(
        paths[0], today=TODAY, reference=SHIPPED / "reference", source=None, month=None, others=paths[1:]
    )  # fmt: skip


def read(tmp_path: Path, *children: dict[str, Any]) -> Examination:
    return read_files(sen2.write_blade(tmp_path, sen2.modules(children)))


def story(found: Examination, clock: str) -> list[tuple[str, str, str | None, bool]]:
    """Return start, stop, reason and exception of a clock's rows, dates as text."""
    rows = pathways(found, clock).sort_values(["started_on", "stopped_on"])
    return [
        tuple(
            None if pd.isna(cell) else cell.date().isoformat() if isinstance(cell, pd.Timestamp) else cell
            for cell in row
        )
        for row in rows[["started_on", "stopped_on", "stop_reason", "excepted"]].itertuples(index=False)
    ]  # type: ignore[misc]


def test_one_child_feeds_every_clock_it_should(tmp_path: Path) -> None:
    found = read(tmp_path, sen2.child(1))
    assert (found.verdict, found.source and found.source.name, f"{found.month:%Y-%m}") == ("accept", "sen2", "2025-06")
    assert (found.rows_in, found.rows_rejected) == (8, 0)  # a record in each of eight modules
    assert story(found, "ehc_decision") == [("2025-01-06", "2025-02-17", "completed", False)]
    assert story(found, "ehc_plan") == [("2025-01-06", "2025-05-26", "completed", False)]
    assert story(found, "plan_in_force") == [("2025-05-26", None, None, False)]
    assert all(story(found, clock) == [] for clock in ("ehc_not_issued", "review_decision", "amended_plan"))
    [row] = pathways(found, "ehc_plan").to_dict("records")
    assert (row["age_band"], row["sex"], row["ethnic_group"], row["need"]) == ("5-10", "female", "white", "autism")
    assert (row["area"], row["organisation"]) == ("E06000051", "E06000051")


@pytest.mark.parametrize(
    ("fields", "plan", "decision"),
    [
        ({"Week20": "1"}, ("2025-05-26", "completed", True), ("2025-02-17", "completed")),
        ({"AssessmentOutcome": "", "AssessmentOutcomeDate": ""}, (None, None, False), ("2025-02-17", "completed")),
        ({"AssessmentOutcomeDate": ""}, (None, None, False), ("2025-02-17", "completed")),  # decided, not issued
        ({"AssessmentOutcome": "N"}, ("2025-05-26", "other", False), ("2025-02-17", "completed")),
        ({"RequestOutcome": "N", "assessment": None}, ("2025-02-17", "rejected", False), ("2025-02-17", "completed")),
        ({"RequestOutcome": "A", "RequestOutcomeDate": "", "assessment": None}, (None, None, False), (None, None)),
        ({"RequestOutcome": "", "RequestOutcomeDate": "", "assessment": None}, (None, None, False), (None, None)),
        ({"RequestOutcome": "W", "RequestOutcomeDate": "", "assessment": None}, ("2025-01-06", "withdrawn", False),
         ("2025-01-06", "withdrawn")),
        ({"Exported": "894", "RequestOutcome": "A", "RequestOutcomeDate": "", "assessment": None},
         ("2025-01-06", "moved", False), ("2025-01-06", "moved")),
        ({"Exported": "894"}, ("2025-05-26", "completed", False), ("2025-02-17", "completed")),
    ],
)  # fmt: skip
def test_how_a_request_ends(
    tmp_path: Path, fields: dict[str, Any], plan: tuple[Any, ...], decision: tuple[Any, ...]
) -> None:
    found = read(tmp_path, sen2.child(1, activeplans=None, **fields))
    assert [row[1:] for row in story(found, "ehc_plan")] == [plan]
    assert [row[1:3] for row in story(found, "ehc_decision")] == [decision]
    refused = fields.get("AssessmentOutcome") == "N"
    assert story(found, "ehc_not_issued") == ([("2025-01-06", "2025-05-26", "completed", False)] if refused else [])


def test_both_forms_of_the_twenty_weeks_by_hand(tmp_path: Path) -> None:
    """6 January and 140 days is 26 May. In time: 1 of 2 without exceptions, 2 of 4 with them."""
    issued = {1: ("2025-05-26", "0"), 2: ("2025-05-27", "0"), 3: ("2025-05-26", "1"), 4: ("2025-06-20", "1")}
    children = [
        sen2.child(number, AssessmentOutcomeDate=day, Week20=week) for number, (day, week) in issued.items()
    ]  # fmt: skip
    rows = pathways(read(tmp_path, *children), "ehc_plan")
    in_time = rows["stopped_day"] - rows["started_day"] <= 140
    excepted = rows["excepted"].astype("bool")
    assert (int(in_time[~excepted].sum()), int((~excepted).sum())) == (1, 2)
    assert (int(in_time.sum()), len(rows)) == (2, 4)


def test_a_decision_before_the_years_return_feeds_the_plan_alone(tmp_path: Path) -> None:
    before = {"RequestOutcome": "H", "RequestOutcomeDate": "", "ReceivedDate": "2024-11-04"}
    found = read(tmp_path, sen2.child(1, **before), sen2.child(2, **before, assessment=None, StartDate=None))
    assert story(found, "ehc_decision") == []
    assert story(found, "ehc_plan") == [("2024-11-04", "2025-05-26", "completed", False)]
    assert len(story(found, "plan_in_force")) == 2  # the second plan's start is not known: counted, with a query
    assert rules(found, "query") == ["START_UNKNOWN"]


@pytest.mark.parametrize(
    ("fields", "decision", "amended"),
    [
        ({"ReviewMeeting": "2025-04-01", "LastReview": "2025-04-29", "ReviewOutcome": "M"}, "2025-04-29", []),
        ({"ReviewMeeting": "2025-04-01", "LastReview": "2024-04-29"}, None, []),  # that of the review before
        (
            {"ReviewMeeting": "2025-04-01", "LastReview": "2025-04-20", "ReviewOutcome": "A"},
            "2025-04-20",
            ["2025-05-26"],
        ),
        ({"ReviewMeeting": "2025-06-01", "LastReview": "2025-06-20", "ReviewOutcome": "A"}, "2025-06-20", [None]),
    ],
)
def test_reviews(tmp_path: Path, fields: dict[str, str], decision: str | None, amended: list[str | None]) -> None:
    found = read(tmp_path, sen2.child(1, ReceivedDate="2023-01-09", **fields))  # the current plan: 26 May 2025
    assert [row[1] for row in story(found, "review_decision")] == [decision]
    assert [row[1] for row in story(found, "amended_plan")] == amended
    assert [row[0] for row in story(found, "plan_in_force")] == [fields["LastReview"]]


def test_a_request_with_two_assessments_decides_once_and_issues_twice(tmp_path: Path) -> None:
    two = [
        {"AssessmentOutcome": "N", "AssessmentOutcomeDate": "2025-04-07", "Week20": "0"},
        {"AssessmentOutcome": "Y", "AssessmentOutcomeDate": "2025-06-02", "Week20": "0"},
    ]
    tables = sen2.modules([sen2.child(1, namedplan=None), sen2.child(2)])
    first = tables["assessment"][0]
    tables["assessment"][:1] = [{**first, **two[0]}, {**first, **two[1], "assessmenttableid": 77}]
    found = read_files(sen2.write_blade(tmp_path, tables))
    assert found.rows_rejected == 0
    assert len(story(found, "ehc_decision")) == 2
    assert [row[1:3] for row in story(found, "ehc_plan")] == [
        ("2025-04-07", "other"), ("2025-05-26", "completed"), ("2025-06-02", "completed"),
    ]  # fmt: skip
    assert len(story(found, "plan_in_force")) == 2


def test_no_record_is_lost_without_a_word(tmp_path: Path) -> None:
    tables = sen2.modules([sen2.child(number) for number in range(1, 41)])
    tables["requests"] = tables["requests"][1:]  # child 1 has no request left, and its assessment hangs in the air
    tables["activeplans"].append({**tables["activeplans"][5], "activeplanstableid": 99})
    found = read_files(sen2.write_blade(tmp_path, tables))
    assert found.rows_in == 8 * 40 - 1 + 1
    assert found.rows_rejected == 8
    told = {(reject.rule, str(reject.sheet).rpartition("_")[2], reject.row) for reject in found.rejects}
    assert told == {
        ("NOTHING_BELOW", "person.csv", 2), ("ORPHAN_RECORD", "assessment.csv", 2),
        ("ORPHAN_RECORD", "namedplan.csv", 2),
        ("ORPHAN_RECORD", "plandetail.csv", 2), ("ORPHAN_RECORD", "activeplans.csv", 2),
        ("ORPHAN_RECORD", "placementdetail.csv", 2), ("ORPHAN_RECORD", "senneed.csv", 2),
        ("RECORD_REPEATED", "activeplans.csv", 42),
    }  # fmt: skip
    assert len(pathways(found, "ehc_plan")) == 39


def test_a_bad_cell_holds_its_request_and_names_the_record(tmp_path: Path) -> None:
    children = [sen2.child(number) for number in range(1, 31)]
    found = read(tmp_path, *children, sen2.child(31, ReceivedDate="once"))
    assert (found.rows_in, found.rows_rejected) == (8 * 31, 8)
    sentence = said(found, "DATE_UNREADABLE")
    assert 'requests.csv", row 32, column "receiveddate": not a date we can read' in sentence
    assert [reject.rule for reject in found.rejects].count("HELD_WITH") == 7
    assert len(pathways(found, "ehc_decision")) == 30
    assert found.verdict == "query"


def test_more_than_one_bad_request_in_twenty_refuses_the_return(tmp_path: Path) -> None:
    children = [sen2.child(number, ReceivedDate="once" if number < 3 else "2025-01-06") for number in range(1, 31)]
    assert "TOO_MANY_BAD_ROWS" in rules(read(tmp_path, *children), "error")


@pytest.mark.parametrize("missing", ["person", "requests", "assessment", "namedplan", "activeplans"])
def test_a_missing_module_is_named(tmp_path: Path, missing: str) -> None:
    tables = sen2.modules([sen2.child(1)])
    del tables[missing]
    found = read_files(sen2.write_blade(tmp_path, tables))
    titles = {"person": "Person Record", "requests": "Requests Records", "assessment": "Assessments Records",
              "namedplan": "Named Plan Records", "activeplans": "Active Plan Records"}  # fmt: skip
    assert found.verdict == "reject"
    assert f"the module {titles[missing]} is missing" in said(found, "MODULE_MISSING")


def test_a_module_that_only_describes_may_be_missing(tmp_path: Path) -> None:
    tables = sen2.modules([sen2.child(1)])
    del tables["senneed"]
    found = read_files(sen2.write_blade(tmp_path, tables))
    assert found.verdict == "accept"
    assert "SEN Need Records is not there" in said(found, "MODULE_NOT_SUPPLIED")


def test_a_renamed_column_is_named_with_its_nearest(tmp_path: Path) -> None:
    paths = sen2.write_blade(tmp_path, sen2.modules([sen2.child(1)]))
    [requests] = [path for path in paths if path.stem.endswith("requests")]
    requests.write_text(requests.read_text().replace("requestoutcomedate", "requestoutcome_day"))
    sentence = said(read_files(paths), "COL_MISSING")
    assert 'no column "RequestOutcomeDate"; the nearest heading is "requestoutcome_day"' in sentence
    assert "pathways.columns.request_outcome_date.headers in etl/sources/sen2.yaml" in sentence


def test_a_child_without_pupil_number_is_known_by_the_learner_number_or_name_and_birth(tmp_path: Path) -> None:
    found = read(
        tmp_path, sen2.child(1, UPN=""), sen2.child(2, UPN="", UniqueLearnerNumber="1234567890"),
        *(sen2.child(number) for number in range(3, 30)), sen2.child(30, UPN="", Surname=""),
    )  # fmt: skip
    assert rules(found, "query") == ["ID_MISSING"]
    assert pathways(found, "ehc_plan")["person_id"].nunique() == 29


# -- versions ----------------------------------------------------------------------------------------------------------


def older(tables: sen2.Modules, year: int) -> sen2.Modules:
    """Return the modules as the layout of an earlier year has them."""
    gone = {"RequestSource", "ReviewDraft", "PhaseTransferDueDate", "PhaseTransferFinalDate"}
    gone |= {"ReviewMeeting", "ReviewOutcome"} if year == 2023 else set()
    moved = {"RES": "", "WBP": ""} if year == 2023 else {}
    found: sen2.Modules = {}
    for name, records in tables.items():
        out = moved if name == "placementdetail" else {}
        found[name] = [{key: cell for key, cell in record.items() if key not in gone | set(out)} for record in records]
        if name == "activeplans":
            found[name] = [{**record, **moved} for record in found[name]]
        if name == "person" and year == 2023:
            found[name] = [
                {("GenderCurrent" if key == "Sex" else key): cell for key, cell in r.items()} for r in found[name]
            ]
    return found


@pytest.mark.parametrize("year", [2023, 2024])
def test_earlier_layouts_are_data(tmp_path: Path, year: int) -> None:
    now = read(tmp_path / "now", sen2.child(1))
    then = read_files(sen2.write_blade(tmp_path / "then", older(sen2.modules([sen2.child(1)]), year)))
    assert (then.source and then.source.name, then.verdict) == (f"sen2_{year}", "accept")
    assert then.source is not None
    assert then.source.kept_as == "sen2"
    pd.testing.assert_frame_equal(pathways(then, "ehc_plan"), pathways(now, "ehc_plan"))


def test_a_column_in_the_module_of_another_year_is_asked_about(tmp_path: Path) -> None:
    tables = sen2.modules([sen2.child(1)])
    tables["activeplans"] = [{**record, "WBP": "0"} for record in tables["activeplans"]]
    found = read_files(sen2.write_blade(tmp_path, tables))
    assert rules(found, "query") == ["COLUMN_MISPLACED"]
    assert 'column "wbp": the column belongs to the module Placement Detail Records' in said(found, "COLUMN_MISPLACED")


# -- which files belong together ---------------------------------------------------------------------------------------


def test_files_of_one_export_are_one_extract_in_any_order(tmp_path: Path) -> None:
    tables = sen2.modules([sen2.child(1)])
    june, may = sen2.write_blade(tmp_path, tables), sen2.write_blade(tmp_path, tables, "31-05-2025")
    other = tmp_path / "list.csv"
    other.write_text("a,b\r\n1,2\r\n")
    mixed = [june[3], other, *may, *june[:3], *june[4:]]
    found = bundles(mixed)
    assert [set(files) for files in found] == [set(june), {other}, set(may)]


def test_the_order_of_the_files_changes_nothing(tmp_path: Path) -> None:
    paths = sen2.write_blade(tmp_path, sen2.modules([sen2.child(1), sen2.child(2)]))
    one, two = read_files(paths), read_files(paths[::-1])
    assert one.content_sha256() == two.content_sha256()
