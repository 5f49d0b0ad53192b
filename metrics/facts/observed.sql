-- One row per load, clock, area and month it answers for: who submitted, and that a count of nobody is a real zero.
WITH clocks AS (
    {clocks}
)
SELECT
    lists.load_id, coverage.month, lists.clock, lists.area, coverage.source, coverage.organisation AS submitter,
    coverage.basis
FROM (SELECT load_id, clock, area FROM pathways GROUP BY load_id, clock, area) AS lists
JOIN coverage ON coverage.load_id = lists.load_id
LEFT JOIN clocks ON clocks.clock = lists.clock
WHERE coverage.basis <> 'reconstructed' OR COALESCE(clocks.rebuilt, 1) = 1
