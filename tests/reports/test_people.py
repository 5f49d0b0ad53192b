"""What people say in a pack: actions by RAG, the owner's response, surveys. Only where an edition has them."""

from datetime import date, datetime

import pandas as pd

from tests.pages.contract_rows import EHC
from tests.reports.packs import Page, edition, put_together, sheet, slide_words, slides, written

ACTION = {
    "ref": "5.1.5", "first_ref": "5.1.5", "priority_area": "5. Plans", "theme": "5.1", "theme_title": "Timeliness",
    "outcome": "Plans in time", "owner_role": "Head of SEND", "owner_organisation": "Council", "by_when": "March 2024",
    "due_on": date(2024, 3, 31), "first_by_when": None, "rag": "R", "in_conflict": False, "overdue": True,
    "checked_at": datetime(2025, 10, 6, 9), "checked_by": "Head of SEND", "check_ins": 2, "retired": False,
    "progress": "=Recruitment has failed twice", "evidence": None, "completed_on": None,
}  # fmt: skip


def _actions() -> pd.DataFrame:
    rows = [
        {**ACTION, "action_id": "a1", "position": 1, "title": "Recruit educational psychologists"},
        {**ACTION, "action_id": "a2", "position": 2, "title": "Weekly panel", "rag": "G", "overdue": False,
         "ref": "5.1.6"},
        {**ACTION, "action_id": "a3", "position": 3, "title": None, "rag": None, "overdue": False, "checked_at": None,
         "by_when": None, "ref": "5.1.7", "first_by_when": "July 2023"},
        {**ACTION, "action_id": "a4", "position": 4, "title": "Gone", "retired": True, "ref": "5.1.8"},
    ]  # fmt: skip
    return pd.DataFrame(rows)


LINKS = pd.DataFrame({"kpi": [EHC] * 3, "action_id": ["a2", "a1", "a4"], "direct": [False, True, True]})
EXCEPTIONS = pd.DataFrame(
    {
        "kpi": [EHC] * 2, "month": pd.to_datetime(["2023-12-01", "2024-12-01"]), "reason": ["Newly off", "Still worse"],
        "answered": [True, False], "response": ["Two posts were filled", None], "owner": ["Head of SEND", None],
        "due_on": [date(2024, 6, 1), None], "answered_at": [datetime(2024, 1, 9), None],
        "answered_by": ["Director", None],
    }
)  # fmt: skip
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
    of = edition("full", actions=_actions(), action_links=LINKS, exceptions=EXCEPTIONS)
    pack = put_together(of, None, None)
    content = written(pack, of)
    told = "\n".join(slide_words(slide) for slide in slides(content["pptx"]))
    page = Page(content["html"])
    for words in (told, page.words):
        assert "The plan has 3 actions." in words
        assert "not judged yet: 1" in words
        assert "past a firm date and not complete: 1" in words
        assert "5.1.5 Recruit educational psychologists (R, red, by March 2024, past its date)" in words
        assert (
            "December 2023, Newly off: Two posts were filled (Director, 9 January 2024). Owner: Head of SEND." in words
        )
        assert "December 2024, Still worse: not answered yet." in words
        assert "Gone" not in words
    rated = page.tables["Actions rated R, red"]
    assert rated[1][3:] == ["R, red", "6 October 2025, Head of SEND: =Recruitment has failed twice"]
    (scorecard,) = [
        rows for name, rows in page.tables.items() if name.startswith("Scorecard of") and "RAG" in rows[0][-1]
    ]
    assert [row[-1] for row in scorecard[1:] if row[0].startswith("EHC plans issued")] == ["1 R"]
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
    of = edition("full")
    groups = {part.group for part in put_together(of, None, None).parts}
    assert not groups & {"Actions", "Surveys"}
