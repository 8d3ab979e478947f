-- A ticket is reopened when its customer says so; told at once, if none of the ticket's is open. Ends when it is solved.
WITH between_solutions AS (
    SELECT *, count(*) FILTER (type = 'ticket_solved') OVER so_far AS solved,
        min(moment) FILTER (type = 'ticket_solved') OVER (so_far ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS solved_at
    FROM tickets
    WINDOW so_far AS (PARTITION BY person, key ORDER BY place)
)
SELECT 'ticket_reopened' AS kind, person, key, event_id AS anchor, moment AS opened_at, moment AS due_at, solved_at AS ended_at,
    how_ended(solved_at, NULL) AS how
FROM between_solutions
WHERE type = 'ticket_reopened'
QUALIFY row_number() OVER (PARTITION BY person, key, solved ORDER BY place) = 1
