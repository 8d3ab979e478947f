-- Searching is a dead end when a session has a second search without results (`search_dead_end_searches`) and no product was
-- viewed between them; told at once, once a session. A search that does not say how many results it had is not counted.
--
-- Expires when the session is over.
WITH looks AS (
    SELECT *, count(*) FILTER (type = 'product_viewed') OVER (PARTITION BY person, session ORDER BY turn) AS products
    FROM visits
    WHERE type IN ('products_searched', 'product_viewed')
),
dead_ends AS (
    SELECT *, row_number() OVER (PARTITION BY person, session, products ORDER BY turn) AS number
    FROM looks
    WHERE type = 'products_searched' AND (properties ->> 'results')::BIGINT = 0
),
opened AS (
    FROM dead_ends
    WHERE number >= getvariable('search_dead_end_searches')
    QUALIFY row_number() OVER (PARTITION BY person, session ORDER BY turn) = 1
)
SELECT 'search_dead_end' AS kind, person, 'session:' || first_event_id AS key, '' AS anchor, moment AS opened_at, moment AS due_at,
    how_ended(NULL, over_at) AS how, when_ended(how, NULL, over_at) AS ended_at
FROM opened JOIN sessions USING (person, session)
