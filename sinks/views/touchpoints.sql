-- An event with its place in a journey: whose it is by its own time, in which journey and session, at which stage and step.
-- session_id is the stitched session's, for the customer's own doing only; the sender's is sent_session_id.
WITH owned AS (
    SELECT events.* EXCLUDE (owner, session_id, late), events.session_id AS sent_session_id,
        coalesce(owners.owner, subject) AS owner
    FROM events LEFT JOIN owners ON subject = identifier AND occurred_at >= since AND occurred_at < until
    WHERE NOT late
), placed AS (
    SELECT owned.*, actor, stage,
        journeys.journey_id,
        CASE WHEN actor = 'customer' AND occurred_at <= ended_at THEN sessions.session_id END AS session_id
    FROM owned
    LEFT JOIN event_types ON owned.type = event_types.type
    LEFT JOIN journeys ON owned.owner = journeys.subject AND occurred_at BETWEEN opened_at AND last_at
    ASOF LEFT JOIN sessions ON owned.owner = sessions.subject AND occurred_at >= started_at
)
SELECT *,
    CASE WHEN journey_id IS NOT NULL
    THEN row_number() OVER (PARTITION BY journey_id ORDER BY occurred_at, event_id) END AS step
FROM placed
