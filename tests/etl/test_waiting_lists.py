"""Row-level lists as providers send them: what is read, what is held, what is refused, and in which words."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.examine import Examination
from tests.waits import ND, check, child, children, pathways, rules, said, write


def read(tmp_path: Path, rows: list[dict[str, Any]], name: str = "nd_list.csv", **options: Any) -> Examination:
    return check(write(tmp_path / name, rows, **options))


def test_one_child_waiting(tmp_path: Path) -> None:
    found = read(tmp_path, [child(1)])
    assert (found.verdict, found.rows_in, found.rows_rejected) == ("accept", 1, 0)
    assert (found.month, found.organisation) == (date(2024, 5, 1), "RRE")
    [row] = pathways(found).to_dict("records")
    assert (row["started_on"], row["stopped_on"]) == (pd.Timestamp("2024-01-15"), pd.NaT)
    assert (row["area"], row["diagnosis"], row["need"], row["age_band"]) == (
        "E06000051", "autism", "neurodevelopmental", "5-18",
    )  # fmt: skip
    assert (row["started_day"], row["excepted"]) == (19737, False)  # 2024-01-15 is day 19,737 after 1970-01-01
    assert len(row["pathway_id"]) == len(row["person_id"]) == 32


@pytest.mark.parametrize(
    ("changes", "stopped", "reason"),
    [
        ({"First attended date": "01/03/2024"}, "2024-03-01", "completed"),
        ({"Closed date": "02/03/2024", "Closed reason": "Moved out of area"}, "2024-03-02", "moved"),
        ({"Closed date": "02/03/2024", "Closed reason": "Aged out"}, "2024-03-02", "aged_out"),
        ({"Closed date": "02/03/2024", "Closed reason": "something of their own"}, "2024-03-02", "other"),
        ({"Closed date": "02/03/2024"}, "2024-03-02", "other"),
        ({"First attended date": "01/03/2024", "Closed date": "02/04/2024"}, "2024-03-01", "completed"),
        ({"First attended date": "02/04/2024", "Closed date": "02/04/2024"}, "2024-04-02", "completed"),
    ],
)
def test_the_earliest_stop_counts_and_a_closure_is_never_a_completion(
    tmp_path: Path, changes: dict[str, str], stopped: str, reason: str
) -> None:
    [row] = pathways(read(tmp_path, [{**child(1), **changes}])).to_dict("records")
    assert (row["stopped_on"], row["stop_reason"]) == (pd.Timestamp(stopped), reason)


def test_an_appointment_nobody_attended_stops_nothing(tmp_path: Path) -> None:
    seen = {"First attended date": "01/03/2024"}
    rows = [{**child(n), **seen, "Attendance": word} for n, word in enumerate(["Attended", "DNA", "5", "3"], 1)]
    assert pathways(read(tmp_path, rows))["stopped_on"].notna().tolist() == [True, False, True, False]


def test_a_date_without_its_attendance_is_asked_about(tmp_path: Path) -> None:
    rows = [{**child(1), "First attended date": "01/03/2024", "Attendance": ""}, {**child(2), "Attendance": "DNA"}]
    found = read(tmp_path, rows)
    assert rules(found, "query") == ["STOP_UNCONFIRMED"]
    assert pathways(found)["stopped_on"].isna().all()


def test_one_row_feeds_both_clocks_where_the_file_has_outcomes(tmp_path: Path) -> None:
    row = {**child(1), "First assessment date": "01/03/2024", "Outcome date": "20/04/2024"}
    found = read(tmp_path, [row])
    stops = [pathways(found, clock)["stopped_on"].tolist() for clock in ("nd_assessment", "nd_diagnosis")]
    assert stops == [[pd.Timestamp("2024-03-01")], [pd.Timestamp("2024-04-20")]]
    assert "CLOCK_NOT_SUPPLIED" not in rules(found)
    without = read(tmp_path, [child(1)])
    assert pathways(without, "nd_diagnosis").empty
    assert "lacks the columns for nd_diagnosis" in said(without, "CLOCK_NOT_SUPPLIED")


@pytest.mark.parametrize("blank", ["", "NULL", "N/A", "n/a", " ", "\u00a0", "-"])
def test_an_unknown_start_stays_on_the_list(tmp_path: Path, blank: str) -> None:
    found = read(tmp_path, [child(1, Referral_received_date=blank), *children(3, start=2)])
    assert rules(found, "query") == ["START_UNKNOWN"]
    assert found.rows_rejected == 0
    assert pathways(found)["started_on"].isna().sum() == 1


@pytest.mark.parametrize(
    ("changes", "rule", "column"),
    [
        ({"Referral received date": "31/02/2024"}, "DATE_UNREADABLE", "Referral received date"),
        ({"Referral received date": "soon"}, "DATE_UNREADABLE", "Referral received date"),
        ({"Referral received date": "15/06/2024"}, "DATE_IN_FUTURE", "Referral received date"),
        ({"Referral received date": "15/01/1985"}, "DATE_TOO_EARLY", "Referral received date"),
        ({"First attended date": "01/01/2024"}, "STOP_BEFORE_START", "Referral received date"),
        ({"First attended date": "01/06/2024"}, "DATE_IN_FUTURE", None),
        ({"Diagnosis": "\u0410utism"}, "CODE_UNKNOWN", "Diagnosis"),  # a Cyrillic A
        ({"Diagnosis": "Physiotherapy"}, "CODE_UNKNOWN", "Diagnosis"),
        ({"Age": "-1"}, "AGE_IMPOSSIBLE", "Age"),
        ({"Age": "nine"}, "AGE_IMPOSSIBLE", "Age"),
        ({"Age": "230"}, "AGE_IMPOSSIBLE", "Age"),
        ({"Referral ID": ""}, "ID_MISSING", "Referral ID"),
    ],
)
def test_a_row_that_cannot_be_true_is_held_with_its_place(
    tmp_path: Path, changes: dict[str, str], rule: str, column: str | None
) -> None:
    rows = children(30)
    rows[4].update(changes)
    found = read(tmp_path, rows)
    [reject] = found.rejects
    assert (reject.rule, reject.row, reject.column) == (rule, 6, column)
    assert rules(found, "query") == [rule]
    assert (found.rows_in, found.rows_rejected, len(pathways(found))) == (30, 1, 29)
    assert all(str(value) not in said(found, rule) for value in changes.values() if value)


def test_more_than_one_row_in_twenty_refuses_the_file(tmp_path: Path) -> None:
    rows = children(20)
    for row in rows[:2]:
        row["Referral received date"] = "never"
    found = read(tmp_path, rows)
    assert "2 of 20 rows cannot be loaded, more than 5%" in said(found, "TOO_MANY_BAD_ROWS")


def test_exact_repeats_keep_one_and_differences_of_case_or_space_are_none(tmp_path: Path) -> None:
    again = {**child(1), "Referral ID": " r1 ", "Diagnosis": "AUTISM", "Child ID": "c1"}
    found = read(tmp_path, [*children(20), child(1), again])
    assert (found.verdict, found.rows_in, found.rows_rejected, len(pathways(found))) == ("accept", 22, 2, 20)
    assert [(reject.rule, reject.row) for reject in found.rejects] == [("ROW_REPEATED", 22), ("ROW_REPEATED", 23)]


def test_contradicting_repeats_are_both_held(tmp_path: Path) -> None:
    found = read(tmp_path, [*children(50), child(1, Referral_received_date="16/01/2024")])
    assert [(reject.rule, reject.row) for reject in found.rejects] == [("ROW_CONFLICTS", 2), ("ROW_CONFLICTS", 52)]
    assert len(pathways(found)) == 49


def without_referral_id(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "Referral ID"} for row in rows]


def test_without_referral_ids_a_child_referred_again_has_two_pathways(tmp_path: Path) -> None:
    first = child(1, Referral_received_date="01/02/2023", First_attended_date="01/06/2023")
    found = read(tmp_path, without_referral_id([first, *children(20)]))
    assert (found.verdict, len(pathways(found))) == ("accept", 21)
    assert pathways(found)["person_id"].nunique() == 20


def test_without_referral_ids_two_open_referrals_for_one_thing_contradict_each_other(tmp_path: Path) -> None:
    twice = child(1, Referral_received_date="01/02/2024")
    found = read(tmp_path, without_referral_id([twice, *children(40)]))
    assert [reject.rule for reject in found.rejects] == ["ROW_CONFLICTS"] * 2
    for_another = child(1, Referral_received_date="01/02/2024", Diagnosis="ADHD")
    assert read(tmp_path, without_referral_id([for_another, *children(40)])).rows_rejected == 0


def test_totals_footnotes_blanks_and_a_second_header_are_no_children(tmp_path: Path) -> None:
    below = [[], list(ND), ["Total", "", "", "", "3"], [], ["Source: RiO, extracted by the information team"]]
    found = read(tmp_path, children(3), below=below)
    assert (found.verdict, found.rows_in, found.rows_rejected, len(pathways(found))) == ("accept", 6, 3, 3)
    assert {reject.rule for reject in found.rejects} == {"NOT_DATA"}


def test_title_rows_above_the_header_are_passed_over(tmp_path: Path) -> None:
    above = [["Neurodevelopmental waiting list"], ["As at 31 May 2024"], []]
    rows = [{key: value for key, value in row.items() if key != "Snapshot date"} for row in children(3)]
    found = read(tmp_path, rows, name="list.xlsx", above=above)
    assert (found.verdict, found.month, found.rows_in) == ("accept", date(2024, 5, 1), 3)


@pytest.mark.parametrize(
    ("heading", "alias"),
    [
        ("Referral received date", "Ref Recd"),
        ("Referral received date", "Date Referral Received"),
        ("Referral received date", "referral  DATE"),
        ("Child ID", "RiO No"),
        ("Child ID", "Pseudo ID"),
        ("Closed date", "Discharge Date"),
        ("First attended date", "1st Seen"),
        ("First attended date", "First Appt"),
        ("Snapshot date", "Census"),
        ("Snapshot date", "As At"),
    ],
)
def test_headings_in_use_are_known(tmp_path: Path, heading: str, alias: str) -> None:
    rows = [{alias if key == heading else key: value for key, value in row.items()} for row in children(3)]
    assert read(tmp_path, rows).verdict == "accept"


def test_another_providers_heading_is_refused_with_the_nearest_one_and_the_key(tmp_path: Path) -> None:
    rows = [{"Referal date": row.pop("Referral received date"), **row} for row in children(3)]
    message = said(read(tmp_path, rows), "COL_MISSING")
    assert 'no column "Referral received date"; the nearest heading is "Referal date"' in message
    assert "pathways.columns.received.headers in etl/sources/nd_waiting_list.yaml" in message


def test_unknown_columns_are_left_out_and_named(tmp_path: Path) -> None:
    found = read(tmp_path, [child(n, Colour_of_folder="blue") for n in range(1, 4)])
    assert "left out: Colour of folder" in said(found, "COLUMNS_UNKNOWN")
    assert found.verdict == "accept"


def test_a_reported_wait_is_compared_and_never_used(tmp_path: Path) -> None:
    right = {**child(1), "Wait (wks)": "19"}  # 15 January to 31 May is 137 days, 19.6 weeks
    assert read(tmp_path, [right]).verdict == "accept"
    wrong = {**child(1), "Wait (wks)": "137"}
    found = read(tmp_path, [wrong])
    assert rules(found, "query") == ["WAIT_DIFFERS"]
    assert pathways(found)["started_on"].tolist() == [pd.Timestamp("2024-01-15")]


def test_reported_waits_tell_that_dates_are_month_first(tmp_path: Path) -> None:
    rows = [
        {**child(n), "Snapshot date": "2024-12-31", "Referral received date": f"0{n}/11/2024", "Wait (days)": str(wait)}
        for n, wait in ((2, 324), (3, 295), (4, 264))  # from 11 February, 11 March, 11 April
    ]
    assert rules(read(tmp_path, rows), "error") == ["DATE_ORDER_US"]


def test_ids_rounded_by_a_spreadsheet_refuse_the_file(tmp_path: Path) -> None:
    found = read(tmp_path, [child(n, Referral_ID="2.0E+09") for n in range(1, 6)])
    assert rules(found, "error") == ["ID_ROUNDED"]


def test_a_speech_list_is_told_from_an_nd_list(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "Diagnosis"} for row in children(3)]
    speech = [{**row, "Service": "Speech and Language Therapy"} for row in rows]
    found = read(tmp_path, speech, name="list.csv")
    assert (found.source and found.source.name, found.verdict) == ("slt_waiting_list", "accept")
    silent = read(tmp_path, rows, name="list.csv")
    assert rules(silent, "query") == ["SOURCE_UNCONFIRMED"]
    assert "--source slt_waiting_list" in said(silent, "SOURCE_UNCONFIRMED")
    assert check(tmp_path / "list.csv", source="slt_waiting_list").verdict == "accept"
    physio = [{**row, "Service": "Physiotherapy"} for row in rows]
    assert rules(read(tmp_path, physio, name="list.csv"), "error") == ["WRONG_SOURCE"]


def test_rows_of_other_services_are_left_out_and_listed(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "Diagnosis"} for row in children(4)]
    services = ["SLT", "Physiotherapy", "SALT", "SLT"]
    mixed = [{**row, "Service": service} for row, service in zip(rows, services, strict=True)]
    found = read(tmp_path, mixed, name="list.csv")
    assert (found.verdict, found.rows_rejected, len(pathways(found, "slt"))) == ("accept", 1, 3)
    assert [(reject.rule, reject.row) for reject in found.rejects] == [("NOT_IN_SCOPE", 3)]


def mhsds(**changes: str) -> dict[str, str]:
    row = {
        "ServiceRequestId": "S1", "LocalPatientId": "L1", "OrgIDProv": "RRE",
        "ReferralRequestReceivedDate": "2024-01-15", "PrimReasonReferralMH": "25", "OtherReasonReferMH": "",
        "ClinRespPriorityType": "1", "CareContDate": "",
        "AttendStatus": "", "ConsMechanismMH": "", "ReportingPeriodEndDate": "2024-05-31", "AgeRepPeriodEnd": "9",
    }  # fmt: skip
    return {**row, **changes}


def csds(**changes: str) -> dict[str, str]:
    row = {
        "SRI": "S1", "LPI": "L1", "OrgID_Provider": "R1D", "ReferralRequest_Received_Date": "2024-01-15",
        "TeamType": "33", "PriorityTypeCode": "1", "CContactDate": "", "AttendCode": "", "RP_EndDate": "2024-05-31",
        "AgeYr_RP_EndDate": "4",
    }  # fmt: skip
    return {**row, **changes}


def test_priority_1_means_opposite_things_in_the_two_data_sets(tmp_path: Path) -> None:
    mental = read(tmp_path, [mhsds()], name="a.csv")
    community = read(tmp_path, [csds()], name="b.csv")
    assert (mental.source and mental.source.name, pathways(mental)["priority"].tolist()) == ("mhsds_nd", ["emergency"])
    assert community.source is not None
    assert (community.source.name, pathways(community, "slt")["priority"].tolist()) == ("csds_slt", ["routine"])


@pytest.mark.parametrize(
    ("attendance", "mechanism", "stops"),
    [
        ("5", "01", True),
        ("6", "11", True),
        ("5", "02", False),
        ("3", "01", False),
        ("7", "11", False),
        ("5", "98", False),
    ],
)
def test_only_attended_contacts_face_to_face_or_by_video_stop_the_clock(
    tmp_path: Path, attendance: str, mechanism: str, stops: bool
) -> None:
    row = mhsds(CareContDate="2024-03-01", AttendStatus=attendance, ConsMechanismMH=mechanism)
    assert pathways(read(tmp_path, [row]))["stopped_on"].notna().tolist() == [stops]


def test_both_reasons_are_looked_at_and_other_reasons_are_out_of_scope(tmp_path: Path) -> None:
    rows = [
        mhsds(ServiceRequestId="S1", PrimReasonReferralMH="24", OtherReasonReferMH="25"),
        mhsds(ServiceRequestId="S2", PrimReasonReferralMH="24", OtherReasonReferMH="10"),
        mhsds(ServiceRequestId="S3", PrimReasonReferralMH="26"),
        mhsds(ServiceRequestId="S4", PrimReasonReferralMH="10"),
    ]
    found = read(tmp_path, rows)
    assert pathways(found)["diagnosis"].tolist() == ["both", "nd_not_autism", "autism"]
    assert [reject.rule for reject in found.rejects] == ["NOT_IN_SCOPE"]


def test_version_5_names_are_kept_in_one_series_with_version_6(tmp_path: Path) -> None:
    old, new = mhsds(ServTeamTypeRefToMH="C04"), mhsds(ServTeamType="C04")
    sources = [read(tmp_path, [row]).source for row in (old, new)]
    assert [source and (source.name, source.kept_as) for source in sources] == [
        ("mhsds_nd_v5", "mhsds_nd"), ("mhsds_nd", "mhsds_nd"),
    ]  # fmt: skip


def test_community_paediatrics_feed_the_nd_clock(tmp_path: Path) -> None:
    rows = [csds(TeamType="06", PrimaryReferralReason="017"), csds(SRI="S2", PrimaryReferralReason="003")]
    found = check(write(tmp_path / "both.csv", rows), source="csds_nd")
    assert len(pathways(found)) == 1
    assert rules(check(tmp_path / "both.csv"), "error") == ["SOURCE_AMBIGUOUS"] or found.source is not None


@pytest.mark.parametrize(
    ("born", "band"), [("01/06/2019", "0-5"), ("31/05/2019", "5-18"), ("01/06/2006", "5-18"), ("31/05/2006", "18+")]
)
def test_a_date_of_birth_becomes_an_age_band_on_the_day_of_the_list(tmp_path: Path, born: str, band: str) -> None:
    rows = [{**child(n), "Date of birth": born, "Age": ""} for n in range(1, 4)]
    found = read(tmp_path, rows)
    assert pathways(found)["age_band"].tolist() == [band] * 3
    assert found.frames is not None
    assert "birth_date" not in found.frames["pathways"]


@pytest.mark.parametrize(
    ("received", "then", "now", "band"),
    [
        ("2021-05-01", "17", "", "18+"),  # three years on, 20 or 21
        ("2021-05-01", "14", "", None),  # 17 or 18: nobody can say
        ("2024-01-15", "9", "", "5-18"),
        ("2024-01-15", "4", "", None),  # 4 or 5
        ("2021-05-01", "14", "17", "5-18"),  # the age on the day of the list counts
    ],
)
def test_an_age_at_referral_is_not_todays_age(
    tmp_path: Path, received: str, then: str, now: str, band: str | None
) -> None:
    rows = [
        mhsds(ReferralRequestReceivedDate=received, AgeServReferRecDate=then, AgeRepPeriodEnd=now),
        csds(ReferralRequest_Received_Date=received, AgeYr_Referral_ReceivedDate=then, AgeYr_RP_EndDate=now),
    ]
    for row in rows:
        frames = read(tmp_path, [row]).frames
        assert frames is not None
        assert {None if pd.isna(one) else one for one in frames["pathways"]["age_band"]} == {band}


def test_children_older_than_their_list_are_asked_about(tmp_path: Path) -> None:
    found = read(tmp_path, [{**child(1), "Cohort": "5-18", "Age": "19"}, {**child(2), "Cohort": "5-18"}])
    assert rules(found, "query") == ["AGED_OUT"]
    assert pathways(found)["age_band"].tolist() == ["18+", "5-18"]


def test_two_organisations_or_two_councils(tmp_path: Path) -> None:
    found = read(tmp_path, [child(1), child(2, Provider_code="R1D")])
    assert rules(found, "error") == ["ORGANISATIONS_DIFFER"]
    areas = read(tmp_path, [{**child(1), "Local authority": "E06000020"}, {**child(2), "Local authority": ""}])
    assert pathways(areas)["area"].tolist() == ["E06000020", "E06000051"]


def test_a_sender_we_do_not_know_or_two_names_for_one_file(tmp_path: Path) -> None:
    stranger = read(tmp_path, children(3, Provider_code="RX1"))
    assert (stranger.organisation, rules(stranger, "query")) == ("RX1", ["ORGANISATION_UNEXPECTED"])
    mixed_up = read(tmp_path, children(3), name="shropcomm_nd_2024_05.csv")
    assert rules(mixed_up, "query") == ["ORGANISATION_DISAGREES"]
    silent = [{key: value for key, value in row.items() if key != "Provider code"} for row in children(3)]
    assert read(tmp_path, silent, name="MPFT nd list.csv").organisation == "RRE"
    assert "ORGANISATION_NOT_STATED" in rules(read(tmp_path, silent))


def test_a_list_of_new_waits_alone_is_doubted(tmp_path: Path) -> None:
    found = read(tmp_path, children(30, Referral_received_date="28/05/2024"))
    assert rules(found, "query") == ["SHORT_WAITS"]


def test_a_status_without_its_date_is_held(tmp_path: Path) -> None:
    rows = [{**child(n), "Status": "Waiting"} for n in range(1, 31)]
    rows[7]["Status"] = "Discharged"
    assert [(r.rule, r.row) for r in read(tmp_path, rows).rejects] == [("CLOSED_WITHOUT_DATE", 9)]


def test_zero_width_characters_are_stripped_and_said(tmp_path: Path) -> None:
    found = read(tmp_path, [child(1, Diagnosis="Aut\u200bism"), child(2)])
    assert pathways(found)["diagnosis"].tolist() == ["autism", "autism"]
    assert "CHARACTERS_STRIPPED" in rules(found, "note")


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "nd.csv", children(40))
    path.write_bytes(path.read_bytes()[:-25])
    found = check(path)
    assert (rules(found, "error"), rules(found, "query")) == (["FILE_TRUNCATED"], ["RAGGED_ROW"])
    assert found.rows_rejected == 1


def test_a_list_without_rows_is_empty_and_never_zero_children(tmp_path: Path) -> None:
    path = tmp_path / "nd_2024_05.csv"
    path.write_text(",".join(ND) + "\n")
    assert "EMPTY" in rules(check(path), "error")
    path.write_text(",".join(ND) + "\n" + "," * (len(ND) - 1) + "\n")
    assert "EMPTY" in rules(check(path), "error")


def test_a_column_known_under_two_headings_is_read_under_the_first_and_the_other_is_named(tmp_path: Path) -> None:
    rows = [{"Received": "01/03/2024", **row} for row in children(3)]
    found = read(tmp_path, rows)
    assert pathways(found)["started_on"].tolist() == [pd.Timestamp("2024-01-15")] * 3
    assert "left out: Received" in said(found, "COLUMNS_UNKNOWN")
