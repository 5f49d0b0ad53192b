"""A first draft of a wave's mapping from its export: scales recognised, keys taken over from earlier waves.

Headings are quoted, answers never: a question is told by which scale its answers lie on, and by its words alone.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from etl.clean import trimmed
from etl.privacy import announced, holds_identifier
from etl.read import Content, Sheet
from etl.source import Source
from etl.survey_columns import OTHER, Column, Export, read_export
from etl.survey_screen import is_the_tools_own
from etl.surveys import Question, Wave, load_scales, words
from etl.tables import SEVERAL

_SAME, _LIKE = 0.98, 0.80  # how alike words are that are the same but for a slip, and that may be a new wording
_FEWEST = 3  # questions on a known scale from which a plain table is a survey
_CHOICES = re.compile(r"(?:[^;]{1,80};)+")


@dataclass(frozen=True)
class _Question:
    """A question as the draft will have it: the scales its answers lie on, shortest first; none where none fits."""

    text: str
    item: str
    scales: tuple[str, ...]
    options: tuple[str, ...] = ()


def sketch_survey(content: Content, name: str, waves: Mapping[str, Source]) -> str | None:
    """Return the draft as YAML text, None where the file is no survey's export. `waves` are those known already."""
    for sheet in (sheet for sheet in content.sheets if not sheet.hidden):
        export = read_export(sheet)
        if export is None or any(holds_identifier(column.text) for column in export.columns):
            continue
        questions = list(_questions(sheet, export))
        scaled = sum(bool(question.scales) for question in questions)
        if export.tool == "plain" and scaled < _FEWEST:
            continue
        if scaled:
            return "\n".join([*_top(name), *_lines(questions, [w.survey for w in waves.values() if w.survey]), ""])
    return None


def _questions(sheet: Sheet, export: Export) -> Iterable[_Question]:
    body = sheet.cells.loc[export.header_row + 1 :]
    asked: dict[str, list[Column]] = {}
    for column in export.columns:
        if column.text and not is_the_tools_own(column) and not announced(column.text):
            asked.setdefault(column.text, []).append(column)
    for text, columns in asked.items():
        options = [column for column in columns if not OTHER.fullmatch(words(column.item))]
        if len(columns) > 1 and all(_ticks(body[column.place], column.item) for column in options):
            yield _Question(text, "", (SEVERAL,), tuple(column.item for column in options))
            continue
        for column in columns:
            cells = body[column.place]
            yield _Question(text, column.item, _scales_of(cells) or ((SEVERAL,) if _joined(cells) else ()))


def _scales_of(cells: pd.Series) -> tuple[str, ...]:
    """Return the known scales that every answer lies on, several of their points seen, the shortest first."""
    distinct = _said(cells)
    fits = {
        name: len(scale.points)
        for name, scale in load_scales().items()
        if len({scale.position(answer) for answer in distinct}) > 1
        and all(scale.position(answer) is not None for answer in distinct)
    }
    return tuple(sorted(fits, key=lambda name: (fits[name], name)))


def _said(cells: pd.Series) -> list[str]:
    """Return the distinct answers that are in a base."""
    return [a for a in trimmed(cells).unique() if a.strip(" -") and Wave.out_of_any_base(a) is None]


def _ticks(cells: pd.Series, item: str) -> bool:
    """Tell whether a column says of one option whether it was chosen."""
    yes_no = load_scales()["yes_no"]
    said = _said(cells)
    return bool(item) and (all(words(a) == words(item) for a in said) or all(yes_no.position(a) for a in said))


def _joined(cells: pd.Series) -> bool:
    said = _said(cells)
    return bool(said) and all(_CHOICES.fullmatch(answer) for answer in said)


def _top(name: str) -> list[str]:
    return [
        f"# Draft of a wave. Save as {name}.yaml in the plan folder's surveys, settle every TODO, then run:",
        "# python -m etl check FILE",
        "title: TODO the survey and the wave in words",
        "survey: TODO which instrument, as metrics/surveys.yaml names it",
        "wave: TODO such as 2024",
        "respondents: TODO who was asked, as metrics/surveys.yaml names them",
        "publisher: TODO who ran it",
        "fieldwork: {from: TODO, to: TODO}   # first and last day; the month of the last is the wave's",
        "channel: TODO how people came to it, such as open link",
        "# invited: 500   # only where everybody who was asked is known",
        "questions:",
    ]


def _lines(questions: Sequence[_Question], waves: Sequence[Wave]) -> Iterable[str]:
    earlier = [pair for wave in reversed(waves) for pair in wave.questions.items()]
    taken: set[str] = set()
    left = []
    for question in questions:
        if not question.scales:
            left.append(question)
            continue
        near = [(_alike(question, known), key, known) for key, known in earlier if key not in taken]
        alike, best, known = max(near, key=lambda found: found[0], default=(0.0, "", None))
        key = best if alike >= _LIKE else _key(question, taken)
        taken.add(key)
        yield f"  {key}:" + (f"   # like {best} of an earlier wave ({alike:.0%})" if best == key else "")
        yield f"    text: {_quoted(question.text)}"
        if question.item:
            yield f"    item: {_quoted(question.item)}"
        fits = [known.scale] if best == key and known and known.scale in question.scales else question.scales
        yield f"    scale: {fits[0]}" + (f"   # TODO or {', '.join(fits[1:])}" if fits[1:] else "")
        if fits[0] == SEVERAL:
            listed = ", ".join(map(_quoted, question.options))
            yield f"    options: [{listed}]" if listed else "    options: [TODO]   # what could be chosen"
        if best != key or known is None:
            continue
        if alike < _SAME:
            yield "    reworded: {note: TODO what changed, comparable: false}   # TODO true only if it means the same"
        if known.reversed:
            yield "    reversed: true"
    yield "# Not on a known scale: free text is dropped; a question on who answers goes under profile, with its closed"
    yield "# list of values; another scale under scales."
    yield from (f"#   {_quoted(_whole(question))}" for question in left)


def _alike(question: _Question, known: Question) -> float:
    return difflib.SequenceMatcher(None, words(_whole(question)), words(known.heading)).ratio()


def _whole(question: _Question) -> str:
    return f"{question.text} [{question.item}]" if question.item else question.text


def _key(question: _Question, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", words(question.item or question.text)).strip("_")[:40].strip("_") or "question"
    return plain if plain not in taken else f"{plain}_{len(taken)}"


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"
