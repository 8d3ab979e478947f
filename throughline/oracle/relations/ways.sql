-- What happened to each parcel: a row for every parcel that a touchpoint speaks for.
--
-- A parcel is a shipment id under an order, known from the first touchpoint of a parcel's type on. A touchpoint without one speaks
-- for every parcel known by then; before any is named there is one without a name, which the first that is named turns out to be.
WITH moves AS (
    SELECT person, key, shipment_id, event_id, type, moment, place,
        CASE type WHEN 'delivery_exception' THEN properties ->> 'exception' END AS exception
    FROM parcels
    WHERE moves
),
named AS (
    SELECT person, key, shipment_id AS parcel, min(place) AS known_place,
        row_number() OVER (PARTITION BY person, key ORDER BY min(place)) AS number
    FROM moves
    WHERE shipment_id IS NOT NULL
    GROUP BY person, key, shipment_id
)
SELECT person, key, coalesce(parcel, '') AS parcel, event_id, type, moment, place, exception
FROM moves AS m LEFT JOIN named AS n USING (person, key)
WHERE parcel IS NULL OR coalesce(shipment_id = parcel, number = 1 OR place > known_place)
