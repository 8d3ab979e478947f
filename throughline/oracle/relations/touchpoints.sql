-- Every touchpoint of a person in order. `turn` counts the person's own touchpoints before it: for one of their own it is its
-- number among these, so a stretch of turns is a stretch of what the customer did. An erasure ends a life: what follows is another's.
WITH owned AS (
    SELECT *, type = 'privacy_requested' AND properties ->> 'request' = 'erasure' AS erasure
    FROM accepted JOIN owners USING (event_id) JOIN catalogue USING (type)
),
lived AS (
    SELECT * REPLACE (life_of(person, count(*) FILTER (erasure) OVER so_far - erasure::BIGINT) AS person)
    FROM owned
    WINDOW so_far AS (PARTITION BY person ORDER BY moment, event_id ROWS UNBOUNDED PRECEDING)
)
SELECT person, event_id, type, moment, topic, actor = 'customer' AS own, cart_id, checkout_id, order_id, shipment_id, ticket_id, channel,
    stage, properties, erasure,
    row_number() OVER life AS place,
    count(*) FILTER (actor = 'customer') OVER life - (actor = 'customer')::BIGINT AS turn
FROM lived
WINDOW life AS (PARTITION BY person ORDER BY moment, event_id ROWS UNBOUNDED PRECEDING)
