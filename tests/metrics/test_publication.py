"""A publication: one at a time, on record sooner or later, told, and undone by nothing that goes wrong afterwards."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from etl.audit import acts
from etl.lock import alone_with_editions
from etl.warehouse import Warehouse
from metrics import publication
from metrics.edition import current_edition, list_editions, read_manifest
from metrics.publication import Publication, publish_and_tell
from metrics.publish import Published
from tests.pages import editions

AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _publishes_the_full_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the computation, which tests of its own hold: the full edition, slowly."""

    def publish(_: Warehouse, folder: Path, __: Path, *, by: str, note: str, at: datetime, **___: Any) -> Published:
        with alone_with_editions(folder):
            if current := current_edition(folder):
                return Published(read_manifest(folder, current), changed=False)
            time.sleep(0.1)
            told = {"published_by": by, "note": note, "published_at": at}
            return Published(editions.publish(folder, editions.full(), f"{at:%H%M%S}", **told), changed=True)

    monkeypatch.setattr(publication, "publish", publish)


def published(warehouse: Warehouse, folder: Path, at: datetime = AT, by: str = "A. Analyst") -> Publication:
    return publish_and_tell(warehouse, folder / "editions", folder / "plan", by=by, note="", at=at)


def recorded(warehouse: Warehouse) -> list[tuple[str, str, str]]:
    with warehouse.reading() as reader:
        rows = acts(reader)
    return list(zip(rows["who"], rows["act"], rows["subject"], strict=True))


def test_a_publication_is_on_record_and_told_once(warehouse: Warehouse, data_folder: Path) -> None:
    made = published(warehouse, data_folder)
    assert (made.published.changed, made.unrecorded) == (True, None)
    assert recorded(warehouse) == [("A. Analyst", "publish", "093000")]
    assert made.notice is not None
    assert sorted(path.name for path in (data_folder / "notices").iterdir()) == ["093000.json", "093000.txt"]
    again = published(warehouse, data_folder, AT + timedelta(hours=1))
    assert (again.published.changed, again.notice) == (False, None)
    assert len(recorded(warehouse)) == 1


def test_a_record_that_met_a_busy_warehouse_is_made_by_the_next_publication(
    warehouse: Warehouse, data_folder: Path
) -> None:
    with FileLock(data_folder / "warehouse.duckdb.lock"):
        made = published(warehouse, data_folder)
    assert made.published.changed
    assert made.unrecorded is not None
    assert "not in the audit yet" in made.unrecorded
    assert recorded(warehouse) == []
    published(warehouse, data_folder, AT + timedelta(hours=1))
    assert recorded(warehouse) == [("A. Analyst", "publish", "093000")]


def test_two_who_publish_at_once_make_one_edition(
    warehouse: Warehouse, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYMARK_WAIT", "20")
    made: list[Publication] = []
    pair = [
        threading.Thread(target=lambda n=n: made.append(published(warehouse, data_folder, AT + timedelta(seconds=n))))  # type: ignore[misc]
        for n in range(2)
    ]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert sorted(one.published.changed for one in made) == [False, True]
    assert len(list_editions(data_folder / "editions")) == 1
    assert len(recorded(warehouse)) == 1
