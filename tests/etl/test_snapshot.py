"""The month of a list: its own dates, words above it, its name, or what the user says, and every disagreement said."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.snapshot import month_in_name
from tests.waits import check, child, children, rules, write


@pytest.mark.parametrize(
    ("stem", "month"),
    [
        ("nd_2024_05", date(2024, 5, 1)),
        ("nd-2024-05-31", date(2024, 5, 1)),
        ("nd_31052024", date(2024, 5, 1)),
        ("ND list May 2024", date(2024, 5, 1)),
        ("ND_May24", date(2024, 5, 1)),
        ("202405_nd", date(2024, 5, 1)),
        ("nd list", None),
        ("april 2024 and may 2024", None),
        ("nd 2024", None),
        ("summary 2", None),
    ],
)
def test_the_month_in_a_name(stem: str, month: date | None) -> None:
    assert month_in_name(stem) == month


def test_the_snapshot_column_wins_over_the_name_and_the_name_is_asked_about(tmp_path: Path) -> None:
    found = check(write(tmp_path / "nd_2024_06.csv", children(3)))
    assert (found.month, rules(found, "query")) == (date(2024, 5, 1), ["MONTH_DISAGREES"])


def test_the_month_the_user_gives_wins_and_is_asked_about(tmp_path: Path) -> None:
    found = check(write(tmp_path / "nd.csv", children(3)), month=date(2024, 6, 1))
    assert (found.month, rules(found, "query")) == (date(2024, 6, 1), ["MONTH_DISAGREES"])


def test_without_a_snapshot_column_the_name_is_taken_and_said(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "Snapshot date"} for row in children(3)]
    found = check(write(tmp_path / "nd_2024_05.csv", rows))
    assert (found.month, found.verdict) == (date(2024, 5, 1), "accept")
    assert "MONTH_FROM_NAME" in rules(found, "note")
    assert rules(check(write(tmp_path / "nd.csv", rows)), "error") == ["MONTH_MISSING"]
    assert check(tmp_path / "nd.csv", month=date(2024, 5, 1)).verdict == "accept"


def test_two_months_in_one_file_are_refused(tmp_path: Path) -> None:
    rows = [*children(3), child(4, Snapshot_date="30/04/2024")]
    assert rules(check(write(tmp_path / "nd.csv", rows)), "error") == ["MONTHS_DIFFER"]


def test_a_list_from_the_future_is_refused(tmp_path: Path) -> None:
    rows = children(3, Snapshot_date="30/11/2026")
    assert rules(check(write(tmp_path / "nd.csv", rows)), "error") == ["MONTH_IN_FUTURE"]


def test_a_list_taken_before_the_months_end_is_said(tmp_path: Path) -> None:
    assert "SNAPSHOT_EARLY" in rules(check(write(tmp_path / "nd.csv", children(3, Snapshot_date="28/05/2024"))), "note")


def test_the_first_list_can_be_rebuilt_as_far_as_it_shows_who_left(tmp_path: Path) -> None:
    march, april = (
        child(n, Referral_received_date="01/10/2023", First_attended_date=f"10/{month}/2024")
        for n, month in ((1, "03"), (2, "04"))
    )
    assert check(write(tmp_path / "a.csv", [march, april, *children(3, start=3)])).covers_from == date(2024, 3, 1)
    assert check(write(tmp_path / "b.csv", children(3))).covers_from == date(2024, 5, 1)
    assert check(write(tmp_path / "d.csv", [march, *children(3, start=3)])).covers_from == date(2024, 5, 1)  # no April
    long_ago = child(1, Referral_received_date="01/10/2020", First_attended_date="10/03/2022")
    assert check(write(tmp_path / "c.csv", [long_ago, *children(3, start=2)])).covers_from == date(2024, 5, 1)
    each = [
        child(n, Referral_received_date="01/10/2020", First_attended_date=f"20/{month:%m/%Y}")
        for n, month in enumerate(pd.date_range("2023-01-01", "2024-05-01", freq="MS"), 10)
    ]
    assert check(write(tmp_path / "e.csv", each)).covers_from == date(2023, 5, 1)  # the source shows a year of them
