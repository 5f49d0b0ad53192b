"""What a definition counts: the cells of a fact, tried by its rule and added up by place and month, before all else.

Millions of cells become thousands here, on the engine that is quick at it; what follows is done frame by frame.
"""

from collections.abc import Mapping

import pandas as pd

from etl.engine_duckdb import coded
from etl.tables import EVERYONE
from metrics.definition import Definition
from metrics.fact_frames import FactFrames
from metrics.rule import COLUMNS, tried

_PLACE = 'area, breakdown, "group", month'


def monthly_counts(definition: Definition, facts: FactFrames, **other: object) -> pd.DataFrame:
    """Return one row per area, breakdown, group and month: numerator, denominator, above, below (and seen).

    `above` is the flag of a band the numerator needs, that is not there or is cut by the rule; `below` that of any.
    Of cohorts, `seen_above` and `seen_below` are the fewest days the newest extract lies after the month.
    Raises DocumentError naming file and column of a rule that cannot be tried.
    """
    columns = [*COLUMNS[definition.fact], *(["member"] if definition.over else [])]
    cells, values = _select_cells(definition, facts, other)
    connection = facts.connection
    ruled = coded(connection, f"SELECT DISTINCT {_names(columns)} FROM ({cells})", values)  # noqa: S608 (contract)
    if definition.base:
        inside = tried(ruled, columns, definition.base, definition.id)
        ruled = inside.loc[inside["all_in"].astype("bool"), columns]
    connection.register("ruled", tried(ruled, columns, definition.numerator, definition.id))
    seen = ", MIN(observed_days) FILTER (WHERE all_in OR some_in) AS seen_above, MIN(observed_days) AS seen_below"
    found = coded(
        connection,
        f"""
        SELECT {_PLACE},
            CAST(COALESCE(SUM(children) FILTER (WHERE all_in), 0) AS BIGINT) AS numerator,
            CAST(COALESCE(SUM(children), 0) AS BIGINT) AS denominator,
            MIN(CASE
                WHEN (all_in OR some_in) AND flag IS NOT NULL THEN flag
                WHEN some_in AND NOT all_in AND COALESCE(children, 1) <> 0 THEN 'not_available'
            END) AS above,
            MIN(flag) AS below{seen if definition.fact == "cohort_counts" else ""}
        FROM ({cells}) AS cells
        JOIN ruled ON {" AND ".join(f'cells."{name}" IS NOT DISTINCT FROM ruled."{name}"' for name in columns)}
        GROUP BY {_PLACE} ORDER BY {_PLACE}
        """,  # noqa: S608 (contract names)
        values,
    )
    return found.astype({"month": "datetime64[s]", "above": "str", "below": "str"})


def monthly_waits(definition: Definition, facts: FactFrames) -> pd.DataFrame:
    """Return one row per area, breakdown, group, month and wait (week band, or days): children and flag.

    A cell without a count leaves its wait without one: missing never becomes zero.
    """
    cells, values = _select_cells(definition, facts, {})
    waits = "days" if definition.fact == "clock_days" else "weeks_from, weeks_to"
    found = coded(
        facts.connection,
        f"""
        SELECT {_PLACE}, {waits},
            CAST(CASE WHEN COUNT(children) = COUNT(*) THEN SUM(children) END AS BIGINT) AS children, MIN(flag) AS flag
        FROM ({cells}) GROUP BY {_PLACE}, {waits} ORDER BY {_PLACE}, {waits}
        """,  # noqa: S608 (contract names)
        values,
    )
    return found.astype({"month": "datetime64[s]", "flag": "str"})


def known_places(definition: Definition, facts: FactFrames, **other: object) -> pd.DataFrame:
    """Return the areas, breakdowns and groups in which such children were ever counted."""
    cells, values = _select_cells(definition, facts, other)
    sql = f'SELECT DISTINCT area, breakdown, "group" FROM ({cells}) ORDER BY ALL'  # noqa: S608 (contract names)
    return coded(facts.connection, sql, values)


def _select_cells(definition: Definition, facts: FactFrames, other: Mapping[str, object]) -> tuple[str, list[object]]:
    """Return SQL, with its parameters, for the cells selected by the definition, or by `other` in its place."""
    select = {**definition.select, **other}
    table = facts.table(definition.fact, select[definition.lead])
    asked = definition.fact_breakdowns if definition.over else [EVERYONE, *definition.breakdowns]
    wanted = {"breakdown": asked} | {name: value for name, value in select.items() if name != definition.lead}
    lists = {name: value if isinstance(value, list) else [value] for name, value in wanted.items()}
    where = " AND ".join(f'"{name}" IN ({", ".join("?" * len(value))})' for name, value in lists.items())
    values = [one for value in lists.values() for one in value]
    own = f'SELECT * FROM "{table}" WHERE {where}'  # noqa: S608 (contract names)
    return (_select_parts(own, definition.over) if definition.over else own), values


def _select_parts(cells: str, over: str) -> str:
    """Return SQL that takes pairs `group + member` apart: the group stays, the member is what the rule reads."""
    return f"""
        SELECT cells.* REPLACE (
            CASE WHEN breakdown = '{over}' THEN '{EVERYONE}' ELSE split_part(breakdown, '+', 1) END AS breakdown,
            CASE
                WHEN breakdown = '{over}' THEN '{EVERYONE}' ELSE left("group", length("group") - length(member) - 3)
            END AS "group"
        ), member
        FROM (SELECT *, string_split("group", ' + ')[-1] AS member FROM ({cells})) AS cells
    """  # noqa: S608 (a breakdown of the contract)


def _names(columns: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
