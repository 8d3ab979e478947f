-- Every change of a cart, with how many items it leaves in it.
--
-- A cart with an id is one per id, and lives on when an order has emptied it. Adding without an id opens the person's implicit
-- cart, named by that first add; removals or an order that empty it end it. An order with a cart id empties that cart, one
-- without empties all. Taking out what is not there changes nothing.
WITH steps AS (
    SELECT person, place, turn, event_id, moment, type, cart_id,
        coalesce(properties ->> 'product_id', '') AS product,
        coalesce((properties ->> 'quantity')::BIGINT, 1) * CASE type WHEN 'product_removed' THEN -1 ELSE 1 END AS quantity,
        count(*) FILTER (type = 'order_completed' AND cart_id IS NULL) OVER (PARTITION BY person ORDER BY place)
        + CASE WHEN cart_id IS NULL THEN 0
          ELSE count(*) FILTER (type = 'order_completed') OVER (PARTITION BY person, cart_id ORDER BY place) END AS era
    FROM touchpoints
    WHERE type IN ('product_added', 'product_removed', 'order_completed')
),
summed AS (
    SELECT *, sum(quantity) OVER (PARTITION BY person, cart_id, era, product ORDER BY place) AS total
    FROM steps
    WHERE type != 'order_completed'
),
levels AS (  -- a running sum that cannot fall below zero
    SELECT *, total - least(0, min(total) OVER (PARTITION BY person, cart_id, era, product ORDER BY place)) AS level FROM summed
),
moves AS (
    SELECT *, level - lag(level, 1, 0) OVER (PARTITION BY person, cart_id, era, product ORDER BY place) AS moved FROM levels
),
changes AS (
    SELECT *, sum(moved) OVER (PARTITION BY person, cart_id, era ORDER BY place) AS items FROM moves WHERE moved != 0
),
lives AS (
    SELECT *, count(*) FILTER (items = 0) OVER (PARTITION BY person, cart_id, era ORDER BY place) - (items = 0)::BIGINT AS life
    FROM changes
),
named AS (
    SELECT *, 'cart:' || coalesce(cart_id, first_value(event_id) OVER (PARTITION BY person, era, life, cart_id ORDER BY place)) AS key
    FROM lives
)
SELECT person, key, cart_id, event_id, moment, place, turn, items::BIGINT AS items,
    lead(turn) OVER (PARTITION BY person, key ORDER BY place) AS next_change
FROM named
