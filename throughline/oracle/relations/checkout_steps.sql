-- What happens in checkouts, and orders, one row each: the key of the checkout it is of, where it is of one.
--
-- A checkout with an id is one per id. Starting one without an id opens the person's implicit checkout, named by that start, or
-- starts it over; what has no id is part of it, until an order that is of it, or without an id, ends it. A start without an id awaits
-- a name: the first id after it that is no other checkout's is the implicit one's, an order's id too. But where the checkout begun
-- last is open, and its last change is at the very moment of a start without an id, that start is of it, and it is the implicit one
-- from then on. A checkout keeps the key it began under.
WITH RECURSIVE steps AS (
    SELECT *, type = 'order_completed' AS ordered, type = 'checkout_started' AND checkout_id IS NULL AS unnamed_start,
        checkout_id IS NOT NULL AND row_number() OVER (PARTITION BY person, checkout_id ORDER BY place) = 1 AS first_heard,
        row_number() OVER (PARTITION BY person ORDER BY place) AS number
    FROM touchpoints
    WHERE type IN ('order_completed', 'checkout_started', 'checkout_step_viewed', 'checkout_step_completed', 'form_error_shown',
                   'payment_info_entered', 'payment_failed', 'payment_method_unavailable')
),
-- Step by step: whose it is (`key`), and what is known after it: the implicit checkout, whether that awaits a name, the ids that
-- implicit checkouts were given so far, and of the checkout begun last when it changed and whether it is over.
told AS (
    SELECT DISTINCT person, 0::BIGINT AS number, NULL::VARCHAR AS key, NULL::VARCHAR AS implicit, false AS awaits,
        MAP([]::VARCHAR[], []::VARCHAR[]) AS given, NULL::VARCHAR AS latest, NULL::BIGINT AS latest_at, false AS latest_over
    FROM steps
    UNION ALL
    SELECT person, number, of_key,
        CASE WHEN unnamed_start THEN of_key WHEN ordered AND coalesce(of_key = implicit, checkout_id IS NULL) THEN NULL ELSE implicit END,
        CASE WHEN unnamed_start THEN NOT joins ELSE awaits AND coalesce(checkout_id IS NULL OR of_key != implicit, true) END,
        CASE WHEN named_now THEN map_concat(given, MAP([checkout_id], [of_key])) ELSE given END,
        CASE WHEN begins THEN of_key ELSE latest END,
        CASE WHEN begins OR of_key = latest THEN moment ELSE latest_at END,
        CASE WHEN begins THEN ordered ELSE latest_over OR (ordered AND coalesce(of_key = latest, checkout_id IS NULL)) END
    FROM (
        SELECT *, coalesce(of_key = 'checkout:' || CASE WHEN first_heard THEN checkout_id WHEN unnamed_start THEN event_id END, false)
            AND of_key IS DISTINCT FROM implicit AND NOT joins AS begins
        FROM (
            SELECT s.*, t.implicit, t.awaits, t.given, t.latest, t.latest_at, t.latest_over,
                s.first_heard AND t.awaits AND t.implicit IS NOT NULL AS named_now,
                s.unnamed_start AND coalesce(t.latest_at = s.moment, false) AND NOT t.latest_over
                    AND t.latest IS DISTINCT FROM t.implicit AS joins,
                CASE
                    WHEN named_now THEN t.implicit
                    WHEN s.checkout_id IS NOT NULL THEN coalesce(t.given[s.checkout_id], 'checkout:' || s.checkout_id)
                    WHEN joins THEN t.latest
                    WHEN s.unnamed_start THEN coalesce(t.implicit, 'checkout:' || s.event_id)
                    WHEN NOT s.ordered THEN t.implicit
                END AS of_key
            FROM told AS t JOIN steps AS s ON s.person = t.person AND s.number = t.number + 1
        )
    )
)
SELECT s.* EXCLUDE (unnamed_start, first_heard, number), t.key FROM told AS t JOIN steps AS s USING (person, number)
