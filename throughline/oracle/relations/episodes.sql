-- What should stand on friction.signals as of now: one row per episode of the `kinds` asked for. Where two people's journeys know of
-- one order, its episode is the one that opened first.
SELECT uuid5(kind || '/' || key || '/' || anchor) AS signal_id, kind, key, anchor, person, opened_at, due_at, ended_at, how
FROM (
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
)
WHERE list_contains(getvariable('kinds'), kind)
QUALIFY row_number() OVER (PARTITION BY kind, key, anchor ORDER BY opened_at, due_at, person) = 1
