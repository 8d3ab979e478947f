-- Browsing is abandoned when a customer has viewed a product in a session, added nothing and ordered nothing in it, has all carts
-- empty, and then does nothing at all for `browse_abandoned_idle`; but not while an abandoned cart or checkout of theirs says
-- more. Doing anything at exactly the due moment is still in time.
--
-- Once a session, at its first such pause. Never ends.
WITH seen AS (
    SELECT *, moment + getvariable('browse_abandoned_idle') AS due_at,
        count(*) FILTER (type = 'product_viewed') OVER so_far AS viewed,
        count(*) FILTER (type IN ('product_added', 'order_completed')) OVER so_far AS chosen
    FROM visits
    WINDOW so_far AS (PARTITION BY person, session ORDER BY turn ROWS UNBOUNDED PRECEDING)
),
pauses AS (
    SELECT person, session, turn, due_at
    FROM seen
    WHERE viewed > 0 AND chosen = 0 AND due_at < getvariable('as_of') AND coalesce(next_at > due_at, true)
),
said_by_others AS (
    SELECT person, opened_at, ended_at FROM checkout_abandoned
    UNION ALL
    SELECT person, opened_at, ended_at FROM cart_abandoned
)
SELECT 'browse_abandoned' AS kind, person, 'session:' || first_event_id AS key, '' AS anchor, due_at AS opened_at, due_at,
    NULL::BIGINT AS ended_at, 'open' AS how
FROM pauses AS p JOIN sessions USING (person, session)
WHERE NOT EXISTS (FROM filled AS f WHERE f.person = p.person AND f.turn <= p.turn AND p.turn < f.until)
    AND NOT EXISTS (
        FROM said_by_others AS e
        WHERE e.person = p.person AND e.opened_at <= p.due_at AND coalesce(e.ended_at > p.due_at, true)
    )
QUALIFY row_number() OVER (PARTITION BY person, session ORDER BY due_at) = 1
