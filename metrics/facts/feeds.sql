-- One row per clock, survey or measure, area, load and month the load answers for: what feeds which figures.
WITH places AS (
    SELECT load_id, CASE WHEN COUNT(*) = 1 THEN MIN(area) ELSE 'not supplied' END AS area FROM areas GROUP BY load_id
),
lists AS (
    SELECT load_id, 'clock' AS lead, clock AS name, area FROM pathways GROUP BY load_id, clock, area
    UNION
    SELECT load_id, 'clock' AS lead, clock AS name, area FROM band_counts GROUP BY load_id, clock, area
    UNION
    SELECT answers.load_id, 'survey' AS lead, answers.survey AS name, COALESCE(places.area, 'not supplied') AS area
    FROM answers
    LEFT JOIN places ON places.load_id = answers.load_id
    GROUP BY answers.load_id, answers.survey, COALESCE(places.area, 'not supplied')
)
SELECT lists.lead, lists.name, lists.area, lists.load_id, coverage.month
FROM lists
JOIN coverage ON coverage.load_id = lists.load_id
UNION
SELECT 'measure' AS lead, measures.measure AS name, measures.area, measures.load_id, measures.month
FROM measures
JOIN coverage ON coverage.load_id = measures.load_id AND coverage.month = measures.month
