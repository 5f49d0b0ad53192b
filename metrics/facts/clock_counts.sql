-- One row per load, month, clock, state, excepted, area, breakdown, group, week band and in_time: children. Everyone is
-- counted for every clock and state, per day waited where that is asked; the rest by the breakdowns asked for alone.
-- States: waiting at month end; completed, removed and started within the month.
-- Reads on DuckDB and Spark alike: explicit GROUP BY, CASE, integer day numbers, no date functions.
-- Week band 0 is 0-7 days, band k is 7k+1 .. 7k+7 days (NHS England, RTT guidance v5.0, s10.1.7).
-- Everything is a small whole number until the last step: words are slow to group by.
WITH clocks AS (
    {clocks}
),
wanted AS (
    {coverage}
),
bounds AS (
    SELECT MIN(month_start_day) AS first_day, MAX(month_end_day) AS last_day FROM wanted
),
digits AS (
    SELECT * FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS numerals(digit)
),
numbers AS (
    SELECT a.digit + 10 * b.digit + 100 * c.digit + 1000 * d.digit + 10000 * e.digit AS number
    FROM digits AS a CROSS JOIN digits AS b CROSS JOIN digits AS c CROSS JOIN digits AS d CROSS JOIN digits AS e
),
months AS (
    SELECT DISTINCT month_start_day, month_end_day FROM wanted
),
-- The first month-end there is an extract for, on or after each day; months without an extract are passed over.
days AS (
    SELECT bounds.first_day + numbers.number AS day, MIN(months.month_end_day) AS month_end_day
    FROM bounds
    JOIN numbers ON bounds.first_day + numbers.number <= bounds.last_day
    JOIN months ON bounds.first_day + numbers.number <= months.month_end_day
    GROUP BY bounds.first_day + numbers.number
),
-- Which month-ends a child waits at follows from those of start and stop alone: one row per load, pair and month.
started_in AS (
    SELECT month_end_day FROM months UNION ALL SELECT 0 AS month_end_day
),
stopped_in AS (
    SELECT month_end_day FROM months UNION ALL SELECT 1000000 AS month_end_day
),
spans AS (
    SELECT wanted.load_id, started_in.month_end_day AS start_month, stopped_in.month_end_day AS stop_month,
        wanted.month_end_day
    FROM wanted
    JOIN started_in ON started_in.month_end_day <= wanted.month_end_day
    JOIN stopped_in ON stopped_in.month_end_day > wanted.month_end_day
),
kept AS (
    SELECT load_id FROM wanted GROUP BY load_id
),
journeys AS (
    SELECT
        pathways.load_id, pathways.clock, pathways.excepted, pathways.area,
        CAST(ROW_NUMBER() OVER (ORDER BY pathways.load_id, pathways.clock, pathways.excepted, pathways.area) AS INTEGER)
            AS journey
    FROM pathways
    JOIN kept ON kept.load_id = pathways.load_id
    GROUP BY pathways.load_id, pathways.clock, pathways.excepted, pathways.area
),
lists AS (
    SELECT
        organisation, locality, age_band, diagnosis, need, priority, sex, ethnic_group, deprivation
    FROM pathways WHERE load_id IN (SELECT load_id FROM kept)
),
words AS (
    SELECT 'organisation' AS breakdown, organisation AS word FROM lists GROUP BY organisation
    UNION ALL SELECT 'locality', locality FROM lists GROUP BY locality
    UNION ALL SELECT 'age_band', age_band FROM lists GROUP BY age_band
    UNION ALL SELECT 'diagnosis', diagnosis FROM lists GROUP BY diagnosis
    UNION ALL SELECT 'need', need FROM lists GROUP BY need
    UNION ALL SELECT 'priority', priority FROM lists GROUP BY priority
    UNION ALL SELECT 'sex', sex FROM lists GROUP BY sex
    UNION ALL SELECT 'ethnic_group', ethnic_group FROM lists GROUP BY ethnic_group
    UNION ALL SELECT 'deprivation', deprivation FROM lists GROUP BY deprivation
),
groups AS (
    SELECT
        breakdown, COALESCE(word, 'not supplied') AS word,
        CAST(ROW_NUMBER() OVER (ORDER BY breakdown, COALESCE(word, 'not supplied')) AS INTEGER) AS code
    FROM words
    GROUP BY breakdown, COALESCE(word, 'not supplied')
),
coded AS (
    SELECT
        pathways.load_id, journeys.journey, pathways.started_day, pathways.stopped_day,
        CASE WHEN pathways.stop_reason = 'completed' THEN 2 ELSE 3 END AS ended,
        CASE
            WHEN pathways.started_day IS NULL OR pathways.started_day < bounds.first_day THEN 0
            ELSE started.month_end_day
        END AS start_month,
        CASE
            WHEN pathways.stopped_day IS NULL OR pathways.stopped_day > bounds.last_day THEN 1000000
            ELSE stopped.month_end_day
        END AS stop_month,
        -- A year is 366 days where a 29 February lies in it; day 789 is 29 February 1972, and 1461 days are four years.
        CASE
            WHEN clocks.limit_years = 1 THEN 365
                + CAST(FLOOR((pathways.started_day + 365 - 789) / 1461) - FLOOR((pathways.started_day - 789) / 1461)
                    AS INTEGER)
            ELSE clocks.limit_days
        END AS limit_days,
        organisations.code AS organisation, localities.code AS locality, age_bands.code AS age_band,
        diagnoses.code AS diagnosis, needs.code AS need, priorities.code AS priority, sexes.code AS sex,
        ethnic_groups.code AS ethnic_group, deprivations.code AS deprivation
    FROM pathways
    CROSS JOIN bounds
    JOIN journeys ON journeys.load_id = pathways.load_id AND journeys.clock = pathways.clock
        AND journeys.excepted = pathways.excepted AND journeys.area = pathways.area
    LEFT JOIN clocks ON clocks.clock = pathways.clock
    LEFT JOIN days AS started ON started.day = pathways.started_day
    LEFT JOIN days AS stopped ON stopped.day = pathways.stopped_day
    JOIN groups AS organisations ON organisations.breakdown = 'organisation'
        AND organisations.word = COALESCE(pathways.organisation, 'not supplied')
    JOIN groups AS localities ON localities.breakdown = 'locality'
        AND localities.word = COALESCE(pathways.locality, 'not supplied')
    JOIN groups AS age_bands ON age_bands.breakdown = 'age_band'
        AND age_bands.word = COALESCE(pathways.age_band, 'not supplied')
    JOIN groups AS diagnoses ON diagnoses.breakdown = 'diagnosis'
        AND diagnoses.word = COALESCE(pathways.diagnosis, 'not supplied')
    JOIN groups AS needs ON needs.breakdown = 'need' AND needs.word = COALESCE(pathways.need, 'not supplied')
    JOIN groups AS priorities ON priorities.breakdown = 'priority'
        AND priorities.word = COALESCE(pathways.priority, 'not supplied')
    JOIN groups AS sexes ON sexes.breakdown = 'sex' AND sexes.word = COALESCE(pathways.sex, 'not supplied')
    JOIN groups AS ethnic_groups ON ethnic_groups.breakdown = 'ethnic_group'
        AND ethnic_groups.word = COALESCE(pathways.ethnic_group, 'not supplied')
    JOIN groups AS deprivations ON deprivations.breakdown = 'deprivation'
        AND deprivations.word = COALESCE(pathways.deprivation, 'not supplied')
),
occurrences AS (
    SELECT
        coded.journey, spans.month_end_day, 1 AS state, spans.month_end_day - coded.started_day AS days,
        coded.limit_days, coded.organisation, coded.locality, coded.age_band, coded.diagnosis, coded.need,
        coded.priority, coded.sex, coded.ethnic_group, coded.deprivation
    FROM coded
    JOIN spans ON spans.load_id = coded.load_id AND spans.start_month = coded.start_month
        AND spans.stop_month = coded.stop_month
    UNION ALL
    SELECT
        coded.journey, coded.stop_month AS month_end_day, coded.ended AS state,
        coded.stopped_day - coded.started_day AS days,
        coded.limit_days, coded.organisation, coded.locality, coded.age_band, coded.diagnosis, coded.need,
        coded.priority, coded.sex, coded.ethnic_group, coded.deprivation
    FROM coded
    JOIN wanted ON wanted.load_id = coded.load_id AND wanted.month_end_day = coded.stop_month
        AND wanted.month_start_day <= coded.stopped_day
    UNION ALL
    SELECT
        coded.journey, coded.start_month AS month_end_day, 4 AS state, CAST(NULL AS INTEGER) AS days,
        coded.limit_days, coded.organisation, coded.locality, coded.age_band, coded.diagnosis, coded.need,
        coded.priority, coded.sex, coded.ethnic_group, coded.deprivation
    FROM coded
    JOIN wanted ON wanted.load_id = coded.load_id AND wanted.month_end_day = coded.start_month
        AND wanted.month_start_day <= coded.started_day
),
splits AS (
    {splits}
),
-- Split 0 is everyone, 1 everyone per day, which holds the former: a clock and state has one of the two.
asked AS (
    SELECT journeys.journey, states.state, COALESCE(per_day.split, 0) AS split
    FROM journeys
    CROSS JOIN (SELECT * FROM (VALUES (1), (2), (3), (4)) AS numbered(state)) AS states
    LEFT JOIN splits AS per_day ON per_day.clock = journeys.clock AND per_day.state = states.state AND per_day.split = 1
    UNION ALL
    SELECT journeys.journey, splits.state, splits.split
    FROM journeys
    JOIN splits ON splits.clock = journeys.clock AND splits.split > 1
),
parted AS (
    SELECT
        occurrences.journey, occurrences.month_end_day, occurrences.state,
        CASE WHEN days <= 7 THEN 0 ELSE CAST(FLOOR((days - 1) / 7) AS INTEGER) END AS week,
        CASE WHEN days <= limit_days THEN 1 WHEN days > limit_days THEN 0 END AS in_time,
        CASE WHEN asked.split = 1 THEN days END AS days,
        CASE asked.split{codes} END AS code
    FROM occurrences
    JOIN asked ON asked.journey = occurrences.journey AND asked.state = occurrences.state
),
counted AS (
    SELECT journey, month_end_day, state, week, in_time, days, code, COUNT(*) AS children
    FROM parted
    GROUP BY journey, month_end_day, state, week, in_time, days, code
)
SELECT
    journeys.load_id, wanted.month, journeys.clock,
    CASE counted.state WHEN 1 THEN 'waiting' WHEN 2 THEN 'completed' WHEN 3 THEN 'removed' ELSE 'started' END AS state,
    journeys.excepted, journeys.area,
    COALESCE(groups.breakdown, 'all') || COALESCE('+' || seconds.breakdown, '') AS breakdown,
    COALESCE(groups.word, 'all') || COALESCE(' + ' || seconds.word, '') AS "group",
    counted.week AS weeks_from, counted.week + 1 AS weeks_to, counted.in_time = 1 AS in_time, counted.days,
    counted.children, CAST(NULL AS VARCHAR(20)) AS flag
FROM counted
JOIN journeys ON journeys.journey = counted.journey
JOIN wanted ON wanted.load_id = journeys.load_id AND wanted.month_end_day = counted.month_end_day
LEFT JOIN groups ON groups.code = CASE
    WHEN counted.code >= 100000 THEN CAST(FLOOR(counted.code / 100000) AS BIGINT) ELSE counted.code
END
LEFT JOIN groups AS seconds ON seconds.code = CASE WHEN counted.code >= 100000 THEN counted.code % 100000 END
LEFT JOIN clocks ON clocks.clock = journeys.clock
WHERE wanted.basis <> 'reconstructed' OR COALESCE(clocks.rebuilt, 1) = 1
UNION ALL
SELECT
    wanted.load_id, wanted.month, band_counts.clock, band_counts.state, FALSE AS excepted, band_counts.area,
    band_counts.breakdown, band_counts."group",
    band_counts.weeks_from, band_counts.weeks_to,
    CASE
        WHEN 7 * band_counts.weeks_to <= clocks.limit_days THEN TRUE
        WHEN 7 * band_counts.weeks_from >= clocks.limit_days THEN FALSE
    END AS in_time,
    CAST(NULL AS INTEGER) AS days, band_counts.children, band_counts.flag
FROM wanted
JOIN band_counts ON band_counts.load_id = wanted.load_id
LEFT JOIN clocks ON clocks.clock = band_counts.clock
