"""What does not fit into memory lies beside the warehouse, for its owner alone, and goes with whoever put it there."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from etl import engine_duckdb
from etl.errors import WarehouseBusyError
from etl.warehouse import Warehouse, open_warehouse

# Two million words of some length, which 60 MB do not hold.
MANY = "SELECT COUNT(*) AS groups FROM (SELECT 'a word of some length ' || range FROM range(2000000) GROUP BY 1)"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Return an empty warehouse."""
    made = open_warehouse(f"duckdb:{tmp_path / 'w.duckdb'}")
    with made.writing():
        pass
    return made


def beside(folder: Path) -> list[Path]:
    return sorted(folder.glob(".w.duckdb.spill-*"))


def test_what_does_not_fit_into_memory_is_counted_all_the_same_and_nothing_stays(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_duckdb, "_MEMORY", "60MB")
    with warehouse.reading() as reader:
        [folder] = beside(tmp_path)
        assert folder.stat().st_mode & 0o777 == 0o700
        assert reader.query(MANY)["groups"].item() == 2_000_000
        assert list(folder.iterdir()), "it fitted: the question is too small to tell anything"
    assert beside(tmp_path) == []


def test_what_a_killed_process_left_goes_with_the_next_writer_and_not_before(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    left = tmp_path / ".w.duckdb.spill-1"
    left.mkdir()
    (left / "duckdb_temp_storage-0.tmp").write_bytes(b"rows")
    with warehouse.reading():
        assert left in beside(tmp_path)  # its process may be reading still
    with warehouse.writing():
        assert left not in beside(tmp_path)


def test_a_reader_spills_for_the_owner_alone_after_another_of_its_process_has_closed(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_duckdb, "_MEMORY", "60MB")
    with warehouse.reading() as one:
        with warehouse.reading() as two:
            assert len(beside(tmp_path)) == 1
            assert two.query("SELECT load_id FROM loads").empty
        assert one.query(MANY)["groups"].item() == 2_000_000
        [folder] = beside(tmp_path)
        assert folder.stat().st_mode & 0o777 == 0o700
    assert beside(tmp_path) == []


def test_two_processes_of_one_number_spill_to_two_folders(tmp_path: Path) -> None:
    # Containers that share a data folder number their processes alike.
    ask = "import os, sys; os.getpid = lambda: 7; from pathlib import Path; from etl import spill;"
    ask += "print(spill._own(Path(sys.argv[1])))"
    told = {subprocess.check_output([sys.executable, "-c", ask, str(tmp_path / "w")], text=True) for _ in range(2)}
    assert len(told) == 2


@pytest.mark.parametrize("door", ["query", "coded"])
def test_neither_memory_nor_disk_enough_is_said_in_a_sentence(door: str) -> None:
    nowhere = {"memory_limit": "60MB", "temp_directory": ""}  # as a full disk leaves it
    said = pytest.raises(WarehouseBusyError, match="neither memory nor disk enough")
    with closing(duckdb.connect(config=nowhere)) as connection, said:
        getattr(engine_duckdb.DuckDBTransaction(connection), door)(MANY)


def test_a_name_with_a_pattern_in_it_is_a_name(tmp_path: Path) -> None:
    left, others = (tmp_path / f".{name}.duckdb.spill-1-1" for name in ("w[1]", "w1"))
    left.mkdir()
    others.mkdir()
    with open_warehouse(f"duckdb:{tmp_path / 'w[1].duckdb'}").writing():
        assert not left.exists()
        assert others.exists()


def test_a_folder_nothing_may_be_written_to_can_be_read_from(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with warehouse.reading() as reader:
        assert reader.query("SELECT load_id FROM loads").empty
        assert beside(tmp_path) == []
