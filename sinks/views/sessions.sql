-- A customer's own touchpoints with gaps of at most 30 minutes.
SELECT * EXCLUDE (withdrawn) FROM latest_sessions
