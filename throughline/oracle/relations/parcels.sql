-- What is told of orders and shipments, under the order where one is known for the shipment, else under the shipment. Tickets, pages and
-- scores may name an order and tell nothing of it.
-- `moves` says whether it is about a parcel's way; `known` counts the parcels under that key that something has happened to on it so
-- far (being promised or estimated is not yet being a parcel), `attempted` and `arrived` those of them that were.
WITH keyed AS (
    SELECT t.* REPLACE (coalesce(order_id, known_order) AS order_id),
        coalesce('order:' || coalesce(t.order_id, known_order), 'shipment:' || t.shipment_id) AS key,
        type IN ('delivery_attempt_failed', 'ready_for_pickup', 'delivered') AS attempts,
        attempts OR type IN ('shipment_created', 'shipment_dispatched', 'shipment_scanned', 'out_for_delivery', 'delivery_exception',
                             'returned_to_sender') AS moves
    FROM touchpoints AS t LEFT JOIN consignments AS c ON c.name = name_of(t.person) AND c.shipment_id = t.shipment_id
    WHERE key IS NOT NULL AND (topic = 'delivery.events' OR type LIKE 'order_%')
)
SELECT *,
    count(DISTINCT shipment_id) FILTER (moves) OVER so_far AS known,
    count(DISTINCT shipment_id) FILTER (attempts) OVER so_far AS attempted,
    count(DISTINCT shipment_id) FILTER (type = 'delivered') OVER so_far AS arrived
FROM keyed
WINDOW so_far AS (PARTITION BY person, key ORDER BY place ROWS UNBOUNDED PRECEDING)
