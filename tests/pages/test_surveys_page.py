"""The surveys page: what it says, what it filters by, and what it does with nothing and with what is hidden."""

import pandas as pd

from pages.components.charts import opinions
from pages.components.theme import LIGHT
from tests.pages.conftest import Open
from tests.pages.screen import charts, tables, traces, words
from tests.pages.survey_edition import FAMILIES, POINTS, question


def test_waves_stand_side_by_side_with_interval_and_verdict(open_page: Open) -> None:
    app = open_page("surveys", "full")
    assert not app.exception
    said = words(app)
    assert "Families, 2024: 209 answered" in said
    assert "no response rate, since nobody knows how many were asked" in said
    assert "Of 3 questions asked last, 1 got better, 0 got worse, for 0 we cannot tell, 2 cannot be compared." in said
    shown = next(frame for frame in tables(app) if "In a word" in frame)
    row = shown[shown["Question"] == "I know what support there is"].iloc[0]
    assert list(row[1:]) == ["29.5 % of 210", "43.9 % of 205", "+14.4 points (5.1 to 23.3)", "better"]
    other = shown[shown["Question"] == "It was a struggle"].iloc[0]
    assert list(other[1:]) == ["not asked", "43.9 % of 205", "not compared: asked on another scale", ""]


def test_bars_go_to_both_sides_and_have_words(open_page: Open) -> None:
    [chart] = charts(open_page("surveys", "full"))
    bars = [trace for trace in traces(chart) if trace["type"] == "bar"]
    right = {trace["name"]: trace["x"][0] for trace in bars[:5]}  # the follow-up comes second, the baseline first
    assert right["strongly agree"] > 0 > right["strongly disagree"]
    whole = sum(abs(trace["x"][0]) for trace in bars[:5])
    assert round(whole, 6) == 100
    assert chart.alt.startswith("Favourable answers, question by question. I know what support there is: 2024:")


def test_a_link_restores_who_was_asked_the_group_and_the_question(open_page: Open) -> None:
    app = open_page("surveys", "full", who="need: autism", question="Where did you look?")
    shown = next(frame for frame in tables(app) if "In a word" in frame)
    assert shown.to_numpy().tolist() == [
        ["I know what support there is", "50.0 % of 60", "+14.4 points (5.1 to 23.3)", "better"]
    ]
    chosen = next(frame for frame in tables(app) if "Answer" in frame)
    assert chosen.to_numpy().tolist() == [["School", "90 (50.0 %)"]]


def test_small_hidden_and_known_rates_are_told_apart(open_page: Open) -> None:
    app = open_page("surveys", "full", asked="Staff of schools and settings")
    assert "30.0 % of the 90 who were asked" in words(app)
    shown = next(frame for frame in tables(app) if "In a word" in frame)
    assert list(shown["2024"]) == ["suppressed", "fewer than ten answers"]
    assert "This survey asks nothing about who answers." in words(app)
    assert "Figures by group of respondents are not told here" in words(app)


def test_without_a_survey_the_page_says_so(open_page: Open) -> None:
    app = open_page("surveys", "empty")
    assert [info.value for info in app.info] == ["This edition holds no survey. Load one and publish."]
    assert not charts(app)


def test_a_middle_answer_stays_in_the_middle_where_nobody_gave_the_worst() -> None:
    """Which points are bad follows from the scale, as another question shows it whole, not from this one's answers."""
    questions, answers = [], []
    for key, points in (("whole", POINTS), ("no_worst", POINTS[1:])):
        questions.append(question(FAMILIES, "2024", key, 1, key, value=50.0, flag=None, reworded=None))
        answers += [
            {**FAMILIES, "wave": "2024", "question": key, "answer": point, "position": POINTS.index(point) + 1,
             "is_valid": True, "favourable": point in POINTS[3:], "share": 100 / len(points)}
            for point in points
        ]  # fmt: skip
    asked = pd.DataFrame(questions).assign(previous_wave=None, verdict=None, month=pd.Timestamp("2024-07-01"))
    drawn = opinions(asked, pd.DataFrame(answers), LIGHT)
    middle = [bar for bar in drawn.data if bar.name == "neither agree nor disagree"]
    assert [round(bar.base[0] + bar.x[0] / 2, 6) for bar in middle] == [0, 0]
