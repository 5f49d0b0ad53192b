"""Every fact as a frame, and its parts on an engine of their own: what KPIs are counted from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import duckdb
import pandas as pd

from etl.engine_duckdb import coded, connect
from etl.tables import EVERYONE
from metrics.selection import lead_of

Facts = Mapping[str, pd.DataFrame]

# Where, when and how many; every other column of a fact tells kinds of cells apart.
PLACED = ("area", "group", "month", "children", "flag", "observed_days")

NOT_OBSERVED = pd.DataFrame({"clock": [], "area": [], "month": [], "rows": [], "leaves": []})
_part = count()


Made = Callable[[], pd.DataFrame]


@dataclass(frozen=True)
class Relation:
    """A fact that lies on an engine: a SELECT of its cells, where one may come in parts, and what makes its frame."""

    connection: duckdb.DuckDBPyConnection
    in_parts: str
    frame: Made


@dataclass(frozen=True)
class Numbered:
    """Cells of clocks or surveys in a table of an engine, each with the number of its kind.

    The table has area, group, month, children, flag and `kind`; of cohorts also observed_days. `kinds` have `kind` and
    every column that tells cells apart, among them breakdown.
    """

    connection: duckdb.DuckDBPyConnection
    table: str
    kinds: pd.DataFrame


Source = pd.DataFrame | Made | Relation


class FactFrames(Mapping[str, pd.DataFrame]):
    """Facts that keep what is counted at hand on an engine.

    A fact may be given as what makes it, which is called when somebody asks for its frame, once, or as it lies on an
    engine, where it is counted.
    """

    def __init__(self, frames: Mapping[str, Source]) -> None:
        self._frames = dict(frames)
        self._numbered: dict[tuple[str, frozenset[str], str | None], Numbered] = {}
        self._observed: dict[str, pd.DataFrame] = {}

    @staticmethod
    def of(facts: Facts) -> "FactFrames":
        """Return facts that were given as frames, so that they keep what is counted."""
        return facts if isinstance(facts, FactFrames) else FactFrames(facts)

    def __getitem__(self, fact: str) -> pd.DataFrame:
        found = self._frames[fact]
        if not isinstance(found, pd.DataFrame):
            found = self._frames[fact] = found.frame() if isinstance(found, Relation) else found()
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def replacing(self, **frames: Source) -> "FactFrames":
        """Return these facts, those named by what is given."""
        return FactFrames({**self._frames, **frames})

    @cached_property
    def _own_engine(self) -> duckdb.DuckDBPyConnection:
        return connect(None, read_only=False)

    @contextmanager
    def _on_engine(self, fact: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield an engine that knows the fact by the name `fact`; it reaches nothing else of the host."""
        found = self._frames[fact]
        if isinstance(found, Relation):
            found.connection.execute(f"CREATE OR REPLACE TEMP VIEW fact AS {found.in_parts}")
            yield found.connection
            return
        self._own_engine.register("fact", self[fact])
        try:
            yield self._own_engine
        finally:
            self._own_engine.unregister("fact")

    def columns(self, fact: str) -> list[str]:
        """Return the names of a fact's columns."""
        if not isinstance(self._frames[fact], Relation):
            return [str(column) for column in self[fact]]
        with self._on_engine(fact) as engine:
            return [str(column[0]) for column in engine.execute("SELECT * FROM fact LIMIT 0").description or ()]

    def leads(self, fact: str) -> set[str]:
        """Return the clocks, surveys or measures a fact is about."""
        if not isinstance(self._frames[fact], Relation):
            return set(self[fact][lead_of(fact)].unique())
        with self._on_engine(fact) as engine:
            found = engine.execute(f"SELECT DISTINCT {lead_of(fact)} FROM fact").fetchall()  # noqa: S608 (contract names)
        return {str(lead) for (lead,) in found}

    def numbered(self, fact: str, leads: Iterable[str], over: str | None = None) -> Numbered:
        """Return the cells of clocks or surveys by number of their kind.

        With `over`, pairs with that breakdown are taken apart: the group stays, and `member` is the other's.
        """
        key = (fact, frozenset(leads), over)
        if key not in self._numbered:
            self._numbered[key] = self._number(*key)
        return self._numbered[key]

    def _number(self, fact: str, leads: frozenset[str], over: str | None) -> Numbered:
        whole = self.columns(fact)
        columns = [one for one in whole if one not in PLACED] + (["member"] if over else [])
        table, lead = f"part {next(_part)}", lead_of(fact)
        with self._on_engine(fact) as engine:
            engine.register("leads", pd.DataFrame({lead: sorted(leads)}, dtype="str"))
            chosen = f"SELECT fact.* FROM fact SEMI JOIN leads USING ({lead})"  # noqa: S608 (contract names)
            own = _select_parts(over, chosen) if over else chosen
            listed = ", ".join(f'"{one}"' for one in columns)
            kinds = coded(engine, f"SELECT DISTINCT {listed} FROM ({own})")  # noqa: S608 (contract names)
            kinds = kinds.assign(kind=range(len(kinds)))
            engine.register("kinds", kinds)
            counted = ", ".join(f'cells."{one}"' for one in PLACED if one in whole)
            same = " AND ".join(f'cells."{one}" IS NOT DISTINCT FROM kinds."{one}"' for one in columns)
            engine.execute(
                f'CREATE TEMP TABLE "{table}" AS SELECT {counted}, kind FROM ({own}) AS cells JOIN kinds ON {same}'  # noqa: S608 (contract names)
            )
            engine.unregister("kinds")
            engine.unregister("leads")
        return Numbered(engine, table, kinds)

    def observed_months(self, clock: str) -> pd.DataFrame:
        """Return one row per area and month the clock has an extract for.

        `rows` says whether child by child, `leaves` whether who left is shown: by every list, where there are several.
        """
        if not self._observed:
            self._observed = {str(name): own for name, own in self._all_observed().groupby("clock", observed=True)}
        return self._observed.get(clock, NOT_OBSERVED)

    def _all_observed(self) -> pd.DataFrame:
        rows = self["answered" if "answered" in self else "clock_counts"]
        key = ["clock", "area", "month"]
        months = rows[key].drop_duplicates().assign(rows=False, leaves=True)
        if "observed" in self:
            own = self["observed"].groupby(key)["leaves"].agg("all").reset_index().assign(rows=True)
            months = pd.concat([own, months.astype(own.dtypes.to_dict())]) if len(own) else months
        return months.drop_duplicates(key)


def _select_parts(over: str, fact: str) -> str:
    """Return SQL that takes pairs `group + member` apart: the group stays, the member is what the rule reads."""
    return f"""
        SELECT cells.* REPLACE (
            CASE WHEN breakdown = '{over}' THEN '{EVERYONE}' ELSE split_part(breakdown, '+', 1) END AS breakdown,
            CASE
                WHEN breakdown = '{over}' THEN '{EVERYONE}' ELSE left("group", length("group") - length(member) - 3)
            END AS "group"
        ), member
        FROM (
            SELECT *, string_split("group", ' + ')[-1] AS member FROM ({fact})
            WHERE breakdown = '{over}' OR (ends_with(breakdown, '+{over}') AND len(string_split(breakdown, '+')) = 2)
        ) AS cells
    """  # noqa: S608 (a breakdown of the contract)
