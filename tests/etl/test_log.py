"""Logs: every line is JSON, and none holds what a file or a person is called, a cell, or what an error says."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import log
from etl.__main__ import main
from etl.settings import SHIPPED
from tests.waits import children, write

CANARIES = {
    "Child name": "Canary Surname", "NHS number": "999 000 0018", "Postcode": "SY1 1AA", "Notes": "canary\nnote",
    "GP": "Canary {practice} %s",
}  # fmt: skip
SECRETS = ("canary", "surname", "9990000018", "999 000 0018", "sy1 1aa", "smith", "analyst")


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "waymark.log"
    monkeypatch.setenv("WAYMARK_LOG", str(file))
    return file


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put logging back: it belongs to the whole process."""
    factory, hook = logging.getLogRecordFactory(), sys.excepthook
    yield
    logging.setLogRecordFactory(factory)
    logging.captureWarnings(False)
    sys.excepthook = hook
    log._to("off")


def told(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_month_of_commands_leaves_counts_and_ids_and_nothing_of_the_children(tmp_path: Path, lines: Path) -> None:
    good = write(tmp_path / "nd_2024_05_Smith.csv", children(30))
    assert main(["load", str(good), "--by", "A. Analyst"]) == 0
    rows = [{**row, **CANARIES, "Colour": "9990000018"} for row in children(3)]
    hostile = write(tmp_path / "Mary Smith.csv", rows)
    assert main(["load", str(hostile)]) == 1
    assert main(["load", str(tmp_path / "Smith Canary.csv")]) == 2
    loaded = next(line for line in told(lines) if line["event"] == "load")
    assert main(["withdraw", "nd_waiting_list.RRE.2024-05.1", "--why", "Canary Surname asked"]) == 0
    assert {name: loaded[name] for name in ("source", "month", "load_number", "rows_in", "rows_held", "changed")} == {
        "source": "nd_waiting_list", "month": "2024-05", "load_number": 1, "rows_in": 30, "rows_held": 0,
        "changed": True,
    }  # fmt: skip
    found = told(lines)
    assert [(line["event"], line.get("code")) for line in found] == [
        ("load", None), ("command", 0), ("refuse", None), ("command", 1), ("refused", None), ("command", 2),
        ("withdraw", None), ("command", 0),
    ]  # fmt: skip
    assert "IDENTIFIERS_UNEXPECTED" in found[2]["rules"]  # type: ignore[operator]
    assert (found[4]["error"], str(found[4]["place"]).partition(":")[0]) == ("UsageError", "etl/pipeline.py")
    text = lines.read_text(encoding="utf-8").lower()
    assert [secret for secret in SECRETS if secret in text] == []


def test_an_error_nobody_foresaw_is_a_line_without_its_words(
    lines: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> None:
        raise KeyError("Canary Surname")

    monkeypatch.setattr("etl.__main__.status", broken)
    try:
        main(["status"])
    except KeyError as error:
        sys.excepthook(KeyError, error, error.__traceback__)
    [line] = told(lines)
    assert (line["event"], line["level"], line["error"]) == ("unforeseen", "error", "KeyError")
    assert "canary" not in lines.read_text().lower() + capsys.readouterr().err.lower()


@given(st.text(), st.text())
def test_whatever_is_said_a_line_stays_one_line_that_parses(what: str, value: str) -> None:
    line = log._line(what, logging.INFO, {"source": value, "rules": [value], "rows_in": 3})
    assert len(line.splitlines()) == 1
    said = json.loads(line)
    assert said["rows_in"] == 3
    assert said["source"] == value or said["source"] == "left out"
    assert line.isascii()


def test_a_field_that_is_not_on_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="not a field of the log: file_name"):
        log.event("load", file_name="x")


def test_what_another_part_or_a_library_logs_becomes_a_line_of_the_same_form(
    lines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.to_screens_log()
    logging.getLogger("waymark.access").warning(
        "refused", extra={"event": "refused", "status": 403, "kind": "upload", "role": "board", "who": "Canary"}
    )
    [line] = told(lines)
    assert {k: line[k] for k in ("event", "status", "kind", "role")} == {
        "event": "refused", "status": 403, "kind": "upload", "role": "board",
    }  # fmt: skip
    other = logging.getLogger("streamlit.canary_test")
    handler = logging.StreamHandler()
    other.addHandler(handler)
    try:
        try:
            raise ValueError("Canary Surname\nSY1 1AA")
        except ValueError:
            other.exception("Uncaught: %s", "9990000018")
    finally:
        other.removeHandler(handler)
    said = json.loads(capsys.readouterr().err)
    assert (said["event"], said["error"], said["logger"]) == ("library", "ValueError", "streamlit.canary_test")
    assert "Canary" not in lines.read_text() + json.dumps(said).replace("canary_test", "")


def test_a_command_logs_nothing_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    assert capsys.readouterr().err == ""


def test_standard_error_holds_the_sentence_for_people_and_the_line_for_machines(tmp_path: Path) -> None:
    environment = {**os.environ, "WAYMARK_LOG": "stderr"}
    done = subprocess.run(
        [sys.executable, "-m", "etl", "load", str(tmp_path / "nowhere.csv")],
        cwd=SHIPPED.parent, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    sentence, refused, command = done.stderr.splitlines()
    assert (done.returncode, json.loads(command)["code"], json.loads(refused)["event"]) == (2, 2, "refused")
    assert sentence.startswith("There is no file")
