"""Which of an edition's checks a figure rests on: why it is withheld, and whether everyone has sent."""

import pandas as pd

from metrics.definition import definition_told
from metrics.periods import months_behind


def of_kpi(checks: pd.DataFrame, definition: str, area: str) -> pd.DataFrame:
    """Return the CHECKS rows of an area and of the clock that an edition's text of a definition reads, if any."""
    select = definition_told(definition).get("select")
    clock = select.get("clock") if isinstance(select, dict) else None
    return of_list(checks, str(clock), area)


def of_list(checks: pd.DataFrame, clock: str, area: str) -> pd.DataFrame:
    """Return the CHECKS rows of a clock and area, latest month first."""
    own = checks[(checks["clock"] == clock) & (checks["area"] == area)]
    return own.sort_values(["month", "check"], ascending=[False, True])


def behind(own: pd.DataFrame, kind: str, figure: pd.Series) -> pd.DataFrame:
    """Return those of a KPI's CHECKS rows whose month its figure rests on; `kind` is the KPI's, takes a RESULTS row."""
    months = months_behind(kind, int(figure["period_months"]))
    first = figure["month"] - pd.DateOffset(months=months - 1)
    within: pd.DataFrame = own[(own["month"] >= first) & (own["month"] <= figure["month"])]
    return within


def failed(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the CHECKS rows that do not hold."""
    return rows[~rows["passed"].astype("bool")]


def submitted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the first CHECKS row that says how many of those who should send have sent, where all have, and whole."""
    partial = failed(rows[rows["check"] == "lists"])["month"]
    own: pd.DataFrame = rows[(rows["check"] == "submitters") & rows["passed"].astype("bool")]
    return own[~own["month"].isin(partial)].head(1)
