"""A store that is damaged, busy or may not be written costs a publication time and nothing else."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from etl.warehouse import Warehouse, open_warehouse
from metrics.kept_cells import kept_facts
from metrics.kept_results import kept_results
from metrics.kept_store import KeptStore, with_store
from tests.metrics.test_kept_results import KPIS, History, published, rebuilt

ROOT = Path(__file__).parents[2]


def test_a_store_that_fails_under_a_publication_is_taken_away(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each store it opens fails at its third question: the publication counts for itself in the end."""
    History(warehouse)
    published(warehouse, tmp_path / "kept")
    rows, asked = KeptStore.rows, []

    def failing(store: KeptStore, table: Any, where: str = "TRUE") -> pd.DataFrame:
        asked.append(store)
        if asked.count(store) == 3:
            raise duckdb.IOException("a block does not fit its checksum")
        return rows(store, table, where)

    monkeypatch.setattr(KeptStore, "rows", failing)
    given: list[bool] = []

    def work(store: KeptStore | None) -> pd.DataFrame:
        given.append(store is not None)
        with warehouse.reading() as reader:
            facts = kept_facts(reader, store)
        return kept_results(KPIS, facts, store)

    found = with_store(tmp_path / "kept", warehouse, work)
    assert given == [True, True, False]
    assert not list((tmp_path / "kept").iterdir())
    pd.testing.assert_frame_equal(found, rebuilt(warehouse), check_exact=True)


def test_what_is_asked_wrongly_is_told_and_not_hidden(warehouse: Warehouse, tmp_path: Path) -> None:
    def work(store: KeptStore | None) -> None:
        assert store
        store.execute("SELECT no_column")

    with pytest.raises(duckdb.BinderException):
        with_store(tmp_path / "kept", warehouse, work)


def test_no_memory_costs_no_store(warehouse: Warehouse, tmp_path: Path) -> None:
    given: list[bool] = []

    def work(store: KeptStore | None) -> None:
        given.append(store is not None)
        raise duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate")

    with pytest.raises(duckdb.OutOfMemoryException):
        with_store(tmp_path / "kept", warehouse, work)
    assert given == [True, False]
    assert list((tmp_path / "kept").glob("*.duckdb"))


def given_store(folder: Path) -> bool:
    return with_store(folder, open_warehouse("duckdb:nothing"), lambda store: store is not None)


HOLDING = """
import sys
from pathlib import Path
from etl.warehouse import open_warehouse
from metrics.kept_store import with_store
with_store(Path(sys.argv[1]), open_warehouse("duckdb:nothing"), lambda store: (print("in", flush=True), input()))
"""


@pytest.mark.parametrize("killed", [False, True])
def test_another_publisher_inside_the_store_or_killed_there(tmp_path: Path, killed: bool) -> None:
    call = [sys.executable, "-c", HOLDING, str(tmp_path / "kept")]
    with subprocess.Popen(call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as other:
        assert other.stdout
        assert other.stdout.readline() == "in\n"
        if killed:
            other.kill()
            other.wait()
        assert given_store(tmp_path / "kept") is killed
        if not killed:
            other.communicate("\n")
    assert given_store(tmp_path / "kept")
    assert [path.suffix for path in (tmp_path / "kept").iterdir()] == [".duckdb"]


def test_a_store_of_other_code_goes_and_its_spilled_rows(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    (kept / ".counted_0123.duckdb.spill-0123-1").mkdir(parents=True)
    for name in ("clock_cells_0123.duckdb", "counted_0123.duckdb", "counted_0123.duckdb.wal"):
        (kept / name).write_bytes(b"x")
    assert given_store(kept)
    assert len(list(kept.iterdir())) == 1


@pytest.mark.parametrize("place", ["kept", "kept/counted"])
def test_where_nothing_can_be_kept_the_publication_counts_for_itself(tmp_path: Path, place: str) -> None:
    """A file in the folder's place, or a folder in the store's."""
    if place == "kept":
        (tmp_path / "kept").write_bytes(b"x")
    else:
        given_store(tmp_path / "kept")
        [path] = (tmp_path / "kept").glob("*.duckdb")
        path.unlink()
        path.mkdir()
    assert not given_store(tmp_path / "kept")
