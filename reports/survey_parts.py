"""The pack's parts on surveys: the latest wave of each, question by question, beside the wave before."""

import pandas as pd

from metrics import wording
from pages.components import phrases
from pages.components.edition import Edition
from reports.content import Part, Table

SURVEYS = "Surveys"
_WAVE = ["survey", "wave", "respondent_group", "area"]
_COMPARED = {"better": "better", "worse": "worse", "cannot tell": "cannot tell"}


def surveys(edition: Edition) -> list[Part]:
    """Return one part per survey and respondent group, its latest wave; nothing where an edition has no survey."""
    waves, questions = _held(edition, "survey_waves"), _held(edition, "survey_questions")
    if waves.empty:
        return []
    latest = waves.sort_values("month").groupby(["survey", "respondent_group", "area"], sort=True).tail(1)
    ordered = latest.sort_values(["survey", "respondent_group", "area"])
    return [_of_wave(wave, questions) for _, wave in ordered.iterrows()]


def _held(edition: Edition, name: str) -> pd.DataFrame:
    """Return a table that not every edition has, empty where it is not there."""
    return edition.tables.get(name, pd.DataFrame())


def _of_wave(wave: pd.Series, questions: pd.DataFrame) -> Part:
    own = questions
    for name in _WAVE:
        own = own[own[name] == wave[name]]
    own = own.sort_values("position")
    group = wording.group_words(str(wave["respondent_group"]))
    told = [f"{wave['wave']}, {wording.month_words(wave['month'])}. {_answered(wave)}"]
    told += [str(line) for line in own.loc[own["verdict"].isin(["better", "worse"]), "sentence"].dropna()]
    title = f"Survey: {wave['title']}, {group}"
    frame = pd.DataFrame(
        {
            "Question": list(own["text"]),
            "Favourable": [_figure(row) for _, row in own.iterrows()],
            "Answers": [_base(row) for _, row in own.iterrows()],
            "95 % interval": [_interval(row["low"], row["high"]) for _, row in own.iterrows()],
            "Wave before": [_before(row) for _, row in own.iterrows()],
            "Difference": [_difference(row) for _, row in own.iterrows()],
        },
        dtype="str",
    )
    shown = Table(title, frame, ("Favourable", "Answers", "95 % interval"), (4.4, 1.4, 1.2, 1.7, 1.6, 2.6))
    return Part(title, SURVEYS, tuple(told), tables=(shown,) if len(frame) else ())


def _answered(wave: pd.Series) -> str:
    count = "Who answered is not told" if pd.isna(wave["respondents"]) else f"{int(wave['respondents']):,} answered"
    rate = wave["response_rate"]
    return f"{count}." if pd.isna(rate) else f"{count}, {wording.number(rate, 'percent')} of those asked."


def _figure(row: pd.Series) -> str:
    return phrases.figure_words(row.to_frame().T.assign(at_least=None).iloc[0], "percent")


def _base(row: pd.Series) -> str:
    return "" if pd.isna(row["base"]) else f"{wording.rounded(row['base'], 0):,}{', few' if row['is_small'] else ''}"


def _interval(low: float, high: float) -> str:
    return "" if pd.isna(low) or pd.isna(high) else wording.interval_words(low, high, "percent")


def _before(row: pd.Series) -> str:
    if pd.isna(row["previous_wave"]):
        return "none"
    return f"{wording.figure(row['previous_value'], 'percent')}, {row['previous_wave']}"


def _difference(row: pd.Series) -> str:
    if pd.isna(row["difference"]):
        return "" if pd.isna(row["not_compared"]) else str(row["not_compared"])
    change = wording.difference(row["difference"], "percent")
    return change if pd.isna(row["verdict"]) else f"{change}: {_COMPARED[str(row['verdict'])]}"
