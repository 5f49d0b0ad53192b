"""Where a KPI is heading, on screen: control chart, icons, forecast, chances, pace; and what nobody can tell yet."""

import json

import pandas as pd
import pytest

from metrics import wording
from metrics.edition_tables import SIGNALS
from pages.components import charts, course, icons
from pages.components.theme import ASSURANCE_MARKS, DARK, LIGHT, MEANING_MARKS, contrast
from tests.pages import editions
from tests.pages.conftest import Open
from tests.pages.contract_rows import EHC, month
from tests.pages.course_edition import LONG, SIZE, WITHIN
from tests.pages.screen import charts as drawn
from tests.pages.screen import words


def points(lines: list[tuple[float | None, float | None, float | None, str]]) -> pd.DataFrame:
    """Return SIGNALS rows by month from value, mean, distance of the limits and meaning."""
    rows = []
    for number, (value, mean, reach, meaning) in enumerate(lines):
        limits = {} if reach is None or mean is None else {"lower": mean - reach, "upper": mean + reach}
        rows.append({"kpi": "k", "month": pd.Timestamp("2023-01-01") + pd.DateOffset(months=number), "value": value,
                     "mean": mean, "median": mean, "meaning": meaning, **limits})  # fmt: skip
    return SIGNALS.frame(rows)


def chance(kpi: str, label: str) -> str:
    """Return the chance the edition holds for a milestone, as a whole per cent."""
    held = editions.frames(editions.course())["milestones"]
    [found] = held[(held["kpi"] == kpi) & (held["label"] == label)]["chance"]
    return f"{100 * found:.0f} %"


def named(chart: object, name: str) -> list[dict[str, object]]:
    return [trace for trace in json.loads(chart.to_json())["data"] if trace["name"] == name]  # type: ignore[attr-defined]


def test_points_stand_in_the_shape_of_their_meaning_and_a_gap_breaks_the_line() -> None:
    rows = points([(50, 60, 10, "common_cause"), (None, 60, 10, "common_cause"),
                   (75, 60, 10, "special_cause_improvement"), (45, 60, 10, "special_cause_concern")])  # fmt: skip
    chart = charts.control(rows, "month", "percent", LIGHT)
    [line] = named(chart, "Figures")
    assert line["y"] == [50, None, 75, 45]
    assert line["connectgaps"] is False
    [better], [worse] = (named(chart, f"{word}, by more than chance") for word in ("Better", "Worse"))
    assert (better["marker"]["symbol"], worse["marker"]["symbol"]) == ("star", "square")  # type: ignore[index]
    assert charts.meanings(rows) == ["special_cause_improvement", "special_cause_concern", "common_cause"]


def test_limits_step_at_a_rebase_and_are_cut_only_as_drawn() -> None:
    rows = points([*[(5.0, 5.0, 8.0, "common_cause")] * 3, *[(95.0, 95.0, 8.0, "common_cause")] * 3])
    chart = charts.control(rows, "month", "percent", LIGHT)
    assert [trace["y"] for trace in named(chart, "Mean")] == [[5.0] * 3, [95.0] * 3]
    assert [trace["y"] for trace in named(chart, "Lower limit")] == [[0.0] * 3, [87.0] * 3]
    assert [trace["y"] for trace in named(chart, "Upper limit")] == [[13.0] * 3, [100.0] * 3]
    told = [note["text"] for note in json.loads(chart.to_json())["layout"]["annotations"]]
    assert "upper limit<br>103.0 %" in told  # as computed


def test_few_points_are_a_run_chart_with_a_median() -> None:
    chart = charts.control(
        points([(5.0, 5.5, None, "not_assessed"), (6.0, 5.5, None, "not_assessed")]), "month", "weeks", DARK
    )
    assert named(chart, "Median")
    assert not named(chart, "Mean")
    assert not named(chart, "Upper limit")


def test_a_forecast_is_a_median_in_a_range_from_the_latest_figure_on() -> None:
    frames = editions.frames(editions.course())
    own = {name: frames[name][frames[name]["kpi"] == SIZE] for name in ("path", "milestones", "forecast")}
    plan = charts.Plan("A title", "children", *own.values())
    chart = charts.trajectory(plan, month("2024-02"), LIGHT)
    [line], [band] = named(chart, "Likely"), named(chart, "80 % range")
    assert line["y"][0] == 681  # type: ignore[index]
    assert len(line["y"]) == 1 + len(own["forecast"])  # type: ignore[arg-type]
    assert band["fill"] == "toself"
    middle, low, high = (f"{own['forecast'][name].iloc[-1]:.0f}" for name in ("median", "low80", "high80"))
    assert (
        f"Likely by October 2024: {middle} children, with four chances in five of {low} to {high} children."
        in charts.trajectory_in_words(plan)
    )


def test_the_kpi_page_shows_chart_rules_chances_and_pace(open_page: Open) -> None:
    app = open_page("kpi", "course", kpi=WITHIN)
    said = words(app).replace("*", "")
    assert f"12 months: 62.0 % by April 2024 is unlikely ({chance(WITHIN, '12 months')})." in said
    assert "Rule set mdc-2023 · XmR chart · 30 figures" in said
    assert "Needed to the next milestone: +0.3 points a month" in said
    assert "Achieved over the last twelve figures or fewer: +0.6 points a month (95 % interval +0.3 to +0.8)" in said
    assert "Better, by more than chance" in said
    assert any("control chart" in chart.alt for chart in drawn(app))


def test_a_figure_that_is_there_already_needs_nothing_more(open_page: Open) -> None:
    said = words(open_page("kpi", "course", kpi=SIZE))
    assert "Nothing more: the latest figure already meets it" in said
    assert "fast enough" not in said


def test_cannot_tell_is_said_in_words_where_there_is_no_forecast(open_page: Open) -> None:
    said = words(open_page("kpi", "full", kpi=EHC))
    assert "Where is it heading? Cannot tell yet." in said
    assert "A control chart needs at least one figure" in said


def test_the_scorecard_marks_what_is_newly_off_and_gives_chances(open_page: Open) -> None:
    said = words(open_page(kind="course")).replace("*", "")
    assert said.count("New since the figure before") == 1
    assert f"chance {chance(SIZE, '12 months')}, more likely than not" in said
    assert "Worse, by more than chance" in said
    assert LONG in editions.course()["scorecard"][2].values()


def test_every_meaning_has_a_shape_words_and_contrast() -> None:
    for marks, named_words in ((MEANING_MARKS, wording.MEANING_WORDS), (ASSURANCE_MARKS, wording.ASSURANCE_WORDS)):
        assert set(marks) == set(named_words)
        assert len({mark.glyph for mark in marks.values()}) == len(marks)
        for look in (LIGHT, DARK):
            for mark in marks.values():
                ink, ground = look.tones[mark.tone]
                assert min(contrast(ink, ground), contrast(ink, look.background)) >= 3


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_no_two_icons_look_alike_and_the_line_runs_the_way_the_figures_run(better: str) -> None:
    drawn_icons = {icons.variation(name, better, LIGHT) for name in MEANING_MARKS}
    drawn_icons |= {icons.assurance(name, better, LIGHT) for name in ASSURANCE_MARKS}
    assert len(drawn_icons) == len(MEANING_MARKS) + len(ASSURANCE_MARKS)
    rises = icons.variation("special_cause_improvement", "higher", LIGHT).split("polyline")[1].split("/>")[0]
    falls = icons.variation("special_cause_concern", "higher", LIGHT).split("polyline")[1].split("/>")[0]
    assert (
        rises.split('"')[1]
        == icons.variation("special_cause_concern", "lower", LIGHT).split('points="')[1].split('"')[0]
    )
    assert rises.split('"')[1] != falls.split('"')[1]


@pytest.mark.parametrize(
    ("required", "low", "high", "better", "said"),
    [
        (-5.0, -8.0, -6.0, "lower", "That is fast enough."),
        (-5.0, -4.0, -2.0, "lower", "That is too slow."),
        (-5.0, -6.0, -4.0, "lower", "Cannot tell"),
        (1.0, 1.5, 2.0, "higher", "That is fast enough."),
        (1.0, -0.5, 0.5, "higher", "That is too slow."),
        (1.0, 0.5, 1.0, "higher", "Cannot tell"),
    ],
)
def test_the_pace_is_judged_in_both_directions(
    required: float, low: float, high: float, better: str, said: str
) -> None:
    assert wording.pace_words(required, low, high, better).startswith(said)


def test_chances_and_changes_in_words() -> None:
    assert [wording.chance_words(c) for c in (0.0, 0.004, 0.5, 0.796, 0.999, 1.0)] == [
        "under 1 %, unlikely",
        "under 1 %, unlikely",
        "50 %, more likely than not",
        "80 %, more likely than not",
        "over 99 %, likely",
        "over 99 %, likely",
    ]
    assert wording.change_a_month(-4.26, "children") == "−4.3 children a month"
    assert wording.change_a_month(0.04, "percent") == "±0.0 points a month"
    assert wording.change_interval(-6.1, 1.9, "weeks") == "−6.1 to +1.9"
    assert [wording.months_ahead_words(n) for n in (-1, 0, 3)] == [
        "1 month behind the plan",
        "level with the plan",
        "3 months ahead of the plan",
    ]
    assert wording.months_ahead_words(-1, least=True) == "at least 1 month behind the plan"


def test_why_there_is_no_forecast_is_told_without_saying_it_twice() -> None:
    row = pd.Series({"cannot_tell": "Cannot tell yet: there are 6 years; a forecast needs at least 8."})
    assert course.why_no_forecast(row) == "there are 6 years; a forecast needs at least 8."
    assert course.why_no_forecast(None) == "this KPI has no forecast in this edition."
