-- A coupon is trouble when a session is over in which one was denied and nothing was ordered after the last denial.
-- Ends with the person's next order.
WITH denied AS (
    SELECT person, session, max(turn) FILTER (type = 'coupon_denied') AS denial, max(turn) FILTER (type = 'order_completed') AS purchase
    FROM visits
    WHERE type IN ('coupon_denied', 'order_completed')
    GROUP BY person, session
    HAVING denial IS NOT NULL AND coalesce(purchase < denial, true)
),
opened AS (
    SELECT person, 'session:' || first_event_id AS key, over_at
    FROM denied JOIN sessions USING (person, session)
    WHERE over_at < getvariable('as_of')
),
purchases AS (
    SELECT person, moment FROM touchpoints WHERE type = 'order_completed'
)
SELECT 'coupon_trouble' AS kind, o.person, key, '' AS anchor, over_at AS opened_at, over_at AS due_at,
    min(p.moment) AS ended_at, how_ended(min(p.moment), NULL) AS how
FROM opened AS o LEFT JOIN purchases AS p ON p.person = o.person AND p.moment > o.over_at
GROUP BY o.person, key, over_at
