-- One row per load, clock, area and month it answers for: who submitted, and that a count of nobody is a real zero; and
-- whether the load shows who left the list (leaves, 0 or 1): of open referrals alone, nobody can say how many left.
WITH clocks AS (
    {clocks}
)
SELECT
    lists.load_id, coverage.month, lists.clock, lists.area, coverage.source, coverage.organisation AS submitter,
    coverage.basis, lists.leaves
FROM (
    SELECT load_id, clock, area, MAX(CASE WHEN stopped_day IS NULL THEN 0 ELSE 1 END) AS leaves
    FROM pathways GROUP BY load_id, clock, area
) AS lists
JOIN coverage ON coverage.load_id = lists.load_id
LEFT JOIN clocks ON clocks.clock = lists.clock
WHERE coverage.basis <> 'reconstructed' OR COALESCE(clocks.rebuilt, 1) = 1
