-- A dispatch is late when nothing shows the order on its way by its own `dispatch_by`, else `dispatch_within` after the order.
-- Dispatched at exactly that moment is in time. Ends with the dispatch, or when the whole order is cancelled.
WITH due AS (
    SELECT *, coalesce(dispatch_by, ordered_at + getvariable('dispatch_within')) AS due_at, least(dispatched_at, cancelled_at) AS ended_at
    FROM orders
    WHERE order_id IS NOT NULL AND ordered_at IS NOT NULL
)
SELECT 'dispatch_late' AS kind, person, key, '' AS anchor, due_at AS opened_at, due_at, ended_at,
    CASE WHEN ended_at IS NULL THEN 'open' ELSE 'resolved' END AS how
FROM due
WHERE due_at < getvariable('as_of') AND coalesce(ended_at > due_at, true)
