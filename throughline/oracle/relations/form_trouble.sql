-- A customer has trouble with a form when a checkout shows the third error (`form_trouble_errors`) on one field of one step, counted
-- since that step was last completed; told at once. An error that names no step belongs to whichever step is completed next.
--
-- Ends with the step's completion or the order that ends the checkout, else `form_trouble_expires` later. Further errors on the
-- field say nothing new.
WITH errors AS (
    SELECT person, key, event_id, place, moment, end_at, properties ->> 'field' AS field, properties ->> 'step' AS step
    FROM checkouts
    WHERE type = 'form_error_shown'
),
completions AS (
    SELECT person, key, place, moment, properties ->> 'step' AS step FROM checkouts WHERE type = 'checkout_step_completed'
),
between_completions AS (
    SELECT e.*, max(c.place) FILTER (c.place < e.place) AS since, min(c.moment) FILTER (c.place > e.place) AS completed_at
    FROM errors AS e
    LEFT JOIN completions AS c ON c.person = e.person AND c.key = e.key AND (e.step IS NULL OR c.step = e.step)
    GROUP BY ALL
),
opened AS (
    SELECT *, least(completed_at, end_at) AS resolved_at, moment + getvariable('form_trouble_expires') AS expires_at
    FROM between_completions
    QUALIFY row_number() OVER (PARTITION BY person, key, field, step, since ORDER BY place) = getvariable('form_trouble_errors')
)
SELECT 'form_trouble' AS kind, person, key, event_id AS anchor, moment AS opened_at, moment AS due_at,
    how_ended(resolved_at, expires_at) AS how, when_ended(how, resolved_at, expires_at) AS ended_at
FROM opened
