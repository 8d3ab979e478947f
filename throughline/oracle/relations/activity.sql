-- What customers did themselves, each with the time of what they did next.
SELECT person, turn, event_id, type, moment, lead(moment) OVER (PARTITION BY person ORDER BY turn) AS next_at
FROM touchpoints
WHERE own
