"""What a definition may select: clocks, states, measures, surveys and their questions that are known by name.

A name nobody knows would match no row and show a KPI that never has a figure, without a word.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from etl.documents import Document, read_document, read_mapping
from etl.tables import STATES
from metrics.clocks import load_clocks

_FOLDER = Path(__file__).parent
MEASURES, SURVEYS = _FOLDER / "measures.yaml", _FOLDER / "surveys.yaml"
COHORTS = ("started", "due")
_CLOCK_KEYS = {"clock_counts": "state", "clock_days": "state", "cohort_counts": "cohort"}

Select = Mapping[str, str | bool | list[str]]


class Survey(Document):
    """One survey: who is asked, and the keys of its questions."""

    respondents: list[str]
    questions: list[str]


@cache
def load_measures(path: Path = MEASURES) -> dict[str, str]:
    """Return what every known measure counts, by its name. Raises DocumentError."""
    return {name: str(words) for name, words in read_mapping(path).items()}


@cache
def load_surveys(path: Path = SURVEYS) -> dict[str, Survey]:
    """Return every known survey by its key. Raises DocumentError."""
    return {name: read_document(path, Survey, content) for name, content in read_mapping(path).items()}


def lead_of(fact: str) -> str:
    """Return the key that names whose rows of a fact are read."""
    return {"measure_values": "measure", "answer_counts": "survey"}.get(fact, "clock")


def selection_faults(fact: str, select: Select, population: str | None) -> list[str]:
    """Return every key and name that the fact or the vocabulary does not know, each with what is known and the remedy.

    A clock, survey or measure must be named: it says whose rows are read.
    """
    lead = lead_of(fact)
    if lead == "measure":
        known = {"measure": (list(load_measures()), "name it in metrics/measures.yaml")}
    elif lead == "survey":
        known = _of_surveys(select)
    else:
        own = _CLOCK_KEYS[fact]
        known = {
            "clock": (list(load_clocks()), "add it to metrics/clocks.yaml"),
            own: (list(COHORTS if own == "cohort" else STATES), "choose one of these"),
            "excepted": (["true", "false"], "choose one of these"),
            "in_time": (["true", "false"], "choose one of these"),
        }
    faults = [] if lead in select else [f"select.{lead}: is missing; known: {', '.join(sorted(known[lead][0]))}"]
    for key, value in select.items():
        if key not in known:
            faults.append(f"select.{key}: is nothing {fact} can be selected by; known: {', '.join(known)}; remove it")
            continue
        names, remedy = known[key]
        asked = [str(one).lower() if isinstance(one, bool) else one for one in _each(value)]
        faults += [
            f"select.{key}: {one} is unknown; {_known(names, one)}; {remedy}" for one in asked if one not in names
        ]
    if population is not None and population not in load_measures():
        faults.append(
            f"population: {population} is no known measure; {_known(load_measures(), population)}; "
            "name it in metrics/measures.yaml"
        )
    return faults


def _of_surveys(select: Select) -> dict[str, tuple[list[str], str]]:
    surveys = load_surveys()
    asked = surveys.get(str(select.get("survey")))
    of = [asked] if asked else list(surveys.values())
    remedy = "name it in metrics/surveys.yaml"
    return {
        "survey": (list(surveys), remedy),
        "question": (sorted({question for survey in of for question in survey.questions}), remedy),
        "respondent_group": (sorted({group for survey in of for group in survey.respondents}), remedy),
    }


def _each(value: str | bool | list[str]) -> Iterable[str | bool]:
    return value if isinstance(value, list) else [value]


def _known(names: Iterable[str], asked: str) -> str:
    """Return the known names; of a long list those that begin like the one asked for, where there are any."""
    listed = sorted(names)
    alike = [name for name in listed if name.split("_")[0] == asked.split("_")[0]]
    if len(listed) > 20 and alike:
        return f"known, beginning alike: {', '.join(alike)}"
    return f"known: {', '.join(listed)}"
