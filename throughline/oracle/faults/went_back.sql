-- A partition's commits went back, or rows came that an earlier commit had already covered.
WITH steps AS (
    SELECT *, lag(position) OVER history AS before
    FROM lake.commits
    WINDOW history AS (PARTITION BY "table", app_id ORDER BY version)
)
SELECT concat_ws('/', "table", app_id) AS key,
    format('table {} had committed {} through offset {}, and then through {}', "table", app_id, before, position) AS sentence
FROM steps
WHERE position < before
UNION ALL
SELECT DISTINCT concat_ws('/', "table", app_id),
    format('version {} of table {} holds rows of {} from offset {}, which was committed through {} before',
        a.version, "table", app_id, first_offset, before)
FROM lake.appends AS a JOIN steps AS s USING ("table", app_id, version)
WHERE first_offset <= before
