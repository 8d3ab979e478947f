-- Whose order a shipment is: the first touchpoint that names both says so, for all of the parcel's way.
SELECT name_of(person) AS name, shipment_id, arg_min(order_id, (moment, event_id)) AS known_order
FROM touchpoints
WHERE shipment_id IS NOT NULL AND order_id IS NOT NULL
GROUP BY name, shipment_id
