"""An edition whose restricted file can be told from the board's at a glance, on every screen."""

from pathlib import Path

from tests.pages import editions
from tests.pages.contract_rows import Rows

EXACT, ROUNDED = "exactly 7731", "about 7730"
_TEXTS = {"sentence", "question", "why_it_matters", "message", "to_role", "progress", "reason", "theme_title", "effect"}


def marked(mark: str) -> Rows:
    """Return the full edition with a mark in texts that every screen shows."""
    rows = editions.full()
    for row in (row for table in rows.values() for row in table):
        row |= {field: f"{row[field]} {mark}" for field in _TEXTS & set(row) if row[field]}
    return rows


def two_files(folder: Path) -> None:
    """Publish an edition with a restricted and a board file."""
    exact, rounded = (editions.frames(marked(mark)) for mark in (EXACT, ROUNDED))
    said = editions.manifest("2026-11-03-1", exact)
    editions.write_edition(folder, exact, said.model_copy(update={"board_sha256": "b" * 64}), rounded)
