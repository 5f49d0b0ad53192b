"""KPI definitions: one YAML each in metrics/definitions, read and checked here. The file name is the KPI's id."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, model_validator

from etl.documents import Document, read_document, read_mapping, to_mend
from etl.errors import DocumentError, UsageError
from etl.tables import BREAKDOWNS, STATES
from metrics.periods import Period
from metrics.selection import lead_of, selection_faults

FOLDER = Path(__file__).parent / "definitions"


Fact = Literal["clock_counts", "clock_days", "cohort_counts", "answer_counts", "measure_values"]
Kind = Literal[
    "count", "share", "percentile", "mean", "net_flow", "clearance_weeks", "rate", "top_two_box", "measure", "printed"
]  # fmt: skip
Unit = Literal[
    "children", "percent", "weeks", "days", "plans", "requests", "families", "staff", "packages", "GBP", "actions",
    "per 100 pupils", "per 1,000 children",
]  # fmt: skip
CLOCK_FACTS = ("clock_counts", "clock_days", "cohort_counts")
_WITHOUT_BASE = ("count", "net_flow", "clearance_weeks", "printed")
# Who left the list.
LEAVING = ["completed", "removed"]
_STATES_OF_KIND = {"net_flow": ["started", *LEAVING], "clearance_weeks": ["waiting", *LEAVING]}
_FACTS_OF_KIND: dict[str, tuple[str, ...]] = {
    "count": ("clock_counts", "cohort_counts", "answer_counts"),
    "share": ("clock_counts", "cohort_counts"),
    "percentile": ("clock_counts", "clock_days"),
    "mean": ("clock_days",),
    "net_flow": ("clock_counts",),
    "clearance_weeks": ("clock_counts",),
    "rate": ("clock_counts", "measure_values"),
    "top_two_box": ("answer_counts",),
    "measure": ("measure_values",),
    "printed": ("measure_values",),
}


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
    """Rows worked by hand: small tables with a heading line, columns parted by bars, a blank line between tables."""

    rows: str
    expect: Expected

    def tables(self) -> list[list[dict[str, str]]]:
        """Return the rows of every table by column name, cells as text."""
        blocks = [block.splitlines() for block in re.split(r"\n\s*\n", self.rows.strip())]
        return [_table(block) for block in blocks]

    def table(self) -> list[dict[str, str]]:
        """Return the rows of the first table."""
        return self.tables()[0]


def _table(lines: list[str]) -> list[dict[str, str]]:
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if line.strip()]
    return [dict(zip(cells[0], line, strict=True)) for line in cells[1:]]


class Definition(Document):
    """One KPI."""

    id: str
    catalogue: list[str] = Field([], description="ids of the KPI catalogue, such as ND01")
    title: str
    question: str
    why_it_matters: str
    fact: Fact
    select: dict[str, str | bool | list[str]] = Field(min_length=1)
    kind: Kind
    numerator: str | None = Field(None, description="boolean SQL over the fact's columns; left out: everyone")
    base: str | None = Field(None, description="boolean SQL: who is in the base; left out: everyone selected")
    over: str | None = Field(None, description="breakdown whose groups the rule reads as `member`")
    percentile: float | None = Field(None, gt=0, lt=1)
    per: int | None = Field(None, gt=0, description="rate: per so many")
    population: str | None = Field(None, description="rate: measure with the base; left out: the row's denominator")
    follow_up_weeks: int | None = Field(None, gt=0, description="cohort: weeks the newest extract must lie after")
    period: Period = "month"
    numerator_in_words: str
    denominator_in_words: str | None = None
    unit: Unit
    better: Literal["higher", "lower", "neither"]
    breakdowns: list[str] = []
    standard: Standard | None = None
    minimum_base: int | None = Field(None, ge=0)
    plan_refs: list[str] = []
    impact_measures: list[str] = []
    beside: list[str] = Field([], description="KPIs without which this one misleads")
    caveats: str | None = None
    owner: str
    reviewed: date
    example: Example

    @model_validator(mode="after")
    def _fits_together(self) -> "Definition":
        if (self.kind == "percentile") != (self.percentile is not None):
            raise ValueError("percentile: give it for kind percentile, and only there")
        if self.fact not in _FACTS_OF_KIND[self.kind]:
            raise ValueError(f"kind {self.kind} goes with fact {' or '.join(_FACTS_OF_KIND[self.kind])}")
        if self.kind in ("share", "top_two_box") and not self.numerator:
            raise ValueError("numerator: a share needs one")
        if (self.kind == "rate") != (self.per is not None):
            raise ValueError("per: give it for kind rate, and only there")
        if (self.fact == "cohort_counts") != (self.follow_up_weeks is not None) and self.select.get("cohort") != "due":
            raise ValueError("follow_up_weeks: say how long a cohort of new starts is followed")
        if unknown := sorted({part for name in self.fact_breakdowns for part in name.split("+")} - set(BREAKDOWNS)):
            raise ValueError(f"unknown breakdown {', '.join(unknown)}; known: {', '.join(BREAKDOWNS)}")
        if self.minimum_base and (self.kind in _WITHOUT_BASE or (self.kind == "measure" and self.unit != "percent")):
            raise ValueError("minimum_base: only what rests on a base has one; remove it from a plain number")
        if any(";" in rule for rule in (self.numerator, self.base) if rule):
            raise ValueError("numerator: one boolean expression, no semicolon")
        if self.period != "month" and (self.fact not in CLOCK_FACTS or self.snapshot):
            raise ValueError("period: only what happens within a month adds up over months")
        return self

    @property
    def snapshot(self) -> bool:
        """Return whether the KPI is as at a month's end, not over a period."""
        return self.select.get("state") == "waiting" or self.kind in ("clearance_weeks", "top_two_box")

    @property
    def lead(self) -> str:
        """Return the key of `select` that says whose rows are read: clock, survey or measure."""
        return lead_of(self.fact)

    @property
    def fact_breakdowns(self) -> list[str]:
        """Return the breakdowns the KPI needs of its fact: its own, each with `over` where a rule reads that."""
        own = [f"{name}+{self.over}" for name in self.breakdowns] if self.over else self.breakdowns
        return [*([self.over] if self.over else []), *own]

    @property
    def fact_states(self) -> list[str]:
        """Return the states of its clock the KPI counts, beyond what it selects where its kind reads several."""
        if self.kind in _STATES_OF_KIND:
            return _STATES_OF_KIND[self.kind]
        asked = self.select.get("state", list(STATES))
        return asked if isinstance(asked, list) else [str(asked)]

    @property
    def text(self) -> str:
        """Return the definition file as it stands."""
        return (FOLDER / f"{self.id}.yaml").read_text(encoding="utf-8")


def definition_told(text: str) -> dict[str, object]:
    """Return what an edition's text of a definition says; nothing where another version wrote what cannot be read."""
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return told if isinstance(told, dict) else {}


def worked_example(text: str) -> Example | None:
    """Return the worked example of a definition file as it once stood; None where today's readers cannot read it."""
    try:
        return Example.model_validate(definition_told(text).get("example"))
    except ValueError:
        return None


@cache
def load_definitions(folder: Path = FOLDER) -> dict[str, Definition]:
    """Return every definition by id. Raises DocumentError naming file and key, of all faulty files at once."""
    found, faults = {}, []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = load_definition(path)
        except DocumentError as error:
            faults.append(str(error))
    if faults:
        raise DocumentError("\n".join(faults))
    return found


def load_definition(path: Path) -> Definition:
    """Return one definition. Raises DocumentError naming file and key, also where it selects what nobody knows."""
    definition = read_document(path, Definition, {"id": path.stem, **read_mapping(path)})
    if faults := selection_faults(definition.fact, definition.select, definition.population):
        raise to_mend(path.name, faults)
    return definition


def definition_named(kpi: str) -> Definition:
    """Return the definition of a KPI. Raises UsageError that lists the known ones."""
    known = load_definitions()
    if kpi not in known:
        raise UsageError(f"There is no KPI {kpi[:60]!r}. Known are: {', '.join(known)}.")
    return known[kpi]
