-- A reply is late when the first thing that a customer said in a ticket since the last answer has waited for `reply_late_within`.
-- An answer at exactly the due moment is in time. Ends with the next answer.
WITH between_answers AS (
    SELECT *, moment + getvariable('reply_late_within') AS due_at, count(*) FILTER (answers) OVER so_far AS answered,
        min(moment) FILTER (answers) OVER (so_far ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS answered_at
    FROM tickets
    WINDOW so_far AS (PARTITION BY person, key ORDER BY place)
),
waiting AS (
    FROM between_answers WHERE asks QUALIFY row_number() OVER (PARTITION BY person, key, answered ORDER BY place) = 1
)
SELECT 'reply_late' AS kind, person, key, event_id AS anchor, due_at AS opened_at, due_at, answered_at AS ended_at,
    how_ended(answered_at, NULL) AS how
FROM waiting
WHERE due_at < getvariable('as_of') AND coalesce(answered_at > due_at, true)
