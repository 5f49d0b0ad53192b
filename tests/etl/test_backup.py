"""Backup and restore: what comes back is what was, whatever is damaged is refused, and nothing is ever half there."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.__main__ import main
from etl.audit import Act, audit_faults, audit_head, record
from etl.backup import BackupError, back_up, contents
from etl.engine_duckdb import as_it_stands, connect
from etl.load import store
from etl.restore import restore
from etl.tables import WAREHOUSE
from etl.unfinished import journal_of
from etl.warehouse import Warehouse, open_warehouse
from metrics.edition import current_edition, read_manifest, read_tables
from tests import sitrep, waits
from tests.conftest import NOW
from tests.pages import editions

Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command and gives its exit code, its data and what it said aside."""

    def told(*arguments: object) -> tuple[int, dict[str, Any], str]:
        code = main([*map(str, arguments), "--json"])
        captured = capsys.readouterr()
        return code, json.loads(captured.out or "{}"), captured.err

    return told


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a filled data folder and a backup of it, made once."""
    folder = tmp_path_factory.mktemp("built")
    data, act = folder / "data", Act("A. Analyst", NOW)
    warehouse = open_warehouse(f"duckdb:{data / 'warehouse.duckdb'}")
    store(warehouse, waits.check(sitrep.write(folder / "waits.xlsx")), act, {}, demonstration=False)
    editions.publish(data / "editions", editions.empty(), "first")
    for name in ("notices/first.md", "kept/cells", "editions/.building-1-x/manifest.json", "inbox/list.xlsx"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    back_up(warehouse, data, folder / "backups", act)
    return folder


@pytest.fixture
def filled(built: Path, data_folder: Path) -> Path:
    """Return a data folder with a load, an edition, a notice, and what belongs into no backup."""
    shutil.copytree(built / "data", data_folder, dirs_exist_ok=True)
    return data_folder


@pytest.fixture
def backup(built: Path, tmp_path: Path) -> Path:
    """Return a backup of it."""
    shutil.copytree(built / "backups", tmp_path / "backups")
    [file] = (tmp_path / "backups").iterdir()
    return file


def full_beside(data: Path) -> None:
    """Publish another edition and add to the audit."""
    editions.publish(data / "editions", editions.empty(), "second")
    record(open_warehouse(), Act("B. Other", NOW), "publish", "second", "")
    (data / "packs").mkdir()


def state(data: Path) -> dict[str, Any]:
    """Return what a data folder holds, the audit's rows apart."""
    with as_it_stands(data / "warehouse.duckdb") as reader:
        tables = {name: content for name, content in contents(reader).items() if name != "audit"}
    current = current_edition(data / "editions")
    notice = data / "notices" / "first.md"
    return {
        "tables": tables,
        "editions": sorted(path.name for path in (data / "editions").glob("[!.]*/manifest.json")),
        "current": current and read_manifest(data / "editions", current).content_sha256,
        "notice": notice.read_text() if notice.exists() else None,
    }


def test_a_backup_restored_into_an_empty_folder_is_the_same_to_the_last_figure(
    filled: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made, _ = run("backup", "--to", tmp_path / "away")
    [file] = (tmp_path / "away").iterdir()
    assert (code, made["backup"], made["editions"], made["rows"]["loads"]) == (0, str(file), ["first"], 1)
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as held:
        assert sorted(held.namelist()) == [
            "backup.json", "editions/CURRENT", "editions/first/manifest.json", "editions/first/restricted.duckdb",
            "notices/first.md", "warehouse.duckdb",
        ]  # fmt: skip
    status, before = run("status")[1], state(filled)
    assert run("backup", "--verify", file)[:2] == (0, made)
    assert main(["restore", str(file), "--into", str(tmp_path / "elsewhere")]) == 0
    assert "kept" not in capsys.readouterr().out  # nothing stood there
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path / "elsewhere"))
    assert run("status")[1] == status
    assert state(tmp_path / "elsewhere") == before
    there, here = (read_tables(folder / "editions", "first") for folder in (tmp_path / "elsewhere", filled))
    assert all(there[name].equals(frame) for name, frame in here.items())
    assert [act["act"] for act in run("audit", "--verify")[1]["acts"]] == ["restore", "backup", "backup", "load"]
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir() if not path.name.endswith(".lock")) == [
        "editions", "notices", "warehouse.duckdb",
    ]  # fmt: skip


def test_a_restore_keeps_what_was_there_aside_and_says_what_it_replaced(
    filled: Path, backup: Path, warehouse: Warehouse, run: Run
) -> None:
    before = state(filled)
    full_beside(filled)
    later = state(filled)
    with warehouse.reading() as reader:
        head = audit_head(reader)
    assert run("restore", backup, "--by", "A. Analyst")[0] == 0
    assert state(filled) == before
    assert not (filled / "packs").exists()  # it was not there at the time
    [kept] = filled.glob("replaced-*")
    assert state(kept) == later
    acts = run("audit", "--verify")[1]
    assert acts["faults"] == []
    assert acts["acts"][0] | {"number": 0, "sha256": "", "at": ""} == {
        "number": 0, "at": "", "who": "A. Analyst", "role": "analyst", "act": "restore", "subject": backup.name,
        "detail": f"in place of an audit that ended with {head}", "sha256": "", "local_area": None,
    }  # fmt: skip


def test_a_damaged_warehouse_and_its_log_give_way_to_the_backup(filled: Path, backup: Path, run: Run) -> None:
    before = state(filled)
    (filled / "warehouse.duckdb").write_bytes(b"rot")
    (filled / "warehouse.duckdb.wal").write_bytes(b"rot")
    assert run("status")[0] == 3
    assert run("restore", backup)[0] == 0
    assert state(filled) == before
    assert "in place of a warehouse that cannot be opened" in run("audit")[1]["acts"][0]["detail"]


def rewritten(backup: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """Write a backup again with its members changed, each with a checksum that fits."""
    with zipfile.ZipFile(backup) as held:
        members = {name: held.read(name) for name in held.namelist()}
    change(members)
    with zipfile.ZipFile(backup, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def changed(change: Callable[[dict[str, bytes]], object]) -> Callable[[Path], object]:
    return lambda backup: rewritten(backup, change)


def cut(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:-200])


def flipped(backup: Path) -> None:
    data = bytearray(backup.read_bytes())
    data[len(data) // 3] ^= 1
    backup.write_bytes(data)


def forged_figures(backup: Path) -> None:
    """Change a figure of the warehouse and every hash of a file that would betray it."""

    def change(members: dict[str, bytes]) -> None:
        file = backup.with_suffix(".duckdb")
        file.write_bytes(members["warehouse.duckdb"])
        connection = connect(file, read_only=False)
        connection.execute("UPDATE band_counts SET children = children + 1 WHERE children IS NOT NULL")
        connection.close()
        said = json.loads(members["backup.json"])
        data = members["warehouse.duckdb"] = file.read_bytes()
        said["files"]["warehouse.duckdb"] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        members["backup.json"] = json.dumps(said).encode()

    rewritten(backup, change)


def escaping(backup: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        said = json.loads(members["backup.json"])
        said["files"]["editions/../../evil"] = said["files"].pop("notices/first.md")
        members["backup.json"] = json.dumps(said).encode()
        members["editions/../../evil"] = members.pop("notices/first.md")

    rewritten(backup, change)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut": cut,
    "flipped": flipped,
    "no zip": lambda backup: backup.write_bytes(b"PK"),
    "a file changed": changed(lambda members: members.update({"notices/first.md": b"other words"})),
    "a file longer": changed(lambda members: members.update({"notices/first.md": b"x" * 3_000_000})),
    "a file gone": changed(lambda members: members.pop("editions/CURRENT")),
    "a file more": changed(lambda members: members.update({"notices/more.md": b""})),
    "no manifest": changed(lambda members: members.pop("backup.json")),
    "manifest of words": changed(lambda members: members.update({"backup.json": b"words"})),
    "figures forged": forged_figures,
    "a way out of the folder": escaping,
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_backup_is_refused_before_anything_is_touched(filled: Path, backup: Path, run: Run, how: str) -> None:
    DAMAGE[how](backup)
    before = {path: path.stat().st_mtime_ns for path in filled.rglob("*") if path.is_file() and path.suffix != ".lock"}
    elsewhere = backup.parent / "elsewhere"
    for arguments in (("backup", "--verify", backup), ("restore", backup), ("restore", backup, "--into", elsewhere)):
        code, _, said = run(*arguments)
        assert (code, said.count("\n")) == (1, 1)
        assert said.startswith(f"{backup.name} is damaged")
    after = {path: path.stat().st_mtime_ns for path in filled.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert after == before
    assert not (backup.parent / "evil").exists()
    assert not elsewhere.exists()


@pytest.mark.parametrize("harm", ["flipped", "gone", "manifest"])
def test_an_edition_that_is_not_what_was_published_is_copied_as_found_and_named(
    filled: Path, run: Run, tmp_path: Path, harm: str
) -> None:
    folder = filled / "editions" / "first"
    file = folder / ("manifest.json" if harm == "manifest" else "restricted.duckdb")
    file.chmod(0o600)
    if harm == "gone":
        file.unlink()
    else:
        whole = bytearray(file.read_bytes())
        whole[len(whole) // 2] ^= 0xFF
        file.write_bytes(whole)
    made = run("backup", "--to", tmp_path / "away")[1]
    assert made["damaged_editions"] == ["first"]
    assert run("backup", "--verify", made["backup"])[1]["damaged_editions"] == ["first"]


def test_wrong_calls_are_one_sentence(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("backup")[0] == 2  # nothing to back up
    assert run("restore", tmp_path / "none.zip")[0] == 2
    assert run("backup", "--verify", tmp_path / "none.zip")[0] == 2
    monkeypatch.setenv("WAYMARK_WAREHOUSE", "spark:catalog")
    code, _, said = run("backup")
    assert (code, said.count("\n")) == (2, 1)


def test_two_backups_of_one_second_do_not_write_over_each_other(
    filled: Path, backup: Path, warehouse: Warehouse, act: Act
) -> None:
    was = backup.read_bytes()
    with pytest.raises(BackupError, match="never written over"):
        back_up(warehouse, filled, backup.parent, act)
    assert backup.read_bytes() == was


def test_a_backup_waits_for_the_writer_and_then_says_so(filled: Path, warehouse: Warehouse, run: Run) -> None:
    with warehouse.writing():
        code, _, said = run("backup")
    assert (code, "The warehouse is busy" in said) == (3, True)
    assert list((filled / "backups").iterdir()) == []


def test_rows_in_another_order_are_the_same_content_and_a_changed_cell_is_not(warehouse: Warehouse) -> None:
    found = []
    for rows in (["a", "b"], ["b", "a"], ["a", None], ["a", ""], ["a", "a"]):
        with open_warehouse(everybody=True).writing() as writer:
            writer.execute("DELETE FROM findings")
            for text in rows:
                writer.execute(
                    "INSERT INTO findings (load_id, rule, severity, count, message, explanation) "
                    "VALUES ('l', 'r', 'note', 1, 'm', ?)", [text],
                )  # fmt: skip
            found.append(contents(writer)["findings"].checksum)
    assert found[0] == found[1]
    assert len(set(found)) == 4
    assert set(contents_of_empty(warehouse)) == {table.name for table in WAREHOUSE}


def contents_of_empty(warehouse: Warehouse) -> dict[str, Any]:
    with warehouse.reading() as reader:
        return dict(contents(reader))


@pytest.mark.parametrize("done", range(8))
def test_a_restore_cut_off_between_its_renames_is_completed_by_the_next_that_opens_the_data(
    filled: Path, backup: Path, act: Act, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    old = state(filled)
    full_beside(filled)
    renames, rename = [0], Path.rename

    def cut_off(path: Path, target: Path) -> Path:
        renames[0] += 1
        if renames[0] > done:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr("etl.unfinished.Path.rename", cut_off)
        try:
            restore(backup, filled, filled / "warehouse.duckdb", act)
        except KeyboardInterrupt:
            assert journal_of(filled).exists()
    if done % 2:
        assert current_edition(filled / "editions") == "first"
    else:
        with open_warehouse().reading() as reader:
            assert audit_faults(reader, {}) == []
    assert not journal_of(filled).exists()
    assert state(filled) == old
    assert not list(filled.glob(".restoring-*"))


def test_a_rename_that_is_refused_puts_everything_back(
    filled: Path, backup: Path, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_beside(filled)
    before, rename = state(filled), Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path.name == "notices" and ".restoring" in str(path):
            raise OSError(16, "Device or resource busy")
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr("etl.unfinished.Path.rename", refused)
        with pytest.raises(OSError, match="busy"):
            restore(backup, filled, filled / "warehouse.duckdb", act)
    assert state(filled) == before
    assert not journal_of(filled).exists()


def test_a_flush_refused_right_after_the_journal_was_written_leaves_all_as_it_was(
    filled: Path, backup: Path, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_beside(filled)
    before = state(filled)

    def refused(path: Path) -> None:
        if path == filled and journal_of(filled).exists():
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("etl.durable.flush", refused)
        with pytest.raises(OSError, match="No space"):
            restore(backup, filled, filled / "warehouse.duckdb", act)
    assert state(filled) == before
    assert not journal_of(filled).exists()
