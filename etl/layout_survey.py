"""One row per respondent: from a recognised survey export to answers in the words of the wave's mapping.

A cell is compared with the words it may mean and dropped; what is on no scale is "not valid" and asked about.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pandas as pd

from etl.clean import Cleaned, trimmed
from etl.finding import Finding, Severity
from etl.local_area import LocalArea
from etl.recognise import Located, Match
from etl.survey_answers import read_profile, read_several, read_single
from etl.survey_columns import OTHER_OPTION, read_export
from etl.surveys import Question, Wave, words
from etl.tables import ANSWERED, ANSWERS, AREAS, PROFILE, QUESTIONS, SEVERAL, WAVES

# More answers off the scale than this and the mapping names the wrong scale (house rule, as for bad rows).
_OFF_SCALE = 0.05
_COMPLETED = (
    "completion time", "end date", "enddate", "ended", "end time", "recordeddate", "recorded date", "submitdate",
    "date submitted", "completed on",
)  # fmt: skip
_RESPONDENT = ("respondentid", "respondent id", "userid", "user id", "responseid", "response id", "unique id", "id")
_TEST = ("1", "2", "8", "survey preview", "survey test", "spam")  # Qualtrics' Status: preview, test, spam
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\b")


def clean_survey(match: Match, area: LocalArea, said: date | None, today: date) -> tuple[Cleaned, date]:
    """Return answers, questions and the wave, and the wave's month: the one in which its field work ends."""
    source, [table] = match.source, match.tables
    wave = source.survey
    assert wave
    body = table.body()
    body = body[(body != "").any(axis=1)]
    result = Cleaned(rows_in=len(body), organisation=area.code)
    text = {key: trimmed(body[place]) for key, place in table.columns.items()}
    month = wave.fieldwork.last.replace(day=1)
    result.findings += _of_month(source.path, month, said, today, wave)
    good = _held_back(table, body, text, wave, result)
    text = {key: cells[good] for key, cells in text.items()}
    result.findings += _outside(match, body[good])
    numbers = pd.Series(range(1, int(good.sum()) + 1), index=body.index[good])
    frames = []
    for key, question in wave.questions.items():
        own = _own(text, f"questions.{key}")
        filled = int((pd.concat(list(own.values()), axis=1) != "").any(axis=1).sum())
        read = read_several(own, question, wave) if question.scale == SEVERAL else read_single(own[""], question, wave)
        result.findings += _strange(table, match, f"questions.{key}", read.strange, filled)
        if question.scale == SEVERAL:
            result.findings += _mostly_other(table, match, f"questions.{key}", read.answers["answer"])
        frames.append(read.answers.assign(question=key, scale=question.scale))
    for key, asked in wave.profile.items():
        read = read_profile(text[f"profile.{key}"], asked, wave)
        result.findings += _strange(table, match, f"profile.{key}", read.strange, len(numbers))
        frames.append(read.answers.assign(question=key, scale=PROFILE))
    told = pd.concat(frames)
    same = {"load_id": "", "survey": wave.survey, "wave": wave.wave, "respondent_group": wave.respondents}
    told = told.assign(**same, respondent=numbers.reindex(told.index).astype("str").to_numpy())
    result.frames["answers"] = ANSWERS.typed(told.reset_index(drop=True))
    result.frames["questions"] = QUESTIONS.frame(_questions(wave))
    result.frames["waves"] = WAVES.frame([_wave(wave)])
    home: dict[str, object] = {"load_id": "", "area": area.code, "level": "local_authority", "name": area.name}
    result.frames["areas"] = AREAS.frame([home])
    result.months = [month]
    return result, month


def _own(text: Mapping[str, pd.Series], key: str) -> dict[str, pd.Series]:
    """Return the columns of a question by option, "" for the one of a single answer."""
    return {name.removeprefix(key).removeprefix("."): cells for name, cells in text.items()
            if name == key or name.startswith(f"{key}.")}  # fmt: skip


def _held_back(
    table: Located, body: pd.DataFrame, text: Mapping[str, pd.Series], wave: Wave, result: Cleaned
) -> pd.Series:
    """Return which rows count: not those that answer nothing, tries of the maker, or the same respondent again."""
    sheet = table.sheet.name
    asked = {key: cells for key, cells in text.items() if key.startswith("questions.")}
    blank = pd.concat([cells.map(wave.is_blank) for cells in asked.values()], axis=1).all(axis=1)
    good = pd.Series(True, index=body.index)
    export = read_export(table.sheet)
    assert export
    status = next((c for c in export.columns if export.tool == "qualtrics" and words(c.code) == "status"), None)
    tries = body[status.place].map(words).isin(_TEST) if status else pd.Series(False, index=body.index)
    ids = next((c for c in export.columns if words(c.text) in _RESPONDENT or words(c.code) in _RESPONDENT), None)
    numbers = body[ids.place].str.strip() if ids else pd.Series("", index=body.index)
    ragged = pd.Series(body.index.isin([problem.row for problem in table.sheet.problems]), index=body.index)
    held: tuple[tuple[pd.Series, str | None, str, str, str, Severity], ...] = (
        (ragged, None, "RAGGED_ROW", "the line has more or fewer fields than the header",
         "Put fields that hold a comma into quotes, or export the file again.", "query"),
        (tries, status.heading if status else None, "NOT_DATA", "a try by its makers does not count", "", "note"),
        (blank, None, "NOT_FILLED", "a response without any answer is left out", "", "note"),
        ((numbers != "") & numbers.duplicated(), ids.heading if ids else None, "RESPONDENT_TWICE",
         "the same respondent stands twice; the first counts", "Delete the one that does not count.", "query"),
    )  # fmt: skip
    for bad, column, rule, problem, remedy, severity in held:
        result.hold(bad & good, sheet, column, rule, problem, remedy, severity)
        good &= ~bad
    return good


def _strange(table: Located, match: Match, key: str, strange: pd.Series, filled: int) -> Iterable[Finding]:
    """Yield what follows from answers that the mapping does not know: an error where they are many, else a query."""
    found = strange.index[strange]
    if found.empty:
        return
    wave = match.source.survey
    assert wave
    severity: Severity = "query"
    if key.startswith("profile."):
        rule, problem = "GROUP_UNKNOWN", "a group the closed list does not have is not kept"
    elif len(found) > max(_OFF_SCALE * filled, 1):
        rule, severity, problem = (
            "SCALE_WRONG",
            "error",
            f"{len(found) / filled:.0%} of the answers are not on the scale",
        )
    else:
        rule, problem = "ANSWER_UNKNOWN", "an answer that is not on the scale is not valid"
    remedy = f"Correct the scale, or say what the words mean under {key}.values in {match.source.path}."
    asked = wave.asked[key]
    if isinstance(asked, Question) and asked.scale == SEVERAL:
        problem = f"{len(found)} cells hold several choices, or marks, that cannot be told apart"
        remedy = f"Correct {key}.separator, or say what the marks mean under {key}.values, in {match.source.path}."
    place = (table.sheet.name, int(found.min()), asked.heading, len(found))
    yield Finding(rule, severity, problem, remedy, *place)


def _mostly_other(table: Located, match: Match, key: str, answers: pd.Series) -> Iterable[Finding]:
    """Yield the query that more than half of those who chose chose no option at all: the mapping may lack theirs."""
    per_row = answers[answers.notna() & (answers != ANSWERED)].groupby(level=0)
    chose, other = (
        int((answers == ANSWERED).sum()),
        int((per_row.nunique().eq(1) & per_row.first().eq(OTHER_OPTION)).sum()),
    )
    wave = match.source.survey
    assert wave
    if other > max(chose / 2, 1):
        problem = f"{other} of {chose} who chose gave nothing that is an option; they count as other"
        remedy = f"Check the options and the separator under {key} in {match.source.path}."
        yield Finding("OPTION_UNKNOWN", "query", problem, remedy, table.sheet.name, table.header_row,
                      wave.asked[key].heading, other)  # fmt: skip


def other_field_work(match: Match) -> list[Finding]:
    """Return the error that says most answers of a survey lie outside the wave's field work: it is another wave."""
    if match.source.survey is None or not match.tables:
        return []
    body = match.tables[0].body()
    return [finding for finding in _outside(match, body[(body != "").any(axis=1)]) if finding.severity == "error"]


def _outside(match: Match, body: pd.DataFrame) -> list[Finding]:
    """Return what follows from answers completed outside the field work, either order of day and month allowed."""
    [table], wave = match.tables, match.source.survey
    assert wave
    export = read_export(table.sheet)
    assert export
    known = {words(name) for name in (*_COMPLETED, *([wave.completed] if wave.completed else []))}
    column = next((c for c in export.columns if {words(c.text), words(c.code)} & known), None)
    if column is None:
        return []
    dates = {text: _days(text) for text in body[column.place].unique()}
    days = body[column.place].map(dates.get)
    inside = days.map(lambda these: any(wave.fieldwork.first <= day <= wave.fieldwork.last for day in these))
    outside = days.map(bool) & ~inside
    count = int(outside.sum())
    if not count:
        return []
    most = count > int(days.map(bool).sum()) / 2
    return [
        Finding(
            "FIELDWORK_OTHER" if most else "FIELDWORK_OUTSIDE", "error" if most else "query",
            "most answers were given outside this wave's field work" if most
            else "an answer was given outside the field work",
            f"Check fieldwork in {match.source.path}, or name the wave with --source.",
            table.sheet.name, int(outside.index[outside].min()), column.heading, count,
        )
    ]  # fmt: skip


def _days(text: str) -> list[date]:
    """Return the days a text may mean; none where it holds no date."""
    found = []
    if hit := _ISO.match(text.strip()):
        tried = [(int(hit[1]), int(hit[2]), int(hit[3]))]
    elif hit := _SLASHED.match(text.strip()):
        year = int(hit[3]) + (2000 if len(hit[3]) == 2 else 0)
        tried = [(year, int(hit[2]), int(hit[1])), (year, int(hit[1]), int(hit[2]))]
    else:
        return []
    for year, month, day in tried:
        if 1 <= month <= 12 and 1 <= day <= 31 and year > 0:
            found.append(date(year, month, 1) + timedelta(days=day - 1))
    return found


def _of_month(path: str, month: date, said: date | None, today: date, wave: Wave) -> Iterable[Finding]:
    if said and said != month:
        remedy = f"Leave --month out, or correct fieldwork in {path}."
        yield Finding("MONTH_DISAGREES", "error", "the month you gave is not the one the field work ends in", remedy)
    if wave.fieldwork.last > today:
        remedy = f"Load it once the wave is closed, or correct fieldwork in {path}."
        yield Finding("MONTH_IN_FUTURE", "error", "the field work has not ended", remedy)


def _questions(wave: Wave) -> Iterable[dict[str, object]]:
    for position, (key, question) in enumerate(wave.questions.items(), 1):
        changed = question.reworded
        yield {
            "load_id": "", "question": key, "position": position, "text": question.heading, "scale": question.scale,
            "reversed": question.reversed, "reworded": changed.note if changed else None,
            "comparable": changed.comparable if changed else True,
        }  # fmt: skip


def _wave(wave: Wave) -> dict[str, object]:
    return {
        "load_id": "", "survey": wave.survey, "wave": wave.wave, "respondent_group": wave.respondents,
        "title": wave.title, "fieldwork_from": wave.fieldwork.first, "fieldwork_to": wave.fieldwork.last,
        "channel": wave.channel, "invited": wave.invited,
    }  # fmt: skip
