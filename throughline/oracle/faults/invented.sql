-- The lake says it and nothing in the events causes it; or it holds an event that was never accepted.
SELECT key, format('{} of {} stands as {} (opened {}) without a cause', kind, key, how, make_timestamptz(opened_at)) AS sentence
FROM (FROM published_episodes EXCEPT FROM due_episodes)
UNION ALL
SELECT session_id, format('session of {} from {} with {} touchpoints never was', person, make_timestamptz(started_at), touchpoints)
FROM (FROM published_sessions EXCEPT FROM due_sessions)
UNION ALL
SELECT 'order:' || order_id, format('order {} of {} never was, or not with these times', order_id, person)
FROM (FROM published_orders EXCEPT FROM due_orders)
UNION ALL
SELECT journey_id, format('journey of {} from {} never was', person, make_timestamptz(opened_at))
FROM (FROM published_journeys EXCEPT FROM due_journeys)
UNION ALL
SELECT event_id, format('event {} stands in the lake and was never accepted', event_id)
FROM lake.events ANTI JOIN accepted USING (event_id)
UNION ALL
SELECT event_id, format('event {} stands in the lake at {}, but happened at {}', event_id, make_timestamptz(e.occurred_at), make_timestamptz(a.moment))
FROM lake.events AS e JOIN accepted AS a USING (event_id) WHERE e.occurred_at != a.moment OR e.late != a.late
