"""Nothing of a loaded file that names a child is found afterwards in any byte the program leaves behind."""

import contextlib
import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from etl.__main__ import main
from etl.settings import SHIPPED
from etl.warehouse import open_warehouse
from metrics.publish import publish
from tests.waits import children, write

NHS = ("9990000018", "999 000 0026", "9990000034")
CANARIES = {
    "Surname": "Canarysurname",
    "Forename": "Canaryforename",
    "Home address": "7 Canary Street",
    "Postcode": "SY2 6ND",
    "E-mail": "canary@example.org",
    "Date of birth": "17/03/2015",
    "Comments": "the canary sang",
    "Mobile": "07700900123",
}


def loaded_rows() -> list[dict[str, Any]]:
    rows = children(30)
    for number, row in enumerate(rows):
        row.update(CANARIES, **{"Child ID": f"CANARYCHILD{number}", "Referral ID": f"CANARYREF{number}"})
        row["NHS number"] = NHS[number % 3] if number < 3 else ""
    rows[5]["Referral received date"] = "canarydate"
    return rows


def secrets(rows: list[dict[str, Any]]) -> list[str]:
    words = [value for key, value in CANARIES.items() if key != "Date of birth"] + ["17/03/2015", "2015-03-17"]
    ids = [str(row[key]) for row in rows for key in ("Child ID", "Referral ID")] + list(NHS)
    return [*words, *ids, *(number.replace(" ", "") for number in NHS), "canarydate", "canarycode"]


def leaks(folder: Path, words: list[str]) -> list[tuple[str, str]]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            forms = {form for word in words for form in (word.lower().encode(), word.lower().encode("utf-16-le"))}
            found += [(path.name, form.decode("latin-1")) for form in forms if form in content]
    return found


def run(*arguments: object) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main([str(argument) for argument in arguments])
    return out.getvalue() + err.getvalue()


@pytest.mark.parametrize("name", ["nd_2024_05.csv", "nd_2024_05.xlsx"])
def test_no_identifier_survives_a_load(
    tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(temporary))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    rows = loaded_rows()
    (tmp_path / "in").mkdir()
    path = write(tmp_path / "in" / name, rows)
    rows[6]["Diagnosis"] = "canarycode"  # two bad rows of 30 are more than one in twenty
    told = run("check", write(path, rows), "--json") + run("findings", path, "--out", data_folder / "slip.xlsx")
    assert "TOO_MANY_BAD_ROWS" in told
    rows[6]["Diagnosis"] = "Autism"
    write(path, rows)
    explain = ["--explain=DATE_UNREADABLE=checked"]
    told += run("load", path, *explain, "--by", "A. Analyst")
    assert "Loaded as nd_waiting_list.RRE.2024-05.1" in told
    told += run("load", path, *explain, "--by", "A. Analyst") + run("status") + run("status", "--json")
    told += run("findings", "nd_waiting_list.RRE.2024-05.1", "--out", data_folder / "load.xlsx")
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    publish(open_warehouse(), data_folder / "editions", SHIPPED / "plan", by="A. Analyst", note="", at=now)
    words = secrets([*rows, {"Child ID": "canarycode", "Referral ID": "canarydate"}])
    assert leaks(data_folder, words) == []
    assert leaks(temporary, words) == []
    assert [word for word in words if word.lower() in told.lower()] == []
    key = Path(os.environ["WAYMARK_KEY"]).read_text().strip()
    assert leaks(data_folder, [key]) == []


def test_a_refused_file_leaves_nothing_but_counts(tmp_path: Path, data_folder: Path) -> None:
    rows = [{**row, "Colour": number} for row, number in zip(children(3), NHS, strict=True)]
    path = write(tmp_path / "list.csv", rows)
    told = run("load", path, "--json")
    assert "IDENTIFIERS_UNEXPECTED" in told
    assert [number for number in NHS if number in told] == []
    assert leaks(data_folder, list(NHS)) == []


def test_a_list_without_a_header_repeats_no_cell(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Canarysurname,9990000018,15/01/2024,Autism\nCanaryother,9990000026,16/01/2024,ADHD\n")
    told = run("check", path, "--json")
    assert "canary" not in told.lower()
    assert "99900" not in told
