-- Pages frustrate when a session has a click that did not do what its maker hoped, a third error (`page_frustration_errors`), or
-- one page shown three times (`page_frustration_loop_views`) within 15 seconds (`page_frustration_loop_within`, and not a moment
-- more); told at once, once a session. A page is its URL, else its path; an empty text is neither.
--
-- Expires when the session is over.
WITH shown AS (
    SELECT person, session, turn, type, moment, coalesce(nullif(properties ->> 'url', ''), nullif(properties ->> 'path', '')) AS page,
        row_number() OVER (PARTITION BY person, session, type ORDER BY turn) AS number
    FROM visits
    WHERE type IN ('click_frustrated', 'error_shown', 'page_viewed')
),
looped AS (
    SELECT *, moment - lag(moment, getvariable('page_frustration_loop_views') - 1) OVER views AS loop
    FROM shown
    WINDOW views AS (PARTITION BY person, session, type, page ORDER BY turn)
),
opened AS (
    FROM looped
    WHERE type = 'click_frustrated'
        OR (type = 'error_shown' AND number >= getvariable('page_frustration_errors'))
        OR (type = 'page_viewed' AND page IS NOT NULL AND loop <= getvariable('page_frustration_loop_within'))
    QUALIFY row_number() OVER (PARTITION BY person, session ORDER BY turn) = 1
)
SELECT 'page_frustration' AS kind, person, 'session:' || first_event_id AS key, '' AS anchor, moment AS opened_at, moment AS due_at,
    how_ended(NULL, over_at) AS how, when_ended(how, NULL, over_at) AS ended_at
FROM opened JOIN sessions USING (person, session)
