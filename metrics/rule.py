"""A definition's rule tried on the cells of a fact: boolean SQL, over documented columns, that reaches nothing else."""

from functools import cache

import duckdb
import pandas as pd

from etl.engine_duckdb import connect
from etl.errors import DocumentError

# An open band is taken to hold waits up to ten years when a rule is tried on it: longer than any clock here runs.
_LONGEST_WEEKS = 522
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


def tried(cells: pd.DataFrame, columns: list[str], rule: str | None, name: str) -> pd.DataFrame:
    """Return the distinct cells with `all_in` and `some_in`: whether all or some of a cell's weeks meet the rule.

    A rule such as `weeks_from >= 104` cuts a published band "over 52": then nobody can say, and no number is made up.
    A rule that cannot tell (a missing `in_time` of a known wait) cuts, too; an unknown wait never meets a rule.
    Raises DocumentError naming file and column.
    """
    distinct = cells[columns].drop_duplicates().reset_index(drop=True)
    if rule is None:
        return distinct.assign(all_in=True, some_in=True)
    connection = _engine().cursor()
    try:
        connection.register("cells", distinct.assign(cell=range(len(distinct))))
        # The definition's own rule; the connection reaches nothing but these rows.
        answers = connection.execute(
            f"""
            WITH weeks AS ({_select_weeks(columns)})
            SELECT cell, bool_and(COALESCE(({rule}), FALSE)) AS all_in, bool_or(COALESCE(({rule}), known)) AS some_in
            FROM weeks GROUP BY cell
            """  # noqa: S608
        ).df()
    except duckdb.Error as error:
        raise DocumentError(f"{name}.yaml: numerator: {str(error).splitlines()[0]}") from error
    finally:
        connection.close()
    return distinct.assign(cell=range(len(distinct))).merge(answers, on="cell").drop(columns="cell")


def _select_weeks(columns: list[str]) -> str:
    """Return SQL for one row per cell and week inside its band; a cell without bands is one row."""
    others = "".join(f", {column}" for column in columns if column not in ("weeks_from", "weeks_to"))
    if "weeks_from" not in columns:
        return f"SELECT cell, FALSE AS known{others} FROM cells"  # noqa: S608 (contract names)
    return f"""
        SELECT cell, TRUE AS known{others}, CAST(weeks_from + week AS INTEGER) AS weeks_from,
            CAST(weeks_from + week + 1 AS INTEGER) AS weeks_to
        FROM cells, range({_LONGEST_WEEKS}) AS weeks(week)
        WHERE weeks_from IS NOT NULL AND weeks_from + week < COALESCE(weeks_to, {_LONGEST_WEEKS})
        UNION ALL
        SELECT cell, FALSE AS known{others}, NULL, NULL FROM cells WHERE weeks_from IS NULL
    """  # noqa: S608 (contract names and a constant)
