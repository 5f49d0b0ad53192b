"""Editions on disk with a file for each audience, in a data folder of the test's own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from metrics.edition import Manifest, content_hash, write_edition
from tests.pages import editions
from tests.pages.contract_rows import SLT, Rows

Publish = Callable[..., Manifest]
ONLY_EXACT = 987654.0  # a count that stands in the restricted file alone


def _exact(rows: Rows) -> Rows:
    """Return the same edition with the local list's latest figure as only the restricted file has it."""
    changed = {name: [dict(row) for row in table] for name, table in rows.items()}
    for table, field in (("results", "value"), ("path", "actual"), ("scorecard", "value")):
        row = [one for one in changed.get(table, []) if one["kpi"] == SLT]
        for last in row[-1:]:
            last[field] = ONLY_EXACT
    return changed


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that WAYMARK_DATA names, still without an edition."""
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path))
    monkeypatch.delenv("WAYMARK_AUDIENCE", raising=False)
    return tmp_path


@pytest.fixture
def publish(data: Path) -> Publish:
    """Return a function that publishes an edition with both files, each an hour after the one before."""
    done: list[Manifest] = []

    def published(edition_id: str, kind: str = "missing_months", **changes: float) -> Manifest:
        rows = editions.KINDS[kind]()
        for (kpi, value), row in ((c, r) for c in changes.items() for r in rows["results"]):
            row |= {"value": value} if row["kpi"] == kpi else {}
        exact, board = editions.frames(_exact(rows)), editions.frames(rows)
        at = datetime(2026, 11, 3, 14, 5) + timedelta(hours=len(done))
        manifest = editions.manifest(edition_id, exact, board_sha256=content_hash(board), published_at=at)
        done.append(write_edition(data / "editions", exact, manifest, board))
        return done[-1]

    return published
