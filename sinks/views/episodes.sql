-- An episode of friction from its opening to its end; one that turned out not to have been is not here.
-- how: resolved or expired, null while it is open, and of kinds that nothing ends (a browse, a bad score), which are never open.
SELECT signal_id, kind, severity, key, journey_id, subject, opened_at, due_at, ended_at,
    ended_at - opened_at AS lasted,
    CASE WHEN status IN ('resolved', 'expired') THEN status END AS how,
    how IS NULL AND kind NOT IN ('browse_abandoned', 'bad_score') AS open,
    value_minor, currency, reason, action, evidence, detector, detector_version, settings_digest, holdout, replay
FROM signals
WHERE status <> 'retracted'
