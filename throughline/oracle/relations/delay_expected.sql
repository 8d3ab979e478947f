-- A delay is expected when the newest estimate of an order is later than its promise, while the promise is not yet past and nobody
-- has attempted it or cancelled the whole order. Looked at when an estimate is given, and when the promise is, if that comes
-- later; told at once. At the promised moment itself the promise is no longer ahead.
--
-- One episode per estimate. Ends with the next estimate, the first attempt or the cancellation, else expires at the promise.
WITH looked AS (
    SELECT *, greatest(e.moment, o.said_at) AS looked_at, greatest(e.place, o.promise_place) AS looked_place
    FROM estimates AS e JOIN orders AS o USING (person, key)
    WHERE coalesce(e.next_place > o.promise_place, true)
)
SELECT 'delay_expected' AS kind, person, key, event_id AS anchor, looked_at AS opened_at, looked_at AS due_at,
    least(next_at, first_attempt_at, cancelled_at) AS resolved_at,
    how_ended(resolved_at, promised_at) AS how, when_ended(how, resolved_at, promised_at) AS ended_at
FROM looked
WHERE estimated_at > promised_at AND looked_at < promised_at
    AND coalesce(least(first_attempt_place, cancelled_place) > looked_place, true)
