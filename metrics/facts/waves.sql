-- One row per wave of a survey in use and group asked: its month, area, words and days.
WITH places AS (
    SELECT load_id, CASE WHEN COUNT(*) = 1 THEN MIN(area) ELSE 'not supplied' END AS area FROM areas GROUP BY load_id
)
SELECT
    coverage.month, COALESCE(places.area, 'not supplied') AS area, waves.survey, waves.wave, waves.respondent_group,
    waves.title, waves.fieldwork_from, waves.fieldwork_to, waves.channel, waves.invited
FROM coverage
JOIN waves ON waves.load_id = coverage.load_id
LEFT JOIN places ON places.load_id = waves.load_id
