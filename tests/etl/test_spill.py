"""What does not fit into memory lies beside the warehouse, for its owner alone, and goes with whoever put it there."""

from pathlib import Path

import pytest

from etl import engine_duckdb
from etl.warehouse import Warehouse, open_warehouse

# A hundred thousand groups of words, which no 20 MB hold.
MANY = (
    "SELECT COUNT(*) AS groups FROM (SELECT 'a word of some length ' || range AS word FROM range(2000000) GROUP BY 1)"
)


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


def test_two_readers_of_one_process_share_the_folder(warehouse: Warehouse, tmp_path: Path) -> None:
    with warehouse.reading() as one, warehouse.reading() as two:
        assert len(beside(tmp_path)) == 1
        assert [len(reader.query("SELECT load_id FROM loads")) for reader in (one, two)] == [0, 0]
    assert beside(tmp_path) == []


def test_a_folder_nothing_may_be_written_to_can_be_read_from(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "mkdir", refused)
    with warehouse.reading() as reader:
        assert reader.query("SELECT load_id FROM loads").empty
