"""The pack's parts on surveys: one per survey and group asked, its waves side by side, in the screen's own words."""

import pandas as pd

from pages.components import surveys as screen
from pages.components.edition import Edition
from reports.content import Part, Table

SURVEYS = "Surveys"
_QUESTION, _WAVE, _DIFFERENCE, _WORD = 4.6, 1.9, 3.0, 1.2  # how wide the columns are beside each other


def surveys(edition: Edition) -> list[Part]:
    """Return one part per survey and group asked; nothing where an edition has no survey."""
    waves = edition.tables["survey_waves"]
    return [_of(edition, words, one) for words, one in screen.asked_groups(waves).items()] if len(waves) else []


def _of(edition: Edition, words: str, one: tuple[str, str, str]) -> Part:
    waves = screen.of(edition.tables["survey_waves"], one).sort_values("month")
    questions = screen.of(edition.tables["survey_questions"], one)
    told = [screen.wave_words(row) for _, row in waves.iterrows()]
    if len(questions):
        told.append(screen.tally_words(questions))
    changes = screen.changes(questions)
    asked = tuple(str(name) for name in changes.columns[1:-2])
    table = Table(words, changes, asked, (_QUESTION, *(_WAVE for _ in asked), _DIFFERENCE, _WORD))
    said = questions.loc[questions["month"] == questions["month"].max()].sort_values("position")
    certain = _sentences(said[said["verdict"].isin(["better", "worse"])])
    lists = (("What changed by more than chance", certain),) if certain else ()
    return Part(f"Survey: {words}", SURVEYS, tuple(told), lists=lists, tables=(table,) if len(changes) else ())


def _sentences(rows: pd.DataFrame) -> tuple[str, ...]:
    return tuple(f"{row['text']}: {row['sentence']}" for _, row in rows.iterrows())
