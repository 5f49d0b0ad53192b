"""What one local area sees of a warehouse that several share, and what a roll-up of areas counts as one.

Every table is read through a view, so that a question that forgets the area cannot be asked: an area's own loads and
plan, and the published figures that are everybody's. A roll-up counts its members' children under its own code.
"""

from collections.abc import Callable
from dataclasses import dataclass

from etl.record_tables import PLAN_RECORD
from etl.table import Table
from etl.tables import (
    ANSWERS,
    AREAS,
    AUDIT,
    BAND_COUNTS,
    COVERAGE,
    EVERYBODY,
    LOADS,
    MEASURES,
    PATHWAYS,
    QUESTIONS,
    WAREHOUSE,
    WAVES,
)

# A survey's words are each area's own: answers of two areas to different questions do not add up.
_NOT_ROLLED_UP = (ANSWERS, WAVES, QUESTIONS, AREAS)
_COUNTED = (PATHWAYS, BAND_COUNTS, MEASURES)


@dataclass(frozen=True)
class Scope:
    """One local area by its code; with `members`, the codes of the areas that it rolls up."""

    area: str
    members: tuple[str, ...] = ()

    def select(self, table: Table, stored: Callable[[Table], str]) -> str | None:
        """Return SQL for the rows of a table that may be seen; None for a table that is nobody's.

        `stored` names each table with every area's rows in it. Reads on DuckDB and Spark alike.
        """
        held = f"{stored(table)} AS {table.name}"
        if table == AUDIT:
            return f"SELECT * FROM {held} WHERE local_area IS NULL OR local_area = '{self.area}'"  # noqa: S608 (a code)
        if table in PLAN_RECORD:
            return f"SELECT * FROM {held} WHERE local_area = '{self.area}'"  # noqa: S608 (a code)
        if "load_id" not in table.names():
            return None
        where = f"loads.local_area IN ('{EVERYBODY}', '{self.area}')"
        if self.members and table not in _NOT_ROLLED_UP:
            # Demonstration data of a member has published figures of its own, which are not added up.
            surveys = f"SELECT load_id FROM {stored(WAVES)}"  # noqa: S608 (the contract's name)
            where = f"({where} OR ({self._of_member()} AND NOT loads.public AND loads.load_id NOT IN ({surveys})))"
        if table != LOADS:
            held += f" JOIN {stored(LOADS)} AS loads ON loads.load_id = {table.name}.load_id"
        if table == COVERAGE:
            where += f" AND {self._nearest(stored(COVERAGE))}"
        if self.members and table in _COUNTED:
            # What a member holds of a neighbour's children stands in the neighbour's own lists.
            where += f" AND (NOT {self._of_member()} OR {table.name}.area = loads.local_area)"
        return f"SELECT {self._columns(table)} FROM {held} WHERE {where}"  # noqa: S608 (codes and the contract's names)

    def _of_member(self) -> str:
        return "loads.local_area IN ({})".format(", ".join(f"'{code}'" for code in self.members))

    def _nearest(self, stored: str) -> str:
        """Return that a figure for everybody counts only where the area has none of its own."""
        return (
            f"(coverage.local_area <> '{EVERYBODY}' OR NOT EXISTS (SELECT 1 FROM {stored} AS own "  # noqa: S608 (a code)
            f"WHERE own.local_area = '{self.area}' AND own.source = coverage.source "
            "AND own.organisation = coverage.organisation AND own.month = coverage.month))"
        )

    def _columns(self, table: Table) -> str:
        named = {name: f'{table.name}."{name}"' for name in table.names()}
        if self.members and table in (LOADS, COVERAGE):
            # Two areas hear of one organisation each for its own children.
            named["organisation"] = (
                f"CASE WHEN {self._of_member()} THEN {table.name}.local_area || ' ' || {table.name}.organisation "
                f"ELSE {table.name}.organisation END"
            )
        if self.members and table in _COUNTED:
            named["area"] = f"CASE WHEN {self._of_member()} THEN '{self.area}' ELSE {table.name}.area END"
        return ", ".join(f'{expression} AS "{name}"' for name, expression in named.items())

    def views(self, database: str) -> dict[str, str]:
        """Return SQL by table for the rows that may be seen of a DuckDB file's tables."""
        selects = {t.name: self.select(t, lambda table: f'"{database}".main."{table.name}"') for t in WAREHOUSE}
        return {name: select for name, select in selects.items() if select}
