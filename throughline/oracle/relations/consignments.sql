-- Whose order a shipment is: the first touchpoint that names both says so, for all of the parcel's way.
SELECT person, shipment_id, arg_min(order_id, place) AS known_order
FROM touchpoints
WHERE shipment_id IS NOT NULL AND order_id IS NOT NULL
GROUP BY person, shipment_id
