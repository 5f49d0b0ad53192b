-- One row per measure, area, month, period length, breakdown and group: numerator, denominator.
SELECT
    measures.measure, measures.area, measures.month, measures.period_months,
    measures.breakdown, measures."group",
    measures.numerator, measures.denominator, measures.flag
FROM coverage
JOIN measures ON measures.load_id = coverage.load_id AND measures.month = coverage.month
