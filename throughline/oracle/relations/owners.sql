-- Whose each touchpoint is: hop by hop from its strongest identifier, each hop by the touchpoint's own time.
-- A target is always stronger than its identifier, so the chain ends.
WITH RECURSIVE hops AS (
    SELECT event_id, moment, identifiers[1] AS holder, 0 AS hop FROM accepted WHERE NOT late
    UNION ALL
    SELECT hops.event_id, hops.moment, b.target, hops.hop + 1
    FROM hops JOIN belongings AS b ON b.identifier = hops.holder AND b.since <= hops.moment AND hops.moment < b.until
)
SELECT event_id, arg_max(holder, hop) AS person FROM hops GROUP BY event_id
