"""The waves of the local area's surveys as sources of their own: one YAML each in the plan folder's `surveys`.

They are the plan's, not Waymark's: another local area asks other questions at other times. Two waves may share every
heading, so each is a source of its own and never taken for the other.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from etl.documents import read_document
from etl.errors import DocumentError
from etl.source import MonthRule, Source, load_sources, with_base
from etl.surveys import Scale, Wave

FOLDER = "surveys"


@cache
def load_waves(plan: Path) -> Mapping[str, Source]:
    """Return the waves of a plan folder as sources, by name. Raises DocumentError naming file and key."""
    paths = sorted(path for path in (plan / FOLDER).glob("*.yaml") if not path.name.startswith("_"))
    found = {path.stem: _source(path) for path in paths}
    seen: dict[tuple[str, str, str], str] = {}
    scales: dict[tuple[str, str], tuple[str, Scale]] = {}
    for name, source in found.items():
        wave = source.survey
        assert wave
        key = (wave.survey, wave.wave, wave.respondents)
        for scale, meant in wave.scales.items():
            other = scales.setdefault((wave.survey, scale), (name, meant))
            if (other[1].points, other[1].best) != (meant.points, meant.best):
                raise DocumentError(
                    f"{name}.yaml: scales.{scale} is another scale than in {other[0]}.yaml, and waves on a scale of "
                    "one name are compared; give it another name."
                )
        if name in load_sources():
            raise DocumentError(f"{name}.yaml: a source in etl/sources has this name; choose another.")
        if key in seen:
            raise DocumentError(f"{name}.yaml: {seen[key]}.yaml is the same wave of the same survey; leave one.")
        seen[key] = name
    return found


def known_sources(plan: Path) -> Mapping[str, Source]:
    """Return every source: the file shapes of etl/sources, and the waves of the plan folder's surveys."""
    return {**load_sources(), **load_waves(plan)}


def _source(path: Path) -> Source:
    wave = read_document(path, Wave, with_base(path))
    return Source(
        name=path.stem, title=wave.title, publisher=wave.publisher, public=False, coverage="snapshot",
        formats=["xlsx", "ods", "csv"], month=MonthRule(fieldwork=True), survey=wave,
    )  # fmt: skip
