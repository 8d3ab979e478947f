-- When carts were not empty: from each change that leaves something in one, `until` the turn of its next change or of an order
-- that empties it.
SELECT c.person, c.key, c.turn, coalesce(least(c.next_change, min(o.turn)), 9e18::BIGINT) AS until
FROM carts AS c
LEFT JOIN touchpoints AS o ON o.type = 'order_completed' AND o.person = c.person AND o.place > c.place
    AND (o.cart_id IS NULL OR o.cart_id = c.cart_id)
WHERE c.items > 0
GROUP BY c.person, c.key, c.turn, c.next_change
