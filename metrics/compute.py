"""Facts to results: reads the monthly counts out of the warehouse once, then computes every KPI from them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd

from etl.engine_duckdb import connect
from etl.errors import DocumentError
from etl.tables import EVERYONE
from etl.warehouse import Reader
from metrics import kinds
from metrics.definition import Definition
from metrics.edition_tables import RESULTS

FACTS = ("clock_counts", "measure_values")
_SQL = Path(__file__).parent / "facts"
# An open band is taken to hold waits up to ten years when a rule is tried on it: longer than any clock here runs.
_LONGEST_WEEKS = 522

Facts = Mapping[str, pd.DataFrame]


@cache
def select_fact(fact: str) -> str:
    """Return the SQL text of a fact."""
    return (_SQL / f"{fact}.sql").read_text(encoding="utf-8")


def read_facts(reader: Reader) -> Facts:
    """Return every fact as a frame, one row per cell of its grain."""
    return {fact: reader.query(select_fact(fact)) for fact in FACTS}


def compute(definition: Definition, facts: Facts) -> pd.DataFrame:
    """Return the KPI's results for every area, month, declared breakdown and group: the results contract.

    Raises DocumentError when the definition names columns or values its fact does not have.
    """
    wanted = [EVERYONE, *definition.breakdowns]
    fact = facts[definition.fact]
    try:
        chosen = fact[fact["breakdown"].isin(wanted)]
        for column, value in definition.select.items():
            chosen = chosen[chosen[column] == value]
    except KeyError as error:
        raise DocumentError(f"{definition.id}.yaml: select: {error} is no column of {definition.fact}.") from error
    if definition.kind == "measure":
        result = kinds.measure(chosen, definition.unit)
    elif definition.kind == "percentile":
        minimum = definition.minimum_base or kinds.PERCENTILE_MINIMUM
        result = kinds.percentile(chosen, float(definition.percentile or 0), minimum)
    else:
        counts = _counted(definition, chosen)
        result = kinds.share(counts) if definition.kind == "share" else kinds.count(counts)
    result = result.assign(kpi=definition.id)
    for column in ("at_least", "low", "high"):
        if column not in result:
            result[column] = None
    if "period_months" not in result:
        snapshot = definition.select.get("state") == "waiting"
        result = result.assign(period_months=0 if snapshot else 1)
    result["month"] = result["month"].astype("datetime64[s]")
    return RESULTS.typed(result).sort_values(list(RESULTS.key), ignore_index=True)


def _counted(definition: Definition, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return numerator and denominator per place; a flag where a needed band is not there or is cut by the rule."""
    rule = _rule_by_band(definition, chosen)
    rows = chosen.merge(rule, on=["weeks_from", "weeks_to", "excepted"], how="left")
    needed = rows["all_in"] | rows["some_in"]
    cut = rows["some_in"] & ~rows["all_in"] & (rows["children"] != 0).fillna(True).astype("bool")
    rows["counted"] = rows["children"].where(rows["all_in"], 0)
    rows["flag_needed"] = rows["flag"].where(needed).mask(cut & rows["flag"].isna(), "not_available")
    grouped = rows.groupby(kinds.PLACE, sort=False)
    counts = grouped.agg(
        numerator=("counted", "sum"),
        denominator=("children", "sum"),
        above=("flag_needed", "first"),
        below=("flag", "first"),
    ).reset_index()
    flag = counts["above"] if definition.kind == "count" else counts["above"].fillna(counts["below"])
    missing = flag.notna()
    whole = counts["below"].isna()
    return counts.assign(
        flag=flag,
        numerator=counts["numerator"].mask(missing),
        denominator=counts["denominator"].where(whole),
    )


def _rule_by_band(definition: Definition, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return, per week band, whether all or some of its weeks meet the definition's rule.

    A rule such as `weeks_from >= 104` cuts a published band "over 52": then nobody can say, and no number is made up.
    """
    bands = chosen[["weeks_from", "weeks_to", "excepted"]].drop_duplicates()
    connection = connect(None, read_only=False)
    try:
        connection.register("bands", bands.assign(band=range(len(bands))))
        connection.execute(
            f"""
            CREATE TABLE weeks AS
            SELECT band, excepted, CAST(weeks_from + week AS INTEGER) AS weeks_from,
                CAST(weeks_from + week + 1 AS INTEGER) AS weeks_to
            FROM bands, range({_LONGEST_WEEKS}) AS weeks(week)
            WHERE weeks_from IS NOT NULL AND weeks_from + week < COALESCE(weeks_to, {_LONGEST_WEEKS})
            UNION ALL
            SELECT band, excepted, NULL, NULL FROM bands WHERE weeks_from IS NULL
            """  # noqa: S608 (a constant)
        )
        expression = definition.numerator or "TRUE"
        # The definition's own rule; the connection reaches nothing but these rows.
        tried = connection.execute(
            f"""
            SELECT band,
                bool_and(COALESCE(({expression}), FALSE)) AS all_in, bool_or(COALESCE(({expression}), FALSE)) AS some_in
            FROM weeks GROUP BY band
            """  # noqa: S608
        ).df()
    except duckdb.Error as error:
        raise DocumentError(f"{definition.id}.yaml: numerator: {str(error).splitlines()[0]}") from error
    finally:
        connection.close()
    return bands.assign(band=range(len(bands))).merge(tried, on="band").drop(columns="band")
