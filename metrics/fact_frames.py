"""Every fact as a frame, and its parts on an engine of their own: what KPIs are counted from."""

from collections.abc import Mapping
from functools import cached_property

import duckdb
import pandas as pd

from etl.engine_duckdb import coded, connect
from metrics.selection import lead_of

Facts = Mapping[str, pd.DataFrame]


class FactFrames(dict[str, pd.DataFrame]):
    """Facts that keep what is counted at hand, parted by clock, survey or measure, on an engine of their own."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(frames)
        self._tables: set[str] = set()
        self._leads: dict[str, set[object]] = {}
        self._observed: dict[str, pd.DataFrame] = {}

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the engine that holds the parts; it reaches nothing else."""
        return connect(None, read_only=False)

    def table(self, fact: str, lead: object) -> str:
        """Return the name of the table with the rows of a fact about this clock, survey or measure."""
        name = f"{fact} {lead}"
        if name not in self._tables:
            self.connection.register("fact", self[fact])
            own = f"SELECT * FROM fact WHERE {lead_of(fact)} = ?"  # noqa: S608 (contract names)
            self.connection.execute(f'CREATE TABLE "{name}" AS {own}', [lead])
            self.connection.unregister("fact")
            self._tables.add(name)
        return name

    def leads(self, fact: str) -> set[object]:
        """Return the clocks, surveys or measures a fact is about."""
        if fact not in self._leads:
            self._leads[fact] = set(self[fact][lead_of(fact)].unique())
        return self._leads[fact]

    def observed_months(self, clock: str) -> pd.DataFrame:
        """Return one row per area and month the clock has an extract for, `rows` whether child by child."""
        if clock not in self._observed:
            table = self.table("clock_counts", clock)
            months = coded(self.connection, f'SELECT DISTINCT area, month FROM "{table}" ORDER BY ALL')  # noqa: S608 (our table)
            months = months.astype({"month": "datetime64[s]"}).assign(rows=False)
            if "observed" in self:
                seen = self["observed"]
                own = seen.loc[seen["clock"] == clock, ["area", "month"]].assign(rows=True)
                months = pd.concat([own, months.astype(own.dtypes.to_dict())]) if len(own) else months
            self._observed[clock] = months.drop_duplicates(["area", "month"])
        return self._observed[clock]
