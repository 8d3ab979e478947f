-- Every order (and every shipment whose order nobody named): what was promised, and when it was dispatched, attempted, delivered.
--
-- An order in several parcels is attempted when the last of them first was, and delivered when all are; what is said of the
-- order without naming a parcel is said of all its parcels. The first promise counts. A promised day ends at 23:59:59 where the
-- parcel goes, else where the store is.
WITH parcels_of AS (
    SELECT DISTINCT person, key, shipment_id AS parcel FROM parcels WHERE shipment_id IS NOT NULL
    UNION ALL
    SELECT DISTINCT person, key, NULL FROM parcels ANTI JOIN
        (SELECT person, key FROM parcels WHERE shipment_id IS NOT NULL) USING (person, key)
),
arrivals AS (
    SELECT o.person, o.key, o.parcel,
        min(p.moment) FILTER (p.type IN ('delivery_attempt_failed', 'ready_for_pickup', 'delivered')) AS attempted_at,
        min(p.moment) FILTER (p.type = 'delivered') AS delivered_at
    FROM parcels_of AS o JOIN parcels AS p ON p.person = o.person AND p.key = o.key
        AND (p.shipment_id IS NULL OR p.shipment_id = o.parcel)
    GROUP BY o.person, o.key, o.parcel
),
arrived AS (
    SELECT person, key, count(parcel) AS shipments,
        CASE WHEN bool_and(attempted_at IS NOT NULL) THEN max(attempted_at) END AS first_attempt_at,
        CASE WHEN bool_and(delivered_at IS NOT NULL) THEN max(delivered_at) END AS delivered_at
    FROM arrivals
    GROUP BY person, key
),
promises AS (
    SELECT person, key, moment AS said_at, coalesce(properties ->> 'destination_timezone', getvariable('store_timezone')) AS zone,
        coalesce(epoch_us((properties ->> 'promised_at')::TIMESTAMPTZ),
                 end_of_day((properties ->> 'promised_date')::DATE, zone)) AS promised_at
    FROM parcels
    WHERE type = 'delivery_promised'
    QUALIFY row_number() OVER (PARTITION BY person, key ORDER BY place) = 1
),
told AS (
    SELECT person, key, any_value(order_id) AS order_id,
        min(moment) FILTER (type = 'order_completed') AS ordered_at,
        min(moment) FILTER (type = 'order_cancelled' AND coalesce((properties ->> 'whole')::BOOLEAN, true)) AS cancelled_at,
        arg_max(epoch_us((properties ->> 'dispatch_by')::TIMESTAMPTZ), place)
            FILTER (type IN ('order_completed', 'order_updated') AND (properties ->> 'dispatch_by') IS NOT NULL) AS dispatch_by,
        min(moment) FILTER (type IN ('shipment_dispatched', 'shipment_scanned', 'out_for_delivery', 'delivery_attempt_failed',
                                 'ready_for_pickup', 'delivered')) AS dispatched_at,
        min(moment) FILTER (type LIKE 'shipment_%' OR type IN ('out_for_delivery', 'delivery_attempt_failed', 'ready_for_pickup',
                                                          'delivered', 'delivery_promised')) AS awaited_since,
        min(moment) FILTER (type IN ('returned_to_sender', 'return_received')) AS returned_at,
        min(moment) FILTER (type = 'return_requested') AS return_requested_at,
        min(moment) FILTER (type = 'return_received') AS return_received_at
    FROM parcels
    GROUP BY person, key
)
SELECT *,
    CASE WHEN first_attempt_at <= promised_at THEN true
         WHEN first_attempt_at > promised_at OR promised_at < getvariable('as_of') THEN false END AS on_time,
    date_diff('day', day_of(promised_at, zone), day_of(delivered_at, zone)) AS days_late
FROM told LEFT JOIN arrived USING (person, key) LEFT JOIN promises USING (person, key)
