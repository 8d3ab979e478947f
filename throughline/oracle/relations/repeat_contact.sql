-- A customer has to ask again when they open a ticket on an order that an earlier ticket of theirs named, or their third
-- (`repeat_contact_contacts`) within `repeat_contact_window`; told at once, once a ticket. A ticket counts by its first opening and
-- names the order that it names then.
--
-- Expires `repeat_contact_expires` later.
WITH openings AS (
    FROM tickets WHERE type = 'ticket_opened' QUALIFY row_number() OVER (PARTITION BY person, key ORDER BY place) = 1
),
counted AS (
    SELECT *, row_number() OVER (PARTITION BY person, order_id ORDER BY place) AS on_order,
        moment - lag(moment, getvariable('repeat_contact_contacts') - 1) OVER (PARTITION BY person ORDER BY place) AS span
    FROM openings
)
SELECT 'repeat_contact' AS kind, person, key, '' AS anchor, moment AS opened_at, moment AS due_at,
    moment + getvariable('repeat_contact_expires') AS expires_at,
    how_ended(NULL, expires_at) AS how, when_ended(how, NULL, expires_at) AS ended_at
FROM counted
WHERE (order_id IS NOT NULL AND on_order > 1) OR span <= getvariable('repeat_contact_window')
