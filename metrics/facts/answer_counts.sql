-- One row per month, area, survey, wave, who was asked, question and answer: children, the respondents who gave it.
-- The column is called children in every fact; here it counts respondents. Surveys of several areas name none.
WITH places AS (
    SELECT load_id, CASE WHEN COUNT(*) = 1 THEN MIN(area) ELSE 'not supplied' END AS area FROM areas GROUP BY load_id
)
SELECT
    coverage.month, COALESCE(places.area, 'not supplied') AS area, 'all' AS breakdown, 'all' AS "group",
    answers.survey, answers.wave, answers.respondent_group, answers.question, answers.answer, answers.scale_position,
    COUNT(DISTINCT answers.respondent) AS children, CAST(NULL AS VARCHAR(20)) AS flag
FROM coverage
JOIN answers ON answers.load_id = coverage.load_id
LEFT JOIN places ON places.load_id = answers.load_id
GROUP BY
    coverage.month, COALESCE(places.area, 'not supplied'), answers.survey, answers.wave, answers.respondent_group,
    answers.question, answers.answer, answers.scale_position
