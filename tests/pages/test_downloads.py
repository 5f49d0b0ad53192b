"""Whoever downloads exact figures is on record before the file is there."""

import getpass

import pandas as pd
import pytest
import streamlit as st
from filelock import FileLock

from etl.audit import acts
from etl.errors import WarehouseBusyError
from etl.roles import rights_of
from etl.settings import data_folder
from etl.warehouse import open_warehouse
from pages.components.downloads import fetched
from pages.components.visitor import Visitor
from tests.pages.conftest import Open

HERE = Visitor(getpass.getuser(), ("analyst",), rights_of(["analyst"]))
FIGURES = pd.DataFrame({"kpi": ["=1+1"], "value": [3.5]})


def recorded() -> list[tuple[str, str, str, str]]:
    with open_warehouse().reading() as reader:
        rows = acts(reader)
    return list(zip(rows["who"], rows["act"], rows["subject"], rows["detail"], strict=True))


def test_exact_figures_are_recorded_and_the_boards_are_not() -> None:
    assert fetched(FIGURES, "waymark-x", "e1", "board", HERE).decode("utf-8-sig") == "kpi,value\r\n'=1+1,3.5\r\n"
    assert recorded() == []
    fetched(FIGURES, "waymark-x", "e1", "restricted", HERE)
    assert recorded() == [(getpass.getuser(), "download", "waymark-x.csv", "from edition e1")]


def test_without_a_record_there_is_no_file() -> None:
    fetched(FIGURES, "waymark-x", "e1", "restricted", HERE)
    with FileLock(data_folder() / "warehouse.duckdb.lock"), pytest.raises(WarehouseBusyError):
        fetched(FIGURES, "waymark-y", "e1", "restricted", HERE)
    assert len(recorded()) == 1


def test_every_download_of_figures_goes_this_way(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is made when it is asked for, so a screen that is only looked at records nothing."""
    offered = []
    monkeypatch.setattr(st, "download_button", lambda _, data, file_name, **__: offered.append((file_name, data)))
    assert not open_page("data_quality", "full").exception
    assert recorded() == []
    for file, data in offered:
        if file.endswith(".csv"):  # the first screen's packs are another test's
            data()
    assert sorted(row[2] for row in recorded()) == ["waymark-findings.csv", "waymark-loads.csv"]
    assert {row[3] for row in recorded()} == {"from edition 2026-11-03-1"}
