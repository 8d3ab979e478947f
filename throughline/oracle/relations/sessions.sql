-- A session: a customer's own touchpoints with pauses of at most `session_gap`.
WITH marked AS (
    SELECT *, coalesce(moment - lag(moment) OVER own_life > getvariable('session_gap'), true) AS begins
    FROM activity
    WINDOW own_life AS (PARTITION BY person ORDER BY turn)
),
numbered AS (
    SELECT *, count(*) FILTER (begins) OVER (PARTITION BY person ORDER BY turn) AS session FROM marked
)
SELECT uuid5('session/' || person || '/' || arg_min(event_id, turn)) AS session_id, person, min(moment) AS started_at,
    max(moment) AS ended_at, count(*) AS touchpoints,
    count(*) FILTER (type = 'product_viewed') AS products_viewed,
    count(*) FILTER (type = 'product_added') AS products_added,
    count(*) FILTER (type = 'order_completed') AS orders
FROM numbered
GROUP BY person, session
