"""The child process: whatever happens in it, the caller gets an answer or one sentence."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from etl import confine
from etl.confine import run_confined, run_confined_each
from etl.errors import DocumentError, UnreadableFileError, WaymarkError
from tests.awkward.parts import with_cells, workbook

TARGETS = "tests.etl.confined_targets:"
ROOT = Path(__file__).resolve().parents[2]


def misbehave(how: str, out: Path, seconds: float = 20) -> dict[str, Any]:
    return run_confined(f"{TARGETS}misbehave", {"how": how}, out, seconds=seconds)


def test_answer_and_files(tmp_path: Path) -> None:
    arguments = {"text": "é\n\0", "number": 1.5, "list": [None, True]}
    assert run_confined(f"{TARGETS}answer", arguments, tmp_path / "out") == {"got": arguments}
    assert (tmp_path / "out" / "rows.txt").read_text() == "one"


def test_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_DATA", "/somewhere")
    monkeypatch.setenv("SECRET_KEY", "not for the child")
    monkeypatch.setenv("WAYMARK_WEBHOOK", "https://hooks.example/secret")
    monkeypatch.setenv("PYTHONSTARTUP", "evil.py")
    monkeypatch.chdir(tmp_path)  # `etl` is found from any working directory, and nothing here shadows a module
    (tmp_path / "json.py").write_text("raise SystemExit")
    found = run_confined(f"{TARGETS}surroundings", {}, tmp_path, memory_bytes=2_000_000_000)
    assert found["environment"]["WAYMARK_DATA"] == "/somewhere"
    assert not {"SECRET_KEY", "PYTHONSTARTUP", "WAYMARK_WEBHOOK"} & set(found["environment"])
    assert found["umask"] == 0o077
    assert found["session"]
    assert found["limits"] == [2_000_000_000, 0, 1_000_000_000]
    assert found["temporary"].startswith(tempfile.gettempdir())
    assert not Path(found["temporary"]).exists()
    assert not found["pandas"], "starting the child must stay cheap"


def test_errors_come_back_as_they_were(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        misbehave("refuse", tmp_path)
    assert (caught.value.rule, caught.value.message) == ("EMPTY", "The file is empty.")
    assert caught.value.remedy == "Export it again."
    with pytest.raises(DocumentError, match=r"^a\.yaml: wrong$"):
        misbehave("document", tmp_path)


@pytest.mark.parametrize("how", ["abort", "SIGSEGV", "SIGKILL", "memory", "panic", "exit", "hard exit"])
def test_death_is_one_sentence(tmp_path: Path, how: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        misbehave(how, tmp_path)
    assert caught.value.rule == "FILE_TOO_COMPLEX"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("how", ["sleep", "spin"])
def test_time_ends(tmp_path: Path, how: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        misbehave(how, tmp_path, seconds=0.5)
    assert caught.value.rule == "FILE_TOO_COMPLEX"


@pytest.mark.parametrize("how", ["fault", "network", "program", "no json", "disk"])
def test_a_fault_of_ours_tells_its_place_and_no_value(tmp_path: Path, how: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        misbehave(how, tmp_path)
    assert caught.value.rule == "READING_FAILED"
    assert "secret" not in str(caught.value)
    assert "/" not in str(caught.value)


def test_an_unknown_target_is_a_fault(tmp_path: Path) -> None:
    for target in ("etl.nothing:read", "etl.read:nothing", "nonsense"):
        with pytest.raises(UnreadableFileError, match="unexpected fault"):
            run_confined(target, {}, tmp_path)


def test_many_jobs_share_a_child_until_it_dies(tmp_path: Path) -> None:
    hows = ["fine", "refuse", "fine", "abort", "fine", "panic", "fine", "fine"]
    jobs = [({"how": how}, tmp_path / str(number)) for number, how in enumerate(hows)]
    found = list(run_confined_each(f"{TARGETS}misbehave", jobs, seconds=20))
    rules = [answer.rule if isinstance(answer, UnreadableFileError) else "fine" for answer in found]
    assert rules == ["fine", "EMPTY", "fine", "FILE_TOO_COMPLEX", "fine", "FILE_TOO_COMPLEX", "fine", "fine"]
    children = [None if isinstance(answer, WaymarkError) else answer["pid"] for answer in found]
    assert children[0] == children[2]
    assert children[6] == children[7]
    assert len({children[0], children[4], children[6]}) == 3
    assert (tmp_path / "7").is_dir()


def test_leaving_early_stops_the_child(tmp_path: Path) -> None:
    answers = run_confined_each(f"{TARGETS}misbehave", [({"how": how}, tmp_path) for how in ("fine", "sleep")])
    first = next(answers)
    assert isinstance(first, dict)
    answers.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first["pid"], 0)


def test_a_large_file_has_more_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files of 1 MB at 10 s a MB: 20 s beside the 0.001 s, in which no child even starts."""
    monkeypatch.setattr(confine, "SECONDS_PER_MB", 10.0)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"x" * 1_000_000)
    files = {"path": str(tmp_path / "a.csv"), "others": [str(tmp_path / "b.csv")]}
    assert run_confined(f"{TARGETS}answer", files, tmp_path / "out", seconds=0.001) == {"got": files}
    with pytest.raises(UnreadableFileError, match="too much time"):
        run_confined(f"{TARGETS}answer", {"text": "x"}, tmp_path / "out", seconds=0.001)


def test_no_jobs(tmp_path: Path) -> None:
    assert list(run_confined_each(f"{TARGETS}misbehave", [])) == []


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with pytest.raises(UnreadableFileError):
        misbehave("abort", tmp_path / "out")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_file_is_read_in_a_child(tmp_path: Path) -> None:
    (tmp_path / "file.xlsx").write_bytes(workbook())
    answer = run_confined(f"{TARGETS}read_file", {"path": str(tmp_path / "file.xlsx")}, tmp_path)
    assert answer == {"sheets": [["List", 13, 5]]}


def test_a_cell_that_fools_the_scan_ends_only_the_child(tmp_path: Path) -> None:
    """Cells out of order hide the far one from the scan; calamine then asks for 400 GB and aborts."""
    far = '<row r="15"><c r="XFD1048576"><v>1</v></c><c r="A15"><v>1</v></c></row>'
    (tmp_path / "file.xlsx").write_bytes(with_cells(workbook(), far))
    with pytest.raises(UnreadableFileError) as caught:
        run_confined(f"{TARGETS}read_file", {"path": str(tmp_path / "file.xlsx")}, tmp_path)
    assert caught.value.rule == "FILE_TOO_COMPLEX"


def test_importing_is_light() -> None:
    """A call starts the interpreter and json, not pandas: each upload pays for it."""
    code = "import sys, etl.confine; sys.exit(bool({'pandas', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
