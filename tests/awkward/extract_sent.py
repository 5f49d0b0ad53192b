"""Lists as trusts send them: exports that read well and mean something else, each to be asked about."""

from typing import Any

from tests.awkward.extract import COUNT, ExtractCase, Row, changed, children, csv_bytes, every, lines, renamed
from tests.awkward.extract_books import mhsds

WHOLE = children()
NAMES = ("Siân", "Gwenllïan", "Łukasz", "Zoë", "Þór", "Anwen", "Bedwyr")


def _case(name: str, rows: list[Row], *rules: str, **more: Any) -> ExtractCase:
    more = {"verdict": "query" if rules else "accept", "rows": len(rows), "rules": rules, **more}
    return ExtractCase(f"nd_{name}.csv", csv_bytes(lines(rows)), **more)


def _without(rows: list[Row], *headings: str) -> list[Row]:
    return [{heading: cell for heading, cell in row.items() if heading not in headings} for row in rows]


def sent_cases() -> list[ExtractCase]:
    """Two columns for one date, appointments nobody kept, lists of the month before, half lists, names as places."""
    discharged = changed(every(WHOLE, Discharge_Date=""), 1, 2, 3, Discharge_Date="20/05/2024")
    both = changed(discharged, 1, 2, 3, Closed_date="20/05/2024")
    booked = changed(WHOLE, 1, 2, 3, First_attended_date="20/05/2024")
    appointments = _without(renamed(booked, {"First attended date": "First Appointment Date"}), "Attendance")
    contacts = mhsds(AttendStatus="5", CareContDate="2024-05-20", ConsMechanismMH="01")
    open_contacts = [*contacts[:20], *mhsds()[20:]]
    run_in_june = every(WHOLE, Snapshot_date="03/06/2024")
    before = (("nd_before.csv", csv_bytes(lines(WHOLE))),)
    number = iter(range(COUNT))
    people = every(WHOLE, Locality=lambda _: f"{NAMES[(n := next(number)) % 7]} ap {NAMES[n // 7]}")
    place = iter(range(COUNT))
    return [
        _case("closed_and_discharged", discharged, "DATE_COLUMN_SECOND"),
        _case("closed_and_discharged_alike", both),
        _case("first_appointments", appointments, "STOP_UNCHECKED"),
        _case("first_attended_says_so", _without(booked, "Attendance")),
        _case("mhsds_contacts_unattended", _without(open_contacts, "AttendStatus"), "STOP_UNCHECKED"),
        _case("mhsds_contacts_by_any_means", _without(open_contacts, "ConsMechanismMH"), "STOP_UNCHECKED"),
        _case("taken_in_the_first_days", run_in_june, "SNAPSHOT_MONTH_UNSURE"),
        _case("taken_on_the_first", every(WHOLE, Snapshot_date="01/06/2024"), "SNAPSHOT_MONTH_UNSURE"),
        _case("taken_mid_month", every(WHOLE, Snapshot_date="17/05/2024"), notes=("SNAPSHOT_EARLY",)),
        _case("first_days_month_said", run_in_june, arguments=("--month", "2024-06")),
        _case("first_days_june_2024", run_in_june, notes=("SNAPSHOT_EARLY",)),
        _case("closed_alone", every(WHOLE, Closed_date="20/05/2024"), "NOBODY_WAITING"),
        _case("corrected_to_less_than_half", WHOLE[:15], "VOLUME_DROP", before=before),
        _case("corrected_by_three", WHOLE[:-3], before=before),
        _case("people_as_places", people, "FREE_TEXT", verdict="reject", secrets=NAMES),
        _case("ten_places", every(WHOLE, Locality=lambda _: f"Ward {next(place) % 10}")),
    ]
