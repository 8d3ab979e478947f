-- Every refused record, once, with the reason and what it became if it was sent again.
SELECT * REPLACE (faults::JSON AS faults) FROM latest_dead_letters
