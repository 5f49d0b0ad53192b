"""Yearly measures counted from two dates of a row-level list: of what was due in a year, how much was done by then."""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from etl.dates import DateColumn
from etl.extract import Extract
from etl.tables import EVERYONE, MEASURES

_YEAR = 12


def tally_measures(extract: Extract, dates: Mapping[str, DateColumn], lines: pd.DataFrame, month: date) -> pd.DataFrame:
    """Return one row per measure, area, ended year and group; none of a measure whose columns the file lacks.

    A year is the twelve months up to the tally's month. What has no date of completion was not done.
    """
    frames = []
    for name, tally in extract.layout.tallies.items():
        if not {tally.due, tally.done} <= dates.keys():
            continue
        due, done = dates[tally.due].values, dates[tally.done].values
        year = due.dt.year + (due.dt.month > tally.month)
        ends = pd.to_datetime({"year": year, "month": tally.month, "day": 1}).astype("datetime64[s]")
        counted = lines.assign(month=ends, in_time=(done <= due).astype("int64"))
        counted = counted[extract.good & due.notna() & (ends <= pd.Timestamp(month))]
        for breakdown in (EVERYONE, *tally.breakdowns):
            group = counted[breakdown].fillna("not supplied") if breakdown != EVERYONE else EVERYONE
            keyed = counted.assign(group=group).groupby(["area", "month", "group"], as_index=False)
            found = keyed.agg(numerator=("in_time", "sum"), denominator=("in_time", "count"))
            frames.append(found.assign(measure=name, breakdown=breakdown))
    if not frames:
        return MEASURES.empty()
    rows = pd.concat(frames, ignore_index=True)
    return MEASURES.typed(rows.assign(load_id="", period_months=_YEAR, value=pd.NA, flag=pd.NA))
