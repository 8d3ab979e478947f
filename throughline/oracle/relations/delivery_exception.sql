-- A delivery is an exception when a parcel is damaged, lost, stuck in customs or returned to its sender; told at once, if no
-- exception of the order is open. A parcel may be found damaged after it was delivered.
-- Ends with the touchpoint by which the order is delivered, or with a refund.
WITH told AS (
    SELECT p.person, p.key, p.event_id, p.type, p.moment, p.place,
        p.type = 'order_refunded' OR p.place = o.delivered_place AS settles
    FROM parcels AS p JOIN orders AS o USING (person, key)
    WHERE p.type IN ('returned_to_sender', 'order_refunded', 'delivered')
        OR (p.type = 'delivery_exception' AND p.properties ->> 'exception' IN ('damaged', 'lost', 'customs'))
),
between_settlements AS (
    SELECT *, count(*) FILTER (settles) OVER so_far AS settled,
        min(moment) FILTER (settles) OVER (so_far ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS settled_at
    FROM told
    WINDOW so_far AS (PARTITION BY person, key ORDER BY place)
)
SELECT 'delivery_exception' AS kind, person, key, event_id AS anchor, moment AS opened_at, moment AS due_at,
    settled_at AS ended_at, how_ended(settled_at, NULL) AS how
FROM between_settlements
WHERE type NOT IN ('order_refunded', 'delivered')
QUALIFY row_number() OVER (PARTITION BY person, key, settled ORDER BY place) = 1
