"""Whole extracts as they really arrive, through the doors (`check --json`, `load --json`), with what must come of each.

The counts and rules beside each file in tests/awkward are worked out by hand.
"""

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import etl.pipeline
from etl.__main__ import main
from etl.handover import examine_to_folder
from etl.warehouse import Warehouse, open_warehouse
from tests.awkward.extract import ExtractCase
from tests.awkward.extract_books import book_cases, shape_cases
from tests.awkward.extract_lists import date_cases, identity_cases, layout_cases, value_cases
from tests.awkward.extract_published import month_cases, release_cases, sitrep_cases
from tests.awkward.extract_sent import sent_cases

CASES = [
    *date_cases(), *value_cases(), *identity_cases(), *layout_cases(), *book_cases(), *shape_cases(),
    *sitrep_cases(), *release_cases(), *month_cases(), *sent_cases(),
]  # fmt: skip
ALONE = [case for case in CASES if not case.before and not case.arguments]
OTHERS = [case for case in CASES if case.before or case.arguments]
# A warehouse of its own costs seconds; every fifth file that may load shows that loading does what checking promised.
LOADED = [case for case in ALONE if case.verdict != "reject"][::5]


def door(*arguments: object) -> tuple[int, list[dict[str, Any]], str]:
    """Return exit code, printed data and everything said. An exception of any kind would end the test here."""
    out, aside = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(aside):
        code = main([str(argument) for argument in arguments])
    return code, json.loads(out.getvalue()), out.getvalue() + aside.getvalue()


def written(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Check every file that stands alone by one call, in one limited child process after another where one ends."""
    folder = tmp_path_factory.mktemp("hostile")
    paths = [written(folder / "in", case.name, case.content) for case in ALONE]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAYMARK_DATA", str(folder / "data"))
        patch.setenv("WAYMARK_KEY", str(folder / "key" / "k"))
        code, told, _ = door("check", *paths, "--json")
    assert (code, len(told)) == (1, len(ALONE))
    assert not (folder / "data").exists()
    return dict(zip((case.name for case in ALONE), told, strict=True))


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Examine without a child process, which costs a second a call; `checked` goes through it."""

    def each(_: str, jobs: list[tuple[dict[str, Any], Path]]) -> Iterator[dict[str, Any]]:
        for arguments, out in jobs:
            yield json.loads(json.dumps(examine_to_folder(**arguments, out=out)))

    monkeypatch.setattr(etl.pipeline, "run_confined_each", each)


def holds(case: ExtractCase, told: dict[str, Any]) -> None:
    by = {severity: {f["rule"] for f in told["findings"] if f["severity"] == severity} for severity in _SEVERITIES}
    assert told["verdict"] == case.verdict
    assert by["error"] | by["query"] == set(case.rules)
    unread = "IDENTIFIERS_UNEXPECTED" in case.rules  # such a file is read no further
    rows = 0 if unread else case.rows
    assert (told["rows_in"], told["rows_rejected"]) == (rows, case.held)
    assert told["rows_loadable"] == rows - case.held
    assert set(case.notes) <= by["note"]
    said = json.dumps(told, ensure_ascii=False)
    assert not [secret for secret in case.secrets if secret in said]
    assert not {"READING_FAILED", "FILE_TOO_COMPLEX"} & (by["error"] | by["query"])
    for finding in told["findings"]:
        assert finding["message"].startswith(told["file"])


_SEVERITIES = ("error", "query", "note")


def loaded(warehouse: Warehouse) -> list[tuple[str, int, int, int]]:
    with warehouse.reading() as reader:
        rows = reader.query("SELECT load_id, rows_in, rows_loaded, rows_rejected FROM loads WHERE state = 'current'")
    return [tuple(row) for row in rows.itertuples(index=False, name=None)]


def test_there_are_enough_and_every_name_is_its_own() -> None:
    assert len(CASES) >= 200
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.name)
def test_check(case: ExtractCase, checked: dict[str, dict[str, Any]]) -> None:
    holds(case, checked[case.name])


def test_no_refused_file_loads_a_row(tmp_path: Path) -> None:
    refused = [case for case in ALONE if case.verdict == "reject"]
    code, told, _ = door("load", *(written(tmp_path / "in", c.name, c.content) for c in refused), "--json")
    assert (code, {one["load_id"] for one in told}) == (1, {None})
    assert loaded(open_warehouse()) == []


@pytest.mark.parametrize("case", LOADED, ids=lambda case: case.name)
def test_load(case: ExtractCase, tmp_path: Path, in_this_process: None) -> None:
    path = written(tmp_path / "in", case.name, case.content)
    _loads_as_it_should(case, path)


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.name)
def test_check_and_load_beside_others(case: ExtractCase, tmp_path: Path, in_this_process: None) -> None:
    for name, content in case.before:
        code, told, _ = door("load", written(tmp_path / "before", name, content), "--json")
        assert (code, told[0]["verdict"]) == (0, "accept")
    path = written(tmp_path / "in", case.name, case.content)
    code, [told], _ = door("check", path, "--json", *case.arguments)
    assert code == (0 if case.verdict == "accept" else 1)
    holds(case, told)
    _loads_as_it_should(case, path)


def _loads_as_it_should(case: ExtractCase, path: Path) -> None:
    before = loaded(open_warehouse())
    code, [told], said = door("load", path, "--json", *case.arguments)
    if case.verdict != "accept":
        assert (code, told["load_id"], loaded(open_warehouse())) == (1, None, before)
    if case.verdict == "query":
        assert told["unexplained"] == sorted(case.rules)
        reasons = [word for rule in case.rules for word in ("--explain", f"{rule}=asked the sender")]
        code, [told], said = door("load", path, "--json", "--by", "A. Analyst", *reasons, *case.arguments)
    if case.verdict != "reject":
        assert code == 0
        assert (told["load_id"], case.rows, case.rows - case.held, case.held) in loaded(open_warehouse())
    assert not [secret for secret in case.secrets if secret in said]
