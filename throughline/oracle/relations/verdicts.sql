-- What becomes of every record, one row each: accepted, duplicate, or the reason it is refused for.
--
-- Received is when the collector says, else when the broker had it; a line of a file that says neither came as it happened.
-- The clock is cleaned here: by the skew between sending and receipt where the sender says when it sent, and never later than
-- the receipt. Of the records of one event id the first to arrive is the event.
WITH timed AS (
    SELECT decoded.*, needs,
        coalesce(received_at, arrived_at, occurred_at) AS received,
        occurred_at + coalesce(received - sent_at, 0) AS corrected,
        list_filter([
            'customer:' || known(customer_id), 'email:' || CASE WHEN NOT placeholder(email) THEN email_hash END,
            'phone:' || CASE WHEN NOT placeholder(phone) THEN phone_hash END, 'anonymous:' || known(anonymous_id),
            'order:' || known(order_id), 'shipment:' || known(shipment_id), 'ticket:' || known(ticket_id)
        ], lambda identifier: identifier IS NOT NULL) AS identifiers,
        list_transform(identifiers, lambda identifier: split_part(identifier, ':', 1)) AS kinds
    FROM decoded LEFT JOIN catalogue USING (type)
),
judged AS (
    SELECT *,
        CASE
            WHEN fault IS NOT NULL THEN fault
            WHEN len(identifiers) = 0 THEN 'no_identity'
            WHEN len(needs) > 0 AND NOT list_has_any(needs, kinds) THEN 'no_identity'
            WHEN corrected > received + getvariable('future_limit') THEN 'from_the_future'
        END AS refusal
    FROM timed
)
SELECT topic, partition, "offset", received, event_id, type, identifiers, least(corrected, received) AS moment,
    received - least(corrected, received) > getvariable('lateness') AS late,
    cart_id, checkout_id, known(order_id) AS order_id, known(shipment_id) AS shipment_id, known(ticket_id) AS ticket_id, channel,
    properties,
    coalesce(refusal, CASE
        WHEN row_number() OVER arrival = 1 THEN 'accepted' ELSE 'duplicate' END) AS verdict
FROM judged
WINDOW arrival AS (
    PARTITION BY event_id, refusal IS NULL ORDER BY topic, partition, CASE topic WHEN 'history' THEN received END, "offset"
)
