-- A record that is neither in the lake, nor a duplicate of one that is, nor a dead letter; or a dead letter of no record.
-- Records of files have no place of their own in Kafka, so of these the refused are counted, by reason.
WITH refused AS (
    SELECT * FROM verdicts WHERE verdict NOT IN ('accepted', 'duplicate')
),
letters AS (
    SELECT DISTINCT topic, partition, "offset", reason FROM lake.dead_letters WHERE reason != 'conflicting_duplicate'
),
counted AS (
    SELECT reason, coalesce(r.n, 0) AS refusals, coalesce(l.n, 0) AS letters
    FROM (SELECT verdict AS reason, count(*) AS n FROM refused GROUP BY verdict) AS r
    FULL JOIN (SELECT reason, count(*) AS n FROM letters GROUP BY reason) AS l USING (reason)
)
SELECT format('{}/{}/{}', topic, partition, "offset") AS key,
    format('the record at {}/{}/{} was refused ({}) and has no dead letter', topic, partition, "offset", verdict) AS sentence
FROM refused ANTI JOIN letters USING (topic, partition, "offset")
WHERE topic != 'history'
UNION ALL
SELECT format('{}/{}/{}', topic, partition, "offset"),
    format('the dead letter of {}/{}/{} ({}) is of no refused record', topic, partition, "offset", reason)
FROM letters ANTI JOIN refused USING (topic, partition, "offset")
WHERE NOT EXISTS (FROM verdicts WHERE topic = 'history')
UNION ALL
SELECT reason, format('{} records were refused as {}, and there are {} dead letters of them', refusals, reason, letters)
FROM counted
WHERE refusals != letters AND EXISTS (FROM verdicts WHERE topic = 'history')
