-- What should stand on friction.signals as of now: one row per episode of the `kinds` asked for. Where two people's journeys know of
-- one order, its episode is the one that opened first.
--
-- Who asks to be forgotten is in no trouble any more: what is open then expires, what would have been found later is not. Of an
-- episode in two lives of one person the later stands.
WITH found AS (
    SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM browse_abandoned
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM cart_abandoned
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM checkout_abandoned
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM payment_trouble
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM form_trouble
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM search_dead_end
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM page_frustration
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM coupon_trouble
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM dispatch_late
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM carrier_silent
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM delay_expected
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM delivery_late
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM delivery_failed
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM delivery_exception
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM reply_late
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM ticket_reopened
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM repeat_contact
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM where_is_my_order
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM bad_score
    UNION ALL SELECT kind, person, key, anchor, opened_at, due_at, ended_at, how FROM refund_late
),
erasures AS (
    SELECT person, moment AS erased_at FROM touchpoints WHERE erasure
),
lived AS (
    SELECT kind, key, anchor, person, opened_at, due_at,
        CASE WHEN erased_at < ended_at OR (how = 'open' AND erased_at IS NOT NULL) THEN 'cut' ELSE how END AS fate,
        CASE WHEN kind IN ('browse_abandoned', 'bad_score') THEN 'open' WHEN fate = 'cut' THEN 'expired' ELSE how END AS how,
        CASE WHEN kind IN ('browse_abandoned', 'bad_score') THEN NULL WHEN fate = 'cut' THEN erased_at ELSE ended_at END AS ended_at
    FROM found LEFT JOIN erasures USING (person)
    WHERE list_contains(getvariable('kinds'), kind) AND (
        erased_at IS NULL OR opened_at < erased_at OR kind NOT IN (
            'browse_abandoned', 'cart_abandoned', 'checkout_abandoned', 'coupon_trouble', 'dispatch_late', 'carrier_silent',
            'delivery_late', 'refund_late', 'reply_late', 'delivery_failed'
        )
    )
    QUALIFY row_number() OVER (PARTITION BY kind, key, anchor, name_of(person) ORDER BY person DESC) = 1
)
SELECT uuid5(kind || '/' || key || '/' || anchor) AS signal_id, kind, key, anchor, name_of(person) AS person, opened_at, due_at, ended_at, how
FROM lived
QUALIFY row_number() OVER (PARTITION BY kind, key, anchor ORDER BY opened_at, due_at, person) = 1
