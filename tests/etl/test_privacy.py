"""Identifiers: found by what columns hold, turned into pseudonyms where meant, a reason to stop everywhere else."""

import hashlib
import hmac
import os
import stat
from pathlib import Path
from typing import Any

import nhs_number
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import UsageError
from etl.privacy import announced, identifiers_in, shown, valid_nhs_numbers
from etl.pseudonym import Pseudonyms, load_pseudonyms
from etl.settings import SHIPPED, check_key_place, key_file
from tests.waits import check, child, children, pathways, rules, said, write

NUMBERS = ("9990000018", "9990000026", "9990000034")  # of the range that is never issued
# Check letter by hand: digits 0 to 9 and 0, 1 by weights 2 to 13 add up to
# 0+3+8+15+24+35+48+63+80+99+0+13 = 388, 388 mod 23 = 20, the 21st letter of ABCDEFGHJKLMNPQRTUVWXYZ is X.
UPN = "X012345678901"


def cells(*texts: str) -> pd.Series:
    return pd.Series(list(texts), dtype="str")


@pytest.mark.parametrize("text", ["9990000018", "999 000 0018", "999-000-0018", "9990000018.0"])
def test_an_nhs_number_is_known_in_every_spelling(text: str) -> None:
    assert valid_nhs_numbers(cells(text)).tolist() == ["9990000018"]


@pytest.mark.parametrize("text", ["9990000019", "1111111111", "0000000000", "999000001", "99900000181", "", "word"])
def test_what_fails_its_check_or_repeats_one_digit_is_no_nhs_number(text: str) -> None:
    assert valid_nhs_numbers(cells(text)).tolist() == [""]


@settings(deadline=None)
@given(st.lists(st.integers(3_200_000_000, 9_999_999_999).map(str), min_size=1, max_size=200))
def test_the_check_agrees_with_the_library(numbers: list[str]) -> None:
    repeated = [len(set(number)) == 1 for number in numbers]
    valid = [nhs_number.is_valid(n) and not same for n, same in zip(numbers, repeated, strict=True)]
    assert (valid_nhs_numbers(cells(*numbers)) != "").tolist() == valid


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (NUMBERS, {"NHS numbers": 3}),
        (("seen with 999 000 0018 on Monday",), {"NHS numbers": 1}),
        ((UPN, UPN.lower()), {"pupil numbers": 2}),
        (("ask jo.bloggs@example.org",), {"e-mail addresses": 1}),
        (("SY2 6ND", "SY3 8HQ", "tf11ab"), {"postcodes": 3}),
        (("SY2 6ND",), {"postcodes": 1}),
        (("SY2", "SY3"), {}),
        (("R123456", "15/01/2024", "45000", "autism", "", "07700 900123"), {}),
    ],
)
def test_identifiers_are_counted_by_what_cells_hold(texts: tuple[str, ...], found: dict[str, int]) -> None:
    assert identifiers_in(cells(*texts)) == found


def test_a_column_of_case_numbers_is_no_column_of_nhs_numbers() -> None:
    numbers = [str(number) for number in range(4_000_000_000, 4_000_000_500)]
    assert (valid_nhs_numbers(cells(*numbers)) != "").sum() > 20  # by chance one in eleven passes the check
    assert identifiers_in(cells(*numbers)) == {}


@pytest.mark.parametrize(
    ("heading", "what"),
    [
        ("Surname", "names"), ("Child's name", "names"), ("NHS No.", "NHS numbers"), ("NHS_Number", "NHS numbers"),
        ("DOB", "dates of birth"), ("Date of Birth", "dates of birth"), ("Home address", "addresses"),
        ("Post code", "postcodes"), ("E-mail", "e-mail addresses"), ("Mobile", "telephone numbers"),
        ("UPN", "pupil numbers"), ("Provider name", None), ("Service", None), ("Locality", None),
    ],
)  # fmt: skip
def test_a_heading_announces_what_is_below_it(heading: str, what: str | None) -> None:
    assert announced(heading) == what


def test_a_heading_that_is_no_heading_is_not_repeated() -> None:
    assert [shown(text, 27) for text in ("Referral Date", "9990000018", "jo@example.org", "15/01/2024", "")] == [
        "Referral Date", "AB", "AB", "AB", "AB",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("Colour", NUMBERS[0]), ("Comments", f"known as {NUMBERS[1]}"), ("Locality", "SY2 6ND"),
        ("Diagnosis", NUMBERS[2]),
        ("Colour", "jo.bloggs@example.org"), ("Folder", UPN), ("Priority", NUMBERS[0]),
    ],
)  # fmt: skip
def test_an_identifier_where_none_belongs_stops_the_file_unrepeated(
    tmp_path: Path, name: str, heading: str, value: str
) -> None:
    rows = [{**row, heading: value} for row in children(5)]
    found = check(write(tmp_path / name, rows))
    assert rules(found, "error") == ["IDENTIFIERS_UNEXPECTED"]
    message = said(found, "IDENTIFIERS_UNEXPECTED")
    assert f'column "{heading}"' in message
    assert value not in message
    assert found.frames is None


def test_an_identifier_on_a_hidden_sheet_stops_the_file_and_names_the_sheet(tmp_path: Path) -> None:
    path = write(tmp_path / "list.xlsx", children(5), hidden={"Old list": [["Number"], [NUMBERS[0]]]})
    message = said(check(path), "IDENTIFIERS_UNEXPECTED")
    assert 'sheet "Old list"' in message
    assert "hidden sheet" in message
    assert NUMBERS[0] not in message


def test_an_identifier_in_the_files_name_stops_it_and_the_name_is_withheld(tmp_path: Path) -> None:
    found = check(write(tmp_path / f"nd_{NUMBERS[0]}.csv", children(3)))
    assert rules(found, "error") == ["IDENTIFIER_IN_NAME"]
    assert NUMBERS[0] not in str(found.as_json())


def test_names_addresses_and_notes_are_dropped_and_named(tmp_path: Path) -> None:
    extra = {"Surname": "Canary", "Postcode": "SY2 6ND", "Email": "a@example.org", "Comments": "rang on Monday"}
    found = check(write(tmp_path / "nd.csv", [{**row, **extra} for row in children(3)]))
    assert found.verdict == "accept"
    assert "dropped unread: Surname, Postcode, Email, Comments" in said(found, "COLUMNS_DROPPED")
    assert found.frames is not None
    assert "Canary" not in found.frames["pathways"].to_csv()


def test_one_child_has_one_pseudonym_in_every_list_by_nhs_number(tmp_path: Path) -> None:
    def persons(name: str, provider: str, **ids: Any) -> list[Any]:
        rows = [{**child(1), "Provider code": provider, "Child ID": "7", **ids}]
        return list(pathways(check(write(tmp_path / name, rows)))["person_id"])

    a = persons("a.csv", "RRE", NHS_Number="999 000 0018")
    b = persons("b.csv", "R1D", NHS_Number="9990000018")
    local_a, local_b = persons("c.csv", "RRE"), persons("d.csv", "R1D")
    assert a == b
    assert len({*a, *local_a, *local_b}) == 3


def test_an_nhs_number_that_fails_is_said_and_another_id_is_used(tmp_path: Path) -> None:
    rows = [{**child(1), "NHS number": "9990000019"}, {**child(2), "NHS number": "1111111111"}]
    found = check(write(tmp_path / "nd.csv", rows))
    assert rules(found, "query") == ["NHS_NUMBER_INVALID"]
    assert pathways(found)["person_id"].nunique() == 2
    assert "1111111111" not in str(found.as_json())


# -- the key ----------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=20)
@given(st.binary(min_size=32, max_size=32), st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=20))
def test_pseudonyms_are_hmac_sha256(key: bytes, texts: list[str]) -> None:
    plain = [text.replace("\0", "x") for text in texts]
    expected = [hmac.new(key, b"child:" + text.encode(), hashlib.sha256).hexdigest()[:32] for text in plain]
    assert Pseudonyms(key).of(cells(*plain), "child").tolist() == expected


def test_blank_stays_blank_and_kinds_are_kept_apart() -> None:
    made = Pseudonyms(b"k" * 32)
    assert made.of(cells("", "1", "1"), "a").tolist()[0] == ""
    assert made.of(cells("1"), "a").tolist() != made.of(cells("1"), "b").tolist()
    assert "k" * 8 not in repr(made)


def test_the_key_is_made_on_first_use_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "pseudonym.key"
    first, again = load_pseudonyms(path), load_pseudonyms(path)
    assert first == again
    assert len(first.key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["pseudonym.key"]


def test_a_key_others_may_read_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pseudonym.key"
    load_pseudonyms(path)
    path.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        load_pseudonyms(path)
    path.chmod(0o600)
    path.write_text("not a key")
    with pytest.raises(UsageError, match="damaged"):
        load_pseudonyms(path)


@pytest.mark.parametrize("place", [SHIPPED / "key", SHIPPED.parent / "etl" / "key"])
def test_a_key_beside_the_code_is_refused(place: Path) -> None:
    with pytest.raises(UsageError, match="WAYMARK_KEY"):
        check_key_place(place)


def test_a_key_beside_the_warehouse_is_refused(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="WAYMARK_KEY"):
        check_key_place(data_folder / "pseudonym.key")
    monkeypatch.delenv("WAYMARK_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(data_folder.parent / "configuration"))
    assert key_file() == data_folder.parent / "configuration" / "waymark" / "pseudonym.key"
    check_key_place(key_file())


def test_published_figures_need_no_key(tmp_path: Path) -> None:
    from tests import sitrep

    check(sitrep.write(tmp_path / "waits.xlsx"))
    assert not Path(os.environ["WAYMARK_KEY"]).exists()
