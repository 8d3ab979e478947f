-- A dispatch is late when nothing shows the order on its way by its own `dispatch_by`, else `dispatch_late_within` after the order.
-- Dispatched (or given another date) at exactly that moment is in time. Ends with the dispatch, or when the whole order is
-- cancelled.
--
-- An order may be given other dates: each holds from when it was said until the next is. One said after its own moment, or
-- before the order, is looked at when both are there.
WITH said AS (
    SELECT person, key, place, moment,
        epoch_us(last_value(properties ->> 'dispatch_by' IGNORE NULLS) OVER so_far :: TIMESTAMPTZ) AS dispatch_by,
        min(moment) FILTER (type = 'order_completed') OVER so_far AS ordered_at
    FROM parcels
    WHERE type IN ('order_completed', 'order_updated')
    WINDOW so_far AS (PARTITION BY person, key ORDER BY place ROWS UNBOUNDED PRECEDING)
),
dates AS (
    SELECT *, coalesce(dispatch_by, ordered_at + getvariable('dispatch_late_within')) AS due_at,
        greatest(due_at, moment) AS looked_at, lead(moment) OVER (PARTITION BY person, key ORDER BY place) AS next_said
    FROM said
    WHERE ordered_at IS NOT NULL
)
SELECT 'dispatch_late' AS kind, person, key, '' AS anchor, looked_at AS opened_at, due_at,
    least(dispatched_at, cancelled_at) AS ended_at, CASE WHEN ended_at IS NULL THEN 'open' ELSE 'resolved' END AS how
FROM dates JOIN orders USING (person, key)
WHERE looked_at < getvariable('as_of') AND coalesce(next_said > looked_at, true) AND coalesce(ended_at > looked_at, true)
QUALIFY row_number() OVER (PARTITION BY person, key ORDER BY place) = 1
