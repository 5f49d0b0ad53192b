"""Which edition the screens show when the newest one is damaged, and that they open none of them twice."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from pages.components import queries
from tests.pages import editions
from tests.pages.conftest import Open
from tests.pages.screen import words


def damage(place: Path, how: str) -> None:
    """Spoil an edition: its manifest, or the file with its figures."""
    for file in place.iterdir():
        file.chmod(0o600)
    if how == "folder gone":
        shutil.rmtree(place)
    elif how == "pointer empty":
        (place.parent / "CURRENT").write_bytes(b"")
    elif how == "pointer torn":
        (place.parent / "CURRENT").write_bytes(b"\xff\xfe")
    elif how == "pointer gone":
        (place.parent / "CURRENT").unlink()
    elif how == "manifest gone":
        (place / "manifest.json").unlink()
    elif how == "figures cut":
        (place / "restricted.duckdb").write_bytes((place / "restricted.duckdb").read_bytes()[:9000])
    elif how == "manifest":
        (place / "manifest.json").write_text("{", encoding="utf-8")
    elif how == "figures gone":
        (place / "restricted.duckdb").unlink()
    else:
        content = bytearray((place / "restricted.duckdb").read_bytes())
        content[:8192] = b"\0" * 8192
        (place / "restricted.duckdb").write_bytes(content)


@pytest.mark.parametrize(
    "how", ["manifest", "manifest gone", "figures gone", "figures cut", "figures spoilt", "folder gone"]
)
def test_a_damaged_edition_gives_way_to_the_one_before_it_and_says_so(open_page: Open, data: Path, how: str) -> None:
    folder = data / "editions"
    editions.publish(folder, editions.full(), "first", published_at=datetime(2026, 10, 1))
    editions.publish(folder, editions.full(), "second", published_at=datetime(2026, 11, 1))
    damage(folder / "second", how)
    app = open_page()
    assert not app.exception
    assert "The latest edition, second, is damaged" in words(app)
    assert "Edition first" in words(app)


@pytest.mark.parametrize("how", ["pointer empty", "pointer torn", "pointer gone"])
def test_where_nobody_knows_which_edition_is_current_the_newest_is_shown_and_that_is_said(
    open_page: Open, data: Path, how: str
) -> None:
    editions.publish(data / "editions", editions.full(), "first", published_at=datetime(2026, 10, 1))
    editions.publish(data / "editions", editions.full(), "second", published_at=datetime(2026, 11, 1))
    damage(data / "editions" / "second", how)
    app = open_page()
    assert not app.exception
    assert "is damaged and cannot be opened" in words(app)
    assert "Edition second" in words(app)


def test_when_nothing_can_be_opened_the_screen_says_what_to_do(open_page: Open, data: Path) -> None:
    editions.publish(data / "editions", editions.full(), "only")
    damage(data / "editions" / "only", "figures gone")
    app = open_page()
    assert not app.exception
    assert "no earlier one can be opened" in words(app)
    assert app.code[0].value == "python -m metrics publish"


def test_an_edition_is_read_once_for_all_screens(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editions.publish(data / "editions", editions.full())
    first = queries.edition_in_use()
    monkeypatch.setattr(queries, "read_tables", lambda *_: pytest.fail("read again"))
    second = queries.edition_in_use()
    assert first is not None
    assert second is not None
    assert first.edition is second.edition


def test_a_new_edition_is_shown_without_a_restart(open_page: Open, data: Path) -> None:
    app = open_page(kind="full")
    editions.publish(data / "editions", editions.full(), "2026-12-01-1")
    assert "Edition 2026-12-01-1" in words(app.run())


def test_an_open_screen_learns_of_new_figures(open_page: Open, data: Path) -> None:
    """The line is drawn anew every few seconds; here that is what the next run of the fragment would draw."""
    open_page(kind="full")
    seen = queries.current_id()
    assert queries.published_since(seen) is None
    editions.publish(data / "editions", editions.full(), "2026-12-01-1")
    made = queries.published_since(seen)
    assert made is not None
    assert made.edition_id == "2026-12-01-1"
    (data / "editions" / "2026-12-01-1" / "manifest.json").write_text("{")
    assert queries.published_since(seen) is None  # nothing to show yet
