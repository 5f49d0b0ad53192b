"""The monthly counts read out of the warehouse: SQL text per fact, and frames that add up.

Only this text runs on the big engine. What comes out is small and is finished in pandas.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pandas as pd

from etl.tables import EVERYONE, STATES
from etl.warehouse import Reader
from metrics.clocks import load_clocks, select_clocks
from metrics.fact_frames import FactFrames, Made, Relation
from metrics.fact_frames import Facts as Facts
from metrics.roll_up import added_measures
from metrics.selection import COHORTS
from metrics.splits import DAYS, Split, asked_cohorts, asked_splits

FACTS = ("clock_counts", "clock_days", "cohort_counts", "answer_counts", "measure_values", "observed")
_SQL = Path(__file__).parent / "facts"
_EVERY_LOAD = "SELECT * FROM coverage"

# Columns of facts that repeat a few words in millions of cells.
WORDS = ("load_id", "clock", "state", "cohort", "area", "breakdown", "group")

ANSWERED = ["load_id", "clock", "area", "month"]
CLOCK_COUNTS_GRAIN = [
    "month", "clock", "state", "excepted", "area", "breakdown", "group", "weeks_from", "weeks_to", "in_time",
]  # fmt: skip


@cache
def select_fact(fact: str) -> str:
    """Return the SQL text of a fact that needs no filling in."""
    return (_SQL / f"{fact}.sql").read_text(encoding="utf-8")


def select_clock_cells(splits: Iterable[Split], coverage: str = _EVERY_LOAD) -> str:
    """Return the SQL of clock counts by load: everyone, and these splits of clocks and states.

    `coverage` is the SELECT of coverage rows wanted. A pair's code: the first group's times 100,000 plus the second's.
    """
    splits = list(splits)
    names = sorted({name for _, _, name in splits} - {DAYS})
    numbers = {DAYS: 1} | {name: 2 + n for n, name in enumerate(names)}
    rows = [f"('{clock}', {1 + STATES.index(state)}, {numbers[name]})" for clock, state, name in splits]
    return select_fact("clock_counts").format(
        clocks=select_clocks(load_clocks()),
        coverage=coverage,
        splits=_select_values(rows, "clock, state, split"),
        codes="".join(f"\n            WHEN {numbers[name]} THEN {_code(name)}" for name in names),
    )


def _code(name: str) -> str:
    first, _, second = name.partition("+")
    return f"CAST({first} AS BIGINT) * 100000 + {second}" if second else f"CAST({first} AS BIGINT)"


def _select_values(rows: list[str], columns: str) -> str:
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS asked({columns})"  # noqa: S608 (ours)


def select_cohorts(
    splits: Iterable[Split], coverage: str = _EVERY_LOAD, children: str = "TRUE", *, by_list: bool = False
) -> str:
    """Return the SQL of cohort_counts, of these splits of clocks and cohorts; `by_list` also by source and submitter.

    `coverage` is the SELECT of coverage rows wanted; of their loads, rows of pathways that meet `children` are counted.
    """
    splits = list(splits)
    rows = [f"('{clock}', {1 + COHORTS.index(cohort)}, '{name}')" for clock, cohort, name in splits]
    names = sorted({name for _, _, name in splits} - {EVERYONE})
    return select_fact("cohort_counts").format(
        clocks=select_clocks(load_clocks()),
        coverage=coverage,
        children=children,
        by_list="source, submitter, " if by_list else "",
        splits=_select_values(rows, "clock, cohort, breakdown"),
        words="".join(f"\n            WHEN '{name}' THEN {name}" for name in names),
    )


def read_facts(reader: Reader) -> FactFrames:
    """Return every fact as a frame, one row per cell of its grain, by what definitions ask for."""
    cells = reader.coded(select_clock_cells(asked_splits()))
    cohorts = compact(reader.coded(select_cohorts(asked_cohorts())))
    return facts_from(reader, lambda: cells, lambda: cells[ANSWERED].drop_duplicates(), cohorts)


def facts_from(reader: Reader, cells: Made, answered: Made, cohorts: pd.DataFrame | Relation) -> FactFrames:
    """Return every fact: clock counts from what `cells` makes when one of them is asked for, cohorts as counted.

    `answered` makes the distinct loads, clocks, areas and months of those cells.
    """
    observed = _with_leavers(reader.query(select_fact("observed").format(clocks=select_clocks(load_clocks()))))
    members = bool(reader.scope and reader.scope.members)
    counted = cache(lambda: counted_cells(cells(), observed, of_month=not members))
    return FactFrames(
        {
            "clock_counts": lambda: counted()["clock_counts"],
            "clock_days": lambda: counted()["clock_days"],
            "cohort_counts": cohorts,
            "answer_counts": reader.query(select_fact("answer_counts")),
            "measure_values": added_measures(reader, reader.query(select_fact("measure_values"))),
            "observed": observed,
            "list_counts": lambda: counted()["list_counts"],
            "set_aside": lambda: counted()["set_aside"],
            "answered": lambda: rows_before_bands(answered(), observed, of_month=not members)[0],
        }
    )


def counted_cells(cells: pd.DataFrame, observed: pd.DataFrame, *, of_month: bool = True) -> dict[str, pd.DataFrame]:
    """Return the facts of these cells, and what is set aside; of some cells, what whole facts hold of them."""
    counted, set_aside = rows_before_bands(compact(cells), observed, of_month=of_month)
    return {
        "clock_counts": clock_counts(counted),
        "clock_days": clock_days(counted),
        "list_counts": list_counts(counted, observed),
        "set_aside": set_aside,
    }


def list_counts(cells: pd.DataFrame, observed: pd.DataFrame) -> pd.DataFrame:
    """Return one row per clock, area, month, source, submitter, state and weeks_from, for everyone: children.

    A list of children is one organisation's of one source; the published bands of an area are one list without either.
    A band that somebody does not tell is left out.
    """
    of_everyone = cells[cells["breakdown"] == EVERYONE]
    rows = _added_up(of_everyone, [*ANSWERED, "state", "weeks_from"])
    whose = observed[["load_id", "source", "submitter"]].drop_duplicates("load_id").astype("str")
    rows = rows.astype(dict.fromkeys(["load_id", "clock", "area", "state"], "str")).merge(
        whose, on="load_id", how="left"
    )
    rows[["source", "submitter"]] = rows[["source", "submitter"]].fillna("")
    added = _added_up(rows, ["clock", "area", "month", "source", "submitter", "state", "weeks_from"])
    return added[added["flag"].isna()].drop(columns="flag").reset_index(drop=True)


def _added_up(rows: pd.DataFrame, grain: list[str]) -> pd.DataFrame:
    grouped = rows.groupby(grain, dropna=False, observed=True, sort=False)
    return grouped.agg(children=("children", "sum"), flag=("flag", "first")).reset_index()


def _with_leavers(observed: pd.DataFrame) -> pd.DataFrame:
    """Return the fact with `leaves`: whether the list shows who left it, in this extract or in one before.

    Until then nobody can say who left; an extract that names nobody after others did says that nobody left.
    """
    ordered = observed.sort_values("month")
    shown = ordered.groupby(["clock", "area", "source", "submitter"])["leaves"].cummax()
    return observed.assign(leaves=shown.reindex(observed.index).astype("bool"))


def rows_before_bands(
    cells: pd.DataFrame, observed: pd.DataFrame, *, of_month: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells that count, and the published bands set aside because a list of children answers for the same.

    Both count the same children, so they are never added: for a clock, area and month with a list, the list counts.
    A roll-up's lists are its members', which is another list than a table publishes under its code: they count in every
    month (not `of_month`).
    """
    beside = ~cells["load_id"].isin(observed["load_id"]).to_numpy()
    if not beside.any():
        return cells, cells[beside]
    keys = ["clock", "area", *(["month"] if of_month else [])]
    listed = observed.astype({"month": "datetime64[s]"})[keys].drop_duplicates().assign(listed=True)
    places = cells[beside].astype({"clock": "str", "area": "str", "month": "datetime64[s]"})
    beside[beside] = places[keys].merge(listed, on=keys, how="left")["listed"].notna().to_numpy()
    return cells[~beside], cells[beside]


def compact(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its words as codes of a list that holds `all`: millions of cells repeat a few words."""
    kinds = {"in_time": "boolean", "excepted": "boolean", "month": "datetime64[s]", "flag": "str"}
    words = {name: {*frame[name].astype("category").cat.categories, EVERYONE} for name in WORDS if name in frame}
    lists = {name: pd.CategoricalDtype(pd.Index(sorted(found), dtype="str")) for name, found in words.items()}
    return frame.astype({**kinds, **lists})


def clock_counts(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row per month, clock, state, excepted, area, breakdown, group, week band and in_time: children.

    Loads of several organisations about one area are added up; a flag of one of them stays, and its count is missing.
    """
    columns = [*CLOCK_COUNTS_GRAIN, "children", "flag"]
    answers = cells[ANSWERED].drop_duplicates()
    shared = answers[answers.duplicated(["clock", "area", "month"], keep=False)]
    several = cells["days"].notna() | _among(cells, shared)
    whole = cells.loc[~several, columns]
    if not several.any():
        return whole.reset_index(drop=True)
    added = _added_up(cells[several], CLOCK_COUNTS_GRAIN)
    added["children"] = added["children"].mask(added["flag"].notna())
    return pd.concat([whole, added.astype(whole.dtypes.to_dict())], ignore_index=True)


def _among(cells: pd.DataFrame, shared: pd.DataFrame) -> pd.Series:
    """Return which cells lie in a clock, area and month that several loads answer for."""
    if shared.empty:
        return pd.Series(False, index=cells.index)
    keys = ["clock", "area", "month"]
    held = cells[keys].merge(shared[keys].drop_duplicates(), on=keys, how="left", indicator=True)["_merge"].eq("both")
    return held.set_axis(cells.index)


def clock_days(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row per month, clock, state, excepted, area, in_time and days waited, for everyone: children."""
    grain = ["month", "clock", "state", "excepted", "area", "breakdown", "group", "in_time", "days"]
    known = cells[(cells["breakdown"] == EVERYONE) & cells["days"].notna()]
    days = known.groupby(grain, dropna=False, sort=False)["children"].sum().reset_index()
    return days.assign(flag=pd.Series(None, index=days.index, dtype="str"))
