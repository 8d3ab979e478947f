-- A customer's way from the first touchpoint until 30 quiet days with nothing open.
SELECT * EXCLUDE (withdrawn) REPLACE (stages::JSON AS stages, revenue::JSON AS revenue, scores::JSON AS scores)
FROM latest_journeys
