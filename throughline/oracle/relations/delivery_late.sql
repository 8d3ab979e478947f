-- A delivery is late when its promise is past and nobody has attempted it. Attempted at exactly that moment is in time.
-- A promise given after its own moment is late from when it was given, unless all is over by then.
-- Ends with the delivery (of all parcels), or when the whole order is cancelled.
WITH due AS (
    SELECT *, greatest(promised_at, said_at) AS opened_at, least(delivered_at, cancelled_at) AS ended_at
    FROM orders
    WHERE promised_at IS NOT NULL
)
SELECT 'delivery_late' AS kind, person, key, '' AS anchor, opened_at, promised_at AS due_at, ended_at,
    CASE WHEN ended_at IS NULL THEN 'open' ELSE 'resolved' END AS how
FROM due
WHERE promised_at < getvariable('as_of') AND coalesce(first_attempt_at > promised_at, true) AND coalesce(ended_at > opened_at, true)
