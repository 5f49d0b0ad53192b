"""Cells of a question into its answers: on the scale, several of its options, or a group of a closed list."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from etl.clean import each_once
from etl.survey_columns import OTHER_OPTION
from etl.surveys import Profile, Question, Wave, words
from etl.tables import ANSWERED

# The word, its place on the scale, and whether it is a good answer.
Meaning = tuple[str | None, int | None, bool | None]
NOT_VALID = "not valid"
_TICKED = ("yes", "true", "1", "ticked", "checked", "selected", "x", "\u2713")
_UNTICKED = ("no", "false", "0", "unchecked", "not selected", "-")


@dataclass(frozen=True)
class Answers:
    """`answers`: answer, scale_position and favourable by row number; `strange`: rows with words nobody mapped."""

    answers: pd.DataFrame
    strange: pd.Series


def read_single(cells: pd.Series, question: Question, wave: Wave) -> Answers:
    """Return one answer per respondent: a point of the scale, one of LEFT_OUT, or missing where the cell is blank."""
    scale = wave.known_scales[question.scale]
    meant = {words(printed): ours for printed, ours in question.values.items()}

    def read(cell: str) -> Meaning:
        if wave.is_blank(cell):
            return None, None, None
        said = meant.get(words(cell), cell)
        position = scale.position(said)
        if position is None:
            return wave.out_of_base(said) or NOT_VALID, None, None
        return scale.points[position - 1], position, scale.favourable(position, reverse=question.reversed)

    return _answers(cells, read)


def read_profile(cells: pd.Series, asked: Profile, wave: Wave) -> Answers:
    """Return one group of the closed list per respondent, missing where blank or not on it."""
    known = {words(printed): group for printed, group in asked.values.items()}
    known |= {words(group): group for group in asked.values.values()}

    def read(cell: str) -> Meaning:
        if wave.is_blank(cell) or wave.out_of_base(cell):
            return None, None, None
        return known.get(words(cell), NOT_VALID), None, None

    read_ones = _answers(cells, read)
    kept = read_ones.answers.assign(answer=read_ones.answers["answer"].mask(read_ones.strange))
    return Answers(kept, read_ones.strange)


def _answers(cells: pd.Series, read: Callable[[str], Meaning]) -> Answers:
    columns = pd.Index(["answer", "scale_position", "favourable"])
    found = each_once(cells, lambda texts: pd.DataFrame([read(t) for t in texts], columns=columns, dtype="object"))
    return Answers(found, found["answer"] == NOT_VALID)


def read_several(own: Mapping[str, pd.Series], question: Question, wave: Wave) -> Answers:
    """Return a row per option chosen, and one of ANSWERED per respondent who answered at all.

    A choice that is no option is "other": it may be free text. Words out of the base do not count beside a choice;
    a choice that holds several options is "not valid", since they are separated otherwise than the mapping says.
    `own` has one cell of choices under "", or a column per option, in which a tool repeats the option's words, or
    says yes or no; a blank in all of them is no answer.
    """
    meant = {words(printed): ours for printed, ours in question.values.items()}
    rows: list[tuple[object, str | None]] = []
    strange = pd.Series(False, index=next(iter(own.values())).index)
    for at, cells in zip(strange.index, zip(*own.values(), strict=True), strict=True):
        given = dict(zip(own, cells, strict=True))
        told = _shared(given[""], question, wave) if "" in own else _by_column(given, meant, wave)
        strange[at] = told == [NOT_VALID]
        rows += [(at, answer) for answer in told]
    frame = pd.DataFrame(rows, columns=pd.Index(["row", "answer"]), dtype="object").set_index("row")
    return Answers(frame.assign(scale_position=None, favourable=None), strange)


def _shared(cell: str, question: Question, wave: Wave) -> list[str | None]:
    """Return the answers of one cell of choices."""
    if wave.is_blank(cell):
        return [None]
    parts = [part for part in cell.split(question.separator) if not wave.is_blank(part)]
    chosen = [part for part in parts if wave.out_of_base(part) is None]
    if not chosen:
        return [wave.out_of_base(parts[0]) if parts else None]
    known = {words(option): option for option in question.options}
    known |= {words(printed): ours for printed, ours in question.values.items()}
    if any(_runs_on(words(part), known) for part in chosen):
        return [NOT_VALID]
    return [ANSWERED, *dict.fromkeys(known.get(words(part), OTHER_OPTION) for part in chosen)]


def _runs_on(part: str, known: Mapping[str, str]) -> bool:
    """Tell whether one choice holds several options: the separator is another than the mapping says."""
    if part in known:
        return False
    rest, held = part, 0
    for option in sorted(known, key=len, reverse=True):
        left = re.sub(rf"(?<!\w){re.escape(option)}(?!\w)", "\n", rest)
        held += left != rest
        rest = left
    return held > 1


def _by_column(cells: Mapping[str, str], meant: Mapping[str, str], wave: Wave) -> list[str | None]:
    """Return the answers of one cell per option."""
    ticks = {option: _ticked(meant.get(words(cell), cell), option, wave) for option, cell in cells.items()}
    if NOT_VALID in ticks.values():
        return [NOT_VALID]
    if set(ticks.values()) == {None}:
        return [None]
    return [ANSWERED, *(option for option, ticked in ticks.items() if ticked)]


def _ticked(cell: str, option: str, wave: Wave) -> bool | str | None:
    """Return whether a cell says its option was chosen, None where it is blank."""
    if wave.is_blank(cell):
        return None
    said = words(cell)
    if said in _TICKED or said == words(option):
        return True
    if said in _UNTICKED:
        return False
    return True if option == OTHER_OPTION else NOT_VALID
