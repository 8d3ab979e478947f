-- A score is bad when a recommendation (NPS) is 6 of 10 or less, satisfaction (CSAT) or a review in the bottom two of five, ease
-- (CES 2.0, where low is hard) in the bottom two of seven; on another scale, where it would be on that one. Told at once; never ends.
-- It is about the order that it names, else the ticket, else the session it was given in.
WITH limits AS (
    FROM (VALUES ('nps', 6, 10), ('csat', 2, 5), ('review', 2, 5), ('ces', 2, 7)) AS limits(survey, bad, scale)
),
scores AS (
    SELECT person, event_id,
        CASE type WHEN 'review_posted' THEN 'review' ELSE properties ->> 'survey' END AS survey,
        (properties ->> 'score')::DOUBLE AS score, (properties ->> 'scale_max')::BIGINT AS scale_max
    FROM touchpoints
    WHERE type IN ('survey_answered', 'review_posted')
),
bad AS (
    SELECT person, event_id FROM scores JOIN limits USING (survey) WHERE score * scale <= bad * coalesce(scale_max, scale)
)
SELECT 'bad_score' AS kind, person, coalesce('order:' || order_id, 'ticket:' || ticket_id, 'session:' || first_event_id) AS key,
    event_id AS anchor, t.moment AS opened_at, t.moment AS due_at, NULL::BIGINT AS ended_at, 'open' AS how
FROM bad JOIN touchpoints AS t USING (person, event_id) JOIN visits USING (person, event_id) JOIN sessions USING (person, session)
