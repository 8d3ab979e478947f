-- Each own touchpoint with the number of the person's session that it is in: pauses in one are at most `session_gap`.
WITH marked AS (
    SELECT *, coalesce(moment - lag(moment) OVER own_life > getvariable('session_gap'), true) AS begins
    FROM activity
    WINDOW own_life AS (PARTITION BY person ORDER BY turn)
)
SELECT * EXCLUDE (begins), count(*) FILTER (begins) OVER (PARTITION BY person ORDER BY turn) AS session FROM marked
