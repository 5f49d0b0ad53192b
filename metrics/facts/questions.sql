-- One row per wave of a survey in use and question: in which words and on which scale it was asked.
SELECT
    waves.survey, waves.wave, waves.respondent_group, questions.question, questions.position, questions.text,
    questions.scale, questions.reversed, questions.reworded, questions.comparable
FROM coverage
JOIN waves ON waves.load_id = coverage.load_id
JOIN questions ON questions.load_id = coverage.load_id
