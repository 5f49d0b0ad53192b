-- One row per month, clock, state, excepted, area, breakdown, group and week band: children.
-- Reads on DuckDB and Spark alike: explicit GROUP BY, GROUPING SETS, CASE, integer day numbers, no date functions.
-- Week band 0 is 0-7 days, band k is 7k+1 .. 7k+7 days (NHS England, RTT guidance v5.0, s10.1.7).
WITH occurrences AS (
    SELECT
        coverage.month, pathways.clock, 'waiting' AS state, pathways.excepted, pathways.area,
        pathways.organisation, pathways.locality, pathways.age_band, pathways.diagnosis, pathways.need,
        pathways.priority, pathways.sex, pathways.ethnic_group, pathways.deprivation,
        coverage.month_end_day - pathways.started_day AS days
    FROM coverage
    JOIN pathways ON pathways.load_id = coverage.load_id
    WHERE (pathways.started_day IS NULL OR pathways.started_day <= coverage.month_end_day)
        AND (pathways.stopped_day IS NULL OR pathways.stopped_day > coverage.month_end_day)
    UNION ALL
    SELECT
        coverage.month, pathways.clock,
        CASE WHEN pathways.stop_reason = 'completed' THEN 'completed' ELSE 'removed' END AS state,
        pathways.excepted, pathways.area,
        pathways.organisation, pathways.locality, pathways.age_band, pathways.diagnosis, pathways.need,
        pathways.priority, pathways.sex, pathways.ethnic_group, pathways.deprivation,
        pathways.stopped_day - pathways.started_day AS days
    FROM coverage
    JOIN pathways ON pathways.load_id = coverage.load_id
    WHERE pathways.stopped_day BETWEEN coverage.month_start_day AND coverage.month_end_day
    UNION ALL
    SELECT
        coverage.month, pathways.clock, 'started' AS state, pathways.excepted, pathways.area,
        pathways.organisation, pathways.locality, pathways.age_band, pathways.diagnosis, pathways.need,
        pathways.priority, pathways.sex, pathways.ethnic_group, pathways.deprivation,
        NULL AS days
    FROM coverage
    JOIN pathways ON pathways.load_id = coverage.load_id
    WHERE pathways.started_day BETWEEN coverage.month_start_day AND coverage.month_end_day
),
banded AS (
    SELECT
        occurrences.*,
        CASE WHEN days <= 7 THEN 0 ELSE CAST(FLOOR((days - 1) / 7) AS INTEGER) END AS week
    FROM occurrences
),
counted AS (
    SELECT
        month, clock, state, excepted, area,
        CASE
            WHEN GROUPING(organisation) = 0 THEN 'organisation'
            WHEN GROUPING(locality) = 0 THEN 'locality'
            WHEN GROUPING(age_band) = 0 THEN 'age_band'
            WHEN GROUPING(diagnosis) = 0 THEN 'diagnosis'
            WHEN GROUPING(need) = 0 THEN 'need'
            WHEN GROUPING(priority) = 0 THEN 'priority'
            WHEN GROUPING(sex) = 0 THEN 'sex'
            WHEN GROUPING(ethnic_group) = 0 THEN 'ethnic_group'
            WHEN GROUPING(deprivation) = 0 THEN 'deprivation'
            ELSE 'all'
        END AS breakdown,
        CASE
            WHEN GROUPING(organisation) = 0 THEN COALESCE(organisation, 'not supplied')
            WHEN GROUPING(locality) = 0 THEN COALESCE(locality, 'not supplied')
            WHEN GROUPING(age_band) = 0 THEN COALESCE(age_band, 'not supplied')
            WHEN GROUPING(diagnosis) = 0 THEN COALESCE(diagnosis, 'not supplied')
            WHEN GROUPING(need) = 0 THEN COALESCE(need, 'not supplied')
            WHEN GROUPING(priority) = 0 THEN COALESCE(priority, 'not supplied')
            WHEN GROUPING(sex) = 0 THEN COALESCE(sex, 'not supplied')
            WHEN GROUPING(ethnic_group) = 0 THEN COALESCE(ethnic_group, 'not supplied')
            WHEN GROUPING(deprivation) = 0 THEN COALESCE(deprivation, 'not supplied')
            ELSE 'all'
        END AS "group",
        week,
        COUNT(*) AS children
    FROM banded
    GROUP BY GROUPING SETS (
        (month, clock, state, excepted, area, week),
        (month, clock, state, excepted, area, week, organisation),
        (month, clock, state, excepted, area, week, locality),
        (month, clock, state, excepted, area, week, age_band),
        (month, clock, state, excepted, area, week, diagnosis),
        (month, clock, state, excepted, area, week, need),
        (month, clock, state, excepted, area, week, priority),
        (month, clock, state, excepted, area, week, sex),
        (month, clock, state, excepted, area, week, ethnic_group),
        (month, clock, state, excepted, area, week, deprivation)
    )
)
SELECT
    month, clock, state, excepted, area, breakdown, "group",
    week AS weeks_from, week + 1 AS weeks_to, children, CAST(NULL AS VARCHAR(20)) AS flag
FROM counted
UNION ALL
SELECT
    coverage.month, band_counts.clock, band_counts.state, FALSE AS excepted, band_counts.area,
    band_counts.breakdown, band_counts."group",
    band_counts.weeks_from, band_counts.weeks_to, band_counts.children, band_counts.flag
FROM coverage
JOIN band_counts ON band_counts.load_id = coverage.load_id
