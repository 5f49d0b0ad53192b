"""The layout `pathways` of a source: one row a child and referral, feeding one or several clocks.

It says what each column holds, what is dropped, which columns start and stop a clock, and what the source does not
supply. Everything a breakdown needs is stated: a column, a fixed word, or "not supplied".
"""

import datetime
from typing import Literal

from pydantic import Field, field_validator, model_validator

from etl.documents import Document
from etl.heading import Heading
from etl.module import Module, check_modules
from etl.tables import PATHWAY_BREAKDOWNS

Reason = Literal["completed", "rejected", "withdrawn", "moved", "aged_out", "died", "other"]
Holds = Literal["identifier", "date", "birth_date", "age", "code", "words", "wait"]
_SPLITS = tuple(name for name in PATHWAY_BREAKDOWNS if name != "organisation")


class Entry(Heading):
    """A column of theirs and what it holds.

    `identifier` becomes a keyed hash, `birth_date` and `age` an age band, `code` our word for theirs, `words` stay as
    written (few and short, never free text), `wait` is a reported wait: compared with ours, never loaded.
    """

    holds: Holds
    meaning: str = Field("", description="what to put there, for the template's definitions sheet")
    values: dict[str, str] = Field({}, description="code: their word to ours; case and spacing do not matter")
    others: str | None = Field(None, description="code: pattern of their words that we know and do not count")
    otherwise: str | None = Field(None, description="code: our word for a word not listed; without it the row is held")
    assumed: str | None = Field(None, description="code: our word for every row of a file without the column")
    weeks: bool = Field(True, description="wait: weeks; false for days")
    taken_on: str | None = Field(None, description="age: the date it was taken on; without it, the day of the list")

    @field_validator("values", mode="before")
    @classmethod
    def _as_text(cls, values: dict[object, str]) -> dict[str, str]:
        return {str(key): value for key, value in values.items()}

    @model_validator(mode="after")
    def _fits(self) -> "Entry":
        if (self.holds == "code") != bool(self.values):
            raise ValueError("values go with holds: code, and only with it")
        return self


class Stop(Document):
    """What ends a clock: a date, why, and which codes must stand beside it for it to count."""

    date: str
    reason: Reason | None = None
    reason_from: str | None = Field(None, description="code column whose words are stop reasons; blank means other")
    when: dict[str, list[str]] = Field({}, description="code column: our words under which the date counts")
    asks: list[str] = Field([], description="our words beside which a date is asked about, as a blank is")
    after_start: bool = Field(False, description="a date before the start is that of the round before")

    @model_validator(mode="after")
    def _one_reason(self) -> "Stop":
        if (self.reason is None) == (self.reason_from is None):
            raise ValueError("give either reason or reason_from")
        return self


class Clock(Document):
    """One clock a row feeds. Of several start columns the first that is filled counts, of the stops the earliest."""

    start: list[str] = Field(min_length=1)
    start_when: dict[str, dict[str, list[str]]] = Field({}, description="start column: codes under which it counts")
    stops: list[Stop] = Field(min_length=1)
    feeds: str | None = Field(None, description="the clock it feeds, where a row feeds one clock in two ways")
    round: bool = Field(False, description="it runs again and again: each start is a pathway of its own")
    restarts: bool = Field(False, description="its start moves on with every round; only the running one is kept")
    excepted: str | None = Field(None, description="code column that says yes where a legal exception applies")
    when: dict[str, list[str]] = Field({}, description="code column: our words for rows that feed this clock")
    needs: list[str] = Field([], description="columns without which a file says nothing of this clock")
    needs_start: bool = Field(False, description="a row without a start does not feed it; else its wait is unknown")
    needs_stop: bool = Field(False, description="a row without a stop does not feed it")


class Breakdown(Document):
    """Columns a breakdown is read from: the first that is filled; with `together`, all of them, joined by +."""

    columns: list[str] = Field(min_length=1)
    together: dict[str, str] = {}


class Key(Document):
    """What makes a pathway: the referral's id, or, where a file has none, these columns and the clock start."""

    id: str | None = None
    otherwise: list[str] = []
    alone: bool = Field(True, description="no child has two of them at once; false where it may")

    @model_validator(mode="after")
    def _some(self) -> "Key":
        if not self.id and not self.otherwise:
            raise ValueError("give id, otherwise, or both")
        return self


class Dates(Document):
    """How dates are written. Month-first dates are never read; the order is decided per column."""

    two_digit_years_from: int | None = Field(None, description="first year of the hundred that 00-99 mean")
    earliest: datetime.date = datetime.date(2000, 1, 1)
    placeholders: list[datetime.date] = [
        datetime.date(*day) for day in ((1899, 12, 30), (1900, 1, 1), (1753, 1, 1), (9999, 12, 31))
    ]


class AgeBand(Document):
    """One age band; `below` is the first age beyond it, missing for the last."""

    name: str
    years_from: int = Field(ge=0)
    below: int | None = Field(None, gt=0)


class Dropped(Document):
    """Patterns of headings that are known and dropped: identifiers of any kind, and free text, which is scanned."""

    identifying: list[str] = []
    free_text: list[str] = []
    other: list[str] = []
    structure: list[str] = Field([], description="numbers an export gives its records; dropped without a word")


class Tally(Document):
    """A yearly measure counted from two dates: of what was due in the year up to a month, how much was done by then."""

    due: str
    done: str
    month: int = Field(ge=1, le=12, description="the month the year ends in")
    breakdowns: list[str] = []


class Pathways(Document):
    """One row a child and referral: fills pathways. With `modules` a row is put together from several tables."""

    modules: dict[str, Module] = {}
    columns: dict[str, Entry]
    made: dict[str, list[list[str]]] = Field(
        {}, description="identifier: columns that make it together, of several such sets the first that is whole"
    )
    tallies: dict[str, Tally] = {}
    ordered: list[tuple[str, str]] = Field([], description="pairs of date columns, the first of which comes first")
    dropped: Dropped = Dropped()
    missing: list[str] = Field([], description="words that stand for a blank")
    evidence: str | None = Field(None, description="pattern: headings, names or titles must say what list this is")
    never: list[str] = Field([], description="patterns of headings that only other lists have")
    snapshot: str | None = Field(None, description="date column: the day the list was taken")
    organisation: str | None = Field(None, description="words column: who sends it; providers.yaml of the plan knows")
    from_council: bool = Field(False, description="the local area's own council sends it")
    area: str | None = Field(None, description="words column with the ONS code of the child's local area")
    only: dict[str, list[str]] = Field({}, description="code column: our words for rows that are this list's")
    pathway: Key
    person: list[str] = Field([], description="identifiers of the child, best first")
    clocks: dict[str, Clock] = Field(min_length=1)
    breakdowns: dict[str, Breakdown] = {}
    fixed: dict[str, str] = Field({}, description="breakdown: the one word that holds for every row")
    not_supplied: list[str] = []
    dates: Dates = Dates()
    ages: list[AgeBand] = []
    closed_months: int = Field(0, ge=0, description="for how many months the list still shows pathways that stopped")
    template: list[str] = Field([], description="columns of the workbook we publish; without them there is none")
    closed_when: dict[str, list[str]] = Field({}, description="code column: our words that need a stop date")

    @model_validator(mode="after")
    def _columns_exist(self) -> "Pathways":
        check_modules(self.modules)
        if unknown := sorted(set(self._named()) - {*self.columns, *self.made}):
            raise ValueError(f"not under columns: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _every_breakdown_is_stated(self) -> "Pathways":
        stated = [*self.breakdowns, *self.fixed, *self.not_supplied]
        wrong = sorted({name for name in stated if name not in _SPLITS or stated.count(name) > 1})
        missing = [name for name in _SPLITS if name not in stated]
        if wrong or missing:
            raise ValueError(
                "each of " + ", ".join(_SPLITS) + " stands once under breakdowns, fixed or not_supplied; "
                f"unknown or twice: {', '.join(wrong) or 'none'}; not stated: {', '.join(missing) or 'none'}"
            )
        return self

    def _named(self) -> list[str]:
        stops = [stop for clock in self.clocks.values() for stop in clock.stops]
        conditions = [self.only, self.closed_when, *(c.when for c in self.clocks.values()), *(s.when for s in stops)]
        conditions += [when for c in self.clocks.values() for when in c.start_when.values()]
        single = [self.snapshot, self.organisation, self.area, self.pathway.id]
        single += [entry.taken_on for entry in self.columns.values()]
        single += [clock.excepted for clock in self.clocks.values()] + [stop.reason_from for stop in stops]
        several = [self.pathway.otherwise, self.person, self.template, [stop.date for stop in stops]]
        several += [[*clock.start, *clock.needs] for clock in self.clocks.values()]
        several += [list(clock.start_when) for clock in self.clocks.values()]
        several += [b.columns for b in self.breakdowns.values()]
        several += [columns for sets in self.made.values() for columns in sets]
        several += [list(pair) for pair in self.ordered]
        several += [[tally.due, tally.done] for tally in self.tallies.values()]
        for module in self.modules.values():
            several.append(module.columns)
            single += [module.order, module.marks, module.numbers]
        return [
            *(name for name in single if name),
            *(name for names in several for name in names),
            *(name for condition in conditions for name in condition),
        ]

    def holding(self, *kinds: Holds) -> list[str]:
        """Return the columns that hold one of these kinds, in order."""
        return [key for key, entry in self.columns.items() if entry.holds in kinds]
