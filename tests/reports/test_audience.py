"""Whose pack it is: the board's holds no figure its file lacks, and every page says which of the two it is."""

import html
import re
from pathlib import Path

import pytest

from reports.__main__ import main
from reports.content import BOARD_MARK, DEMONSTRATION_MARK, RESTRICTED_MARK
from tests.pages import editions
from tests.pages.contract_rows import SLT
from tests.reports.conftest import ONLY_EXACT, Publish
from tests.reports.packs import FORMATS, Page, made, parts, slide_words, slides

EXACT = re.compile(rb"987[,.]?654")


def everything(path: Path) -> bytes:
    content = path.read_bytes()
    return content if path.suffix == ".html" else b"".join(parts(content).values())


def test_the_boards_pack_holds_no_figure_of_the_restricted_file(data: Path, publish: Publish) -> None:
    manifest = publish("e1")
    assert main(["pack", "--out", str(data / "board")]) == 0
    assert main(["pack", "--audience", "restricted", "--out", str(data / "exact")]) == 0
    assert ONLY_EXACT == 987654.0
    for form in FORMATS:
        board, exact = (everything(data / who / f"waymark-{name}-pack-e1.{form}") for who, name in
                        (("board", "board"), ("exact", "restricted")))  # fmt: skip
        assert EXACT.search(exact)
        assert not EXACT.search(board)
        assert manifest.content_sha256[:12].encode() not in board  # a guess at exact figures could be tried on it


def test_a_board_viewer_never_gets_exact_figures(
    data: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    publish("e1")
    monkeypatch.setenv("WAYMARK_AUDIENCE", "board")
    assert main(["pack", "--audience", "restricted"]) == 2
    assert "only the board's pack" in capsys.readouterr().err
    assert main(["pack", "--format", "html"]) == 0


def test_an_edition_without_a_boards_file_gives_no_boards_pack(data: Path, capsys: pytest.CaptureFixture) -> None:
    editions.publish(data / "editions", editions.missing_months(), "e1")
    assert main(["pack"]) == 1
    assert "Edition e1 has no board file." in capsys.readouterr().err


@pytest.mark.parametrize(("audience", "mark"), [("board", BOARD_MARK), ("restricted", RESTRICTED_MARK)])
def test_every_page_is_marked(audience: str, mark: str) -> None:
    pack = made("full", audience)  # type: ignore[arg-type]
    foot = re.compile(
        r"Edition 2026-11-03-1 · check [0-9a-f]{12} · .*rule.* · figures as of October 2025 · published 3 Nov"
    )
    for slide in slides(pack["pptx"]):
        assert mark in slide_words(slide)
        assert DEMONSTRATION_MARK in slide_words(slide)
        assert foot.search(slide_words(slide))
    sheets = [part.decode() for name, part in parts(pack["xlsx"]).items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) >= 8
    for sheet in sheets:
        header, footer = (re.search(f"<odd{part}>(.*?)</odd{part}>", sheet) for part in ("Header", "Footer"))
        assert mark in (header[1] if header else "")
        assert foot.search(html.unescape(footer[1]) if footer else "")
    page = Page(pack["html"])
    assert mark in page.words
    assert foot.search(page.words)
    assert "@top-left" in page.words  # on paper, over every page
    assert "@bottom-left" in page.words


def test_a_figure_that_only_changed_for_the_board_is_compared_with_the_boards_own(data: Path, publish: Publish) -> None:
    publish("e1")
    assert main(["pack", "--format", "html"]) == 0
    publish("e2", **{SLT: 700.0})
    assert main(["pack", "--format", "html", "--out", str(data / "p.html")]) == 0
    assert not EXACT.search((data / "p.html").read_bytes())
