"""The screens over the board's file of the demonstration: every page opens, and none knows an exact small figure."""

import pytest
from streamlit.testing.v1 import AppTest

from metrics.edition import read_tables
from tests.conftest import Demonstration
from tests.pages.conftest import APP
from tests.pages.screen import words
from tests.pages.test_every_page import PAGES


@pytest.fixture
def board(demonstration: Demonstration, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("WAYMARK_DATA", str(demonstration.data))
    monkeypatch.setenv("WAYMARK_AUDIENCE", "board")
    return AppTest.from_file(APP, default_timeout=120).run()


@pytest.mark.parametrize("page", [page for page in PAGES if page != "upload"])
def test_a_page_opens_on_the_board_s_file_and_says_what_is_hidden(board: AppTest, page: str) -> None:
    board.switch_page(f"pages/{page}.py")
    board.run()
    assert not board.exception
    assert "board figures: counts of 1 to 7 are hidden, others rounded to the nearest 5" in words(board)


def test_a_kpi_tells_the_rounded_list_and_its_hash_not_the_exact_ones(
    board: AppTest, demonstration: Demonstration
) -> None:
    edition, manifest = demonstration.manifest.edition_id, demonstration.manifest
    results = read_tables(demonstration.editions, edition)["results"]
    exact = results[(results["kpi"] == "nd_list_size") & (results["breakdown"] == "all")].iloc[-1]["value"]
    assert exact % 5  # or this test would show nothing
    board.switch_page("pages/kpi.py")
    board.query_params["kpi"] = "nd_list_size"
    board.run()
    assert f"{5 * round(exact / 5):,.0f} children" in words(board)
    assert f"{exact:,.0f}" not in words(board)
    assert manifest.content_sha256[:12] not in words(board)
    assert manifest.board_sha256[:12] in words(board)


def test_uploading_is_not_for_the_board(board: AppTest) -> None:
    board.switch_page("pages/upload.py")
    board.run()
    assert not board.exception
    assert not board.get("file_uploader")
    assert "analyst" in words(board)


def test_the_board_is_told_that_all_have_sent_in_the_words_of_its_own_file(
    board: AppTest, demonstration: Demonstration
) -> None:
    exact = read_tables(demonstration.editions, demonstration.manifest.edition_id)["checks"]
    own = exact[(exact["clock"] == "nd_assessment") & (exact["check"] == "submitters")].sort_values("month").iloc[-1]
    board.switch_page("pages/kpi.py")
    board.query_params["kpi"] = "nd_list_size"
    board.run()
    assert "October 2025 · Everyone who should send has sent: It holds." in words(board)
    assert own["sentence"] not in words(board)  # counts of what came are not the board's
