"""Every page on every kind of edition: it opens, says which edition it shows, and every chart has words."""

import pytest

from tests.pages import editions
from tests.pages.conftest import Open
from tests.pages.screen import charts, words

PAGES = (
    "scorecard", "kpi", "waiting_times", "ehc_plans", "surveys", "capacity", "action_plan", "review", "changes",
    "definitions", "data_quality",
)  # fmt: skip


@pytest.mark.parametrize("kind", editions.KINDS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_any_edition(open_page: Open, page: str, kind: str) -> None:
    app = open_page(page, kind)
    assert not app.exception
    assert "Edition 2026-11-03-1 · published 3 November 2026 at 14:05 UTC" in words(app)
    assert "figures as of October 2025" in words(app)
    assert all(len(chart.alt) > 20 for chart in charts(app))


@pytest.mark.parametrize("kind", [kind for kind in editions.KINDS if kind != "empty"])
def test_every_kpi_opens_in_full(open_page: Open, kind: str) -> None:
    rows = editions.KINDS[kind]()["kpis"]
    app = open_page("kpi", kind)
    for row in rows:
        app.query_params["kpi"] = str(row["kpi"])
        app.run()
        assert not app.exception
        assert str(row["question"]) in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_demonstration_says_so_on_every_page(open_page: Open, page: str) -> None:
    assert "Demonstration." in words(open_page(page, "full"))


def test_without_an_edition_the_two_commands_are_named(open_page: Open) -> None:
    app = open_page()
    assert not app.exception
    assert app.code[0].value == "python -m etl demo\npython -m metrics publish"
    assert "No figures have been published yet" in words(app)
