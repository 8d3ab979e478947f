-- The latest state of every episode that was ever published, retracted ones too.
SELECT * REPLACE (evidence::JSON AS evidence) FROM latest_signals
