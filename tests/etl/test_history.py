"""A list beside earlier ones: volume, copies, wrong senders, vanished children; corrections and what they replace."""

from pathlib import Path
from typing import Any

import pytest

from etl.audit import Act
from etl.pipeline import Outcome, load_files, status
from etl.warehouse import Warehouse
from tests.waits import child, children, rules, said, write

JUNE = {"Snapshot date": "30/06/2024"}


def load(warehouse: Warehouse, act: Act, path: Path, *explained: str) -> Outcome:
    [outcome] = load_files(warehouse, [path], act, explanations=dict.fromkeys(explained, "checked"))
    return outcome


def joined(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return June's rows: the same children and three who joined in June."""
    return [{**row, **JUNE} for row in [*rows, *children(3, start=900, Referral_received_date="03/06/2024")]]


@pytest.fixture
def may(warehouse: Warehouse, act: Act, tmp_path: Path) -> list[dict[str, Any]]:
    """Load May's list of 40 children and return its rows."""
    rows = children(40)
    assert load(warehouse, act, write(tmp_path / "nd_may.csv", rows)).changed
    return rows


def test_a_usual_month_is_accepted(warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]]) -> None:
    outcome = load(warehouse, act, write(tmp_path / "nd_june.csv", joined(may)))
    assert (outcome.found.verdict, outcome.changed) == ("accept", True)
    spans = status(warehouse)["coverage"]
    assert [(span["from"], span["to"], span["gaps"]) for span in spans] == [("2024-05", "2024-06", [])]


def test_the_same_file_or_the_same_rows_change_nothing(
    warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]]
) -> None:
    again = load(warehouse, act, tmp_path / "nd_may.csv")
    shuffled = load(warehouse, act, write(tmp_path / "other.xlsx", may[::-1]))
    assert [(o.load_id, o.changed, o.found.verdict) for o in (again, shuffled)] == [
        ("nd_waiting_list.RRE.2024-05.1", False, "accept")
    ] * 2


@pytest.mark.parametrize(
    ("count", "rule"), [(27, "VOLUME_DROP"), (28, None), (52, None), (53, "VOLUME_JUMP")]
)  # of 40 who wait: 70 % are 28, 130 % are 52
def test_volume_outside_70_to_130_percent_is_asked_about(
    warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]], count: int, rule: str | None
) -> None:
    kept = may[: min(count, 40)]
    new = children(max(0, count - 40), start=900, Referral_received_date="20/05/2024")
    # How long a list goes on showing who left says nothing of its size, so they do not count.
    seen = children(30, start=800, Referral_received_date="20/05/2024", First_attended_date="03/06/2024")
    left = [{**row, **JUNE} for row in kept + new + seen]
    outcome = load(warehouse, act, write(tmp_path / "nd_june.csv", left))
    assert rules(outcome.found, "query") == ([rule] if rule else [])
    assert outcome.changed is (rule is None)


def test_last_months_list_over_again_is_caught(
    warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]]
) -> None:
    copy = write(tmp_path / "nd_june.csv", [{**row, **JUNE} for row in may])
    outcome = load(warehouse, act, copy)
    assert (rules(outcome.found, "query"), outcome.unexplained) == (["SAME_AS_LAST_MONTH"], ("SAME_AS_LAST_MONTH",))
    assert load(warehouse, act, copy, "SAME_AS_LAST_MONTH").changed


def test_children_who_vanish_are_counted_and_not_closed(
    warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]]
) -> None:
    outcome = load(warehouse, act, write(tmp_path / "nd_june.csv", joined(may)[4:]))
    [finding] = [f for f in outcome.found.findings if f.rule == "DROPPED_WITHOUT_CLOSURE"]
    assert (finding.severity, finding.count) == ("note", 4)
    with warehouse.reading() as reader:
        stopped = reader.query("SELECT COUNT(*) AS n FROM pathways WHERE stopped_on IS NOT NULL")["n"].iloc[0]
    assert stopped == 0


def test_the_list_of_another_sender_is_caught(
    warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]]
) -> None:
    theirs = [{**row, "Provider code": "R1D"} for row in joined(may)]
    outcome = load(warehouse, act, write(tmp_path / "nd.csv", theirs))
    assert rules(outcome.found, "query") == ["WRONG_ORGANISATION"]
    assert "RRE" in said(outcome.found, "WRONG_ORGANISATION")


def test_a_start_that_moves_is_told(warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]]) -> None:
    rows = joined(may)
    rows[0]["Referral received date"] = "15/05/2024"
    outcome = load(warehouse, act, write(tmp_path / "nd_june.csv", rows))
    assert rules(outcome.found, "note") == ["CLOCK_NOT_SUPPLIED", "START_MOVED"]


def test_a_correction_replaces_its_month_only_and_others_children_are_asked_about(
    warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]]
) -> None:
    load(warehouse, act, write(tmp_path / "nd_june.csv", joined(may)))
    corrected = load(warehouse, act, write(tmp_path / "nd_may_2.csv", [*may, child(41)]))
    assert (corrected.changed, corrected.load_id) == (True, "nd_waiting_list.RRE.2024-05.2")
    states = [(load["load_id"], load["state"]) for load in status(warehouse)["loads"]]
    assert sorted(states) == [
        ("nd_waiting_list.RRE.2024-05.1", "superseded"),
        ("nd_waiting_list.RRE.2024-05.2", "current"),
        ("nd_waiting_list.RRE.2024-06.1", "current"),
    ]
    adults = load(warehouse, act, write(tmp_path / "nd_adults.csv", children(40, start=500, Age="30")))
    assert rules(adults.found, "query") == ["REPLACES_OTHERS"]


def test_a_month_without_a_list_is_a_gap(
    warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]]
) -> None:
    july = [{**row, "Snapshot date": "31/07/2024"} for row in joined(may)]
    assert load(warehouse, act, write(tmp_path / "nd_july.csv", july)).changed
    [span] = status(warehouse)["coverage"]
    assert span["gaps"] == ["2024-06"]


def test_the_first_list_answers_for_months_before_it_and_they_are_marked(
    warehouse: Warehouse, act: Act, tmp_path: Path
) -> None:
    left = [
        child(n, Referral_received_date="01/10/2023", First_attended_date=f"10/{month}/2024")
        for n, month in ((1, "03"), (2, "04"))
    ]
    rows = [*left, *children(20, start=3)]
    load(warehouse, act, write(tmp_path / "nd_may.csv", rows))
    load(warehouse, act, write(tmp_path / "nd_june.csv", joined(rows)))
    with warehouse.reading() as reader:
        covered = reader.query("SELECT month, basis, load_id FROM coverage ORDER BY month")
    assert [(f"{row['month']:%m}", row["basis"], row["load_id"][-4:]) for row in covered.to_dict("records")] == [
        ("03", "reconstructed", "05.1"), ("04", "reconstructed", "05.1"), ("05", "snapshot", "05.1"),
        ("06", "snapshot", "06.1"),
    ]  # fmt: skip


def test_another_key_and_a_second_source_for_one_list_are_asked_about(
    warehouse: Warehouse, act: Act, tmp_path: Path, may: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYMARK_KEY", str(tmp_path / "other" / "key"))
    outcome = load(warehouse, act, write(tmp_path / "nd_june.csv", joined(may)))
    assert "KEY_CHANGED" in rules(outcome.found, "query")
    row = {
        "ServiceRequestId": "S1", "OrgIDProv": "RRE", "ReferralRequestReceivedDate": "2024-01-15",
        "PrimReasonReferralMH": "25", "ReportingPeriodEndDate": "2024-05-31",
    }  # fmt: skip
    second = load(warehouse, act, write(tmp_path / "mhsds.csv", [row, {**row, "ServiceRequestId": "S2"}]))
    assert "CLOCK_TWICE" in rules(second.found, "query")


def test_rows_in_are_rows_loaded_and_rejected(warehouse: Warehouse, act: Act, tmp_path: Path) -> None:
    rows = [*children(40), child(1), child(7, Referral_received_date="16/01/2024")]
    outcome = load(warehouse, act, write(tmp_path / "nd.csv", rows), "ROW_CONFLICTS")
    assert outcome.changed
    with warehouse.reading() as reader:
        told = reader.query("SELECT rows_in, rows_loaded, rows_rejected, key_id FROM loads").iloc[0]
        kept = reader.query("SELECT COUNT(*) AS n FROM pathways WHERE clock = 'nd_assessment'")["n"].iloc[0]
        held = reader.query('SELECT COUNT(DISTINCT "row") AS n FROM rejects')["n"].iloc[0]
    assert (told["rows_in"], told["rows_loaded"], told["rows_rejected"]) == (42, 39, 3)
    assert (kept, held, len(told["key_id"])) == (39, 3, 12)
