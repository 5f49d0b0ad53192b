-- One row per month, area, breakdown, group, survey, wave, who was asked, question and answer: children, the respondents
-- who gave it. The column is called children in every fact; here it counts respondents. A breakdown is a question on who
-- answers, its groups the answers to it. Surveys of several areas name none.
WITH places AS (
    SELECT load_id, CASE WHEN COUNT(*) = 1 THEN MIN(area) ELSE 'not supplied' END AS area FROM areas GROUP BY load_id
),
groups AS (
    SELECT load_id, respondent, 'all' AS breakdown, 'all' AS "group" FROM answers GROUP BY load_id, respondent
    UNION ALL
    SELECT load_id, respondent, question AS breakdown, COALESCE(answer, 'not supplied') AS "group"
    FROM answers WHERE scale = 'profile'
)
SELECT
    coverage.month, COALESCE(places.area, 'not supplied') AS area, groups.breakdown, groups."group",
    answers.survey, answers.wave, answers.respondent_group, answers.question, answers.answer, answers.scale,
    answers.scale_position, answers.favourable,
    COUNT(DISTINCT answers.respondent) AS children, CAST(NULL AS VARCHAR(20)) AS flag
FROM coverage
JOIN answers ON answers.load_id = coverage.load_id
JOIN groups ON groups.load_id = answers.load_id AND groups.respondent = answers.respondent
LEFT JOIN places ON places.load_id = answers.load_id
GROUP BY
    coverage.month, COALESCE(places.area, 'not supplied'), groups.breakdown, groups."group",
    answers.survey, answers.wave, answers.respondent_group, answers.question, answers.answer, answers.scale,
    answers.scale_position, answers.favourable
