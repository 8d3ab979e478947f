-- Through which moment each table is complete: everything received until then is in it. Null: nobody can say yet.
-- It is the least of all partitions of the log; one that has not spoken since the log has so many leaves it null.
WITH latest AS (SELECT * FROM latest_progress), log AS (
    SELECT partitions FROM latest ORDER BY log_epoch DESC, partitions DESC LIMIT 1
), through AS (
    SELECT count(*) = any_value(log.partitions) AS all_spoke,
        CASE WHEN all_spoke AND bool_and(arrived_through IS NOT NULL) THEN min(arrived_through) END AS arrived,
        CASE WHEN all_spoke AND bool_and(decided_through IS NOT NULL) THEN min(decided_through) END AS decided
    FROM latest JOIN log ON latest.log_partition < log.partitions
)
SELECT name AS "table", CASE WHEN decided_by_clock THEN decided ELSE arrived END AS complete_through
FROM (
    VALUES ('events', false), ('identity_links', false), ('dead_letters', false),
        ('sessions', true), ('journeys', true), ('orders', true), ('signals', true)
) AS tables(name, decided_by_clock), through
