"""Who waits how long, on screen: with movement and without, with splits, with bands that have no count."""

import json

import pandas as pd
from streamlit.testing.v1 import AppTest

from metrics.waits_view import by_month, ribbon, side_by_side
from pages.components import charts, waits
from pages.components.theme import LIGHT
from tests.pages import course_edition, editions
from tests.pages.conftest import Open
from tests.pages.contract_rows import TRUST, month
from tests.pages.course_edition import SIZE, WITHIN
from tests.pages.screen import charts as drawn
from tests.pages.screen import tables, words


def own() -> pd.DataFrame:
    held = editions.frames(editions.course())["bands"]
    return held[held["state"] == "waiting"]


def table(app: AppTest, column: str) -> pd.DataFrame:
    return next(shown for shown in tables(app) if column in shown)


def test_the_page_says_who_waits_and_who_came_and_went(open_page: Open) -> None:
    app = open_page("waiting_times", "course")
    said = words(app)
    [(_, total, _, share)] = [row for row in course_edition.lists() if row[0] == "2024-02"]
    within = round(total * share / 100)
    assert f"Children waiting {total} children" in said
    assert f"Waiting 18 weeks or less {100 * within / total:.1f} %" in said
    alternatives = " ".join(chart.alt for chart in drawn(app))
    assert "Children joining and leaving the list" in alternatives
    assert "Left, seen or removed" in alternatives
    assert "52 to 65 weeks: " in alternatives
    marks = table(app, "Mark")
    assert list(marks["Mark"]) == ["18 weeks", "52 weeks", "65 weeks", "104 weeks"]
    assert marks["Past it now"].iloc[0] == f"{total - within} children"


def test_a_published_list_has_no_movement_and_says_so(open_page: Open) -> None:
    said = words(open_page("waiting_times", "course_without_flows"))
    assert "who joined and who left is not known" in said
    assert "no split was sent" in said


def test_a_list_is_split_one_way_at_a_time(open_page: Open) -> None:
    rows = editions.course()
    split = {"area": TRUST, "breakdown": "age_band", "month": month("2024-02"), "period_months": 0}
    rows["results"] += [
        {**split, "kpi": SIZE, "group": "0 to 4", "value": 300.0},
        {**split, "kpi": SIZE, "group": "5 to 10", "flag": "suppressed"},
        {**split, "kpi": WITHIN, "group": "0 to 4", "value": 62.5, "numerator": 5, "denominator": 8},
        {**split, "kpi": SIZE, "breakdown": "diagnosis", "group": "nd_not_autism", "value": 40.0},
        {**split, "kpi": SIZE, "breakdown": "ethnic_group", "group": "not supplied", "value": 681.0},
    ]
    editions.KINDS["split"] = lambda: rows
    try:
        app = open_page("waiting_times", "split")
    finally:
        del editions.KINDS["split"]
    shown = table(app, "0 to 4").set_index("Figure")
    titles = {row["kpi"]: row["title"] for row in rows["kpis"]}
    assert shown.loc[titles[SIZE], "0 to 4"] == "300 children"
    assert "suppressed" in shown.loc[titles[SIZE], "5 to 10"]
    assert shown.loc[titles[WITHIN], "0 to 4"] == "62.5 %"
    assert shown.loc[titles[WITHIN], "5 to 10"] == ""  # no such figure
    assert app.selectbox(key="split").options == ["age band", "diagnosis"]
    assert "Not supplied on this list: ethnic group." in words(app)
    app.selectbox(key="split").set_value("diagnosis").run()
    assert list(table(app, "neurodevelopmental, not autism").columns) == ["Figure", "neurodevelopmental, not autism"]


def test_a_withheld_month_is_said_to_be_withheld_and_nothing_of_it_is_drawn(open_page: Open) -> None:
    rows = editions.course()
    latest = max(row["month"] for row in rows["bands"])
    rows["bands"] = [
        {**row, "children": None, "flag": "withheld"} if row["month"] == latest else row for row in rows["bands"]
    ]
    editions.KINDS["withheld bands"] = lambda: rows
    try:
        app = open_page("waiting_times", "withheld bands")
    finally:
        del editions.KINDS["withheld bands"]
    said = words(app)
    for name in (
        "Children waiting",
        "Waiting 18 weeks or less",
        "Half have waited up to",
        "92 of 100 have waited up to",
    ):
        assert f"{name} withheld" in said
    assert "No band of the latest month has a count, so nothing is drawn. It is not zero." in said


def test_without_a_list_the_page_says_so(open_page: Open) -> None:
    assert "holds no waiting list by week band" in words(open_page("waiting_times", "empty"))


def test_a_ribbon_stacks_what_is_counted_and_marks_what_is_late() -> None:
    rows = ribbon(own(), 18)
    drawn_bars = json.loads(charts.ribbon(rows, 18, LIGHT).to_json())["data"]
    assert [bar["name"] for bar in drawn_bars] == [
        "0 to 4 weeks", "4 to 12 weeks", "12 to 18 weeks", "18 to 52 weeks", "52 to 65 weeks", "65 to 104 weeks",
        "104 weeks or more",
    ]  # fmt: skip
    assert [bar["marker"]["pattern"]["shape"] for bar in drawn_bars] == ["", "", "", "/", "/", "/", "/"]
    assert all(bar["marker"]["pattern"]["fillmode"] == "overlay" for bar in drawn_bars)
    assert sum(bar["y"][-1] for bar in drawn_bars) == own().query("month == month.max()")["children"].sum()
    assert len({bar["marker"]["color"] for bar in drawn_bars}) == len(drawn_bars)


def test_a_group_without_a_count_is_not_drawn_as_zero() -> None:
    torn = own()
    torn = torn.assign(children=torn["children"].mask(torn["weeks_from"] == 52))
    rows = ribbon(torn, 18)
    bars = json.loads(charts.ribbon(rows, 18, LIGHT).to_json())["data"]
    [group] = [bar for bar in bars if bar["name"] == "52 to 65 weeks"]
    assert set(group["y"]) == {None}
    assert "52 to 65 weeks: no count" in charts.ribbon_in_words(rows, "A list")
    assert "no figure" in set(waits.ribbon(rows)["52 to 65 weeks"])


def test_clocks_are_in_days_and_open_bands_are_at_least() -> None:
    rows = side_by_side(own().assign(weeks_to=own()["weeks_to"].mask(own()["weeks_to"] > 18)).query("weeks_from <= 18"),
                        [("slt", TRUST)], {"slt": 18})  # fmt: skip
    words_ = charts.clocks_in_words(rows, ["Therapy"])
    assert "92 of 100 longer than 126 days; the standard is 126 days" in words_
    assert waits.clocks(rows, ["Therapy"])["92 of 100 up to, days"].tolist() == ["126+"]


def test_percentiles_are_named_at_their_ends() -> None:
    frame = by_month(own(), 18).assign(period_months=0, at_least=None, flag=None)
    series = [charts.Series("Half", frame.assign(value=frame["median"])),
              charts.Series("Most", frame.assign(value=frame["long"]))]  # fmt: skip
    chart = json.loads(charts.lines(series, "weeks", LIGHT, 18).to_json())
    assert {trace["name"] for trace in chart["data"]} == {"Half", "Most"}
    assert len({trace["marker"]["symbol"] for trace in chart["data"]}) == 2
    texts = [note["text"] for note in chart["layout"]["annotations"]]
    assert any(text.startswith("<b>Half<br>") for text in texts)
    assert "standard 18.0 weeks" in texts
