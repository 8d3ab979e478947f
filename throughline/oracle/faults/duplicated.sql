-- An event stands in the lake more than once, a record has two dead letters (one may be written twice), or an episode said the
-- same twice in a row.
WITH said AS (
    SELECT *, row(status, severity, opened_at, due_at, ended_at, reason, value_minor, journey_id, evidence) AS state FROM lake.signals
),
repeated AS (
    SELECT signal_id, status, state = lag(state) OVER changes AS again
    FROM said
    WINDOW changes AS (PARTITION BY signal_id ORDER BY log_epoch, log_offset, log_index)
)
SELECT event_id AS key, format('event {} stands {} times in the lake', event_id, count(*)) AS sentence
FROM lake.events GROUP BY event_id HAVING count(*) > 1
UNION ALL
SELECT DISTINCT signal_id, format('signal {} said ''{}'' twice in a row', signal_id, status) FROM repeated WHERE again
UNION ALL
SELECT format('{}/{}/{}', topic, partition, "offset"),
    format('the record at {}/{}/{} has {} dead letters', topic, partition, "offset", count(DISTINCT dead_letter_id))
FROM lake.dead_letters WHERE retried_as IS NULL GROUP BY topic, partition, "offset" HAVING count(DISTINCT dead_letter_id) > 1
