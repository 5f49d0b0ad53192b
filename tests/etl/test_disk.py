"""What a disk and other people do: it fills, it may not be written, it rots, several work at once."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.audit import Act, acts, record
from etl.backup import contents
from etl.engine_duckdb import as_it_stands, connect
from etl.errors import WarehouseBusyError
from etl.warehouse import Warehouse
from tests.crashes import ROWS, Crashes, state


@pytest.fixture(scope="module")
def base(crashes: Crashes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with two loads and an edition."""
    data = tmp_path_factory.mktemp("base") / "data"
    for month in ("2024-01", "2024-02"):
        assert crashes.trial("load", data, month=month)["ended"] == "done"
    assert crashes.trial("writing", data, edition_id="e1")["ended"] == "done"
    return data


@pytest.fixture
def data(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it; the environment is put back in the end."""
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path))
    monkeypatch.delenv("WAYMARK_WAREHOUSE", raising=False)
    return Path(shutil.copytree(base, tmp_path / "copy"))


def works(data: Path) -> dict[str, dict[str, Any]]:
    return {
        "load": {"month": "2024-03"},
        "withdrawal": {"load_id": "nd_waiting_list.RRE.2024-02.1"},
        "writing": {"edition_id": "e2"},
        "backing_up": {"to": str(data / "backups")},
    }


def refused(crashes: Crashes, data: Path, work: str, words: str, **limits: Any) -> None:
    """Assert that the work ends in one sentence with these words and leaves everything as it was."""
    before = state(data)
    told = crashes.trial(work, data, **works(data)[work], **limits)
    assert (told["ended"], told["said"].count("\n")) == ("refused", 0), told["said"]
    assert words in told["said"]
    assert "Traceback" not in told["said"]
    assert state(data) == before
    assert before.faults == ()
    assert not list((data / "backups").glob("*.zip"))


@pytest.mark.parametrize(
    ("work", "words"),
    [
        ("load", "The warehouse may not grow any further here; nothing was changed."),
        ("writing", "The edition could not be written; nothing was published."),
        ("backing_up", "File too large"),
    ],
)
def test_a_file_that_may_not_grow_is_a_sentence_and_then_it_works(
    crashes: Crashes, data: Path, work: str, words: str
) -> None:
    # 4 KB hold the audit's row of a backup, and neither a load, nor an edition, nor a copy.
    refused(crashes, data, work, words, file_limit=4096)
    assert crashes.trial(work, data, **works(data)[work])["ended"] == "done"


@pytest.fixture
def small(data: Path, tmp_path: Path) -> Iterator[Path]:
    """Yield a copy of the data on a disk of its own of 24 MB; skip where none may be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if os.name != "posix" or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a disk of its own may not be mounted here")
    try:
        yield Path(shutil.copytree(data, place / "data"))
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_a_sentence_for_every_kind_of_work_and_then_it_works(crashes: Crashes, small: Path) -> None:
    filler = small.parent / "filler"
    with filler.open("wb", buffering=0) as into:
        left = shutil.disk_usage(small).free
        into.write(b"x" * left)
    refused(crashes, small, "load", "The disk of the warehouse is full; nothing was changed.")
    refused(crashes, small, "withdrawal", "nothing was changed")
    refused(crashes, small, "writing", "")
    refused(crashes, small, "backing_up", "")
    filler.unlink()
    for work, request in works(small).items():
        assert crashes.trial(work, small, **request)["ended"] == "done"
    assert state(small).faults == ()


def test_a_folder_that_is_read_only_is_a_sentence_and_can_be_read(crashes: Crashes, small: Path) -> None:
    place = str(small.parent)
    subprocess.run(["mount", "-o", "remount,ro", place], check=True)
    for work in works(small):
        refused(crashes, small, work, "Read-only file system")
    subprocess.run(["mount", "-o", "remount,rw", place], check=True)


def test_a_folder_of_somebody_else_is_a_sentence(crashes: Crashes, data: Path) -> None:
    if os.name != "posix" or os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    for path in (data, *data.parents):
        if path.stat().st_uid == 0 and path != Path("/") and not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o055)  # the way to the folder is open, its files are not
    for work in ("load", "writing"):
        refused(crashes, data, work, "cannot be written to (Permission denied)", as_nobody=True)


def test_several_at_once_each_get_their_turn_and_one_of_two_the_same_is_told(crashes: Crashes, data: Path) -> None:
    tasks = [
        ("load", {"month": "2024-03"}), ("load", {"month": "2024-03"}), ("load", {"month": "2024-04"}),
        ("reading", {}), ("writing", {"edition_id": "e2"}), ("writing", {"edition_id": "e2"}),
        ("writing", {"edition_id": "e3"}),
    ]  # fmt: skip
    told = crashes.trial("crowd", data, tasks=tasks)
    assert told["ended"] == "done", told["said"]
    ended = json.loads((data / "crowd.json").read_text())
    assert [code for code, _ in ended[:4]] == [0, 0, 0, 0], ended
    assert sorted(code for code, _ in ended[4:6]) == [0, 3], ended
    assert any("Edition e2 is there already; editions are never changed." in words for _, words in ended[4:6])
    assert ended[6][0] == 0
    after = state(data)
    assert after.faults == ()
    assert sorted(after.loads) == [f"nd_waiting_list.RRE.2024-0{n}.1" for n in (1, 2, 3, 4)]
    assert after.editions == {"e1", "e2", "e3"}


def test_a_reader_in_the_same_process_is_waited_for_like_any_other(warehouse: Warehouse, act: Act) -> None:
    record(warehouse, act, "publish", "first", "")
    with warehouse.reading(), pytest.raises(WarehouseBusyError, match="The warehouse is busy"):
        record(warehouse, act, "publish", "second", "")
    record(warehouse, act, "publish", "third", "")
    with warehouse.reading() as reader:
        assert acts(reader)["subject"].tolist() == ["third", "first"]


@pytest.mark.parametrize("share", [k / 12 for k in range(12)])
def test_a_flipped_bit_of_the_warehouse_is_told_or_changes_nothing(data: Path, share: float) -> None:
    file = data / "warehouse.duckdb"
    with as_it_stands(file) as reader:
        whole = contents(reader)
    assert whole["pathways"].rows == 2 * ROWS
    torn = bytearray(file.read_bytes())
    torn[int(share * len(torn)) + 77] ^= 4
    file.write_bytes(torn)
    try:
        with as_it_stands(file) as reader:
            assert contents(reader) == whole
    except WarehouseBusyError as told:
        assert "Restore it from a backup" in str(told)  # noqa: PT017 (one of two good ends)


def test_a_commit_whose_process_was_killed_before_tidying_up_is_there(data: Path, tmp_path: Path) -> None:
    file = data / "warehouse.duckdb"
    connection = connect(file, read_only=False)
    connection.execute("INSERT INTO areas VALUES ('l', 'X1', 'provider', 'Another')")
    for name in ("warehouse.duckdb", "warehouse.duckdb.wal"):
        shutil.copy(data / name, tmp_path / name)
    connection.close()
    with as_it_stands(tmp_path / "warehouse.duckdb") as reader:
        assert len(reader.query("SELECT * FROM areas WHERE area = 'X1'")) == 1
