"""An edition on disk and the dashboard over it, without a browser."""

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages import editions

APP = str(Path(__file__).parents[2] / "app.py")
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    monkeypatch.setattr(gc, "freeze", lambda: None)  # would keep what other tests have built


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that WAYMARK_DATA names, still without an edition."""
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def open_page(data: Path) -> Open:
    """Return a function that publishes an edition by its kind, if any, and opens a page of the dashboard on it."""

    def opened(page: str | None = None, kind: str | None = None, **address: str) -> AppTest:
        if kind:
            editions.publish(data / "editions", editions.KINDS[kind]())
        app = AppTest.from_file(APP, default_timeout=60)
        if page:
            app.run()
            app.switch_page(f"pages/{page}.py")
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    return opened
