-- Every change of a checkout up to the order that ends it for good.
--
-- A checkout with an id is one per id. Starting one without an id opens the person's implicit checkout, named by that start;
-- what follows without an id is part of it. An order with a checkout id ends that checkout, one without ends all open ones.
WITH steps AS (
    SELECT *, count(*) FILTER (type = 'order_completed' AND checkout_id IS NULL) OVER (PARTITION BY person ORDER BY place) AS era,
        type = 'order_completed' AS ordered
    FROM touchpoints
    WHERE type IN ('order_completed', 'checkout_started', 'checkout_step_viewed', 'checkout_step_completed', 'form_error_shown',
                   'payment_info_entered', 'payment_failed', 'payment_method_unavailable')
),
implicit AS (
    SELECT *, 'checkout:' || first_value(CASE type WHEN 'checkout_started' THEN event_id END IGNORE NULLS) OVER so_far AS key
    FROM steps
    WHERE checkout_id IS NULL AND NOT ordered
    WINDOW so_far AS (PARTITION BY person, era ORDER BY place ROWS UNBOUNDED PRECEDING)
),
named AS (
    SELECT *, 'checkout:' || checkout_id AS key FROM steps WHERE checkout_id IS NOT NULL AND NOT ordered
    UNION ALL BY NAME
    SELECT * FROM implicit WHERE key IS NOT NULL
),
begun AS (
    SELECT *, min(place) OVER (PARTITION BY person, key) AS first_place FROM named
),
ends AS (
    SELECT b.person, b.key, min(o.place) AS end_place, min(o.turn) AS end_turn, min(o.moment) AS end_at
    FROM (SELECT DISTINCT person, key, checkout_id, first_place FROM begun) AS b
    JOIN steps AS o ON o.ordered AND o.person = b.person
        AND (o.checkout_id = b.checkout_id OR (o.checkout_id IS NULL AND o.place > b.first_place))
    GROUP BY b.person, b.key
)
SELECT person, key, checkout_id, last_value(cart_id IGNORE NULLS) OVER so_far AS cart_id, event_id, type, moment, place, turn,
    properties, lead(turn) OVER (PARTITION BY person, key ORDER BY place) AS next_change, end_turn, end_at
FROM begun LEFT JOIN ends USING (person, key)
WHERE place < coalesce(end_place, 9e18::BIGINT)
WINDOW so_far AS (PARTITION BY person, key ORDER BY place ROWS UNBOUNDED PRECEDING)
