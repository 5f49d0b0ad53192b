"""The layout `figures` of a source: one line a measure, month and group, with what is counted and out of how many."""

from pydantic import Field, model_validator

from etl.documents import Document
from etl.heading import Heading

COLUMNS = ("measure", "month", "numerator", "denominator", "breakdown", "group")


class Figure(Document):
    """One measure that may stand on a line."""

    title: str
    counts: str = Field(description="what the numerator counts")
    of: str | None = Field(None, description="what the denominator counts; missing for a plain count")
    months: int = Field(1, ge=0, description="length of the period; 0 for how things stand at the month's end")
    counts_more: bool = Field(False, description="one child may count several times, so it may exceed its base")
    breakdowns: list[str] = []


class Figures(Document):
    """One line a measure, month and group: fills measures. Only the first four columns must be there."""

    columns: dict[str, Heading]
    measures: dict[str, Figure] = Field(min_length=1)

    @model_validator(mode="after")
    def _the_columns(self) -> "Figures":
        if wrong := sorted(set(self.columns) ^ set(COLUMNS)):
            raise ValueError(f"columns: missing or not known: {', '.join(wrong)}")
        return self
