"""A wave of a survey: who was asked when, in which words, on which scales. One YAML each in the plan folder's surveys.

What an answer is follows from these words alone: nothing that stands in a cell is ever kept, only the word it means.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import ConfigDict, Field, model_validator

from etl.documents import Document, read_document, read_mapping
from etl.heading import Heading
from etl.tables import LEFT_OUT, PATHWAY_BREAKDOWNS, SEVERAL

SCALES = Path(__file__).parent / "survey_scales.yaml"
# How people and tools write answers that are out of the base.
_OUT = {
    "don't know": ("don't know", "dont know", "do not know", "i don't know", "unsure", "not sure", "can't say"),
    "not applicable": ("not applicable", "n/a", "na", "does not apply", "doesn't apply"),
    "prefer not to say": ("prefer not to say", "rather not say"),
}
_DASHES = "[\u2010-\u2015\u2212]"
_QUOTES = "[\u2018\u2019\u02bc\u0060]"


def words(text: str) -> str:
    """Return a text as it is compared: without case, markup, kinds of dashes, quotes and spaces, or an end mark."""
    plain = re.sub(r"<[a-z/][^>]{0,40}>", " ", text.casefold())
    plain = re.sub(_QUOTES, "'", re.sub(_DASHES, "-", plain))
    return re.sub(r"[\s\u00a0\u200b\ufeff_]+", " ", plain).strip(" .:?*")


class Scale(Document):
    """Points from the worst to the best; `best` of them are favourable, and as many at the other end if reversed."""

    points: list[str] = Field(min_length=2, max_length=11)
    best: int = Field(2, ge=1)
    also: dict[str, str] = {}

    @model_validator(mode="after")
    def _fits_together(self) -> "Scale":
        if len({words(point) for point in self.points}) < len(self.points):
            raise ValueError("points: one stands twice")
        if 2 * self.best > len(self.points):
            raise ValueError("best: more than half of the points; say how many at the top are favourable")
        if unknown := sorted(set(self.also.values()) - set(self.points)):
            raise ValueError(f"also: {', '.join(unknown)} is no point of the scale")
        return self

    def position(self, answer: str) -> int | None:
        """Return the place of an answer from 1, the worst; None where it is not on the scale."""
        known = {words(point): at for at, point in enumerate(self.points, 1)}
        known |= {words(other): self.points.index(point) + 1 for other, point in self.also.items()}
        asked = words(answer)
        bare = re.sub(r"^\d{1,2} ?[-.:)=]? (?=\D)", "", asked)
        return known.get(asked, known.get(bare))

    def favourable(self, position: int, *, reverse: bool) -> bool:
        """Return whether a place counts as a good answer."""
        return position <= self.best if reverse else position > len(self.points) - self.best


class Reworded(Document):
    """What changed in a question's words since the wave before, and whether the two may be compared for all that."""

    note: str
    comparable: bool


class Asked(Document):
    """Where something asked stands in the export: its heading's words, or its code; a matrix's row is its item."""

    text: str
    also: list[str] = Field([], description="other words the export has for it")
    item: str | None = Field(None, description="row of a matrix, as the second line or the brackets have it")
    code: str | None = Field(None, description="the export's own name of the column, where it prints one")
    values: dict[str, str] = Field({}, description="what is printed, and which of our words it means")

    @property
    def heading(self) -> str:
        """Return what it is called in messages."""
        return f"{self.text} [{self.item}]" if self.item else self.text


class Question(Asked):
    """One question with closed answers."""

    scale: str
    reversed: bool = Field(False, description="agreement is the bad answer")
    options: list[str] = Field([], description="of a choice of several")
    separator: str = Field(";", min_length=1, description="between the choices where they share a cell")
    reworded: Reworded | None = None


class Profile(Asked):
    """A question on who answers, as a closed list; what is not on it is not kept."""

    values: dict[str, str] = Field(min_length=1)


class FieldWork(Document):
    """First and last day on which the wave could be answered."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "FieldWork":
        if self.last < self.first:
            raise ValueError("to: lies before from")
        return self


class Wave(Document):
    """One wave of one survey, asked of one group: an instrument of its own, never pooled with another."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    title: str
    survey: str
    wave: str
    respondents: str = Field(description="who was asked, as metrics/surveys.yaml names them")
    publisher: str = Field(description="who ran it")
    fieldwork: FieldWork
    channel: str | None = Field(None, description="how people came to it, in words")
    invited: int | None = Field(None, gt=0, description="how many were asked; leave out for an open link")
    completed: str | None = Field(None, description="heading of the time of completion, where it is an unusual one")
    blank: list[str] = Field([], description="what is printed for no answer")
    left_out: dict[str, str] = Field({}, description="further words out of the base, and which of ours they mean")
    scales: dict[str, Scale] = Field({}, description="scales of this survey's own")
    questions: dict[str, Question] = Field(min_length=1)
    profile: dict[str, Profile] = {}

    @model_validator(mode="after")
    def _fits_together(self) -> "Wave":
        faults = []
        for key, question in self.questions.items():
            if question.scale == SEVERAL:
                meant = question.options
                if not question.options or question.reversed:
                    faults.append(f"questions.{key}: a choice of several has options and is not reversed")
                if any(question.separator in option for option in question.options):
                    faults.append(f"questions.{key}.separator: stands inside an option, which would be parted by it")
            elif question.scale not in self.known_scales:
                faults.append(
                    f"questions.{key}.scale: {question.scale} is unknown; known: {', '.join(self.known_scales)}"
                )
                continue
            else:
                meant = self.known_scales[question.scale].points
            if strange := sorted(set(question.values.values()) - {*meant, *LEFT_OUT}):
                faults.append(f"questions.{key}.values: {', '.join(strange)} is no answer of this question")
        if strange := sorted(set(self.profile) - set(PATHWAY_BREAKDOWNS)):
            faults.append(f"profile: {', '.join(strange)} is unknown; known: {', '.join(PATHWAY_BREAKDOWNS)}")
        if both := sorted(set(self.scales) & set(load_scales())):
            faults.append(f"scales: {', '.join(both)} is a shipped scale; give your own another name")
        if both := sorted(set(self.profile) & set(self.questions)):
            faults.append(f"profile: {', '.join(both)} is a question too")
        if strange := sorted(set(self.left_out.values()) - set(LEFT_OUT)):
            faults.append(f"left_out: {', '.join(strange)} is none of {', '.join(LEFT_OUT)}")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def known_scales(self) -> Mapping[str, Scale]:
        """Return the scales a question may name: the shipped ones, and this survey's own."""
        return {**load_scales(), **self.scales}

    @property
    def asked(self) -> dict[str, Asked]:
        """Return everything that is read of the export, by its key below the wave."""
        questions = {f"questions.{key}": question for key, question in self.questions.items()}
        return {**questions, **{f"profile.{key}": asked for key, asked in self.profile.items()}}

    def headings(self) -> dict[str, Heading]:
        """Return what must stand in the export, by its key below the wave."""
        return {key: Heading(headers=[asked.heading, *asked.also]) for key, asked in self.asked.items()}

    def is_blank(self, answer: str) -> bool:
        """Return whether a cell says nothing."""
        return not answer.strip() or words(answer) in _words(self.blank) or answer.strip() in self.blank

    def out_of_base(self, answer: str) -> str | None:
        """Return which of LEFT_OUT an answer is, None where it is none of them."""
        told = {words(printed): ours for printed, ours in self.left_out.items()}
        return told.get(words(answer)) or self.out_of_any_base(answer)

    @staticmethod
    def out_of_any_base(answer: str) -> str | None:
        """Return which of LEFT_OUT an answer is in any survey, None where it is none of them."""
        return next((ours for ours, printings in _OUT.items() if words(answer) in printings), None)


def _words(texts: Iterable[str]) -> set[str]:
    return {words(text) for text in texts} - {""}


@cache
def load_scales(path: Path = SCALES) -> dict[str, Scale]:
    """Return every shipped scale by name. Raises DocumentError naming file and key."""
    return {name: read_document(path, Scale, content) for name, content in read_mapping(path).items()}
