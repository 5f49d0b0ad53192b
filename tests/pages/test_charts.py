"""Charts as figures: a gap is no value, a year is a span, a flag has its shape, and the words mention the figures."""

import re
from datetime import date

import pandas as pd

from metrics import wording
from metrics.edition_tables import MILESTONES, PATH, RESULT_FLAGS, STATUSES
from pages.components import charts
from pages.components.charts import drawing
from pages.components.theme import DARK, FLAG_MARKS, LIGHT, STATUS_MARKS
from tests.pages import editions
from tests.pages.contract_rows import EHC, SLT, TRUST, month


def plan(kind: str, kpi: str, unit: str) -> charts.Plan:
    frames = editions.frames(editions.KINDS[kind]())
    path, milestones = frames["path"], frames["milestones"]
    return charts.Plan("A title", unit, path[path["kpi"] == kpi], milestones[milestones["kpi"] == kpi])


def of(figure: object, name: str) -> list[dict[str, object]]:
    return [trace for trace in figure.to_dict()["data"] if trace.get("name") == name]  # type: ignore[attr-defined]


def test_a_month_that_never_came_is_none_not_zero_and_not_bridged() -> None:
    [line] = of(charts.trajectory(plan("missing_months", SLT, "children"), date(2024, 3, 1), LIGHT), "Actual")
    values = list(line["y"])  # type: ignore[call-overload]
    assert values == [859.0, 876.0, None, None, None, 690.0, *[None] * 8, 0.0]
    assert line["connectgaps"] is False


def test_an_annual_figure_spans_its_year() -> None:
    bars = of(charts.trajectory(plan("full", EHC, "percent"), date(2025, 10, 1), LIGHT), "Actual")
    last = bars[-1]
    assert len(bars) == 6
    assert [pd.Timestamp(x) for x in (last["x"][0], last["x"][-1])] == [  # type: ignore[index]
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2025-01-01"),
    ]


def test_the_planned_path_runs_through_the_milestones() -> None:
    figure = charts.trajectory(plan("full", EHC, "percent"), date(2025, 10, 1), LIGHT)
    [path], [stops] = of(figure, "Planned"), of(figure, "Milestones")
    assert (path["y"][0], path["y"][-1]) == (45.9, 100.0)  # type: ignore[index]
    assert list(stops["y"]) == [45.9, 60.0, 75.0, 100.0]  # type: ignore[call-overload]


def test_each_flag_stands_on_the_strip_in_its_own_shape_and_name() -> None:
    seen = set()
    for flag in RESULT_FLAGS:
        figure = charts.trajectory(plan("flagged", flag, "weeks"), date(2024, 2, 1), LIGHT)
        [mark] = of(figure, wording.FLAG_WORDS[flag])
        assert mark["yaxis"] == drawing.STRIP
        seen.add(mark["marker"]["symbol"])  # type: ignore[index]
    assert len(seen) == len(RESULT_FLAGS)


def test_an_open_band_is_an_arrow_not_a_value() -> None:
    figure = charts.trajectory(plan("flagged", "open_band", "weeks"), date(2024, 2, 1), LIGHT)
    [arrow] = of(figure, "At least")
    assert list(arrow["y"]) == [52.0]  # type: ignore[call-overload]
    assert "52+ weeks" in arrow["hovertext"][0]  # type: ignore[index]


def test_intervals_are_whiskers_on_each_figure() -> None:
    results = editions.frames(editions.full())["results"]
    rows = results[(results["kpi"] == EHC) & (results["area"] == "E06000051")]
    [whiskers] = of(charts.over_time(rows, "percent", LIGHT), "95 % interval")
    assert len(whiskers["error_y"]["array"]) == 6  # type: ignore[index]


def test_the_words_of_a_trajectory_mention_figures_milestones_and_gaps() -> None:
    words = charts.trajectory_in_words(plan("full", EHC, "percent"))
    for said in (
        "81.9 %, calendar year 2019",
        "36.5 %, calendar year 2024",
        "18 months (October 2024), planned: 100.0 %",
    ):
        assert said in words
    told = charts.trajectory_in_words(plan("missing_months", SLT, "children"))
    assert "Without a figure: nothing came for March 2023 to May 2023; nothing came for July 2023 to" in told
    assert "suppressed for February 2024" in charts.trajectory_in_words(plan("flagged", "suppressed", "weeks"))


def test_the_words_over_time_mention_the_latest_figure_with_its_interval() -> None:
    results = editions.frames(editions.full())["results"]
    rows = results[(results["kpi"] == EHC) & (results["area"] == "E06000051")]
    words = charts.over_time_in_words("A title", rows, "percent")
    assert "Latest 36.5 % (95 % interval 33.0 to 40.2 %), calendar year 2024." in words


def test_charts_without_a_row_are_empty_and_say_so() -> None:
    empty = editions.frames({})
    nothing = charts.Plan("A title", "percent", empty["path"], empty["milestones"])
    assert not charts.trajectory(nothing, date(2024, 1, 1), DARK).data
    assert charts.sparkline(nothing, DARK) == ""
    assert "No actual figure yet" in charts.trajectory_in_words(nothing)
    assert charts.completeness_in_words(empty["arrivals"].assign(series=[])) == "Nothing has arrived."
    assert "no figure" in charts.comparison_in_words("A title", empty["results"], {}, "percent")


def test_an_area_without_a_figure_keeps_its_row_and_says_why() -> None:
    results = editions.frames(editions.flagged())["results"]
    row = results[(results["kpi"] == "suppressed") & (results["month"] == "2024-02-01")]
    figure = charts.comparison(row, {TRUST: "<b>The</b> trust"}, TRUST, "weeks", LIGHT)
    [note] = figure.layout.annotations
    assert note.text == "<b>&lt;b&gt;The&lt;/b&gt; trust: suppressed</b>"
    assert figure.data[0].marker.symbol == FLAG_MARKS["suppressed"].symbol


def test_markup_of_plotly_is_taken_apart() -> None:
    assert drawing.label('<a href="https://evil.example">x</a>').count("<") == 0


def test_the_clock_marks_what_is_reached() -> None:
    stops = [(name, n, date.fromisoformat(f"{due}-01")) for name, n, due in editions.STOPS]
    figure = charts.clock(date(2023, 4, 1), 11, stops, LIGHT)
    [marks] = of(figure, "milestones")
    assert list(marks["marker"]["symbol"]) == ["circle"] * 3 + ["circle-open"] * 2  # type: ignore[index]
    assert "12 months April 2024" in charts.clock_in_words(date(2023, 4, 1), 11, stops)


def test_every_flag_and_status_of_the_contract_has_a_mark_of_its_own() -> None:
    assert set(FLAG_MARKS) == set(RESULT_FLAGS)
    assert len({mark.glyph for mark in FLAG_MARKS.values()}) == len(FLAG_MARKS)
    assert set(STATUS_MARKS) == set(STATUSES)
    assert {mark.tone for mark in STATUS_MARKS.values()} <= set(LIGHT.tones)


def with_plan(**more: object) -> charts.Plan:
    made = plan("full", EHC, "percent")
    milestones = made.milestones.copy()
    for name, value in more.items():
        milestones.loc[milestones["position"] == 4, name] = value
    return charts.Plan(made.title, made.unit, made.path, milestones)


def test_a_milestone_in_words_stands_on_the_planned_line() -> None:
    figure = charts.trajectory(plan("full", EHC, "percent"), date(2025, 10, 1), LIGHT)
    [marks] = of(figure, "Milestone in words")
    path = plan("full", EHC, "percent").path.set_index("month")["planned"]
    assert list(marks["y"]) == [path["2023-07-01"]]  # type: ignore[call-overload]


def test_what_the_plan_first_said_stays_on_the_chart_and_in_its_words() -> None:
    amended = with_plan(original=100.0, amended="18 months: changed from 100.0 % to 90.0 %.")
    [first] = of(charts.trajectory(amended, date(2025, 10, 1), LIGHT), "First planned")
    assert (list(first["y"]), list(first["text"])) == ([100.0], ["first 100.0 %"])  # type: ignore[call-overload]
    assert "18 months: changed from 100.0 % to 90.0 %." in charts.trajectory_in_words(amended)
    assert not of(charts.trajectory(plan("full", EHC, "percent"), date(2025, 10, 1), LIGHT), "First planned")


def test_a_year_is_a_bar_over_its_months_and_a_missing_one_a_cross_in_its_middle() -> None:
    rows = pd.DataFrame(
        {
            "series": ["A release, DfE"] * 2,
            "month": pd.to_datetime(["2023-12-01", "2024-12-01"]),
            "period_months": [12, 12],
            "arrived": [False, True],
        }
    )
    figure = charts.completeness(rows, LIGHT)
    bar = next(trace for trace in figure.data if trace.mode == "lines")
    assert [pd.Timestamp(x) for x in bar.x] == [pd.Timestamp("2024-01-11"), pd.Timestamp("2024-12-22")]
    [cross] = of(figure, "nothing came")
    assert [pd.Timestamp(x).month for x in cross["x"]] == [7]  # type: ignore[attr-defined]
    assert charts.completeness_in_words(rows) == (
        "Grid of what arrived. A release, DfE: 1 of 2 years from calendar year 2023 to calendar year 2024."
    )


def test_a_sparkline_breaks_at_a_gap_and_stands_on_zero() -> None:
    months = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-05-01", "2024-06-01"]).as_unit("s")
    held = zip(months, (10, 0, 5, 10), strict=True)
    path = PATH.frame({"kpi": "a", "month": m, "actual": v, "period_months": 0} for m, v in held)
    drawn = charts.sparkline(charts.Plan("A", "children", path, MILESTONES.empty()), LIGHT)
    lines = re.findall(r'points="([^"]+)"', drawn)
    assert len(lines) == 2  # March and April never came
    # 152 days from 7 to 273 across, 10 children from 65 up to 7: 31 days in lies 7 + 266 * 31 / 152 = 61.25
    assert lines[0] == "7.0,7.0 61.2,65.0"
    assert drawn.count("<circle") == 1  # the latest figure


def test_a_sparkline_shows_a_reason_as_an_open_square_and_a_year_as_a_bar() -> None:
    rows = [
        {"kpi": "a", "month": month("2023-12"), "actual": 40.0, "period_months": 12},
        {"kpi": "a", "month": month("2024-12"), "flag": "withheld", "period_months": 12},
    ]
    drawn = charts.sparkline(charts.Plan("A", "percent", PATH.frame(rows), MILESTONES.empty()), LIGHT)
    assert drawn.count("<polyline") == 1
    assert drawn.count("<rect") == 1
