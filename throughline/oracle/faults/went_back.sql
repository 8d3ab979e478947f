-- A partition's commits, or the log time of its signals, went back.
WITH steps AS (
    SELECT *, lag(position) OVER history AS before
    FROM lake.commits WINDOW history AS (PARTITION BY "table", app_id ORDER BY version)
),
clock AS (
    SELECT log_epoch, log_partition, signal_id, changed_at, max(changed_at) OVER log_order AS reached
    FROM lake.signals
    WINDOW log_order AS (PARTITION BY log_epoch, log_partition ORDER BY log_offset, log_index ROWS UNBOUNDED PRECEDING)
)
SELECT format('{}/{}', "table", app_id) AS key,
    format('table {} had committed {} through {}, and then through {}', "table", app_id, before, position) AS sentence
FROM steps WHERE position < before
UNION ALL
SELECT signal_id, format('signal {} changed at {}, after partition {} had reached {}',
    signal_id, make_timestamptz(changed_at), log_partition, make_timestamptz(reached))
FROM clock WHERE changed_at < reached
