-- An event ties each weaker identifier it carries to the strongest; of one clock minute the earliest tie is kept.
-- A late event ties nothing, and what a revocation finds at or before its moment never was. An order, a shipment or a ticket is one
-- person's, whoever looks at it later: of its ties only those to the strongest kind of target count.
SELECT identifier, target, min(moment) AS linked_at
FROM (SELECT unnest(identifiers[2:]) AS identifier, identifiers[1] AS target, moment FROM accepted WHERE NOT late) AS ties
WHERE NOT EXISTS (
    FROM revocations AS r
    WHERE r.identifier = ties.identifier AND r.target = ties.target AND ties.moment <= r.moment
)
GROUP BY identifier, target, moment // 60_000_000
QUALIFY split_part(identifier, ':', 1) NOT IN ('order', 'shipment', 'ticket')
    OR rank() OVER (PARTITION BY identifier ORDER BY strength(target)) = 1
