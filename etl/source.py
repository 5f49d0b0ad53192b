"""Sources: the file shapes Waymark knows how to read, one YAML each in etl/sources.

A source says how its files are recognised, where the month stands, which heading means what, and which table the rows
fill. It holds no code; `based_on` starts from another source and states only what differs.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from etl.documents import Document, read_document, read_mapping
from etl.errors import DocumentError
from etl.figures import Figures
from etl.heading import Heading as Heading
from etl.heading import normal as normal
from etl.pathways import Pathways
from etl.surveys import Wave
from etl.tables import BREAKDOWNS, EVERYONE, Level
from etl.values import Values

FOLDER = Path(__file__).parent / "sources"
Flag = Literal["not_supplied", "suppressed", "not_available", "not_applicable", "low"]


class Label(Heading):
    """A column that says whose row it is. Some layouts print none of its headings."""

    unheaded: int | None = Field(
        None, lt=0, description="place before the first figure column: -1 is the one beside it"
    )
    fill_down: bool = False
    values: dict[str, Level] = {}


class Band(Document):
    """One week band of a crosstab, known by words in its sheet's title."""

    title: str
    weeks_from: int | None = Field(None, ge=0)
    weeks_to: int | None = Field(None, gt=0)
    total: bool = False


class Crosstab(Document):
    """Areas down, services across, one sheet a week band: fills band_counts."""

    sheets: str
    bands: list[Band]
    level: Label
    code: Label
    name: Label
    state: Literal["waiting", "completed", "removed", "started"]
    clocks: dict[str, Heading] = Field(min_length=1)


class Measure(Document):
    """A published figure: the columns of its parts. A denominator may be the sum of several."""

    numerator: str
    denominator: list[str] = []
    value: str | None = None

    def columns(self) -> list[str]:
        """Return the columns the figure is made of."""
        return [self.numerator, *self.denominator, *([self.value] if self.value else [])]


class Split(Document):
    """Which column names the breakdown, which the group, and what their breakdowns are called here."""

    topic: str
    group: str
    topics: dict[str, str]

    @model_validator(mode="after")
    def _known(self) -> "Split":
        if unknown := sorted(set(self.topics.values()) - {EVERYONE, *BREAKDOWNS}):
            raise ValueError(f"unknown breakdown {', '.join(unknown)}; known: {', '.join((EVERYONE, *BREAKDOWNS))}")
        return self


class Rows(Document):
    """One line a period, area and group, figures across: fills measures."""

    columns: dict[str, Heading]
    period: str = Field(description="column with the period; a year, for now always a calendar year")
    kind: str = Field(description="column that says what kind of period it is")
    kinds: list[str] = Field(min_length=1, description="kinds of period we read; lines of another kind are held")
    level: Label
    area_code: dict[Level, str] = Field(description="which column holds the code, by level")
    area_name: dict[Level, str]
    split: Split
    measures: dict[str, Measure]

    @model_validator(mode="after")
    def _columns_exist(self) -> "Rows":
        named = [
            self.period,
            self.kind,
            self.split.topic,
            self.split.group,
            *self.area_code.values(),
            *self.area_name.values(),
        ]
        named += [column for measure in self.measures.values() for column in measure.columns()]
        if unknown := sorted(set(named) - set(self.columns)):
            raise ValueError(f"not under columns: {', '.join(unknown)}")
        return self


class MonthRule(Document):
    """Where the month of a file stands: in its sheets' titles, the latest period of a column, or the snapshot's day."""

    title: str | None = Field(None, description="pattern with a group (?P<month>…) such as January 2023")
    latest: str | None = Field(None, description="column whose latest period is the file's month")
    snapshot: bool = Field(False, description="pathways: the snapshot column, a title such as As at …, or the name")

    fieldwork: bool = Field(False, description="survey: the month its field work ends")

    @model_validator(mode="after")
    def _one(self) -> "MonthRule":
        if [self.title is not None, self.latest is not None, self.snapshot, self.fieldwork].count(True) != 1:
            raise ValueError("give one of title, latest and snapshot")
        return self


class Source(Document):
    """One file shape. `name` is the file's stem."""

    name: str
    title: str
    publisher: str
    licence: str | None = None
    public: bool = Field(description="published figures pass disclosure control unchanged")
    organisation: str | None = Field(None, description="who sends it, where the file does not say")
    series: str | None = Field(None, description="source its loads are kept under, where versions of one list differ")
    coverage: Literal["snapshot", "history"]
    formats: list[Literal["xlsx", "ods", "csv", "xml", "zip"]]
    month: MonthRule
    symbols: dict[str, Flag] = {}
    crosstab: Crosstab | None = None
    rows: Rows | None = None
    pathways: Pathways | None = None
    figures: Figures | None = None
    values: Values | None = None
    survey: Wave | None = Field(None, description="filled in from the plan folder's surveys (etl/waves.py)")

    @model_validator(mode="after")
    def _one_layout(self) -> "Source":
        layouts = [self.crosstab, self.rows, self.pathways, self.figures, self.values, self.survey]
        if layouts.count(None) != len(layouts) - 1:
            raise ValueError("give one of crosstab, rows, pathways, figures and values")
        if self.organisation is None and not (self.pathways or self.figures or self.survey):
            raise ValueError("organisation: missing")
        if self.month.snapshot != (self.pathways is not None):
            raise ValueError("month: snapshot goes with pathways, and only with it")
        return self

    @property
    def kept_as(self) -> str:
        """Return the source its loads are kept under: one series for all versions of a list."""
        return self.series or self.name

    @property
    def path(self) -> str:
        """Return the file an editor would open, as errors name it."""
        return f"{'data/plan/surveys' if self.survey else 'etl/sources'}/{self.name}.yaml"

    def headings(self) -> dict[str, Heading]:
        """Return every column that must be recognised, by its YAML key below the layout."""
        if self.crosstab:
            return {f"crosstab.clocks.{key}": heading for key, heading in self.crosstab.clocks.items()}
        if self.pathways:
            return {f"pathways.columns.{key}": heading for key, heading in self.pathways.columns.items()}
        if self.figures:
            return {f"figures.columns.{key}": heading for key, heading in self.figures.columns.items()}
        if self.values:
            return {f"values.columns.{key}": heading for key, heading in self.values.columns.items()}
        if self.survey:
            return self.survey.headings()
        assert self.rows
        return {
            "rows.level": self.rows.level,
            **{f"rows.columns.{key}": heading for key, heading in self.rows.columns.items()},
        }


@cache
def load_sources(folder: Path = FOLDER) -> Mapping[str, Source]:
    """Return every source by name. Raises DocumentError naming file and key."""
    paths = sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("_"))
    return {path.stem: load_source(path) for path in paths}


def load_source(path: Path) -> Source:
    """Return one source, with what it is based on filled in. Raises DocumentError naming file and key."""
    return read_document(path, Source, {"name": path.stem, **with_base(path)})


def with_base(path: Path, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what a file says, on top of what the file it is based on says. Raises DocumentError."""
    content = read_mapping(path)
    base = content.pop("based_on", None)
    if base is None:
        return content
    if base in seen or not (path.parent / f"{base}.yaml").is_file():
        raise DocumentError(f"{path.name}: based_on names {base}, which is not there or leads back here.")
    return _merge(with_base(path.parent / f"{base}.yaml", (*seen, base)), content)


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return {key: value for key, value in merged.items() if value is not None}  # a key set to nothing is taken out
