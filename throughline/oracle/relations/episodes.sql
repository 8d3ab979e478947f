-- What should stand on friction.signals as of now: one row per episode of the four kinds. Where two people's journeys know of
-- one order, its episode is the one that opened first.
SELECT uuid5(kind || '/' || key || '/' || anchor) AS signal_id, kind, key, anchor, person, opened_at, due_at, ended_at, how
FROM (
    SELECT * EXCLUDE (cart_id) FROM checkout_abandoned
    UNION ALL BY NAME SELECT * FROM cart_abandoned
    UNION ALL BY NAME SELECT * FROM dispatch_late
    UNION ALL BY NAME SELECT * FROM delivery_late
)
QUALIFY row_number() OVER (PARTITION BY kind, key, anchor ORDER BY opened_at, due_at, person) = 1
