"""The button gives what the command gives, and a board viewer only the board's."""

from pathlib import Path

import pytest
import streamlit as st

from etl.audit import acts
from etl.warehouse import open_warehouse
from reports.__main__ import main
from tests.pages.conftest import Open
from tests.reports.conftest import Publish
from tests.reports.conftest import publish as publish  # noqa: PLC0414


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, object]]:
    """Return file name and maker of every download a screen offers, by its label."""
    found: dict[str, tuple[str, object]] = {}
    monkeypatch.setattr(
        st, "download_button", lambda label, data, file_name, **_: found.update({label: (file_name, data)})
    )
    return found


def test_the_button_gives_the_same_bytes_as_the_command(
    data: Path, publish: Publish, open_page: Open, offered: dict[str, tuple[str, object]]
) -> None:
    publish("e1")
    app = open_page()
    assert not app.exception
    assert [app.radio[0].value, *app.radio[0].options] == [
        "The board’s figures",
        "The board’s figures",
        "Exact figures, restricted",
    ]
    assert main(["pack", "--out", str(data / "out")]) == 0
    for name, maker in offered.values():
        assert maker() == (data / "out" / name).read_bytes()  # type: ignore[operator]
    assert len(offered) == 3
    with open_warehouse().reading() as reader:
        told = list(acts(reader)["detail"])[:3]
    assert told == ["board pack as html", "board pack as xlsx", "board pack as pptx"]


def test_a_board_viewer_is_offered_the_boards_pack_alone(
    data: Path,
    publish: Publish,
    open_page: Open,
    offered: dict[str, tuple[str, object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish("e1")
    monkeypatch.setenv("WAYMARK_AUDIENCE", "board")
    app = open_page()
    assert not app.exception
    assert not app.radio
    assert all(name.startswith("waymark-board-pack-e1.") for name, _ in offered.values())
