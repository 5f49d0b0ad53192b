"""One histogram of who waits, month by week, in DuckDB, pandas and polars; the floor is one grouping of its columns."""

import pandas as pd

MONTHS = pd.date_range("2021-09-01", periods=60, freq="MS")
DAY0 = pd.Timestamp("1970-01-01")

# A child adds to the same month-ends as any other of the same first day and the same month of leaving.
SINGLE = """
WITH ends AS (
    SELECT DISTINCT month_end_day FROM coverage
),
days AS (
    SELECT day, MIN(month_end_day) AS month_end_day
    FROM (SELECT UNNEST(RANGE(MIN(month_start_day), MAX(month_end_day) + 1)) AS day FROM coverage)
    JOIN ends ON day <= month_end_day
    GROUP BY day
),
together AS (
    SELECT
        load_id, clock, excepted, area, started_day,
        CASE
            WHEN stopped_day IS NULL OR stopped_day > (SELECT MAX(month_end_day) FROM ends) THEN 1000000
            ELSE COALESCE(days.month_end_day, 0)
        END AS stop_month,
        COUNT(*) AS children
    FROM pathways LEFT JOIN days ON days.day = stopped_day
    GROUP BY ALL
)
SELECT coverage.month, together.clock, together.excepted, together.area,
    CASE WHEN month_end_day - started_day <= 7 THEN 0
        ELSE CAST(FLOOR((month_end_day - started_day - 1) / 7) AS INTEGER) END AS week,
    CAST(SUM(children) AS BIGINT) AS children
FROM coverage
JOIN together ON together.load_id = coverage.load_id
WHERE started_day <= month_end_day AND stop_month > month_end_day
GROUP BY 1, 2, 3, 4, 5
"""
FLOOR = """
SELECT clock, excepted, area, started_day, stopped_day, COUNT(*) AS children
FROM pathways GROUP BY clock, excepted, area, started_day, stopped_day
"""


def in_pandas(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the single histogram, a month at a time."""
    parts = []
    for month in MONTHS:
        end = (month + pd.offsets.MonthEnd(0) - DAY0).days
        here = rows[(rows["started_day"] <= end) & ~(rows["stopped_day"] <= end).fillna(False)]
        days = end - here["started_day"]
        week = ((days - 1) // 7).clip(lower=0)
        keys = [here["clock"], here["excepted"], here["area"], week.rename("week")]
        parts.append(here.groupby(keys, observed=True).size().rename("children").reset_index().assign(month=month))
    return pd.concat(parts)


def in_polars(rows: pd.DataFrame) -> object:
    """Return the single histogram, a month at a time, in polars."""
    import polars as pl

    frame, parts = pl.from_pandas(rows), []
    for month in MONTHS:
        end = (month + pd.offsets.MonthEnd(0) - DAY0).days
        here = frame.filter(
            (pl.col("started_day") <= end) & (pl.col("stopped_day").is_null() | (pl.col("stopped_day") > end))
        )
        week = ((end - pl.col("started_day") - 1) // 7).clip(0).alias("week")
        parts.append(here.group_by("clock", "excepted", "area", week).len().with_columns(month=pl.lit(month)))
    return pl.concat(parts)
