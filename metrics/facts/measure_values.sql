-- One row per measure, area, month, period length, breakdown and group: numerator, denominator, printed value.
SELECT
    measures.measure, measures.area, measures.month, measures.period_months,
    measures.breakdown, measures."group",
    measures.numerator, measures.denominator, measures.value, measures.flag
FROM coverage
JOIN measures ON measures.load_id = coverage.load_id AND measures.month = coverage.month
