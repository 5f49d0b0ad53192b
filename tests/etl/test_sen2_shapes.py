"""The SEN2 return in every shape it comes in: the same children give the same pathways; broken files are refused."""

import contextlib
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.__main__ import main
from etl.audit import Act
from etl.errors import UnreadableFileError
from etl.pipeline import load_files
from etl.read import read
from etl.warehouse import Warehouse
from metrics.warehouse_facts import read_facts
from tests import sen2
from tests.etl.test_canaries import leaks
from tests.etl.test_sen2 import read_files
from tests.waits import check, rules, said

KEY = ["clock", "pathway_id"]


def children() -> list[dict[str, Any]]:
    reviewed = {"ReceivedDate": "2019-03-04", "RequestOutcome": "H", "RequestOutcomeDate": "", "assessment": None,
                "ReviewMeeting": "2025-04-15", "ReviewOutcome": "A", "LastReview": "2025-04-29"}  # fmt: skip
    due = {"ReceivedDate": "2023-01-16", "PhaseTransferDueDate": "2025-02-15"}
    return [
        sen2.child(1), sen2.child(2, Week20="1", AssessmentOutcomeDate="2025-06-20"),
        sen2.child(3, RequestOutcome="N", assessment=None, activeplans=None),
        sen2.child(4, RequestOutcome="W", RequestOutcomeDate="", assessment=None, activeplans=None),
        sen2.child(5, **reviewed),
        sen2.child(6, AssessmentOutcome="", AssessmentOutcomeDate="", namedplan=None, activeplans=None),
        sen2.child(7, AssessmentOutcome="N", namedplan=None, activeplans=None),
        sen2.child(8, **due, PhaseTransferFinalDate="2025-02-14"),
        sen2.child(9, **due, PhaseTransferFinalDate="2025-02-16"),
        sen2.child(10, **due, CeaseDate="2025-06-01", CeaseReason="5"),
    ]  # fmt: skip


def written(folder: Path, shape: str) -> list[Path]:
    tables = sen2.modules(children(), first=1 if shape == "csv" else 500)
    if shape == "csv":
        return sen2.write_blade(folder, tables)
    path = folder / f"ehc_2025-06.{ {'zip': 'zip', 'xml': 'xml', 'stacked': 'xlsx', 'flat': 'csv'}[shape] }"
    if shape == "zip":
        return [sen2.write_zip(path, sen2.blade_files(tables))]
    if shape == "xml":
        path.write_text(sen2.xml(children()), encoding="utf-8")
        return [path]
    return [sen2.write_stacked(path, tables) if shape == "stacked" else sen2.write_case_management(path, children())]


@pytest.mark.parametrize("shape", ["zip", "xml", "stacked", "flat"])
def test_the_same_children_give_the_same_pathways(tmp_path: Path, shape: str) -> None:
    (tmp_path / "other").mkdir()
    one, other = read_files(written(tmp_path, "csv")), read_files(written(tmp_path / "other", shape))
    assert one.verdict == "accept"
    assert "error" not in {finding.severity for finding in other.findings}
    assert (other.month, other.rows_rejected) == (date(2025, 6, 1), 0)
    assert one.frames is not None
    assert other.frames is not None
    for table, key in (("pathways", KEY), ("measures", ["measure", "month", "breakdown", "group"])):
        left, right = (found.frames[table].sort_values(key, ignore_index=True) for found in (one, other))  # type: ignore[index]
        pd.testing.assert_frame_equal(left, right)


def test_phase_transfers_by_hand(tmp_path: Path) -> None:
    """Three are due on 15 February 2025: one the day before, one the day after, one not at all."""
    found = read_files(written(tmp_path, "csv"))
    assert found.frames is not None
    rows = found.frames["measures"]
    [whole] = rows[rows["breakdown"] == "all"].to_dict("records")
    assert (whole["measure"], f"{whole['month']:%Y-%m}", whole["period_months"]) == (
        "phase_transfers_by_deadline", "2025-03", 12,
    )  # fmt: skip
    assert (whole["numerator"], whole["denominator"]) == (1, 3)
    assert set(rows["breakdown"]) == {"all", "age_band", "need"}


def test_only_clocks_that_can_be_rebuilt_answer_for_earlier_months(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    [outcome] = load_files(warehouse, written(tmp_path, "csv"), act, explanations={})
    assert outcome.changed
    with warehouse.reading() as reader:
        counts = read_facts(reader)["clock_counts"]
    whole = counts[(counts["breakdown"] == "all") & counts["state"].isin(["waiting", "completed"])]
    months = {clock: set(rows["month"].dt.strftime("%Y-%m")) for clock, rows in whole.groupby("clock")}
    assert months["plan_in_force"] == {"2025-06"}  # a return holds the last review alone
    assert months["ehc_plan"] >= {"2025-05", "2025-06"}
    june = whole[(whole["clock"] == "plan_in_force") & (whole["month"] == pd.Timestamp("2025-06-01"))]
    assert int(june["children"].sum()) == 5  # 1, 2, 5, 8 and 9; 10 has moved away


def test_a_month_later_a_review_moves_no_clock_and_nobody_is_dropped(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    first = [sen2.child(number, LastReview="2025-05-06", ReviewMeeting="2025-04-15") for number in range(1, 25)]
    later = [sen2.child(number, LastReview="2025-07-08", ReviewMeeting="2025-06-24") for number in range(1, 25)]
    files = [sen2.write_blade(tmp_path / "june", sen2.modules(first)),
             sen2.write_blade(tmp_path / "july", sen2.modules(later), "31-07-2025")]  # fmt: skip
    outcomes = [next(load_files(warehouse, paths, act, explanations={})) for paths in files]
    assert [outcome.found.verdict for outcome in outcomes] == ["accept", "accept"]
    assert {"START_MOVED", "DROPPED_WITHOUT_CLOSURE"} & set(rules(outcomes[1].found)) == set()
    with warehouse.reading() as reader:
        due = read_facts(reader)["cohort_counts"]
    decided = due[(due["clock"] == "review_decision") & (due["breakdown"] == "all")]
    told = decided.groupby(decided["month"].dt.strftime("%Y-%m"))["children"].sum().to_dict()
    assert told == {"2025-05": 24, "2025-07": 24}  # each meeting is a round of its own


# -- refused before anything is made of it -----------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read(path)
    return caught.value.rule


ENTITIES = '<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("head", [ENTITIES, '<!DOCTYPE m SYSTEM "file:///etc/passwd">', "<!DOCTYPE Message>"])
def test_xml_with_a_document_type_is_refused(tmp_path: Path, head: str) -> None:
    path = tmp_path / "sen2.xml"
    path.write_text(sen2.xml(children(), head=head), encoding="utf-8")
    assert refusal(path) == "XML_DTD"


def test_xml_cut_off_or_too_deep_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sen2.xml"
    path.write_text(sen2.xml(children())[:-40], encoding="utf-8")
    assert refusal(path) == "FILE_DAMAGED"
    path.write_text("<?xml version='1.0'?>" + "<a>" * 60 + "</a>" * 60, encoding="utf-8")
    assert refusal(path) == "XML_NO_RECORDS"


def test_a_field_that_no_record_fills_is_asked_about_in_xml(tmp_path: Path) -> None:
    path = tmp_path / "sen2_2025-06.xml"
    path.write_text(sen2.xml(children()).replace("LastReview", "LastReviewed"), encoding="utf-8")
    found = check(path)
    assert 'no column "LastReview"; the nearest heading is "LastReviewed"; no record gives it' in said(
        found, "COL_MISSING"
    )
    assert found.verdict == "query"


def test_xml_rows_are_numbered_by_kind_of_record(tmp_path: Path) -> None:
    path = tmp_path / "sen2_2025-06.xml"
    many = [sen2.child(number) for number in range(1, 41)]
    path.write_text(sen2.xml([*many, sen2.child(41, AssessmentOutcomeDate="soon")]), encoding="utf-8")
    assert 'sheet "Assessment", row 41, column "AssessmentOutcomeDate": not a date' in said(
        check(path), "DATE_UNREADABLE"
    )


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({"inner.zip": b"PK\x05\x06" + bytes(18)}, "ZIP_NOT_CSV"),
        ({"person.csv": "a,b\r\n1,2\r\n", "readme.txt": "hello"}, "ZIP_NOT_CSV"),
        ({"../person.csv": "a,b\r\n1,2\r\n"}, "ZIP_PATH"),
        ({"C:\\person.csv": "a,b\r\n1,2\r\n"}, "ZIP_PATH"),
        ({"one/person.csv": "a,b\r\n1,2\r\n", "two/person.csv": "a,b\r\n1,2\r\n"}, "ZIP_NAME_TWICE"),
        ({f"{number}.csv": "a,b\r\n1,2\r\n" for number in range(60)}, "ZIP_TOO_MANY_MEMBERS"),
        ({"person.csv": b"\x89PNG\r\n" + bytes(range(256)) * 9}, "TYPE_MISMATCH"),
        ({"__MACOSX/._person.csv": "x"}, "EMPTY"),
        ({"person.csv": b"0" * 30_000_000}, "ZIP_BOMB"),
    ],
)  # fmt: skip
def test_a_zip_that_is_no_export_is_refused(tmp_path: Path, files: dict[str, str | bytes], rule: str) -> None:
    assert refusal(sen2.write_zip(tmp_path / "export.zip", files)) == rule


def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    path = sen2.write_zip(tmp_path / "export.zip", {"person.csv": "a,b\r\n"})
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    content[6] |= 1
    path.write_bytes(content)
    assert refusal(path) == "FILE_ENCRYPTED"
    assert zipfile.is_zipfile(path)


def run(*arguments: object) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main([str(argument) for argument in arguments])
    return out.getvalue() + err.getvalue()


@pytest.mark.parametrize("shape", ["csv", "zip", "xml", "stacked"])
def test_no_identifier_of_a_return_survives_its_load(
    tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    (tmp_path / "in").mkdir()
    paths = written(tmp_path / "in", shape)
    told = run("load", *paths, "--by", "A. Analyst", "--explain", "COL_MISSING=checked", "--json")
    [answer] = json.loads(told)
    assert answer["changed"], told
    assert answer["rows_in"] == answer["rows_loadable"] + answer["rows_rejected"]
    told += run("status", "--json")
    words = [f"{name}{number}" for name in ("Canary", "Bird") for number in range(1, 11)]
    words += [sen2.upn(number) for number in range(1, 11)] + ["SY2 6ND", "2015-09-28", "2015-Sep-28"]
    assert leaks(data_folder, words) == []
    assert leaks(temporary, words) == []
    assert [word for word in words if word.lower() in told.lower()] == []
