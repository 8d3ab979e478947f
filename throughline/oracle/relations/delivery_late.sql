-- A delivery is late when its promise is past and nobody has attempted it. Attempted at exactly that moment is in time.
-- A promise given after its own moment is late from when it was given, unless it is attempted by then.
-- Ends with the delivery (of all parcels), or when the whole order is cancelled.
SELECT 'delivery_late' AS kind, person, key, '' AS anchor, greatest(promised_at, said_at) AS opened_at, promised_at AS due_at,
    least(delivered_at, cancelled_at) AS ended_at, CASE WHEN ended_at IS NULL THEN 'open' ELSE 'resolved' END AS how
FROM orders
WHERE opened_at < getvariable('as_of') AND coalesce(least(first_attempt_at, ended_at) > opened_at, true)
