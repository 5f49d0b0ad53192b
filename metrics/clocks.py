"""The clocks: what is timed, from which event to which, under which rule (metrics/clocks.yaml)."""

from functools import cache
from pathlib import Path

from pydantic import Field, model_validator

from etl.documents import Document, read_mapping
from etl.errors import DocumentError

PATH = Path(__file__).parent / "clocks.yaml"


class Limit(Document):
    """How long a clock may run, in one of three ways; days and years are counted, dates are only named."""

    days: int | None = Field(None, gt=0, description="whole days after the day of the start")
    years: int | None = Field(None, ge=1, le=1, description="calendar years; the facts know one year")
    dates: list[str] | None = Field(None, description="MM-DD")

    @model_validator(mode="after")
    def _one(self) -> "Limit":
        if [self.days, self.years, self.dates].count(None) != 2:
            raise ValueError("give one of days, years and dates")
        return self


class Clock(Document):
    """One clock. Without `limit` it has no legal or national limit, and nothing is late on it."""

    title: str
    start: str
    stop: str
    not_a_stop: str | None = None
    removed: str
    limit: Limit | None = None
    standard: str | None = Field(None, description="the limit in words")
    standard_note: str | None = None
    exceptions: str
    cohort: bool = Field(False, description="whether new starts are followed until they stop")
    rebuilt: bool = Field(True, description="whether months before the first extract follow from its dates")
    known_at_start: bool = Field(True, description="false: a child is on it only once a later event is known")
    source: str

    @model_validator(mode="after")
    def _limit_in_words(self) -> "Clock":
        if (self.limit is None) != (self.standard is None):
            raise ValueError("standard: say the limit in words, and only where there is one")
        return self


class _Clocks(Document):
    clocks: dict[str, Clock]


@cache
def load_clocks(path: Path = PATH) -> dict[str, Clock]:
    """Return every clock by its key. Raises DocumentError naming file and key."""
    try:
        return _Clocks.model_validate({"clocks": read_mapping(path)}).clocks
    except ValueError as error:
        raise DocumentError(f"{path.name}: {' '.join(str(error).split())}") from error


def select_clocks(clocks: dict[str, Clock]) -> str:
    """Return SQL for one row per clock: clock, limit_days, limit_years, followed and rebuilt (each 0 or 1)."""
    rows = ", ".join(_row(key, clock) for key, clock in sorted(clocks.items()))
    return f"SELECT * FROM (VALUES {rows}) AS rules(clock, limit_days, limit_years, followed, rebuilt)"  # noqa: S608 (ours)


def _row(key: str, clock: Clock) -> str:
    days = clock.limit.days if clock.limit and clock.limit.days else "NULL"
    years = clock.limit.years if clock.limit and clock.limit.years else 0
    return f"('{key}', CAST({days} AS INTEGER), {years}, {int(clock.cohort)}, {int(clock.rebuilt)})"
