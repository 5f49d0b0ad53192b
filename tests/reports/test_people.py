"""What people say in a pack: actions by RAG, the owner's response, surveys. Only where an edition has them."""

from datetime import date, datetime

import pandas as pd
import pytest

from metrics.action_tables import ACTION_LINKS, ACTIONS, EXCEPTIONS
from tests.pages.contract_rows import EHC
from tests.reports.packs import Page, edition, made, put_together, sheet, slide_words, slides, written

ACTION = {
    "ref": "5.1.5", "first_ref": "5.1.5", "priority_area": "5. Plans", "theme": "5.1", "theme_title": "Timeliness",
    "outcome": "Plans in time", "owner_role": "Head of SEND", "owner_organisation": "Council", "by_when": "Mar-24",
    "by_when_kind": "month", "due_on": date(2024, 3, 31), "placeholder": False, "retired": False, "rag": "R",
    "in_conflict": False, "checked_at": datetime(2025, 10, 6, 9), "checked_by": "Head of SEND", "check_ins": 2,
    "progress": "=Recruitment has failed twice", "overdue": True,
}  # fmt: skip
LINK = {"kpi": EHC, "since": "not_complete"}
REPORT = {
    "kpi": EHC, "title": "EHC plans", "kind": "newly_off", "month": date(2023, 12, 1), "raised_in": date(2024, 1, 1),
    "sentence": "s", "reason": "r", "answered": True, "response": "Two posts were filled", "owner": "Head of SEND",
    "due_on": date(2024, 6, 1), "answered_at": datetime(2024, 1, 9), "answered_by": "Director",
}  # fmt: skip


def _plan() -> dict[str, pd.DataFrame]:
    calm = {"overdue": False, "rag": "G"}
    blank = {"overdue": False, "rag": None, "checked_at": None, "checked_by": None, "by_when": None, "progress": None}
    actions = [
        {**ACTION, "action_id": "a1", "position": 1, "title": "Recruit educational psychologists"},
        {**ACTION, **calm, "action_id": "a2", "position": 2, "title": "Weekly panel", "ref": "5.1.6"},
        {**ACTION, **blank, "action_id": "a3", "position": 3, "title": "Later", "ref": "5.1.7"},
        {**ACTION, "action_id": "a4", "position": 4, "title": "Gone", "retired": True, "ref": "5.1.8"},
    ]
    links = [
        {**LINK, "action_id": action, "ref": ref, "direct": direct}
        for action, ref, direct in (("a2", "5.1.6", False), ("a1", "5.1.5", True), ("a4", "5.1.8", True))
    ]
    open_one = {"exception_id": "x2", "kind": "worse", "month": date(2024, 12, 1), "answered": False}
    reports = [{**REPORT, "exception_id": "x1"}, {**REPORT, **open_one, "response": None, "answered_at": None}]
    return {
        "actions": ACTIONS.frame(actions),
        "action_links": ACTION_LINKS.frame(links),
        "exceptions": EXCEPTIONS.frame(reports),
    }


def test_actions_stand_by_their_rating_and_beside_their_kpi() -> None:
    of = edition("full", **_plan())
    content = written(put_together(of, None, None), of)
    told = "\n".join(slide_words(slide) for slide in slides(content["pptx"]))
    page = Page(content["html"])
    for words in (told, page.words):
        assert "The plan has 3 actions." in words
        assert "○ Not rated: 1" in words
        assert "past a firm date and not complete: 1" in words
        assert "5.1.5 Recruit educational psychologists: ■ R, Mar-24 (overdue)" in words
        assert (
            "Newly off trajectory, December 2023: Two posts were filled (Director, 9 January 2024). Answers for it: "
            "Head of SEND, by 1 June 2024."
        ) in words
        assert "Worse by more than chance, December 2024: not answered yet." in words
        assert "Gone" not in words
    assert "All other actions" in page.tables
    assert "All other actions" not in told
    rated = page.tables["Actions rated R"]
    assert [rated[1][0], *rated[1][2:4], rated[1][6]] == ["5.1.5", "■ R", "Mar-24 (overdue)", ACTION["progress"]]
    (rags,) = [rows for rows in page.tables.values() if rows[0][-1] == "RAG of its actions"]
    assert [row[-1] for row in rags[1:] if row[0].startswith("EHC plans issued")] == ["1 ■ R"]
    typed = sheet(content["xlsx"], "Actions").set_index("Reference")
    assert typed.loc["5.1.5", "Progress"] == "'=Recruitment has failed twice"
    assert typed.loc["5.1.7", "RAG"] is None


def test_surveys_say_who_answered_what_changed_and_what_nobody_can_tell() -> None:
    content = made("full")
    told = "\n".join(slide_words(slide) for slide in slides(content["pptx"]))
    assert "Families, 2024: 209 answered" in told
    assert "no response rate, since nobody knows how many were asked" in told
    assert "Staff, 2024: 27 answered, 1 July 2024 to 1 July 2024; 30.0 % of the 90 who were asked." in told
    tables = Page(content["html"]).tables
    assert tables["Parents and carers"][0] == ["Question", "2023", "2024", "Difference", "In a word"]
    assert tables["Parents and carers"][1:3] == [
        ["I know what support there is", "29.5 % of 210", "43.9 % of 205", "+14.4 points (5.1 to 23.3)", "better"],
        ["It was a struggle", "not asked", "43.9 % of 205", "not compared: asked on another scale", ""],
    ]
    typed = sheet(content["xlsx"], "Surveys").set_index(["Question", "Wave"])
    known, small = ("I know what support there is", "2024"), ("We know enough", "2024")
    assert typed.loc[known, "Favourable, percent"] == pytest.approx(100 * 90 / 205)
    assert pd.isna(typed.loc[small, "Favourable, percent"])


def test_an_edition_without_them_says_nothing_of_them() -> None:
    of = edition("missing_months")
    groups = {part.group for part in put_together(of, None, None).parts}
    assert not groups & {"Actions", "Surveys"}
