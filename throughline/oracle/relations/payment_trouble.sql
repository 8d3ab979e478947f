-- A customer has trouble paying when in one checkout a payment fails for the second time (`payment_trouble_failures`) or any time
-- after that, is declined for good, or no method suits; told at once, if no such trouble of the checkout is open.
--
-- Ends with the order that ends the checkout, else `payment_trouble_expires` later. A failure at exactly that moment finds it open
-- still; one after it opens the next.
WITH RECURSIVE failures AS (
    SELECT *, count(*) FILTER (type = 'payment_failed') OVER (PARTITION BY person, key ORDER BY place) AS number
    FROM checkouts
    WHERE type IN ('payment_failed', 'payment_method_unavailable')
),
troubles AS (
    SELECT person, key, event_id, place, moment, moment + getvariable('payment_trouble_expires') AS expires_at, end_at
    FROM failures
    WHERE type = 'payment_method_unavailable' OR properties ->> 'decline' = 'hard' OR number >= getvariable('payment_trouble_failures')
),
opened AS (
    (FROM troubles QUALIFY row_number() OVER (PARTITION BY person, key ORDER BY place) = 1)
    UNION ALL
    (
        SELECT t.* FROM opened AS o JOIN troubles AS t ON t.person = o.person AND t.key = o.key AND t.moment > o.expires_at
        QUALIFY row_number() OVER (PARTITION BY t.person, t.key ORDER BY t.place) = 1
    )
)
SELECT 'payment_trouble' AS kind, person, key, event_id AS anchor, moment AS opened_at, moment AS due_at,
    how_ended(end_at, expires_at) AS how, when_ended(how, end_at, expires_at) AS ended_at
FROM opened
