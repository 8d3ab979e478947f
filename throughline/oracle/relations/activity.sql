-- What customers did themselves, each with the time of what they did next.
SELECT person, place, turn, event_id, type, moment, properties, lead(moment) OVER (PARTITION BY person ORDER BY turn) AS next_at
FROM touchpoints
WHERE own
