-- A cart is abandoned when it is not empty, no checkout stands after its last change, and its customer does nothing for
-- `cart_abandoned_idle`; but not while an abandoned checkout of it says the same.
--
-- One episode per change, as with checkouts. A checkout that names no cart is of all carts.
WITH endings AS (
    SELECT person, place, turn, cart_id FROM checkouts WHERE type = 'checkout_started'
    UNION ALL
    SELECT person, place, turn, cart_id FROM touchpoints WHERE type = 'order_completed'
),
watched AS (
    SELECT c.person, c.key, c.cart_id, c.event_id, c.turn, coalesce(least(any_value(c.next_change), min(t.turn)), 9e18::BIGINT) AS stop
    FROM carts AS c
    LEFT JOIN endings AS t ON t.person = c.person AND t.place > c.place AND (t.cart_id IS NULL OR t.cart_id = c.cart_id)
    WHERE c.items > 0
    GROUP BY ALL
),
pauses AS (
    SELECT w.*, a.moment + getvariable('cart_abandoned_idle') AS due_at, a.next_at
    FROM watched AS w
    JOIN activity AS a ON a.person = w.person AND a.turn >= w.turn AND a.turn < w.stop
        AND coalesce(a.next_at > a.moment + getvariable('cart_abandoned_idle'), true)
    WHERE a.moment + getvariable('cart_abandoned_idle') < getvariable('as_of')
),
opened AS (
    SELECT person, key, event_id AS anchor, due_at, next_at
    FROM pauses AS p
    WHERE NOT EXISTS (
        FROM checkout_abandoned AS e
        WHERE e.person = p.person AND (e.cart_id IS NULL OR e.cart_id = p.cart_id)
            AND e.opened_at <= p.due_at AND coalesce(e.ended_at > p.due_at, true)
    )
    QUALIFY row_number() OVER (PARTITION BY person, key, event_id ORDER BY due_at) = 1
)
SELECT 'cart_abandoned' AS kind, person, key, anchor, due_at AS opened_at, due_at,
    CASE how WHEN 'resolved' THEN next_at WHEN 'expired' THEN due_at + getvariable('cart_abandoned_expires') END AS ended_at, how
FROM (
    SELECT *,
        CASE WHEN next_at <= due_at + getvariable('cart_abandoned_expires') THEN 'resolved'
             WHEN due_at + getvariable('cart_abandoned_expires') < getvariable('as_of') THEN 'expired' ELSE 'open' END AS how
    FROM opened
)
