-- Whose an identifier is, from a time until a time: the target of its latest link, the first one's for the time before.
-- A link counts once a minute, the earliest; one that was revoked never was. An identifier with more targets than its
-- kind can have is no identifier (a kiosk, a test order) and owns itself. Links are followed, six at most. An order, a shipment or
-- a ticket is one person's, whoever looks at it later: of its links only those to the strongest kind of target count.
WITH RECURSIVE links AS (
    SELECT identifier, target, min(linked_at) AS since
    FROM identity_links WHERE NOT revoked
    GROUP BY identifier, target, date_trunc('minute', linked_at)
), standing AS (
    SELECT * FROM links ANTI JOIN (
        SELECT identifier, target, linked_at AS revoked_at FROM identity_links WHERE revoked
    ) AS revocations
    ON links.identifier = revocations.identifier AND links.target = revocations.target AND since <= revoked_at
    QUALIFY split_part(identifier, ':', 1) NOT IN ('order', 'shipment', 'ticket') OR rank() OVER (
        PARTITION BY identifier
        ORDER BY list_position(
            ['customer', 'email', 'phone', 'anonymous', 'order', 'shipment', 'ticket'], split_part(target, ':', 1)
        )
    ) = 1
), allowed(kind, most) AS (
    VALUES ('email', 5), ('phone', 5), ('anonymous', 10), ('order', 3), ('shipment', 3), ('ticket', 3)
), sound AS (
    SELECT identifier FROM standing JOIN allowed ON kind = split_part(identifier, ':', 1)
    GROUP BY identifier, most HAVING count(DISTINCT target) <= most
), spans AS (
    SELECT identifier, max(target) AS target,
        CASE WHEN lag(since) OVER turns IS NULL THEN '-infinity' ELSE since END AS since,
        coalesce(lead(since) OVER turns, 'infinity') AS until
    FROM standing SEMI JOIN sound USING (identifier)
    GROUP BY identifier, since
    WINDOW turns AS (PARTITION BY identifier ORDER BY since)
), hops AS (
    SELECT identifier, target AS owner, since, until, 1 AS hop FROM spans
    UNION ALL
    SELECT hops.identifier, spans.target, greatest(hops.since, spans.since), least(hops.until, spans.until), hop + 1
    FROM hops JOIN spans ON spans.identifier = hops.owner AND spans.since < hops.until AND spans.until > hops.since
    WHERE hop < 6
)
SELECT identifier, owner, since, until
FROM hops
WHERE hop = 6 OR owner NOT IN (SELECT identifier FROM spans)
