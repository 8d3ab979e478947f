-- A customer asks where an order is when they open a ticket while it is on its way, or look at its status for the third time
-- (`where_is_my_order_views`) in that while; told at once, once an order. A ticket or a look that names neither order nor shipment
-- is about all that is on its way to them.
--
-- On its way is what was dispatched, until it is delivered, wholly cancelled or (a parcel of it) returned to its sender. Ends with
-- that.
WITH under_way AS (
    SELECT person, key, dispatched_place AS since, least(delivered_place, cancelled_place, sent_back_place) AS until,
        least(delivered_at, cancelled_at, sent_back_at) AS until_at
    FROM orders
    WHERE dispatched_place IS NOT NULL
),
questions AS (
    SELECT person, event_id, type, moment, place,
        coalesce('order:' || coalesce(t.order_id, known_order), 'shipment:' || t.shipment_id) AS about
    FROM touchpoints AS t LEFT JOIN consignments AS c ON c.name = name_of(t.person) AND c.shipment_id = t.shipment_id
    WHERE type = 'ticket_opened' OR (type = 'page_viewed' AND properties ->> 'page_kind' = 'order_status')
),
asked AS (
    SELECT u.*, q.event_id, q.type, q.moment, q.place
    FROM questions AS q JOIN under_way AS u ON u.person = q.person AND coalesce(u.key = q.about, true)
    WHERE q.place > u.since AND coalesce(q.place < u.until, true)
),
numbered AS (
    SELECT *, row_number() OVER (PARTITION BY person, key, type ORDER BY place) AS number
    FROM asked
)
SELECT 'where_is_my_order' AS kind, person, key, '' AS anchor, moment AS opened_at, moment AS due_at, until_at AS ended_at,
    how_ended(until_at, NULL) AS how
FROM numbered
WHERE type = 'ticket_opened' OR number >= getvariable('where_is_my_order_views')
QUALIFY row_number() OVER (PARTITION BY person, key ORDER BY place) = 1
