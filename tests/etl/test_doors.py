"""The command line: what it prints, what it returns, and that no traceback or path reaches anyone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from etl.__main__ import main
from etl.demo.write import write_demonstration
from tests import release, sitrep


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_check_prints_the_promised_keys_and_loads_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data_folder: Path
) -> None:
    code, out, _ = run(capsys, "check", sitrep.write(tmp_path / "waits.xlsx"), "--json")
    [told] = json.loads(out)
    finding = told.pop("findings")[0]
    assert code == 0
    assert told == {
        "file": "waits.xlsx",
        "source": "chs_sitrep",
        "month": "2023-01",
        "verdict": "accept",
        "rows_in": 16,
        "rows_loadable": 16,
        "rows_rejected": 0,
    }
    assert set(finding) == {"rule", "severity", "sheet", "row", "column", "count", "message"}
    assert list(data_folder.iterdir()) == []


def test_load_then_status_then_withdraw(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "status")[1].startswith("Nothing is loaded yet.")
    code, out, _ = run(capsys, "load", sitrep.write(tmp_path / "waits.xlsx"), "--json")
    load_id = json.loads(out)[0]["load_id"]
    assert (code, load_id) == (0, "chs_sitrep.nhs_england.2023-01.1")
    assert run(capsys, "load", tmp_path / "waits.xlsx")[1].endswith(f"Already loaded as {load_id}; nothing changed.\n")
    assert run(capsys, "withdraw", load_id, "--why", "sent in error")[0] == 0
    code, out, _ = run(capsys, "status", "--json")
    told = json.loads(out)
    assert [(entry["state"], entry["state_reason"]) for entry in told["loads"]] == [("withdrawn", "sent in error")]
    assert told["coverage"] == []


def test_an_unexplained_query_is_exit_code_1_and_an_explanation_needs_a_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = [(sitrep.Trust, [9, 1, 1, 1, 1, 1, 1, 4], [20, 2, 2, 2, 2, 2, 2, 8])]
    path = sitrep.write(tmp_path / "waits.xlsx", rows=rows)
    code, out, _ = run(capsys, "load", path)
    assert code == 1
    assert 'say why: --explain BANDS_EXCEED_TOTAL="why" --by NAME' in out
    explain = ["--explain", "BANDS_EXCEED_TOTAL=the trust confirmed"]
    assert run(capsys, "load", path, *explain)[0] == 2
    assert run(capsys, "load", path, *explain, "--by", "A. Analyst")[0] == 0


def test_an_unknown_file_names_the_nearest_source_and_what_differs(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    header = release.HEADER[:6]
    path = release.write(tmp_path / "other.csv", [release.row()[:6]], header=header)
    code, out, _ = run(capsys, "check", path)
    assert code == 1
    assert "the nearest is dfe_ehc_annual_reviews" in out
    assert 'there is no column "geographic_level"' not in out  # it has that one
    assert 'there is no column "region_name"' in out
    assert "python -m etl sketch FILE" in out


@pytest.mark.parametrize(
    "arguments",
    [["check", "nowhere.csv"], ["load", "nowhere.csv"], ["sketch", "nowhere.csv"], ["withdraw", "none", "--why", "x"]],
)
def test_wrong_usage_is_exit_code_2_in_one_sentence(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert err.startswith("There is no ")
    assert "Traceback" not in err


def test_an_unknown_source_is_wrong_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "check", sitrep.write(tmp_path / "waits.xlsx"), "--source", "nonsense")
    assert (code, "known are chs_sitrep" in err) == (2, True)


def test_argparse_refuses_a_month_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["load", "x.csv", "--month", "soon"])
    assert stopped.value.code == 2


def test_demo_loads_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A few of its files: tests on the demonstration itself load them all."""

    def few(folder: Path, **options: Any) -> list[Path]:
        return [path for path in write_demonstration(folder, **options) if path.stem.endswith(("2023-10", "2024-04"))]

    monkeypatch.setattr("etl.__main__.write_demonstration", few)
    code, out, _ = run(capsys, "demo", "--json")
    assert code == 0
    assert {entry["verdict"] for entry in json.loads(out)} == {"accept", "query"}  # every query is explained
    assert run(capsys, "demo", "--when-empty") == (0, "", "")


def test_sketch_drafts_a_source_without_a_cells_value(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "Ward list May.csv"
    path.write_text("Weekly list,,\nReferral date,time_period,Number waiting\n2024-05-01,2024,17\n")
    code, out, _ = run(capsys, "sketch", path)
    assert code == 0
    assert "referral_date: {headers: ['Referral date']}" in out
    assert "time_period: {headers: ['time_period']}   # like dfe_ehc_" in out
    assert "rows.columns.period (100%)" in out
    assert "ward_list_may.yaml" in out
    assert "17" not in out


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("empty.csv", b"", "EMPTY"),
        ("cut.xlsx", b"PK\x03\x04 and then nothing", "FILE_DAMAGED"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "TYPE_NOT_ALLOWED"),
        ("utf16.csv", "a,b\n1,2\n".encode("utf-16-le"), None),
    ],
)
def test_a_file_nobody_can_read_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: bytes, rule: str | None
) -> None:
    (tmp_path / name).write_bytes(content)
    code, out, err = run(capsys, "load", tmp_path / name, "--json")
    [told] = json.loads(out)
    assert (code, told["verdict"], told["load_id"], err) == (1, "reject", None, "")
    assert rule is None or [finding["rule"] for finding in told["findings"]] == [rule]
    assert all(finding["message"].startswith(f"{name}: ") for finding in told["findings"])
    assert str(tmp_path) not in out


def test_sketch_quotes_nothing_of_a_list_without_headings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Mary Smith,12/03/2024,Shrewsbury\nJohn Jones,13/03/2024,Oswestry\n")
    code, out, _ = run(capsys, "sketch", path)
    assert code == 0
    assert "no row of headings was found" in out
    assert not {"mary", "smith", "shrewsbury", "john"} & set(re.findall("[a-z]+", out.casefold()))


def test_sketch_quotes_no_row_below_the_headings_however_wordy(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Weekly list,,,,\nChild,,,2024,Note\nInvented Name,Invented Street,SY1 1AA,yes,ring later\n")
    code, out, _ = run(capsys, "sketch", path)
    assert code == 0
    assert "'Child'" in out
    assert "Invented" not in out
    assert "SY1" not in out
