-- Every change of a checkout up to the order that ends it for good: one of that checkout, before or after it began, or one after
-- its beginning that names none.
WITH begun AS (
    SELECT *, min(place) OVER (PARTITION BY person, key) AS first_place FROM checkout_steps WHERE NOT ordered AND key IS NOT NULL
),
ends AS (
    SELECT b.person, b.key, min(o.place) AS end_place, min(o.turn) AS end_turn, min(o.moment) AS end_at
    FROM (SELECT DISTINCT person, key, first_place FROM begun) AS b
    JOIN checkout_steps AS o ON o.ordered AND o.person = b.person
        AND (o.key = b.key OR (o.checkout_id IS NULL AND o.place > b.first_place))
    GROUP BY b.person, b.key
)
SELECT person, key, last_value(cart_id IGNORE NULLS) OVER so_far AS cart_id, event_id, type, moment, place, turn,
    properties, lead(turn) OVER (PARTITION BY person, key ORDER BY place) AS next_change, end_turn, end_at
FROM begun LEFT JOIN ends USING (person, key)
WHERE place < coalesce(end_place, 9e18::BIGINT)
WINDOW so_far AS (PARTITION BY person, key ORDER BY place ROWS UNBOUNDED PRECEDING)
