-- One row per month, clock, cohort, excepted, area, breakdown, group, week band of the stop and in_time: children, and
-- observed_days, how many days after the month the newest extract lies. By the clocks, cohorts and breakdowns asked for.
-- A child is counted once per cohort, as the newest extract that holds it has it:
--   started  in the month the clock started (clocks that follow new starts only);
--   due      in the month the clock stopped, or on its last day in time where that came first. Removed before that day:
--            never due. A day the extract does not reach is not counted.
-- Week bands are weeks from start to completion; missing: not completed. Reads on DuckDB and Spark alike.
WITH clocks AS (
    {clocks}
),
splits AS (
    {splits}
),
wanted AS (
    {coverage}
),
extracts AS (
    SELECT load_id, source, organisation, MAX(month_end_day) AS last_day FROM wanted
    GROUP BY load_id, source, organisation
),
newest AS (
    SELECT source, organisation, MAX(month_end_day) AS last_day FROM wanted GROUP BY source, organisation
),
-- Only an extract after another can hold a child anew: of a history, however large, nothing is looked up here. Of one
-- list no two extracts end in one month: coverage has one load a month.
anew AS (
    SELECT
        extracts.source, extracts.organisation AS submitter, pathways.clock, pathways.pathway_id,
        MAX(extracts.last_day) AS last_day
    FROM pathways
    JOIN extracts ON extracts.load_id = pathways.load_id
    JOIN (SELECT source, organisation, MIN(last_day) AS last_day FROM extracts GROUP BY source, organisation) AS firsts
        ON firsts.source = extracts.source AND firsts.organisation = extracts.organisation
        AND firsts.last_day < extracts.last_day
    WHERE pathways.started_day IS NOT NULL
    GROUP BY extracts.source, extracts.organisation, pathways.clock, pathways.pathway_id
),
timed AS (
    SELECT
        extracts.source, extracts.organisation AS submitter, extracts.last_day, newest.last_day AS newest_day,
        clocks.followed, clocks.rebuilt, pathways.clock, pathways.excepted, pathways.area, pathways.started_day, pathways.stopped_day,
        pathways.stop_reason,
        pathways.organisation, pathways.locality, pathways.age_band, pathways.diagnosis, pathways.need,
        pathways.priority, pathways.sex, pathways.ethnic_group, pathways.deprivation,
        -- A year is 366 days where a 29 February lies in it; day 789 is 29 February 1972, and 1461 days are four years.
        pathways.started_day + CASE
            WHEN clocks.limit_years = 1 THEN 365
                + CAST(FLOOR((pathways.started_day + 365 - 789) / 1461) - FLOOR((pathways.started_day - 789) / 1461)
                    AS INTEGER)
            ELSE clocks.limit_days
        END AS due_day
    FROM pathways
    JOIN extracts ON extracts.load_id = pathways.load_id
    JOIN newest ON newest.source = extracts.source AND newest.organisation = extracts.organisation
    JOIN clocks ON clocks.clock = pathways.clock
    JOIN (SELECT clock FROM splits GROUP BY clock) AS asked ON asked.clock = pathways.clock
    LEFT JOIN anew ON anew.source = extracts.source AND anew.submitter = extracts.organisation
        AND anew.clock = pathways.clock AND anew.pathway_id = pathways.pathway_id
    WHERE pathways.started_day IS NOT NULL
        AND (anew.last_day IS NULL OR anew.last_day <= extracts.last_day)
        AND (clocks.followed = 1 OR clocks.limit_years = 1 OR clocks.limit_days IS NOT NULL)
        AND ({children})
),
children AS (
    SELECT
        timed.*,
        CASE WHEN stop_reason = 'completed' THEN stopped_day - started_day END AS days,
        CASE WHEN stop_reason = 'completed' AND stopped_day <= due_day THEN 1 ELSE 0 END AS in_time
    FROM timed
),
members AS (
    SELECT children.*, 1 AS cohort, started_day AS event_day FROM children WHERE followed = 1
    UNION ALL
    SELECT
        children.*, 2 AS cohort, CASE WHEN in_time = 1 THEN stopped_day ELSE due_day END AS event_day
    FROM children
    WHERE due_day IS NOT NULL
        AND (in_time = 1 OR due_day <= last_day)
        AND (in_time = 1 OR stopped_day IS NULL OR stopped_day > due_day)
),
monthly AS (
    SELECT
        members.source, members.submitter, wanted.month, wanted.month_end_day, members.newest_day, members.clock, members.cohort, members.excepted,
        members.area, members.in_time,
        CASE WHEN days <= 7 THEN 0 ELSE CAST(FLOOR((days - 1) / 7) AS INTEGER) END AS week,
        members.organisation, members.locality, members.age_band, members.diagnosis, members.need, members.priority,
        members.sex, members.ethnic_group, members.deprivation
    FROM members
    JOIN wanted ON wanted.source = members.source AND wanted.organisation = members.submitter
        AND members.event_day BETWEEN wanted.month_start_day AND wanted.month_end_day
        AND (wanted.basis <> 'reconstructed' OR members.rebuilt = 1)
),
parted AS (
    SELECT
        source, submitter, month, month_end_day, newest_day, monthly.clock, monthly.cohort, excepted, area, week, in_time, splits.breakdown,
        CASE splits.breakdown WHEN 'all' THEN 'all' ELSE COALESCE(CASE splits.breakdown{words} END, 'not supplied') END
            AS "group"
    FROM monthly
    JOIN splits ON splits.clock = monthly.clock AND splits.cohort = monthly.cohort
)
SELECT
    {by_list}month, clock, CASE cohort WHEN 1 THEN 'started' ELSE 'due' END AS cohort, excepted, area, breakdown, "group",
    week AS weeks_from, week + 1 AS weeks_to, in_time = 1 AS in_time, newest_day - month_end_day AS observed_days,
    COUNT(*) AS children, CAST(NULL AS VARCHAR(20)) AS flag
FROM parted
GROUP BY {by_list}month, month_end_day, newest_day, clock, cohort, excepted, area, week, in_time, breakdown, "group"
