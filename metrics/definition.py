"""KPI definitions: one YAML each in metrics/definitions, read and checked here. The file name is the KPI's id."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from etl.documents import Document, read_document, read_mapping
from etl.errors import UsageError
from etl.tables import BREAKDOWNS

FOLDER = Path(__file__).parent / "definitions"


class Standard(Document):
    """A standard from outside the plan, drawn as a reference line, never a target."""

    value: float
    source: str


class Expected(Document):
    """What the worked example must yield in one month; a part left out is not compared."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    at_least: float | None = None
    flag: str | None = None


class Example(Document):
    """Rows worked by hand: a small table with a heading line, columns parted by bars."""

    rows: str
    expect: Expected

    def table(self) -> list[dict[str, str]]:
        """Return the rows by column name, cells as text."""
        lines = [[cell.strip() for cell in line.split("|")] for line in self.rows.splitlines() if line.strip()]
        return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


class Definition(Document):
    """One KPI."""

    id: str
    title: str
    question: str
    why_it_matters: str
    fact: Literal["clock_counts", "measure_values"]
    select: dict[str, str] = Field(min_length=1)
    kind: Literal["count", "share", "percentile", "measure"]
    numerator: str | None = Field(None, description="boolean SQL over the fact's columns; left out: everyone")
    percentile: float | None = Field(None, gt=0, lt=1)
    numerator_in_words: str
    denominator_in_words: str | None = None
    unit: Literal["children", "percent", "weeks", "plans"]
    better: Literal["higher", "lower", "neither"]
    breakdowns: list[str] = []
    standard: Standard | None = None
    minimum_base: int | None = Field(None, ge=0)
    plan_refs: list[str] = []
    caveats: str | None = None
    owner: str
    reviewed: date
    example: Example

    @model_validator(mode="after")
    def _fits_together(self) -> "Definition":
        if (self.kind == "percentile") != (self.percentile is not None):
            raise ValueError("percentile: give it for kind percentile, and only there")
        if (self.kind == "measure") != (self.fact == "measure_values"):
            raise ValueError("kind measure goes with fact measure_values, the other kinds with clock_counts")
        if self.kind == "share" and not self.numerator:
            raise ValueError("numerator: a share needs one")
        if unknown := sorted(set(self.breakdowns) - set(BREAKDOWNS)):
            raise ValueError(f"unknown breakdown {', '.join(unknown)}; known: {', '.join(BREAKDOWNS)}")
        if self.numerator and ";" in self.numerator:
            raise ValueError("numerator: one boolean expression, no semicolon")
        return self

    @property
    def text(self) -> str:
        """Return the definition file as it stands."""
        return (FOLDER / f"{self.id}.yaml").read_text(encoding="utf-8")


@cache
def load_definitions(folder: Path = FOLDER) -> dict[str, Definition]:
    """Return every definition by id. Raises DocumentError naming file and key."""
    return {path.stem: load_definition(path) for path in sorted(folder.glob("*.yaml"))}


def load_definition(path: Path) -> Definition:
    """Return one definition. Raises DocumentError naming file and key."""
    return read_document(path, Definition, {"id": path.stem, **read_mapping(path)})


def definition_named(kpi: str) -> Definition:
    """Return the definition of a KPI. Raises UsageError that lists the known ones."""
    known = load_definitions()
    if kpi not in known:
        raise UsageError(f"There is no KPI {kpi[:60]!r}. Known are: {', '.join(known)}.")
    return known[kpi]
