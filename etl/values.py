"""The layout `values` of a source: one line a metric, period and area, every figure in one column."""

from pydantic import Field, model_validator

from etl.documents import Document
from etl.heading import Heading
from etl.tables import Level

# Areas by their codes in periods of whole months, or by DfE's three-digit numbers in years.
_SHAPES = ({"begins", "ends", "level", "code", "name", "metric", "value"}, {"year", "number", "metric", "value"})


class Year(Document):
    """What a metric's year is: its last month, its length (0 for how things stand then), and the last year taken."""

    ends: int = Field(ge=1, le=12)
    months: int = Field(12, ge=0)
    until: int | None = Field(None, description="later years are left out, because a better source gives them")


class Published(Document):
    """A published figure: the metrics of its parts, of its printed value, or of both (then only compared)."""

    numerator: str | None = None
    denominator: str | None = None
    value: str | None = None
    year: Year | None = None

    def parts(self) -> list[str]:
        """Return the metrics the figure rests on: its counts, else what is printed."""
        return [metric for metric in (self.numerator or self.value, self.denominator) if metric]

    def metrics(self) -> set[str]:
        """Return every metric it reads."""
        return {metric for metric in (self.numerator, self.denominator, self.value) if metric}


class Values(Document):
    """One line a metric, period and area: fills measures. What is not taken is left out and told."""

    columns: dict[str, Heading]
    levels: dict[str, Level] = Field({}, description="pattern of a kind of area we take, and what it is here")
    left_out: list[str] = Field([], description="patterns of kinds of area that are known and not taken")
    nowhere: list[str] = Field([], description="codes that are no area")
    rounded_to: int | None = Field(None, gt=0, description="counts below England are rounded to multiples of this")
    measures: dict[str, Published] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> "Values":
        if set(self.columns) not in _SHAPES:
            raise ValueError(f"columns: give {' or '.join(', '.join(sorted(shape)) for shape in _SHAPES)}")
        if self.by_year == bool(self.levels):
            raise ValueError("levels: go with the column level, and only with it")
        read = [metric for measure in self.measures.values() for metric in measure.metrics()]
        if self.by_year and len(read) > len(set(read)):
            raise ValueError("measures: a metric by year stands in one of them")
        for name, measure in self.measures.items():
            if not measure.parts() or (measure.denominator and not measure.numerator):
                raise ValueError(f"measures.{name}: give a numerator, with its denominator for a share, or a value")
            if (measure.year is not None) != self.by_year:
                raise ValueError(f"measures.{name}: year goes with the column year, and only with it")
        return self

    @property
    def by_year(self) -> bool:
        """Return whether lines are for years, and their areas known by number."""
        return "year" in self.columns

    def metrics(self) -> set[str]:
        """Return every metric a measure reads."""
        return set().union(*(measure.metrics() for measure in self.measures.values()))

    def counts(self) -> set[str]:
        """Return the metrics that are counts."""
        return {metric for m in self.measures.values() if m.numerator for metric in m.parts()}
