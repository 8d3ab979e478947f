-- A carrier is silent when a parcel was dispatched and not seen for `carrier_silent_first_scan_within`, or is in transit and not
-- seen for `carrier_silent_scan_gap` since it last was. A word at exactly the due moment is in time.
--
-- In transit is a parcel whose last word is a scan, the van, a failed attempt, or an exception that the carrier settles on the way
-- (address, refused, weather, other). Where it waits for its customer, for the customs, or is damaged or lost, silence says nothing.
-- Delivered or returned, a parcel has had its last word; what is said after that is not said of it. Of several dispatches of
-- one parcel the first counts, and none after another word.
--
-- One episode per word, for as long as it is the last one of a parcel in transit: several parcels may have it in common. Ends with
-- the next word of the last of these, or when the whole order is cancelled.
WITH said AS (
    SELECT *, type = 'shipment_dispatched' AS dispatch,
        count(*) FILTER (type != 'shipment_dispatched') OVER before AS signs,
        count(*) FILTER (type = 'shipment_dispatched') OVER before AS dispatches,
        count(*) FILTER (type IN ('delivered', 'returned_to_sender')) OVER before AS arrivals
    FROM ways
    WHERE type != 'shipment_created'
    WINDOW before AS (PARTITION BY person, key, parcel ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
words AS (
    SELECT *, lead(moment) OVER (PARTITION BY person, key, parcel ORDER BY place) AS next_at,
        moment + CASE
            WHEN dispatch THEN getvariable('carrier_silent_first_scan_within')
            WHEN type IN ('shipment_scanned', 'out_for_delivery', 'delivery_attempt_failed')
                OR exception IN ('address', 'refused', 'weather', 'other') THEN getvariable('carrier_silent_scan_gap')
        END AS due_at
    FROM said
    WHERE CASE WHEN dispatch THEN signs = 0 AND dispatches = 0 ELSE arrivals = 0 END
),
silences AS (
    SELECT person, key, event_id, due_at, CASE WHEN count(next_at) = count(*) THEN max(next_at) END AS next_at
    FROM words
    WHERE due_at < getvariable('as_of') AND coalesce(next_at > due_at, true)
    GROUP BY person, key, event_id, due_at
)
SELECT 'carrier_silent' AS kind, person, key, event_id AS anchor, due_at AS opened_at, due_at,
    least(next_at, cancelled_at) AS ended_at, how_ended(ended_at, NULL) AS how
FROM silences JOIN orders USING (person, key)
WHERE coalesce(cancelled_at > due_at, true)
