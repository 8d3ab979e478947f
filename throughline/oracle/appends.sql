-- From which offset of each partition the rows are that a version of a table appended. Files that compaction has replaced and
-- vacuum removed are not looked at; what compaction itself wrote is no append.
CREATE TABLE lake.appends AS
SELECT "table", version, concat(log_epoch, '/', log_partition) AS app_id, min(log_offset) AS first_offset
FROM read_parquet(getvariable('files'), filename = true) JOIN lake.files ON file = filename
GROUP BY ALL
