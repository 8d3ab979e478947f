-- SQL finds it in the events, the lake does not say it (or says it differently: then it is invented as well).
SELECT key, format('{} of {} should stand as {} (opened {})', kind, key, how, make_timestamptz(opened_at)) AS sentence
FROM (FROM due_episodes EXCEPT FROM published_episodes)
UNION ALL
SELECT session_id, format('session of {} from {} with {} touchpoints is missing', person, make_timestamptz(started_at), touchpoints)
FROM (FROM due_sessions EXCEPT FROM published_sessions)
UNION ALL
SELECT 'order:' || order_id, format('order {} of {} is missing, or its times differ', order_id, person)
FROM (FROM due_orders EXCEPT FROM published_orders)
UNION ALL
SELECT journey_id, format('journey of {} from {} is missing', person, make_timestamptz(opened_at))
FROM (FROM due_journeys EXCEPT FROM published_journeys)
