-- An event ties each weaker identifier it carries to the strongest; of one clock minute the earliest tie is kept.
-- A late event ties nothing, and what a revocation finds at or before its moment never was.
SELECT identifier, target, min(moment) AS linked_at
FROM (SELECT unnest(identifiers[2:]) AS identifier, identifiers[1] AS target, moment FROM accepted WHERE NOT late) AS ties
WHERE NOT EXISTS (
    FROM revocations AS r
    WHERE r.identifier = ties.identifier AND r.target = ties.target AND ties.moment <= r.moment
)
GROUP BY identifier, target, moment // 60_000_000
