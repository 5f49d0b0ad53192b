"""What people say in a pack: actions by RAG, the owner's response, surveys. Only where an edition has them."""

from datetime import date, datetime

import pandas as pd

from metrics.action_tables import ACTION_LINKS, ACTIONS, EXCEPTIONS
from tests.pages.contract_rows import EHC
from tests.reports.packs import Page, edition, put_together, sheet, slide_words, slides, written

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


WAVE = {"survey": "parents", "wave": "2024", "respondent_group": "parents_and_carers", "area": "E06000051"}


def _surveys() -> dict[str, pd.DataFrame]:
    waves = [
        {**WAVE, "month": pd.Timestamp("2024-06-01"), "title": "Parent carer survey", "respondents": 212,
         "response_rate": 31.4},
        {**WAVE, "wave": "2023", "month": pd.Timestamp("2023-06-01"), "title": "Parent carer survey",
         "respondents": 150, "response_rate": None},
    ]  # fmt: skip
    asked = {
        **WAVE, "month": pd.Timestamp("2024-06-01"), "is_small": False, "flag": None, "previous_wave": "2023",
        "not_compared": None,
    }  # fmt: skip
    heard = {"text": "We were heard", "base": 200, "favourable": 90, "value": 45.0, "low": 38.3, "high": 51.9}
    told = {"text": "We were told", "base": 6, "flag": "small_base", "not_compared": "too few answers"}
    before = {"previous_value": 35.2, "difference": 9.8, "verdict": "better"}
    blank = dict.fromkeys(("favourable", "value", "low", "high", "previous_value", "difference", "verdict", "sentence"))
    questions = [
        {**asked, **heard, **before, "position": 1, "sentence": "More feel heard than in 2023."},
        {**asked, **blank, **told, "position": 2, "previous_wave": None},
    ]
    return {"survey_waves": pd.DataFrame(waves), "survey_questions": pd.DataFrame(questions)}


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
    of = edition("full", **_surveys())
    content = written(put_together(of, None, None), of)
    told = "\n".join(slide_words(slide) for slide in slides(content["pptx"]))
    assert "2024, June 2024. 212 answered, 31.4 % of those asked." in told
    assert "More feel heard than in 2023." in told
    (rows,) = [t for name, t in Page(content["html"]).tables.items() if name.startswith("Survey: ")]
    assert rows[1] == ["We were heard", "45.0 %", "200", "38.3 to 51.9 %", "35.2 %, 2023", "+9.8 points: better"]
    assert rows[2] == ["We were told", "△ too few children to say", "6", "", "none", "too few answers"]
    typed = sheet(content["xlsx"], "Surveys").set_index("Question")
    assert typed.loc["We were heard", "Favourable, percent"] == 45.0
    assert typed.loc["We were told", "Favourable, percent"] is None
    assert typed.loc["We were told", "Without a value"] == "too few children to say"


def test_an_edition_without_them_says_nothing_of_them() -> None:
    of = edition("missing_months")
    groups = {part.group for part in put_together(of, None, None).parts}
    assert not groups & {"Actions", "Surveys"}
