"""The monthly counts read out of the warehouse: SQL text per fact, and frames that add up.

Only this text runs on the big engine. What comes out is small and is finished in pandas.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from etl.tables import EVERYONE
from etl.warehouse import Reader
from metrics.clocks import load_clocks, select_clocks
from metrics.definition import load_definitions

FACTS = ("clock_counts", "clock_days", "cohort_counts", "answer_counts", "measure_values", "observed")
_SQL = Path(__file__).parent / "facts"
_EVERY_LOAD = "SELECT * FROM coverage"

Facts = Mapping[str, pd.DataFrame]
# Columns of facts that repeat a few words in millions of cells.
WORDS = ("load_id", "clock", "state", "cohort", "area", "breakdown", "group")

CLOCK_COUNTS_GRAIN = [
    "month", "clock", "state", "excepted", "area", "breakdown", "group", "weeks_from", "weeks_to", "in_time",
]  # fmt: skip


@cache
def select_fact(fact: str) -> str:
    """Return the SQL text of a fact that needs no filling in."""
    return (_SQL / f"{fact}.sql").read_text(encoding="utf-8")


def select_clock_cells(pairs: Iterable[tuple[str, str]] = (), coverage: str = _EVERY_LOAD) -> str:
    """Return the SQL of clock counts by load, by one breakdown at a time and these pairs of breakdowns.

    `coverage` is the SELECT of coverage rows wanted. A pair's code: the first group's times 100,000 plus the second's.
    """
    pairs = list(pairs)
    columns = [f"CAST({a} AS BIGINT) * 100000 + {b} AS pair_{n}" for n, (a, b) in enumerate(pairs)]
    names = [f"pair_{n}" for n in range(len(pairs))]
    return select_fact("clock_counts").format(
        clocks=select_clocks(load_clocks()),
        coverage=coverage,
        pair_columns="".join(f",\n        {column}" for column in columns),
        pair_codes="".join(f", {name}" for name in names),
        pair_sets="".join(f",\n        (journey, month_end_day, state, week, in_time, {name})" for name in names),
    )


def select_cohorts() -> str:
    """Return the SQL of cohort_counts."""
    return _with_clocks("cohort_counts")


def _with_clocks(fact: str) -> str:
    return select_fact(fact).format(clocks=select_clocks(load_clocks()))


def declared_pairs() -> list[tuple[str, str]]:
    """Return the pairs of breakdowns that definitions ask for, in order."""
    asked = {name for kpi in load_definitions().values() for name in kpi.fact_breakdowns if "+" in name}
    return [(first, second) for first, second in (name.split("+") for name in sorted(asked))]


def read_facts(reader: Reader) -> Facts:
    """Return every fact as a frame, one row per cell of its grain."""
    return facts_from(reader, reader.query(select_clock_cells(declared_pairs())))


def facts_from(reader: Reader, cells: pd.DataFrame) -> Facts:
    """Return every fact, the clock counts from cells read before."""
    observed = reader.query(_with_clocks("observed"))
    cells, set_aside = rows_before_bands(_compact(cells), observed)
    return FactFrames(
        {
            "clock_counts": clock_counts(cells),
            "clock_days": clock_days(cells),
            "cohort_counts": _compact(reader.query(select_cohorts())),
            "answer_counts": reader.query(select_fact("answer_counts")),
            "measure_values": reader.query(select_fact("measure_values")),
            "observed": observed,
            "set_aside": set_aside,
        }
    )


def rows_before_bands(cells: pd.DataFrame, observed: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells that count, and the published bands set aside because a list of children answers for the same.

    Both count the same children, so they are never added: for a clock, area and month with a list, the list counts.
    """
    beside = ~cells["load_id"].isin(observed["load_id"]).to_numpy()
    if not beside.any():
        return cells, cells[beside]
    keys = ["clock", "area", "month"]
    listed = observed[keys].drop_duplicates().astype({"month": "datetime64[s]"}).assign(listed=True)
    places = cells.loc[beside, keys].astype({"clock": "str", "area": "str", "month": "datetime64[s]"})
    beside[beside] = places.merge(listed, on=keys, how="left")["listed"].notna().to_numpy()
    return cells[~beside], cells[beside]


def _compact(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its words as codes of a list that holds `all`: millions of cells repeat a few words."""
    kinds = {"in_time": "boolean", "excepted": "boolean", "month": "datetime64[s]"}
    lists = {name: pd.CategoricalDtype(sorted({*frame[name].unique(), EVERYONE})) for name in WORDS if name in frame}
    return frame.astype({**kinds, **lists})


class FactFrames(dict[str, pd.DataFrame]):
    """Facts that remember their parts by a first column, so that a KPI does not search what is not its own."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(frames)
        self._rows: dict[tuple[str, str], Mapping[object, object]] = {}
        self._parts: dict[tuple[str, str, object], pd.DataFrame] = {}
        self._observed: dict[str, pd.DataFrame] = {}

    def part(self, fact: str, column: str, value: object) -> pd.DataFrame:
        """Return the rows of a fact whose column has this value."""
        if (fact, column, value) not in self._parts:
            if (fact, column) not in self._rows:
                self._rows[fact, column] = dict(self[fact].groupby(column).indices)
            rows = self._rows[fact, column].get(value, [])
            self._parts[fact, column, value] = self[fact].iloc[rows]  # type: ignore[call-overload]
        return self._parts[fact, column, value]

    def observed_months(self, clock: str) -> pd.DataFrame:
        """Return one row per area and month the clock has an extract for, `rows` whether child by child."""
        if clock not in self._observed:
            months = self.part("clock_counts", "clock", clock)[["area", "month"]].drop_duplicates().assign(rows=False)
            if "observed" in self:
                own = self.part("observed", "clock", clock)[["area", "month"]].assign(rows=True)
                months = pd.concat([own, months.astype(own.dtypes.to_dict())]) if len(own) else months
            self._observed[clock] = months.drop_duplicates(["area", "month"])
        return self._observed[clock]


def clock_counts(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row per month, clock, state, excepted, area, breakdown, group, week band and in_time: children.

    Loads of several organisations about one area are added up; a flag of one of them stays, and its count is missing.
    """
    columns = [*CLOCK_COUNTS_GRAIN, "children", "flag"]
    answers = cells[["load_id", "clock", "area", "month"]].drop_duplicates()
    shared = answers[answers.duplicated(["clock", "area", "month"], keep=False)]
    several = cells["days"].notna() | _among(cells, shared)
    whole = cells.loc[~several, columns]
    if not several.any():
        return whole.reset_index(drop=True)
    grouped = cells[several].groupby(CLOCK_COUNTS_GRAIN, dropna=False, sort=False)
    added = grouped.agg(children=("children", "sum"), flag=("flag", "first")).reset_index()
    added["children"] = added["children"].mask(added["flag"].notna())
    return pd.concat([whole, added.astype(whole.dtypes.to_dict())], ignore_index=True)


def _among(cells: pd.DataFrame, shared: pd.DataFrame) -> pd.Series:
    """Return which cells lie in a clock, area and month that several loads answer for."""
    if shared.empty:
        return pd.Series(False, index=cells.index)
    keys = ["clock", "area", "month"]
    return cells[keys].merge(shared[keys].drop_duplicates(), on=keys, how="left", indicator=True)["_merge"].eq("both")


def clock_days(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row per month, clock, state, excepted, area, in_time and days waited, for everyone: children."""
    grain = ["month", "clock", "state", "excepted", "area", "breakdown", "group", "in_time", "days"]
    known = cells[(cells["breakdown"] == EVERYONE) & cells["days"].notna()]
    days = known.groupby(grain, dropna=False, sort=False)["children"].sum().reset_index()
    return days.assign(flag=pd.Series(None, index=days.index, dtype="str"))
