"""A warehouse of an earlier Waymark: brought to today's tables with every row, and a newer one left alone."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from etl.__main__ import main
from etl.audit import Act, acts, audit_faults, record
from etl.errors import WarehouseBusyError
from etl.migrations import VERSION
from etl.warehouse import Warehouse, open_warehouse

WRITTEN = {int(path.stem[-1]): path.read_text() for path in Path(__file__).parent.glob("warehouse_version_*.sql")}
VERSION_1 = WRITTEN[1]
COLUMNS = "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"


@pytest.fixture
def old(data_folder: Path) -> Path:
    """Return the file of a warehouse of version 1 where the warehouse is looked for."""
    with duckdb.connect(str(data_folder / "warehouse.duckdb")) as connection:
        connection.execute(VERSION_1)
    return data_folder / "warehouse.duckdb"


def rows(path: Path) -> dict[str, list[str]]:
    """Return the rows of every table of version 1 as text, in its columns."""
    held = {}
    with duckdb.connect() as fresh:
        fresh.execute(VERSION_1)
        columns = fresh.execute(
            "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE NOT internal GROUP BY ALL"
        ).fetchall()
    with duckdb.connect(str(path), read_only=True) as connection:
        for table, names in columns:
            wanted = ", ".join(f'"{name}"' for name in names)
            held[table] = sorted(map(repr, connection.execute(f'SELECT {wanted} FROM "{table}"').fetchall()))
    return held


def test_reading_an_older_warehouse_loses_no_row(old: Path, warehouse: Warehouse) -> None:
    before = rows(old)
    assert {table: len(held) for table, held in before.items()} == {
        "loads": 2, "coverage": 1, "areas": 1, "pathways": 1, "band_counts": 3, "measures": 1, "answers": 1,
        "rejects": 1, "findings": 1, "audit": 3,
    }  # fmt: skip
    with warehouse.reading():
        pass
    assert rows(old) == before


@pytest.mark.parametrize("version", WRITTEN)
def test_every_version_ever_written_comes_out_as_todays_tables(
    version: int, warehouse: Warehouse, tmp_path: Path
) -> None:
    """A new contract needs a step in etl/migrations.py, and a file of its tables beside this one."""
    assert sorted(WRITTEN) == list(range(1, VERSION + 1))
    file = tmp_path / "data" / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(WRITTEN[version])
    untouched = file.read_bytes()
    other = open_warehouse(f"duckdb:{tmp_path / 'new.duckdb'}")
    with warehouse.reading() as reader, other.writing() as fresh:
        pd.testing.assert_frame_equal(reader.query(COLUMNS), fresh.query(COLUMNS))
    assert (file.read_bytes() == untouched) == (version == VERSION)


def test_the_audit_of_an_older_warehouse_becomes_a_chain_in_the_order_of_time(
    old: Path, warehouse: Warehouse, act: Act
) -> None:
    record(warehouse, act, "publish", "an edition", "")
    with warehouse.reading() as reader:
        held = acts(reader)
        assert audit_faults(reader, {}) == []
    assert held[["number", "act", "subject"]].to_numpy().tolist() == [
        [4, "publish", "an edition"],
        [3, "load", "chs.nhs_england.2023-01.2"],
        [2, "refuse", "notes.csv"],
        [1, "load", "chs.nhs_england.2023-01.1"],
    ]


def test_the_warehouse_as_it_was_is_kept_beside(old: Path, warehouse: Warehouse, data_folder: Path) -> None:
    before = rows(old)
    with warehouse.writing():
        pass
    copy = data_folder / "warehouse.version-1.duckdb"
    assert rows(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_migration_that_fails_leaves_the_older_warehouse(
    old: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(old)

    def broken(*_: object) -> pd.DataFrame:
        raise ValueError("half way")

    with monkeypatch.context() as patched:
        patched.setattr("etl.migrations.chained", broken)
        with pytest.raises(ValueError, match="half way"), warehouse.reading():
            pass
    assert rows(old) == before
    with warehouse.reading() as reader:
        assert len(acts(reader)) == 3


def test_a_newer_warehouse_is_refused_and_not_changed(
    warehouse: Warehouse, act: Act, data_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(warehouse, act, "publish", "an edition", "")
    file = data_folder / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE contract SET version = version + 1")
    before = file.read_bytes()
    with pytest.raises(WarehouseBusyError, match="written by a newer Waymark"), warehouse.writing():
        pass
    assert main(["status"]) == 3
    said = f"by a newer Waymark (tables of version {VERSION + 1}, not {VERSION}). Nothing was changed."
    assert said in capsys.readouterr().err
    assert file.read_bytes() == before


def test_a_warehouse_that_was_made_and_never_filled_is_an_empty_one(warehouse: Warehouse, data_folder: Path) -> None:
    duckdb.connect(str(data_folder / "warehouse.duckdb")).close()
    with warehouse.reading() as reader:
        assert acts(reader).empty
