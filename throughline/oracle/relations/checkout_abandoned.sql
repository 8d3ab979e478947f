-- A checkout is abandoned when its customer, after its last change, does nothing for `checkout_abandoned_idle` and has not ordered.
--
-- One episode per change: the first pause that is long enough before the checkout's next change or its order. Doing anything
-- at exactly the due moment is still in time. Ends with the next thing the customer does, else `checkout_abandoned_expires` later.
WITH pauses AS (
    SELECT c.*, a.moment + getvariable('checkout_abandoned_idle') AS due_at, a.next_at
    FROM checkouts AS c
    JOIN activity AS a ON a.person = c.person AND a.turn >= c.turn
        AND a.turn < coalesce(least(c.next_change, c.end_turn), 9e18::BIGINT)
        AND coalesce(a.next_at > a.moment + getvariable('checkout_abandoned_idle'), true)
    WHERE a.moment + getvariable('checkout_abandoned_idle') < getvariable('as_of')
),
opened AS (
    SELECT person, key, cart_id, event_id AS anchor, due_at, next_at FROM pauses
    QUALIFY row_number() OVER (PARTITION BY person, key, event_id ORDER BY due_at) = 1
)
SELECT 'checkout_abandoned' AS kind, person, key, cart_id, anchor, due_at AS opened_at, due_at,
    CASE how WHEN 'resolved' THEN next_at WHEN 'expired' THEN due_at + getvariable('checkout_abandoned_expires') END AS ended_at, how
FROM (
    SELECT *,
        CASE WHEN next_at <= due_at + getvariable('checkout_abandoned_expires') THEN 'resolved'
             WHEN due_at + getvariable('checkout_abandoned_expires') < getvariable('as_of') THEN 'expired' ELSE 'open' END AS how
    FROM opened
)
