"""A definition's rule tried on the cells of a fact: boolean SQL, over documented columns, that reaches nothing else."""

import re
from functools import cache

import duckdb
import pandas as pd

from etl.engine_duckdb import connect
from etl.errors import DocumentError

# An open band is taken to hold waits up to ten years when a rule is tried on it: longer than any clock here runs.
_LONGEST_WEEKS = 522
_QUOTED = re.compile(r"'[^']*'")
# The columns a rule may name, per fact. `member` is the group of the breakdown the definition names under `over`.
COLUMNS = {
    "clock_counts": ["weeks_from", "weeks_to", "excepted", "in_time"],
    "cohort_counts": ["weeks_from", "weeks_to", "excepted", "in_time"],
    "clock_days": ["days", "excepted", "in_time"],
    "answer_counts": ["answer", "scale", "scale_position", "wave"],
    "measure_values": ["period_months"],
}


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Return the engine rules are tried on: to open one takes longer than to try a rule."""
    return connect(None, read_only=False)


def tried(cells: pd.DataFrame, columns: list[str], rule: str | None, where: str) -> pd.DataFrame:
    """Return the distinct cells with `all_in` and `some_in`: whether all or some of a cell's weeks meet the rule.

    A rule such as `weeks_from >= 104` cuts a published band "over 52": then nobody can say, and no number is made up.
    A rule that cannot tell (a missing `in_time` of a known wait) cuts, too; an unknown wait never meets a rule.
    Raises DocumentError that begins with `where`: the file and which of its rules.
    """
    distinct = cells[columns].drop_duplicates().reset_index(drop=True)
    if rule is None:
        return distinct.assign(all_in=True, some_in=True)
    try:
        answers = _answers(distinct, [rule])
    except duckdb.Error as error:
        told = _QUOTED.sub("a value", str(error).splitlines()[0])  # a group of ours may be a place
        raise DocumentError(f"{where}: {told}") from error
    return distinct.join(answers.rename(columns={"all_0": "all_in", "some_0": "some_in"}), how="inner")


def tried_together(cells: pd.DataFrame, columns: list[str], rules: list[str]) -> pd.DataFrame | None:
    """Return per cell, in the cells' order, `all_N` and `some_N` of the Nth rule; None where one cannot be tried.

    A rule may be meant for some of the cells alone: what fails here is tried again by itself, on its own.
    """
    numbers = cells.groupby(columns, dropna=False, sort=False).ngroup()
    distinct = cells.assign(number=numbers).drop_duplicates("number").set_index("number")[columns]
    try:
        answers = _answers(distinct, rules)
    except duckdb.Error:
        return None
    return answers.astype("bool").reindex(numbers, fill_value=False).set_axis(cells.index)


def _answers(distinct: pd.DataFrame, rules: list[str]) -> pd.DataFrame:
    """Return `all_N` and `some_N` of the Nth rule by the index of the distinct cells. Raises duckdb.Error."""
    told = "".join(
        f", bool_and(COALESCE(({rule}), FALSE)) AS all_{place}, bool_or(COALESCE(({rule}), known)) AS some_{place}"
        for place, rule in enumerate(rules)
    )
    connection = _engine().cursor()
    try:
        connection.register("cells", distinct.assign(cell=distinct.index))
        # The definitions' own rules; the connection reaches nothing but these rows.
        weeks = _select_weeks([str(name) for name in distinct])
        return connection.execute(f"SELECT cell{told} FROM ({weeks}) GROUP BY cell").df().set_index("cell")  # noqa: S608
    finally:
        connection.close()


def _select_weeks(columns: list[str]) -> str:
    """Return SQL for one row per cell and week inside its band; a cell without bands is one row."""
    others = "".join(f", {column}" for column in columns if column not in ("weeks_from", "weeks_to"))
    if "weeks_from" not in columns:
        return f"SELECT cell, FALSE AS known{others} FROM cells"  # noqa: S608 (contract names)
    return f"""
        SELECT cell, TRUE AS known{others}, CAST(week AS INTEGER) AS weeks_from, CAST(week + 1 AS INTEGER) AS weeks_to
        FROM (
            SELECT *, unnest(range(
                CAST(weeks_from AS INTEGER),
                CAST(GREATEST(COALESCE(weeks_to, {_LONGEST_WEEKS}), weeks_from + 1) AS INTEGER)
            )) AS week
            FROM cells WHERE weeks_from IS NOT NULL
        )
        UNION ALL
        SELECT cell, FALSE AS known{others}, NULL, NULL FROM cells WHERE weeks_from IS NULL
    """  # noqa: S608 (contract names and a constant)
