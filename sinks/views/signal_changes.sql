-- Every change of an episode in the order in which it was published. A change that a later run of the log
-- says again (a broker that began anew, a replay), be it with other evidence, is here once, as it was first said.
SELECT * REPLACE (evidence::JSON AS evidence) FROM raw_signals
QUALIFY row_number() OVER (
    PARTITION BY signal_id, status, severity, journey_id, subject, opened_at, due_at, ended_at, value_minor, currency, reason
    ORDER BY log_epoch, log_offset, log_index, log_partition
) = 1
