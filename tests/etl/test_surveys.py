"""Survey exports: the layouts of the tools, what an answer means, what is dropped, and which wave a file is."""

import csv
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from etl.__main__ import main
from etl.errors import DocumentError
from etl.examine import Examination, examine
from etl.settings import SHIPPED
from etl.sketch import sketch
from etl.survey_answers import read_several, read_single
from etl.surveys import Question, Scale, Wave, load_scales
from etl.tables import ANSWERED
from etl.waves import load_waves

WAVES = Path(__file__).parent / "survey_waves"
KNOWN, HEARD, HELP = "I know what support there is", "We were heard", "Where did you look for help?"
MAPPING = f"""
title: A survey of families
survey: families
wave: 2024
respondents: parents_and_carers
publisher: A council
fieldwork: {{from: 2024-06-03, to: 2024-07-12}}
questions:
  known: {{text: {KNOWN}, scale: agree_5}}
  struggle: {{text: It was a struggle, scale: agree_5, reversed: true}}
  looked: {{text: {HELP}, scale: several, options: [School, The local offer]}}
profile:
  age_band: {{text: How old is your child?, values: {{0 to 4: under 5, 5 to 10: 5-10}}}}
"""
HEADINGS = [KNOWN, "It was a struggle", HELP, "How old is your child?"]
# Invented: nobody is meant. The NHS number is of the range that is never issued.
CANARIES = ["Wilhelmina Featherstonehaugh", "mina@example.org", "999 000 0018", "SY3 8DQ", "07700 900123"]


def plan(folder: Path, **mappings: str) -> Path:
    """Return a plan folder with these waves."""
    (folder / "surveys").mkdir(parents=True, exist_ok=True)
    (folder / "plan.yaml").write_text((SHIPPED / "plan/plan.yaml").read_text())
    for name, text in mappings.items():
        (folder / "surveys" / f"{name}.yaml").write_text(text)
    return folder


def sheet(path: Path, rows: list[list[str]]) -> Path:
    """Return the rows as a .csv with a byte order mark, or as an .xlsx."""
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(row)  # type: ignore[union-attr]
        book.save(path)
        return path
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def look(path: Path, folder: Path, source: str | None = None, month: date | None = None) -> Examination:
    return examine(
        path, today=date(2026, 11, 22), reference=SHIPPED / "reference", source=source, month=month, plan=folder
    )


def told(found: Examination, question: str) -> dict[str | None, int]:
    """Return how many gave each answer to a question; None for a blank."""
    assert found.frames, [finding.message(found.file) for finding in found.findings]
    answers = found.frames["answers"]
    own = answers.loc[answers["question"] == question, "answer"]
    counts = own.value_counts(dropna=False)
    return {None if pd.isna(answer) else answer: int(count) for answer, count in counts.items()}


def rules(found: Examination) -> set[str]:
    return {finding.rule for finding in found.findings if finding.severity != "note"}


# --- the layouts ------------------------------------------------------------------------------------------------------

ANSWERED_BY = [["Strongly agree", "Disagree", {"School", "The local offer"}, "0 to 4"], ["Agree", "", set(), "5 to 10"],
               ["Don't know", "Strongly Disagree", {"School"}, ""]]  # fmt: skip
EXPECTED = {
    "known": {"strongly agree": 1, "agree": 1, "don't know": 1},
    "struggle": {"disagree": 1, "strongly disagree": 1, None: 1},
    "looked": {ANSWERED: 2, "School": 2, "The local offer": 1, None: 1},
    "age_band": {"under 5": 1, "5-10": 1, None: 1},
}


def _flat(row: list, joined: str = ";") -> list[str]:
    return [row[0], row[1], "".join(f"{one}{joined}" for one in sorted(row[2])), row[3]]


def forms(end: str = "6/{day}/2024 9:12:00") -> list[list[str]]:
    tool = ["ID", "Start time", "Completion time", "Email", "Name"]
    headings = [f"{KNOWN}\n", "It was a struggle", HELP.replace(" look", "\u00a0look"), "How old is your child?"]
    rows = [[str(n), end.format(day=n + 4), end.format(day=n + 4), "anonymous", ""] for n in range(1, 4)]
    return [[*tool, *headings], *(row + _flat(own) for row, own in zip(rows, ANSWERED_BY, strict=True))]


def two_rows() -> list[list[str]]:
    above = ["Respondent ID", "End Date", KNOWN, "It was a struggle", HELP, "", "How old is your child?"]
    beneath = ["", "", "Response", "Reponse 1", "School", "The local offer", "Response"]
    ticks = [[one if one in a[2] else "" for one in ("School", "The local offer")] for a in ANSWERED_BY]
    rows = [[f"90{n}", "14/06/2024 10:00", a[0], a[1], *ticks[n], a[3]] for n, a in enumerate(ANSWERED_BY)]
    return [above, beneath, *rows]


def qualtrics() -> list[list[str]]:
    codes = ["EndDate", "Status", "ResponseId", "Q1", "Q2", "Q3", "Q4"]
    labels = ["End Date", "Response Type", "Response ID", *HEADINGS]
    imports = [json.dumps({"ImportId": code}) for code in codes]
    rows = [["2024-06-14 10:00:00", "0", f"R_{n}", *_flat(a)] for n, a in enumerate(ANSWERED_BY)]
    return [codes, labels, imports, *rows, ["2024-06-01 09:00:00", "1", "R_x", "Agree", "Agree", "", ""]]


def limesurvey() -> list[list[str]]:
    heads = ["", f"G1Q1[SQ001]. {KNOWN} []", "G1Q2. It was a struggle", f"G2[1]. {HELP} [School]",
             f"G2[2]. {HELP} [The local offer]", "P1. How old is your child?"]  # fmt: skip
    rows = []
    for n, a in enumerate(ANSWERED_BY):
        ticks = ["", ""] if not a[2] else ["Yes" if one in a[2] else "No" for one in ("School", "The local offer")]
        rows.append([str(n), a[0], a[1], *ticks, a[3]])
    return [heads, *rows]


def smartsurvey_columns() -> list[list[str]]:
    heads = ["UserID", "UserNo", "Name", "Email", "IP Address", "Unique ID", "Started", "Ended", "Tracking",
             KNOWN, "It was a struggle", f"{HELP} - School", f"{HELP} - The local offer", HEADINGS[3]]  # fmt: skip
    rows = [[f"7{n}", str(n), "", "", "", "", "14/06/2024 09:00", "14/06/2024 09:10", "", a[0], a[1],
             *("1" if one in a[2] else ("0" if a[2] else "") for one in ("School", "The local offer")), a[3]]
            for n, a in enumerate(ANSWERED_BY)]  # fmt: skip
    return [heads, *rows]


SHAPES = {"forms": forms, "two_rows": two_rows, "qualtrics": qualtrics, "limesurvey": limesurvey,
          "smartsurvey": smartsurvey_columns, "plain": lambda: [HEADINGS, *map(_flat, ANSWERED_BY)]}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_every_tools_layout_gives_the_same_answers(shape: str, ending: str, tmp_path: Path) -> None:
    found = look(sheet(tmp_path / f"export{ending}", SHAPES[shape]()), plan(tmp_path, families_2024=MAPPING))
    assert (found.verdict, found.month) == ("accept", date(2024, 7, 1))
    assert {question: told(found, question) for question in EXPECTED} == EXPECTED
    assert (found.rows_in, found.rows_rejected) == ((4, 1) if shape == "qualtrics" else (3, 0))  # a try of the makers


def test_agreeing_is_the_bad_answer_of_a_reversed_question(tmp_path: Path) -> None:
    found = look(sheet(tmp_path / "a.csv", forms()), plan(tmp_path, families_2024=MAPPING))
    answers = found.frames["answers"].set_index(["question", "answer"])  # type: ignore[index]
    assert answers.loc[("known", "strongly agree"), "favourable"]
    assert answers.loc[("struggle", "disagree"), "favourable"]
    assert answers.loc[("struggle", "disagree"), "scale_position"] == 2  # where it stands, as it was asked


# --- the real exports (reference data, README's check figures) -------------------------------------------------------

REAL = {  # file: respondents, columns read, what is counted
    "538_StarWars.csv": (1186, {"seen_any": {"yes": 936, "no": 250}}),
    "538_steak-risk-survey.csv": (550, {"lottery": {"lottery a": 267, "lottery b": 279, None: 4}}),
    "apha_cpd_survey_2022.csv": (237, {"time_at_work": {"always": 22, "often": 59, "sometimes": 87, "rarely": 69}}),
    "ssi_rse_2017_uk_limesurvey.csv": (253, {"enjoys_job": {
        "strongly agree": 96, "agree": 95, "neither agree nor disagree": 20, "disagree": 10, "strongly disagree": 4}}),
    "qualtrics_3row_header_sample.csv": (1, {"choice": {"2": 1}}),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_a_real_export_has_the_figures_of_its_readme(name: str, shared: Path, tmp_path: Path) -> None:
    folder = plan(tmp_path, **{path.stem: path.read_text() for path in WAVES.glob("*.yaml")})
    found = look(shared / "surveys" / name, folder)
    respondents, expected = REAL[name]
    assert found.verdict == "accept"
    assert found.rows_in == respondents
    for question, counts in expected.items():
        assert {answer: told(found, question).get(answer) for answer in counts} == counts
    if name.startswith("538_Star"):
        han = told(found, "han_solo")
        answered = sum(count for answer, count in han.items() if answer is not None)
        assert (han["very favorably"] + han["somewhat favorably"], answered) == (761, 829)
        assert sum(count for answer, count in han.items() if answer not in (None, "not applicable")) == 829 - 15
    if name.startswith("ssi"):
        assert told(found, "enjoys_job")[None] + found.rows_rejected == 28  # those blank in all that is read are held


# --- what is never kept -----------------------------------------------------------------------------------------------


def _with_canaries() -> list[list[str]]:
    heads = ["ID", "Email", *HEADINGS, "Anything you want to tell us", "Question 9", "Question 10"]
    rows = []
    for n in range(12):
        name = f"{CANARIES[0].split()[0]} {'ABCDEFGHIJKL'[n]}eatherstonehaugh"
        text = f"My son {CANARIES[0]} lives at {CANARIES[3]}, ring {CANARIES[4]}, number {n}"
        answer = CANARIES[n % 5] if n == 3 else "Agree"
        rows.append([str(n), CANARIES[1], answer, "Agree", f"School;{CANARIES[0]};", "0 to 4", text, name, CANARIES[2]])
    return [heads, *rows]


def test_an_anonymous_export_with_names_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("WAYMARK_DATA", str(data))
    plan(data / "plan", families_2024=MAPPING)
    path = sheet(tmp_path / "export.csv", _with_canaries())
    assert main(["check", str(path)]) == 1
    assert main(["load", str(path), "--by", "An analyst"]) == 1
    assert main(["load", str(path), "--by", "An analyst", "--explain", "IDENTIFIERS_DROPPED=the council was told",
                 "--explain", "ANSWER_UNKNOWN=one person wrote into the form"]) == 0  # fmt: skip
    said = capsys.readouterr()
    stored = b"".join(file.read_bytes() for file in data.rglob("*") if file.is_file())
    for canary in (*CANARIES, CANARIES[0].split()[1], "9990000018", "SY38DQ", "My son"):
        assert canary not in said.out + said.err
        assert canary.encode() not in stored
    assert 'column "I know what support there is": an answer that is not on the scale' in said.out
    assert 'column "Question 9": the answers hold names of people' in said.out
    assert 'column "Question 10": the answers hold NHS numbers' in said.out
    assert 'column "Anything you want to tell us": the answers hold postcodes' in said.out


def test_a_question_that_holds_identifiers_is_asked_about_and_what_the_tool_adds_is_not(tmp_path: Path) -> None:
    rows = [[*row, extra] for row, extra in zip(_with_canaries(), ["Your child's full name", "W.", ""], strict=False)]
    found = look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING))
    asked = {finding.column for finding in found.findings if finding.rule == "IDENTIFIERS_DROPPED"}
    assert asked >= {"Question 10", "Your child's full name"}
    assert "Email" not in asked


# --- what does not fit ------------------------------------------------------------------------------------------------


def many(answer: str, of: int) -> list[list[str]]:
    rows = [["Agree", "Disagree", "School;", "0 to 4"] for _ in range(of)]
    rows[of // 2][0] = answer
    return [HEADINGS, *rows]


def test_an_answer_off_the_scale_is_asked_about_and_many_refuse_the_file(tmp_path: Path) -> None:
    folder = plan(tmp_path, families_2024=MAPPING)
    one = look(sheet(tmp_path / "one.csv", many("Perhaps", 30)), folder)
    assert rules(one) == {"ANSWER_UNKNOWN"}
    assert told(one, "known") == {"agree": 29, "not valid": 1}
    finding = next(f for f in one.findings if f.rule == "ANSWER_UNKNOWN")
    assert (finding.row, finding.column) == (17, KNOWN)  # row 16 of the answers, below the headings
    assert "questions.known.values in data/plan/surveys/families_2024.yaml" in finding.remedy
    rows = many("Perhaps", 30)
    rows[3][0] = rows[5][0] = "Maybe"
    assert "SCALE_WRONG" in rules(look(sheet(tmp_path / "many.csv", rows), folder))


def test_a_renamed_question_is_named_with_the_nearest_heading(tmp_path: Path) -> None:
    rows = forms()
    rows[0][5] = "I know what help there is"
    found = look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING))
    [finding] = [f for f in found.findings if f.rule == "COL_MISSING"]
    assert f'no question "{KNOWN}"; the nearest heading is "I know what help there is"' in finding.message("a.csv")


@pytest.mark.parametrize("joined", [", ", " | ", "\n"])
def test_choices_parted_otherwise_than_the_mapping_says_refuse_the_file(joined: str, tmp_path: Path) -> None:
    rows = [HEADINGS, *(["Agree", "Agree", f"School{joined}The local offer", "0 to 4"] for _ in range(9))]
    found = look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING))
    assert rules(found) == {"SCALE_WRONG"}
    for row in rows[1:]:
        row[2] = "School nurse, after-school club;"  # one option's word inside other words is free text
    assert rules(look(sheet(tmp_path / "b.csv", rows), plan(tmp_path))) == {"OPTION_UNKNOWN"}


def test_who_would_rather_not_say_chose_nothing_though_the_cell_ends_in_a_separator(tmp_path: Path) -> None:
    cells = ["Prefer not to say;", "School;Prefer not to say;", "School;", ";"]
    rows = [HEADINGS, *(["Agree", "Agree", cell, "0 to 4"] for cell in cells)]
    found = look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING))
    assert told(found, "looked") == {"prefer not to say": 1, ANSWERED: 2, "School": 2, None: 1}


def test_an_option_with_two_columns_refuses_the_file(tmp_path: Path) -> None:
    rows = smartsurvey_columns()
    rows = [[*row, row[11] if n == 0 else "0"] for n, row in enumerate(rows)]
    found = look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING))
    assert "COL_REPEATED" in rules(found)


def test_a_first_respondent_who_left_the_first_question_blank_is_no_row_of_options(tmp_path: Path) -> None:
    """An index without a heading stands where a continuation column would: the answers are read, and none is quoted."""
    first = ["1", "", "Agree", "School;", "0 to 4", "Wilhelmina"]
    rows = [["", *HEADINGS, "What is your child called?"], first, *([*first] for _ in range(3))]
    rows[2][1] = rows[3][1] = rows[4][1] = "Agree"
    found = look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING))
    assert found.rows_in == 4
    assert told(found, "known") == {None: 1, "agree": 3}
    assert not any("Wilhelmina" in finding.message(found.file) for finding in found.findings)


def test_telephone_numbers_are_known_by_what_they_are(tmp_path: Path) -> None:
    """Numbers of the range that Ofcom keeps for drama."""
    rows = [[*HEADINGS, "How can we reach you?", "Question 9"]]
    rows += [["Agree", "Agree", "School;", "0 to 4", f"07700 9001{n}", f"{n} years"] for n in range(10, 20)]
    found = look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING))
    told_of = [finding for finding in found.findings if finding.rule == "IDENTIFIERS_DROPPED"]
    assert [(finding.column, finding.count) for finding in told_of] == [("How can we reach you?", 10)]


def test_an_option_the_mapping_lacks_refuses_the_file(tmp_path: Path) -> None:
    rows = two_rows()
    rows[1][5] = "A neighbour"
    assert "OPTION_MISSING" in rules(look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING)))


def test_blank_responses_and_repeats_are_held_back(tmp_path: Path) -> None:
    rows = two_rows()
    rows += [["909", "14/06/2024 10:00", "", "", "", "", "0 to 4"], rows[2]]
    found = look(sheet(tmp_path / "a.csv", rows), plan(tmp_path, families_2024=MAPPING))
    assert [(reject.row, reject.rule) for reject in found.rejects] == [(6, "NOT_FILLED"), (7, "RESPONDENT_TWICE")]


def test_two_waves_with_the_same_questions_are_told_apart_by_when_they_were_answered(tmp_path: Path) -> None:
    earlier = MAPPING.replace("2024", "2023")
    folder = plan(tmp_path, families_2024=MAPPING, families_2023=earlier)
    found = look(sheet(tmp_path / "a.csv", forms()), folder)
    assert found.source
    assert found.source.name == "families_2024"
    undated = [row[5:] for row in forms()]
    assert rules(look(sheet(tmp_path / "b.csv", undated), folder)) == {"SOURCE_AMBIGUOUS"}
    assert look(sheet(tmp_path / "b.csv", undated), folder, source="families_2023").month == date(2023, 7, 1)
    late = [[*row[:2], row[2].replace("2024", "2022"), *row[3:]] for row in forms()]
    assert "FIELDWORK_OTHER" in rules(look(sheet(tmp_path / "c.csv", late), folder, source="families_2024"))


def test_the_month_is_the_one_the_field_work_ends_in(tmp_path: Path) -> None:
    folder = plan(tmp_path, families_2024=MAPPING)
    path = sheet(tmp_path / "a.csv", forms())
    assert "MONTH_DISAGREES" in rules(look(path, folder, month=date(2024, 6, 1)))
    assert look(path, folder, month=date(2024, 7, 1)).verdict == "accept"


@pytest.mark.parametrize(
    ("line", "instead", "fault"),
    [
        ("scale: agree_5}", "scale: agree_6}", "questions.known.scale: agree_6 is unknown"),
        ("options: [School, The local offer]", "options: []", "a choice of several has options"),
        ("options: [School, The", "options: [School; nursery, The", "separator: stands inside an option"),
        ("questions:", "scales: {agree_5: {points: [a, b], best: 1}}\nquestions:", "agree_5 is a shipped scale"),
        ("age_band:", "shoe_size:", "profile: shoe_size is unknown"),
        ("to: 2024-07-12", "to: 2024-05-12", "to: lies before from"),
        ("wave: 2024", "wave: 2024\ncolour: blue", "colour: unknown key"),
    ],
)
def test_a_mapping_that_does_not_hold_together_is_refused_by_key(
    line: str, instead: str, fault: str, tmp_path: Path
) -> None:
    with pytest.raises(DocumentError, match="families_2024.yaml") as refused:
        load_waves(plan(tmp_path, families_2024=MAPPING.replace(line, instead, 1)))
    assert fault in str(refused.value)


def test_one_wave_has_one_mapping(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="same wave"):
        load_waves(plan(tmp_path, one=MAPPING, other=MAPPING))


def test_a_scale_of_one_name_is_one_scale_in_all_waves(tmp_path: Path) -> None:
    """Waves are compared by the name of the scale, so the same name may not mean five points here and three there."""
    earlier = MAPPING.replace("2024", "2023").replace("questions:", "scales: {own: {points: [a, b, c, d]}}\nquestions:")
    later = MAPPING.replace("questions:", "scales: {own: {points: [a, b, c, d, e]}}\nquestions:")
    with pytest.raises(DocumentError, match="own is another scale than in families_2023.yaml"):
        load_waves(plan(tmp_path, families_2023=earlier, families_2024=later))


def test_the_shipped_waves_ask_what_the_kpis_read() -> None:
    known = {
        (wave.survey, key): question
        for source in load_waves(SHIPPED / "plan").values()
        if (wave := source.survey)
        for key, question in wave.questions.items()
    }
    assert known["parent_carer_survey", "nursery_place_a_struggle"].reversed
    assert {question.scale for (_, key), question in known.items() if key != "where_looked"} == {"agree_5"}


def test_the_same_wave_is_not_loaded_twice_under_two_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path / "data"))
    path = sheet(tmp_path / "a.csv", forms())
    folder = plan(tmp_path / "data" / "plan", families_2024=MAPPING)
    assert main(["load", str(path)]) == 0
    (folder / "surveys" / "families_2024.yaml").rename(folder / "surveys" / "renamed.yaml")
    load_waves.cache_clear()
    assert main(["load", str(path)]) == 1
    assert "the same wave is loaded already, as families_2024.E06000051.2024-07.1" in capsys.readouterr().out


# --- scales, reversal, several ----------------------------------------------------------------------------------------

scales = st.sampled_from(sorted(load_scales()))
spaces = st.sampled_from(["", " ", "\u00a0", "\n", "\u200b"])


@given(name=scales, data=st.data(), before=spaces, after=spaces, cased=st.sampled_from([str.upper, str.title, str]))
def test_a_point_is_known_however_it_is_printed(name: str, data: st.DataObject, before: str, after: str, cased) -> None:
    scale = load_scales()[name]
    place = data.draw(st.integers(1, len(scale.points)))
    printed = cased(scale.points[place - 1])
    assert scale.position(f"{before}{printed}{after}") == place
    assert scale.position(f"{place} - {printed}") == place
    assert scale.position(f"{printed} indeed") is None


@given(name=scales, data=st.data())
def test_reversing_mirrors_what_is_favourable(name: str, data: st.DataObject) -> None:
    scale = load_scales()[name]
    place = data.draw(st.integers(1, len(scale.points)))
    mirrored = len(scale.points) + 1 - place
    assert scale.favourable(place, reverse=True) == scale.favourable(mirrored, reverse=False)
    assert not (scale.favourable(place, reverse=True) and scale.favourable(place, reverse=False))


def test_the_top_two_of_four_five_and_seven_points_and_the_top_one_of_two() -> None:
    best = {
        name: [point for at, point in enumerate(scale.points, 1) if scale.favourable(at, reverse=False)]
        for name, scale in load_scales().items()
    }
    assert best["agree_4"] == best["agree_5"] == best["agree_7"][-2:] == ["agree", "strongly agree"]
    assert best["yes_no"] == best["yes_partly_no"] == ["yes"]
    assert len(best["agree_7"]) == 2


def wave(**question: object) -> tuple[Wave, Question]:
    asked = Question.model_validate({"text": "Q", **question})
    said = {"title": "t", "survey": "s", "wave": "1", "respondents": "r", "publisher": "p"}
    days = {"from": "2024-01-01", "to": "2024-01-31"}
    return Wave.model_validate({**said, "fieldwork": days, "questions": {"q": asked.model_dump(by_alias=True)}}), asked


options = st.lists(st.sampled_from(["School", "Health visitor", "Other families", "The local offer"]), unique=True)


@given(chosen=st.lists(options, min_size=1, max_size=8))
def test_choices_in_one_cell_and_in_columns_are_the_same_choices(chosen: list[list[str]]) -> None:
    known = ["School", "Health visitor", "Other families", "The local offer"]
    one, asked = wave(scale="several", options=known)
    joined = pd.Series(["".join(f"{option};" for option in row) for row in chosen], dtype="str")
    ticked = {o: pd.Series([o if o in row else "" for row in chosen], dtype="str") for o in known}
    told = [read_several(cells, asked, one).answers["answer"] for cells in ({"": joined}, ticked)]
    expected = sorted((n, o) for n, row in enumerate(chosen) for o in ([ANSWERED, *row] if row else []))
    for answers in told:
        assert sorted((n, o) for n, o in answers.items() if isinstance(o, str)) == expected


@given(cell=st.text(max_size=30))
def test_no_word_of_a_cell_is_ever_kept(cell: str) -> None:
    one, asked = wave(scale="agree_5")
    kept = read_single(pd.Series([cell], dtype="str"), asked, one).answers["answer"].iloc[0]
    assert kept is None or kept in {*load_scales()["agree_5"].points, "don't know", "not applicable",
                                    "prefer not to say", "not valid"}  # fmt: skip


def test_a_scale_of_mostly_best_points_is_refused() -> None:
    with pytest.raises(ValueError, match="more than half"):
        Scale(points=["no", "yes"], best=2)


# --- the draft of a mapping ------------------------------------------------------------------------------------------


def test_sketch_takes_keys_over_from_the_wave_before_and_quotes_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WAYMARK_DATA", str(tmp_path / "data"))
    plan(tmp_path / "data" / "plan", families_2023=MAPPING.replace("2024", "2023"))
    rows = two_rows()
    rows[0][2] = "I know which support there is"
    rows[0].append("What else should we know?")
    rows[1].append("Open-Ended Response")
    rows = [*rows[:2], *(row + [CANARIES[0]] for row in rows[2:])]
    assert main(["sketch", str(sheet(tmp_path / "families_2025.csv", rows))]) == 0
    draft = capsys.readouterr().out
    assert "known:   # like known of an earlier wave" in draft
    assert "reworded: {note: TODO what changed, comparable: false}" in draft
    assert "    text: 'It was a struggle'\n    scale: agree_5\n    reversed: true\n" in draft
    assert "    scale: several\n    options: ['School', 'The local offer']\n" in draft
    assert "#   'What else should we know?'" in draft
    assert CANARIES[0] not in draft


def test_a_settled_draft_reads_the_file_it_was_drafted_from(tmp_path: Path) -> None:
    path = sheet(tmp_path / "families_2024.csv", two_rows())
    draft = sketch(path, plan(tmp_path / "none"))
    settled = draft.replace("{from: TODO, to: TODO}", "{from: 2024-06-01, to: 2024-07-31}")
    found = look(path, plan(tmp_path, families_2024=settled))
    assert (found.verdict, found.rows_in) == ("accept", 3)
