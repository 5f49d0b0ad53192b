"""Surveys as an edition has them, invented: two waves of families, one of staff with a small base and one hidden."""

from tests.pages.contract_rows import EHC, LOCAL, Row, Rows, month

FAMILIES: Row = {"survey": "parent_carer_survey", "respondent_group": "parents_and_carers", "area": LOCAL}
STAFF: Row = {"survey": "setting_survey", "respondent_group": "setting_staff", "area": LOCAL}
MONTHS = {"2023": month("2023-07"), "2024": month("2024-07")}
COMPARED: Row = {"previous_wave": "2023", "previous_base": 210, "previous_value": 100 * 62 / 210, "difference": 14.4}
COMPARED |= {"difference_low": 5.1, "difference_high": 23.3, "p_value": 0.002, "verdict": "better"}
GOOD = ["agree", "strongly agree"]
POINTS = ["strongly disagree", "disagree", "neither agree nor disagree", *GOOD]


def question(who: Row, wave: str, key: str, position: int, text: str, **more: object) -> Row:
    """Return a SURVEY_QUESTIONS row."""
    row: Row = {**who, "wave": wave, "question": key, "position": position, "month": MONTHS[wave], "text": text}
    row |= {"scale": "agree_5", "reversed": False, "is_small": False, "sentence": f"{wave}: what was said."}
    return {**row, **more}


def rows() -> Rows:
    """Return the survey tables' rows."""
    known = "I know what support there is"
    share: Row = {"base": 205, "favourable": 90, "value": 100 * 90 / 205, "low": 37.3, "high": 50.7}
    before: Row = {"base": 210, "favourable": 62, "value": 100 * 62 / 210, "low": 23.8, "high": 36.0}
    hidden: Row = {"base": 25, "flag": "suppressed", "is_small": True}
    not_compared: Row = {"previous_wave": "2023", "not_compared": "asked on another scale"}
    return {
        "survey_waves": [
            *({**FAMILIES, "wave": wave, "month": MONTHS[wave], "title": f"Families, {wave}", "respondents": n,
               "fieldwork_from": MONTHS[wave], "fieldwork_to": MONTHS[wave], "channel": "open link"}
              for wave, n in (("2023", 214), ("2024", 209))),
            {**STAFF, "wave": "2024", "month": MONTHS["2024"], "title": "Staff, 2024", "respondents": 27, "invited": 90,
             "response_rate": 30.0, "fieldwork_from": MONTHS["2024"], "fieldwork_to": MONTHS["2024"]},
        ],
        "survey_questions": [
            question(FAMILIES, "2023", "known", 1, known, **before, kpis=EHC, plan_refs="3.1.4, 3.1.5"),
            question(FAMILIES, "2024", "known", 1, known, **share, **COMPARED, kpis=EHC, plan_refs="3.1.4, 3.1.5"),
            question(FAMILIES, "2024", "struggle", 2, "It was a struggle", **share, **not_compared, reversed=True),
            question(FAMILIES, "2024", "looked", 3, "Where did you look?", base=180, flag="not_applicable",
                     scale="several"),
            question(STAFF, "2024", "inclusive", 1, "We include everyone", **hidden),
            question(STAFF, "2024", "small", 2, "We know enough", base=8, flag="small_base"),
        ],
        "survey_answers": [
            *(_answer("2024", "known", n, answer, count) for n, (answer, count) in
              enumerate(zip(POINTS, (40, 35, 40, 50, 40), strict=True), 1)),
            *(_answer("2023", "known", n, answer, count) for n, (answer, count) in
              enumerate(zip(POINTS, (60, 50, 38, 40, 22), strict=True), 1)),
            {**FAMILIES, "wave": "2024", "question": "known", "answer": "don't know", "position": 100,
             "is_valid": False, "respondents": 4},
            {**_answer("2024", "looked", 50, "School", 90), "favourable": None, "share": 50.0},
        ],
        "survey_groups": [
            {**FAMILIES, "wave": "2024", "question": "known", "breakdown": "need", "group": group, **told}
            for group, told in (
                ("autism", {**share, "base": 60, "favourable": 30, "value": 50.0, "is_small": False, **COMPARED}),
                ("slcn", {"base": 6, "flag": "small_base", "is_small": False}),
            )
        ],
        "survey_profile": [
            {**FAMILIES, "wave": "2024", "breakdown": "need", "group": "autism", "respondents": 60, "share": 60.0,
             "population": 655, "population_share": 21.3, "population_month": month("2025-01")},
            {**FAMILIES, "wave": "2024", "breakdown": "need", "group": "slcn", "flag": "suppressed"},
        ],
    }  # fmt: skip


def _answer(wave: str, key: str, position: int, answer: str, count: int) -> Row:
    told: Row = {**FAMILIES, "wave": wave, "question": key, "answer": answer, "position": position, "is_valid": True}
    base = {"2023": 210, "2024": 205}[wave]
    return {**told, "favourable": answer in GOOD, "respondents": count, "share": 100 * count / base}
