-- A journey: a person's touchpoints until `journey_quiet` passes with nothing open. A ticket or a return holds it open, and an
-- order that is awaited (promised or shipped, not delivered, cancelled or returned) for `order_waits` after the last word of it.
WITH pauses AS (
    SELECT person, place, moment, moment - lag(moment) OVER life AS pause, lag(moment) OVER life AS last_at, lag(place) OVER life AS last_place
    FROM touchpoints
    WINDOW life AS (PARTITION BY person ORDER BY place)
    QUALIFY pause > getvariable('journey_quiet')
),
tickets AS (
    SELECT p.person, p.place, bool_or(state.type != 'ticket_solved') AS open
    FROM pauses AS p, LATERAL (
        SELECT ticket_id, arg_max(type, t.place) AS type FROM touchpoints AS t
        WHERE t.person = p.person AND t.place <= p.last_place AND t.type IN ('ticket_opened', 'ticket_reopened', 'ticket_solved')
        GROUP BY ticket_id
    ) AS state
    GROUP BY p.person, p.place
),
orders_open AS (
    SELECT p.person, p.place, max(t.moment) AS last_word
    FROM pauses AS p JOIN orders AS o USING (person) JOIN parcels AS t ON t.person = o.person AND t.key = o.key
    WHERE t.place <= p.last_place AND o.awaited_since <= p.last_at
        AND coalesce(least(o.delivered_at, o.cancelled_at, o.returned_at) > p.last_at, true)
    GROUP BY p.person, p.place
),
returns_open AS (
    SELECT DISTINCT p.person, p.place
    FROM pauses AS p JOIN orders AS o USING (person)
    WHERE o.return_requested_at <= p.last_at AND coalesce(o.return_received_at > p.last_at, true)
),
breaks AS (
    SELECT p.person, p.place
    FROM pauses AS p LEFT JOIN tickets USING (person, place) LEFT JOIN orders_open AS o USING (person, place)
        LEFT JOIN returns_open AS r ON r.person = p.person AND r.place = p.place
    WHERE NOT coalesce(tickets.open, false) AND r.place IS NULL
        AND coalesce(o.last_word + getvariable('order_waits') < p.moment, true)
),
numbered AS (
    SELECT t.*, count(b.place) OVER (PARTITION BY t.person ORDER BY t.place) + 1 AS number
    FROM touchpoints AS t LEFT JOIN breaks AS b USING (person, place)
)
SELECT uuid5('journey/' || name_of(person) || '/' || arg_min(n.event_id, n.place)) AS journey_id, person, number, min(n.moment) AS opened_at,
    max(n.moment) AS last_at, count(*) AS touchpoints,
    coalesce(bool_or(n.type = 'order_completed' AND o.cancelled_at IS NULL), false) AS converted
FROM numbered AS n LEFT JOIN orders AS o USING (person, order_id)
GROUP BY person, number
