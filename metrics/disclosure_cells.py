"""Children as cells: who is counted where, by kind, before any KPI adds them up."""

from collections.abc import Collection, Mapping

import pandas as pd

from etl.tables import EVERYONE
from metrics.kinds import PLACE
from metrics.rule import COLUMNS

CELL = ["lead", *PLACE, "kind"]
# How long a child may be thought to have waited, in weeks, whatever the list holds: the last band is open.
LONGEST_WEEKS = 104


def cells_of(facts: Mapping[str, pd.DataFrame], leads: Collection[str]) -> pd.DataFrame:
    """Return `lead`, PLACE, children and what tells their kinds apart, of the clocks, measures and surveys named."""
    return pd.concat([_clock_cells(facts, leads), _measure_cells(facts, leads), _answer_cells(facts, leads)])


def _clock_cells(facts: Mapping[str, pd.DataFrame], leads: Collection[str]) -> pd.DataFrame:
    counted = facts["clock_counts"].rename(columns={"clock": "lead"}).assign(cohort="")
    cohorts = facts["cohort_counts"].rename(columns={"clock": "lead"}).assign(state="")
    columns = ["lead", *PLACE, "state", "cohort", *COLUMNS["clock_counts"], "children"]
    both = [frame.loc[frame["lead"].isin(leads), columns] for frame in (counted, cohorts)]
    words = dict.fromkeys(("lead", "area", "breakdown", "group", "state", "cohort"), "str")
    return pd.concat([frame.astype(words) for frame in both], ignore_index=True)


def _measure_cells(facts: Mapping[str, pd.DataFrame], leads: Collection[str]) -> pd.DataFrame:
    rows = facts["measure_values"]
    rows = rows[rows["measure"].isin(leads)]
    lead = rows["measure"].astype("str") + "/" + rows["period_months"].astype("str")
    inside = rows.assign(lead=lead, part="in", children=rows["numerator"])
    outside = rows.assign(lead=lead, part="out", children=rows["denominator"] - rows["numerator"])
    columns = ["lead", *PLACE, "part", "period_months", "children"]
    return pd.concat([inside, outside[outside["children"].notna()]])[columns]


def _answer_cells(facts: Mapping[str, pd.DataFrame], leads: Collection[str]) -> pd.DataFrame:
    rows = facts["answer_counts"].rename(columns={"survey": "lead"})
    columns = ["lead", *PLACE, "respondent_group", "question", *COLUMNS["answer_counts"], "children"]
    # No KPI is split by who answered; what surveys tell by group stays off the board's file (disclosure_surveys.py).
    return rows.loc[rows["lead"].isin(leads) & (rows["breakdown"] == EVERYONE), columns]


def kinds_of(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the distinct kinds of a lead, and each with every week a child could have waited: a reader thinks so."""
    columns = [name for name in cells if name not in (*CELL, "children") and cells[name].notna().any()]
    found = cells[columns].drop_duplicates()
    if "weeks_from" in columns:
        weeks = pd.DataFrame({"weeks_from": range(LONGEST_WEEKS + 1)}, dtype="Int64")
        weeks["weeks_to"] = (weeks["weeks_from"] + 1).mask(weeks["weeks_from"] == LONGEST_WEEKS)
        others = found.drop(columns=["weeks_from", "weeks_to"], errors="ignore").drop_duplicates()
        found = pd.concat([found, others.merge(weeks, how="cross")[columns]]).drop_duplicates()
    return found.reset_index(drop=True)
