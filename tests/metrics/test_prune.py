"""Editions stay what was published, and go only when somebody says so: never the current one, none with a pack."""

import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from etl.audit import Act, acts
from etl.errors import UsageError, WarehouseBusyError
from etl.lock import alone_with_editions
from etl.warehouse import Warehouse
from metrics.__main__ import main
from metrics.edition import EditionError, current_edition, list_editions, make_current, read_manifest, write_edition
from metrics.prune import edition_fault, keep_for_pack, kept_for, prunable, prune
from tests.metrics.test_edition import manifest, tables


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish e1 to e5, a day apart from 1 November on; the last is the current one."""
    folder = tmp_path_factory.mktemp("five") / "editions"
    for n in range(5):
        content = tables(f"Edition {n + 1}.")
        at = datetime(2026, 11, 1) + timedelta(days=n)
        said = manifest(f"e{n + 1}", content).model_copy(update={"published_at": at})
        write_edition(folder, content, said)
    return folder


@pytest.fixture
def five(made: Path, data_folder: Path) -> Path:
    """Return a copy of them in the data folder."""
    return Path(shutil.copytree(made, data_folder / "editions"))


def ids(folder: Path) -> list[str]:
    return [found.edition_id for found in list_editions(folder)]


def test_all_but_the_newest_may_go(five: Path) -> None:
    assert [m.edition_id for m in prunable(five, keep=2)] == ["e3", "e2", "e1"]
    assert [m.edition_id for m in prunable(five, before=date(2026, 11, 3))] == ["e2", "e1"]
    assert prunable(five, keep=9) == []


def test_the_current_edition_and_those_with_a_pack_stay(five: Path, warehouse: Warehouse, act: Act) -> None:
    make_current(five, "e1")
    keep_for_pack(five, "e3", "board pack of November")
    keep_for_pack(five, "e3", "the same for the trust")
    gone = prune(warehouse, five, act, keep=1)
    assert [m.edition_id for m in gone] == ["e4", "e2"]
    assert ids(five) == ["e5", "e3", "e1"]
    assert current_edition(five) == "e1"
    assert kept_for(five, "e3") == ["board pack of November", "the same for the trust"]
    assert not [path for path in five.iterdir() if path.name.startswith(".")]
    with warehouse.reading() as reader:
        told = acts(reader)[["who", "act", "subject"]].to_numpy().tolist()
    assert told == [["A. Analyst", "prune", "e2"], ["A. Analyst", "prune", "e4"]]


def test_a_note_that_cannot_be_read_keeps_its_edition(five: Path) -> None:
    keep_for_pack(five, "e1", "a pack").write_text("{", encoding="utf-8")
    assert [m.edition_id for m in prunable(five, keep=4)] == []


@pytest.mark.parametrize("asked", [{}, {"keep": 0}, {"keep": 1, "before": date(2026, 1, 1)}])
def test_pruning_needs_to_be_told_what(five: Path, asked: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="Say which editions may go"):
        prunable(five, **asked)  # type: ignore[arg-type]


def test_only_an_edition_that_is_there_is_kept_and_only_for_something(five: Path) -> None:
    with pytest.raises(EditionError, match="no edition"):
        keep_for_pack(five, "../e1", "x")
    with pytest.raises(UsageError, match="what the edition is kept for"):
        keep_for_pack(five, "e1", " ")
    assert not (five.parent / "packs").exists() or not list((five.parent / "packs").iterdir())


def test_nothing_goes_while_somebody_publishes_or_the_audit_cannot_be_written(
    five: Path, warehouse: Warehouse, act: Act
) -> None:
    with alone_with_editions(five), pytest.raises(WarehouseBusyError, match="Another publish"):
        prune(warehouse, five, act, keep=1)
    with warehouse.writing(), pytest.raises(WarehouseBusyError, match="busy"):
        prune(warehouse, five, act, keep=1)
    assert len(ids(five)) == 5


def test_the_command_says_first_and_does_it_with_yes(five: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "--keep", "e2", "--why", "board pack"]) == 0
    capsys.readouterr()
    assert main(["editions", "--prune", "--keep", "3"]) == 0
    assert capsys.readouterr().out == (
        "e1: as of March 2024, published 01 November 2026 by A. Analyst\n"
        "1 edition would go for good; to do it, add --yes.\n"
    )
    assert len(ids(five)) == 5
    assert main(["editions", "--prune", "--keep", "3", "--yes", "--json"]) == 0
    assert [m["edition_id"] for m in json.loads(capsys.readouterr().out)["editions"]] == ["e1"]
    assert ids(five) == ["e5", "e4", "e3", "e2"]
    assert main(["editions", "--prune"]) == 2
    assert main(["editions", "--prune", "--keep", "e2"]) == 2


def test_a_figure_changed_in_the_file_is_found(five: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "--verify"]) == 0
    assert capsys.readouterr().out.count("holds what was published") == 5
    file = five / "e2" / "restricted.duckdb"
    file.chmod(0o600)
    with duckdb.connect(str(file)) as connection:
        connection.execute("UPDATE summary SET sentence = 'All is well.'")
    (five / "e3" / "manifest.json").unlink()
    (five / "notes").mkdir()
    assert main(["editions", "--verify", "--json"]) == 1
    faults = {line["edition_id"]: line["fault"] for line in json.loads(capsys.readouterr().out)}
    assert faults == {
        "e1": None,
        "e2": "Edition e2 does not hold what was published.",
        "e3": "There is no edition 'e3'.",
        "e4": None,
        "e5": None,
        "notes": "There is no edition 'notes'.",
    }


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_one_flipped_bit_is_never_silently_another_figure(five: Path, share: float) -> None:
    """Whatever bit it is: the fault is told, or nothing that is read differs (in a file's free space)."""
    said = read_manifest(five, "e5")
    for name in ("restricted.duckdb", "manifest.json"):
        file = five / "e5" / name
        file.chmod(0o600)
        whole = file.read_bytes()
        torn = bytearray(whole)
        torn[int(share * len(torn))] ^= 1
        file.write_bytes(torn)
        fault = edition_fault(five, "e5")
        assert fault is None or "e5" in fault
        assert name != "manifest.json" or fault or read_manifest(five, "e5") == said
        file.write_bytes(whole)
