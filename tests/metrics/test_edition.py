"""Editions: whole or not there, never changed, and the same figures have the same hash."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from etl.settings import SHIPPED
from metrics.edition import (
    EditionError,
    Manifest,
    content_hash,
    current_edition,
    list_editions,
    make_current,
    read_manifest,
    read_tables,
    write_edition,
)
from metrics.edition_tables import EDITION, SUMMARY

Tables = dict[str, pd.DataFrame]


def tables(*sentences: str) -> Tables:
    rows = [{"position": n, "sentence": s} for n, s in enumerate(sentences, start=1)]
    return {table.name: table.empty() for table in EDITION} | {"summary": SUMMARY.frame(rows)}


def manifest(edition_id: str, content: Tables) -> Manifest:
    return Manifest(
        edition_id=edition_id, content_sha256=content_hash(content), published_at=datetime(2026, 11, 21),
        published_by="A. Analyst", area_name="Somewhere", plan_title="A plan", as_of=date(2024, 3, 1),
        plan_start=date(2023, 4, 1), months_elapsed=11, milestones=[], demonstration=False, version="0", rows={},
    )  # fmt: skip


def test_what_is_written_is_read_back_to_the_last_digit(tmp_path: Path) -> None:
    content = tables("One.", "Two.")
    write_edition(tmp_path, content, manifest("first", content))
    assert current_edition(tmp_path) == "first"
    assert content_hash(read_tables(tmp_path, "first")) == read_manifest(tmp_path, "first").content_sha256


def test_the_order_of_rows_changes_no_hash_and_a_changed_row_does() -> None:
    there = tables("One.", "Two.")
    back = {**there, "summary": there["summary"][::-1]}
    assert content_hash(there) == content_hash(back)
    assert content_hash(there) != content_hash(tables("One.", "Three."))


@pytest.mark.parametrize("later", ["disclosed", "read_beside", "differences"])
def test_an_edition_from_before_a_later_table_is_still_what_was_published(tmp_path: Path, later: str) -> None:
    content = tables("One.")
    write_edition(tmp_path, content, manifest("first", content))
    place = tmp_path / "first" / "restricted.duckdb"
    place.chmod(0o600)
    with duckdb.connect(str(place)) as connection:
        connection.execute(f"DROP TABLE {later}")
    held = read_tables(tmp_path, "first")
    assert held[later].empty
    assert content_hash(held) == read_manifest(tmp_path, "first").content_sha256


def test_an_edition_is_never_changed(tmp_path: Path) -> None:
    content = tables("One.")
    write_edition(tmp_path, content, manifest("first", content))
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "first").iterdir()} == {0o400}
    with pytest.raises(EditionError, match="never changed"):
        write_edition(tmp_path, tables("Two."), manifest("first", content))
    assert read_tables(tmp_path, "first")["summary"]["sentence"].tolist() == ["One."]


def test_a_table_that_breaks_its_contract_is_not_published_and_leaves_nothing(tmp_path: Path) -> None:
    content = tables("One.", "One again.")
    content["summary"]["position"] = 1
    with pytest.raises(EditionError, match="repeat"):
        write_edition(tmp_path / "editions", content, manifest("first", content))
    assert not (tmp_path / "editions").exists()


def test_an_edition_in_place_whose_last_flush_is_refused_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> None:
        if (tmp_path / "CURRENT").exists():
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("etl.durable.flush", refused)
    written = write_edition(tmp_path, tables("One."), manifest("first", tables("One.")))
    assert (current_edition(tmp_path), read_manifest(tmp_path, "first")) == ("first", written)


def test_older_editions_stay_and_can_be_used_again(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_edition(tmp_path, tables(name), manifest(name, tables(name)))
    assert {m.edition_id for m in list_editions(tmp_path)} == {"first", "second"}
    make_current(tmp_path, "first")
    assert current_edition(tmp_path) == "first"


@pytest.mark.parametrize("edition", ["../../etc", "", ".", "none", "first.kept/../first.kept", ".building-1-x"])
def test_an_address_that_is_no_edition_is_refused(tmp_path: Path, edition: str) -> None:
    write_edition(tmp_path, tables("One."), manifest("first", tables("One.")))
    (tmp_path / "first").rename(tmp_path / "first.kept")
    (tmp_path / ".building-1-x").mkdir()
    (tmp_path / ".building-1-x" / "manifest.json").write_text((tmp_path / "first.kept" / "manifest.json").read_text())
    with pytest.raises(EditionError, match="no edition"):
        read_manifest(tmp_path, edition)


@pytest.mark.parametrize("change", ["DROP TABLE pace", "ALTER TABLE summary RENAME sentence TO words"])
def test_an_edition_of_another_contract_says_so_and_what_to_do(tmp_path: Path, change: str) -> None:
    write_edition(tmp_path, tables("One."), manifest("first", tables("One.")))
    (tmp_path / "first" / "restricted.duckdb").chmod(0o600)
    with duckdb.connect(str(tmp_path / "first" / "restricted.duckdb")) as connection:
        connection.execute(change)
    with pytest.raises(EditionError, match="first was published by another version of Waymark; publish again"):
        read_tables(tmp_path, "first")


@pytest.mark.parametrize("damage", [b"", b"not a database", None])
def test_a_damaged_edition_is_named_as_such(tmp_path: Path, damage: bytes | None) -> None:
    write_edition(tmp_path, tables("One."), manifest("first", tables("One.")))
    file = tmp_path / "first" / "restricted.duckdb"
    if damage is None:
        file.unlink()
    else:
        file.chmod(0o600)
        file.write_bytes(damage)
    with pytest.raises(EditionError, match="first"):
        read_tables(tmp_path, "first")


_PUBLISH = """
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from tests.metrics.test_edition import manifest, tables
    from metrics.edition import write_edition
    folder = Path(sys.argv[1])
    for n in range(10_000):
        content = tables(*(f"{n}" for _ in range(20)))
        write_edition(folder, content, manifest(f"e{n:05}", content))
        print(n, flush=True)
"""


def test_a_publisher_killed_at_any_moment_leaves_only_whole_editions(tmp_path: Path) -> None:
    for round_ in range(4):
        folder = tmp_path / str(round_)
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(_PUBLISH), str(folder), str(SHIPPED.parent)],
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        for _ in range(round_ + 1):
            child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        current = current_edition(folder)
        assert current is not None
        for found in list_editions(folder):
            assert content_hash(read_tables(folder, found.edition_id)) == found.content_sha256
        assert current in {found.edition_id for found in list_editions(folder)}
