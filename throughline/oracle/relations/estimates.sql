-- What carriers thought when an order would arrive, each with the next such word. An estimated day ends at 23:59:59 where the
-- parcel goes: where the estimate says, else where the promise said, else where the store is.
SELECT e.person, e.key, e.event_id, e.moment, e.place,
    coalesce(epoch_us((properties ->> 'estimated_at')::TIMESTAMPTZ),
             end_of_day((properties ->> 'estimated_date')::DATE,
                        coalesce(properties ->> 'destination_timezone', o.zone, getvariable('store_timezone')))) AS estimated_at,
    lead(e.moment) OVER said AS next_at, lead(e.place) OVER said AS next_place
FROM parcels AS e JOIN orders AS o USING (person, key)
WHERE e.type = 'estimate_updated'
WINDOW said AS (PARTITION BY person, key ORDER BY e.place)
