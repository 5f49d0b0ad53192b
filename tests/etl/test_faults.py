"""What the machine can do to a command: no disk, a damaged warehouse, a busy one, a kill. One sentence each."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

import etl.pipeline
from etl.__main__ import main
from etl.errors import DocumentError, WarehouseBusyError
from etl.leftovers import working_folder
from etl.organisations import load_organisations
from metrics.__main__ import main as metrics_main
from tests import sitrep


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("command", ["load", "demo", "publish"])
def test_a_data_folder_that_is_none_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path / "taken" / "data"))
    path = sitrep.write(tmp_path / "waits.xlsx")
    run = metrics_main if command == "publish" else main
    assert run([command, *([str(path)] if command == "load" else [])]) in (1, 3)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("command", ["status", "load"])
def test_a_warehouse_cut_short_is_one_sentence_and_is_not_changed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data_folder: Path, share: float, command: str
) -> None:
    assert told(capsys, "load", sitrep.write(tmp_path / "waits.xlsx"))[0] == 0
    warehouse = data_folder / "warehouse.duckdb"
    cut = warehouse.read_bytes()[: int(share * warehouse.stat().st_size)]
    warehouse.write_bytes(cut)
    path = sitrep.write(tmp_path / "more.xlsx", month="February 2023")
    code, out, err = told(capsys, command, *([path] if command == "load" else []))
    assert (code, out) == (3, "")
    assert err == "The warehouse cannot be opened; nothing was changed. Restore it from a backup.\n"
    assert warehouse.read_bytes() == cut


def test_files_loaded_before_the_warehouse_was_busy_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data_folder: Path
) -> None:
    files = [sitrep.write(tmp_path / f"{month}.xlsx", month=f"{month} 2023") for month in ("January", "February")]
    store, calls = etl.pipeline.store, []

    def busy_at_the_second(*arguments: object, **named: object) -> tuple[str, bool]:
        calls.append(arguments)
        if len(calls) > 1:
            raise WarehouseBusyError("The warehouse is busy.")
        return store(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(etl.pipeline, "store", busy_at_the_second)
    code, out, err = told(capsys, "load", *files, "--json")
    assert (code, err) == (3, "The warehouse is busy.\n")
    assert [(one["file"], one["load_id"]) for one in json.loads(out)] == [
        ("January.xlsx", "chs_sitrep.nhs_england.2023-01.1")
    ]


def test_a_lock_held_elsewhere_is_exit_code_3(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, data_folder: Path
) -> None:
    with FileLock(data_folder / "warehouse.duckdb.lock"):
        assert told(capsys, "load", sitrep.write(tmp_path / "waits.xlsx"))[0] == 3


def test_a_withdrawal_needs_a_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    told(capsys, "load", sitrep.write(tmp_path / "waits.xlsx"))
    code, _, err = told(capsys, "withdraw", "chs_sitrep.nhs_england.2023-01.1", "--why", " ")
    assert (code, "Say why the load is withdrawn" in err) == (2, True)
    assert '"state": "current"' in told(capsys, "status", "--json")[1]


def test_a_missing_lookup_of_organisations_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"organisations\.csv: the lookup is missing"):
        load_organisations(tmp_path)


def test_folders_of_dead_processes_are_swept_and_no_others(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = {
        f"waymark-{dead.pid}-old": False,
        f"waymark-{os.getpid()}-old": True,  # its process runs
        f"waymark-{dead.pid}-new": True,  # too young to be sure
        "waymark-notes": True,  # nobody's process: somebody's own
    }
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows").write_text("x")
        if not name.endswith("new"):
            os.utime(tmp_path / name, (time.time() - 7200,) * 2)
    made = working_folder("waymark-", tmp_path)
    assert made.name.startswith(f"waymark-{os.getpid()}-")
    assert {name: (tmp_path / name).exists() for name in names} == names
