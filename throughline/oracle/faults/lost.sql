-- An event was accepted and is not in the lake.
SELECT event_id AS key, format('event {} ({}) was accepted and is not in the lake', event_id, type) AS sentence
FROM accepted ANTI JOIN lake.events USING (event_id)
