"""Why a figure differs between two editions, each cause by itself."""

from typing import Any

import pandas as pd

from metrics import compare
from metrics.course_tables import CHARTS
from metrics.edition_tables import EDITION_AREAS, KPIS, MILESTONES, RESULTS, SCORECARD
from metrics.quality_tables import FEEDS

JANUARY, FEBRUARY = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-01")
MAY = pd.Timestamp("2024-05-01")


def results(*rows: tuple[str, pd.Timestamp, float | None]) -> pd.DataFrame:
    """Return RESULTS rows of the local area from KPI, month and value; without a value it is suppressed."""
    return RESULTS.frame(
        {"kpi": kpi, "area": "R1D", "breakdown": "all", "group": "all", "month": month, "period_months": 0,
         "value": value, "flag": "suppressed" if value is None else None}
        for kpi, month, value in rows
    )  # fmt: skip


def kpis(**texts: str) -> pd.DataFrame:
    """Return KPIS columns that a comparison reads, by KPI and definition."""
    return KPIS.empty()[["kpi", "title", "unit", "definition"]].reindex(range(len(texts))).assign(
        kpi=list(texts), title=[name.upper() for name in texts], unit="children", definition=list(texts.values())
    )  # fmt: skip


def feeds(*names: str) -> pd.DataFrame:
    """Return what fed KPI a: loads that each answer for January 2024."""
    return FEEDS.frame({"kpi": "a", "area": "R1D", "load_id": name, "first_month": JANUARY, "last_month": JANUARY,
                        "set_aside": False} for name in names)  # fmt: skip


def edition(rows: pd.DataFrame, texts: dict[str, str], *used: str) -> dict[str, pd.DataFrame]:
    return {"results": rows, "kpis": kpis(**texts), "feeds": feeds(*used)}


def causes(old: dict[str, Any], new: dict[str, Any]) -> dict[tuple[str, str], str]:
    found = compare.figures(old, new)
    return {(row["kpi"], f"{row['month']:%Y-%m}"): row["why"] for row in found.to_dict("records")}


def test_equal_editions_have_no_differences() -> None:
    one = edition(results(("a", JANUARY, 1.0), ("a", FEBRUARY, None)), {"a": "x"}, "load 1")
    assert compare.figures(one, one).empty


def test_each_difference_has_its_cause() -> None:
    old = edition(
        results(("a", JANUARY, 1.0), ("a", FEBRUARY, 2.0), ("a", MAY, 9.0), ("b", FEBRUARY, 3.0), ("c", JANUARY, 1.0)),
        {"a": "x", "b": "x", "c": "x"}, "load 1",
    )  # fmt: skip
    new = edition(
        results(("a", JANUARY, 5.0), ("a", FEBRUARY, 4.0), ("a", pd.Timestamp("2024-04-01"), 7.0),
                ("a", pd.Timestamp("2024-06-01"), 8.0), ("b", FEBRUARY, None), ("d", JANUARY, 6.0)),
        {"a": "x", "b": "reworded", "d": "x"}, "load 2",
    )  # fmt: skip
    assert causes(old, new) == {
        ("a", "2024-01"): "corrected load",  # another load answers for January
        ("a", "2024-02"): "computed anew",  # the same loads answer for February
        ("a", "2024-04"): "earlier month filled in",
        ("a", "2024-05"): "load withdrawn or replaced",
        ("a", "2024-06"): "new month",
        ("b", "2024-02"): "changed definition",
        ("c", "2024-01"): "KPI no longer published",
        ("d", "2024-01"): "new KPI",
    }


def test_a_year_is_touched_by_a_load_for_any_of_its_months() -> None:
    year = results(("a", pd.Timestamp("2024-12-01"), 50.0)).assign(period_months=12)
    old, new = edition(year, {"a": "x"}, "load 1"), edition(year.assign(value=55.0), {"a": "x"}, "load 2")
    assert causes(old, new) == {("a", "2024-12"): "corrected load"}


def test_a_load_of_another_kpi_explains_nothing() -> None:
    old, new = (edition(results(("b", JANUARY, value)), {"b": "x"}, load)
                for value, load in ((1.0, "load 1"), (2.0, "load 2")))  # fmt: skip
    assert causes(old, new) == {("b", "2024-01"): "computed anew"}


def test_a_kpi_taken_off_the_scorecard_and_a_moved_baseline_are_named() -> None:
    def plan(baseline: float, status: list[str]) -> dict[str, pd.DataFrame]:
        milestones = MILESTONES.empty().reindex(range(1)).assign(
            kpi="a", label="Baseline", kind="baseline", reading=baseline, month=JANUARY
        )  # fmt: skip
        scorecard = SCORECARD.empty().reindex(range(len(status))).assign(kpi=["a", "b"][: len(status)], status=status)
        return {"kpis": kpis(a="x", b="x"), "milestones": milestones, "charts": CHARTS.empty(), "scorecard": scorecard}

    found = compare.of_the_plan(plan(800, ["off", "near"]), plan(700, ["off"]))
    told = found.astype("object").where(found.notna(), None)[["title", "why", "before", "after"]].to_numpy().tolist()
    assert told == [
        ["A", "amended target", "800.0 (2024-01)", "700.0 (2024-01)"],
        ["B", "changed status", "near", None],
    ]


def test_a_figure_that_becomes_suppressed_is_a_change_and_no_zero() -> None:
    old, new = (edition(results(("a", JANUARY, value)), {"a": "x"}, "load 1") for value in (4.0, None))
    [row] = compare.figures(old, new).to_dict("records")
    assert row["before"] == 4
    assert pd.isna(row["after"])
    assert row["after_flag"] == "suppressed"


def test_targets_rule_sets_and_statuses_that_moved_are_named() -> None:
    def plan(target: float, rules: str, status: str) -> dict[str, pd.DataFrame]:
        milestones = MILESTONES.empty().reindex(range(2)).assign(
            kpi="a", label=["6 months", "12 months"], target=[60.0, target], statement=None
        )  # fmt: skip
        charts = CHARTS.empty().reindex(range(1)).assign(kpi="a", rules=rules)
        scorecard = SCORECARD.empty().reindex(range(1)).assign(kpi="a", status=status)
        return {"kpis": kpis(a="x"), "milestones": milestones, "charts": charts, "scorecard": scorecard}

    found = compare.of_the_plan(plan(75, "mdc-2023", "near"), plan(70, "ptd-0.2.2", "off"))
    assert found[["title", "why", "before", "after"]].to_numpy().tolist() == [
        ["A", "amended target", "75.0", "70.0"],
        ["A", "changed rule set", "mdc-2023", "ptd-0.2.2"],
        ["A", "changed status", "near", "off"],
    ]


def test_a_board_reads_local_figures_scored_ones_first_latest_first() -> None:
    rows = compare.figures(
        edition(results(), {}),
        edition(results(("b", JANUARY, 1.0), ("a", JANUARY, 1.0), ("a", FEBRUARY, 2.0)), {"a": "x", "b": "x"}),
    )
    elsewhere = rows.assign(area="QOC")
    scorecard = SCORECARD.empty().reindex(range(1)).assign(kpi="a", position=1)
    areas = EDITION_AREAS.frame([{"area": "R1D", "level": "provider", "name": "Trust", "role": "local"},
                                 {"area": "QOC", "level": "icb", "name": "Board", "role": "comparator"}])  # fmt: skip
    held = compare.local(pd.concat([elsewhere, rows]), scorecard, areas)
    assert [(r["kpi"], r["month"]) for r in held.to_dict("records")] == [
        ("a", FEBRUARY),
        ("a", JANUARY),
        ("b", JANUARY),
    ]
