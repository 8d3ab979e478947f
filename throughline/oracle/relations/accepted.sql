-- One row per accepted distinct event.
SELECT * EXCLUDE (topic, partition, "offset", received, verdict) FROM verdicts WHERE verdict = 'accepted'
