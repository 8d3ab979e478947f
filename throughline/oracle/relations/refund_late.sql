-- A refund is late when a return was received and `refund_late_within` later no money has gone back since the return was asked for
-- (or received, where that came first or nobody asked). Of several returns the first counts. A refund at exactly the due moment is in
-- time. Ends with the next refund.
WITH refunds AS (
    SELECT person, key, moment FROM parcels WHERE type = 'order_refunded'
),
due AS (
    SELECT person, key, least(return_requested_at, return_received_at) AS returned_at,
        return_received_at + getvariable('refund_late_within') AS due_at
    FROM orders
),
refunded AS (
    SELECT d.*, bool_or(r.moment BETWEEN returned_at AND due_at) AS in_time, min(r.moment) FILTER (r.moment > due_at) AS refunded_at
    FROM due AS d LEFT JOIN refunds AS r USING (person, key)
    WHERE due_at < getvariable('as_of')
    GROUP BY ALL
)
SELECT 'refund_late' AS kind, person, key, '' AS anchor, due_at AS opened_at, due_at, refunded_at AS ended_at,
    how_ended(refunded_at, NULL) AS how
FROM refunded
WHERE NOT coalesce(in_time, false)
