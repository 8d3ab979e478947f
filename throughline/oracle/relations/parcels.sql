-- Every touchpoint about an order or a shipment, under the order where one is known by then for the shipment, else under the
-- shipment. `known` counts the parcels named so far under that key, `attempted` and `arrived` those of them that were.
WITH placed AS (
    SELECT * REPLACE (coalesce(order_id, CASE WHEN shipment_id IS NOT NULL THEN first_value(order_id IGNORE NULLS) OVER (
            PARTITION BY person, shipment_id ORDER BY place ROWS UNBOUNDED PRECEDING) END) AS order_id)
    FROM touchpoints
    WHERE order_id IS NOT NULL OR shipment_id IS NOT NULL
),
keyed AS (
    SELECT *, coalesce('order:' || order_id, 'shipment:' || shipment_id) AS key,
        type IN ('delivery_attempt_failed', 'ready_for_pickup', 'delivered') AS attempts
    FROM placed
)
SELECT *,
    count(DISTINCT shipment_id) OVER so_far AS known,
    count(DISTINCT shipment_id) FILTER (attempts) OVER so_far AS attempted,
    count(DISTINCT shipment_id) FILTER (type = 'delivered') OVER so_far AS arrived
FROM keyed
WINDOW so_far AS (PARTITION BY person, key ORDER BY place ROWS UNBOUNDED PRECEDING)
