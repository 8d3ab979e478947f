-- A delivery has failed when an attempt did, of an order not yet delivered and not wholly cancelled; told at once. Or when a parcel
-- was ready for pickup and `delivery_failed_pickup_within` later it is neither delivered nor returned (nor its order delivered or
-- wholly cancelled); collected at exactly that moment is in time. Only the first time that it was ready counts.
--
-- Nothing opens while one is open: a pickup then unclaimed is not looked at again. Ends when the order is delivered or wholly
-- cancelled, or a parcel of it is returned to its sender.
WITH unclaimed AS (
    SELECT person, key, arg_min(event_id, place) FILTER (type = 'ready_for_pickup') AS event_id,
        min(moment) FILTER (type = 'ready_for_pickup') + getvariable('delivery_failed_pickup_within') AS due_at,
        min(moment) FILTER (type IN ('delivered', 'returned_to_sender')) AS gone_at
    FROM ways
    GROUP BY person, key, parcel
    HAVING coalesce(gone_at > due_at, true)
),
failures AS (  -- what falls due at a moment stands behind all that happened by then
    SELECT p.person, p.key, p.event_id, p.moment AS opened_at, p.place, false AS fell_due
    FROM parcels AS p JOIN orders AS o USING (person, key)
    WHERE p.type = 'delivery_attempt_failed' AND coalesce(least(o.delivered_place, o.cancelled_place) > p.place, true)
    UNION ALL
    SELECT DISTINCT u.person, u.key, u.event_id, u.due_at, 9e18::BIGINT, true
    FROM unclaimed AS u JOIN orders AS o USING (person, key)
    WHERE u.due_at IS NOT NULL AND coalesce(least(o.delivered_at, o.cancelled_at) > u.due_at, true)
),
returns AS (
    SELECT person, key, moment, place FROM parcels WHERE type = 'returned_to_sender'
),
between_returns AS (
    SELECT f.*, count(r.place) FILTER ((r.moment, r.place) < (f.opened_at, f.place)) AS returned,
        min(r.moment) FILTER ((r.moment, r.place) > (f.opened_at, f.place)) AS next_return
    FROM failures AS f LEFT JOIN returns AS r USING (person, key)
    GROUP BY ALL
),
opened AS (
    FROM between_returns
    QUALIFY row_number() OVER (PARTITION BY person, key, returned ORDER BY opened_at, place, event_id) = 1
)
SELECT 'delivery_failed' AS kind, person, key, event_id AS anchor, opened_at, opened_at AS due_at,
    least(next_return, delivered_at, cancelled_at) AS ended_at, how_ended(ended_at, NULL) AS how
FROM opened JOIN orders USING (person, key)
WHERE NOT fell_due OR opened_at < getvariable('as_of')
