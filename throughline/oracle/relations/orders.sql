-- Every order (and every shipment whose order nobody named): what was promised, and when it was dispatched, attempted, delivered.
--
-- An order in several parcels is attempted once all that are known by then were, and delivered once all are; what is said of the
-- order without naming a parcel is said of all of them. The first promise counts. A promised day ends at 23:59:59 where the
-- parcel goes, else where the store is.
WITH promises AS (
    SELECT person, key, moment AS said_at, place AS promise_place, coalesce(properties ->> 'destination_timezone', getvariable('store_timezone')) AS zone,
        coalesce(epoch_us((properties ->> 'promised_at')::TIMESTAMPTZ),
                 end_of_day((properties ->> 'promised_date')::DATE, zone)) AS promised_at
    FROM parcels
    WHERE type = 'delivery_promised'
    QUALIFY row_number() OVER (PARTITION BY person, key ORDER BY place) = 1
),
meant AS (
    SELECT *, CASE type WHEN 'order_cancelled' THEN coalesce((properties ->> 'whole')::BOOLEAN, true) ELSE false END AS cancels,
        attempts AND (shipment_id IS NULL OR attempted = known) AS attempts_all,
        type = 'delivered' AND (shipment_id IS NULL OR arrived = known) AS delivers_all,
        attempts OR type IN ('shipment_dispatched', 'shipment_scanned', 'out_for_delivery') AS dispatches
    FROM parcels
),
told AS (
    SELECT person, key, any_value(order_id) AS order_id,
        min(moment) FILTER (type = 'order_completed') AS ordered_at,
        max(known) AS shipments,
        min(moment) FILTER (cancels) AS cancelled_at, min(place) FILTER (cancels) AS cancelled_place,
        min(moment) FILTER (attempts_all) AS first_attempt_at, min(place) FILTER (attempts_all) AS first_attempt_place,
        min(moment) FILTER (delivers_all) AS delivered_at, min(place) FILTER (delivers_all) AS delivered_place,
        min(moment) FILTER (dispatches) AS dispatched_at, min(place) FILTER (dispatches) AS dispatched_place,
        min(moment) FILTER (type = 'returned_to_sender') AS sent_back_at,
        min(place) FILTER (type = 'returned_to_sender') AS sent_back_place,
        min(moment) FILTER (type LIKE 'shipment_%' OR type IN ('out_for_delivery', 'delivery_attempt_failed', 'ready_for_pickup',
                                                          'delivered', 'delivery_promised')) AS awaited_since,
        min(moment) FILTER (type IN ('returned_to_sender', 'return_received')) AS returned_at,
        min(moment) FILTER (type = 'return_requested') AS return_requested_at,
        min(moment) FILTER (type = 'return_received') AS return_received_at
    FROM meant
    GROUP BY person, key
)
SELECT *,
    CASE WHEN first_attempt_at <= promised_at THEN true
         WHEN first_attempt_at > promised_at OR promised_at < getvariable('as_of') THEN false END AS on_time,
    date_diff('day', day_of(promised_at, zone), day_of(delivered_at, zone)) AS days_late
FROM told LEFT JOIN promises USING (person, key)
