"""Every fact as a frame, and its parts on an engine of their own: what KPIs are counted from."""

from collections.abc import Mapping
from functools import cached_property

import duckdb
import pandas as pd

from etl.engine_duckdb import coded, connect
from etl.tables import EVERYONE
from metrics.selection import lead_of

Facts = Mapping[str, pd.DataFrame]

# Where, when and how many; every other column of a fact tells kinds of cells apart.
PLACED = ("area", "group", "month", "children", "flag", "observed_days")


class FactFrames(dict[str, pd.DataFrame]):
    """Facts that keep what is counted at hand, parted by clock or survey, on an engine of their own."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(frames)
        self._kinds: dict[tuple[str, object, str | None], tuple[str, pd.DataFrame]] = {}
        self._leads: dict[str, set[object]] = {}
        self._observed: dict[str, pd.DataFrame] = {}

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the engine that holds the parts; it reaches nothing else."""
        return connect(None, read_only=False)

    def numbered(self, fact: str, lead: object, over: str | None = None) -> tuple[str, pd.DataFrame]:
        """Return the name of a table with the cells of a clock or survey, and the kinds of cells there are in it.

        The table has area, group, month, children, flag and `kind`; of cohorts also observed_days. Kinds have `kind`
        and every column that tells cells apart, among them breakdown. With `over`, pairs with that breakdown are taken
        apart: the group stays, and `member` is the other's.
        """
        key = (fact, lead, over)
        if key not in self._kinds:
            rows = self[fact]
            self.connection.register("fact", rows[rows[lead_of(fact)] == lead])
            try:
                self._kinds[key] = self._numbered(f"part {len(self._kinds)}", fact, over)
            finally:
                self.connection.unregister("fact")
        return self._kinds[key]

    def _numbered(self, name: str, fact: str, over: str | None) -> tuple[str, pd.DataFrame]:
        own = _select_parts(over) if over else "SELECT * FROM fact"
        columns = [one for one in self[fact] if one not in (*PLACED, lead_of(fact))]
        columns += ["member"] if over else []
        listed = ", ".join(f'"{one}"' for one in columns)
        kinds = coded(self.connection, f"SELECT DISTINCT {listed} FROM ({own})")  # noqa: S608 (contract names)
        kinds = kinds.assign(kind=range(len(kinds)))
        self.connection.register("kinds", kinds)
        counted = ", ".join(f'cells."{one}"' for one in PLACED if one in self[fact])
        same = " AND ".join(f'cells."{one}" IS NOT DISTINCT FROM kinds."{one}"' for one in columns)
        self.connection.execute(
            f'CREATE TABLE "{name}" AS SELECT {counted}, kind FROM ({own}) AS cells JOIN kinds ON {same}'  # noqa: S608 (contract names)
        )
        self.connection.unregister("kinds")
        return name, kinds

    def leads(self, fact: str) -> set[object]:
        """Return the clocks, surveys or measures a fact is about."""
        if fact not in self._leads:
            self._leads[fact] = set(self[fact][lead_of(fact)].unique())
        return self._leads[fact]

    def observed_months(self, clock: str) -> pd.DataFrame:
        """Return one row per area and month the clock has an extract for, `rows` whether child by child."""
        if clock not in self._observed:
            rows = self["clock_counts"]
            months = rows.loc[rows["clock"] == clock, ["area", "month"]].drop_duplicates().assign(rows=False)
            if "observed" in self:
                seen = self["observed"]
                own = seen.loc[seen["clock"] == clock, ["area", "month"]].assign(rows=True)
                months = pd.concat([own, months.astype(own.dtypes.to_dict())]) if len(own) else months
            self._observed[clock] = months.drop_duplicates(["area", "month"])
        return self._observed[clock]


def _select_parts(over: str) -> str:
    """Return SQL that takes pairs `group + member` apart: the group stays, the member is what the rule reads."""
    return f"""
        SELECT cells.* REPLACE (
            CASE WHEN breakdown = '{over}' THEN '{EVERYONE}' ELSE split_part(breakdown, '+', 1) END AS breakdown,
            CASE
                WHEN breakdown = '{over}' THEN '{EVERYONE}' ELSE left("group", length("group") - length(member) - 3)
            END AS "group"
        ), member
        FROM (
            SELECT *, string_split("group", ' + ')[-1] AS member FROM fact
            WHERE breakdown = '{over}' OR (ends_with(breakdown, '+{over}') AND len(string_split(breakdown, '+')) = 2)
        ) AS cells
    """  # noqa: S608 (a breakdown of the contract)
