-- Every touchpoint about an order or a shipment, under the order where one is known for the shipment, else under the shipment.
WITH consignments AS (
    SELECT person, shipment_id, arg_min(order_id, place) AS known_order
    FROM touchpoints
    WHERE shipment_id IS NOT NULL AND order_id IS NOT NULL
    GROUP BY person, shipment_id
)
SELECT t.* EXCLUDE (order_id), coalesce(order_id, known_order) AS order_id,
    coalesce('order:' || coalesce(order_id, known_order), 'shipment:' || shipment_id) AS key
FROM touchpoints AS t LEFT JOIN consignments USING (person, shipment_id)
WHERE key IS NOT NULL
