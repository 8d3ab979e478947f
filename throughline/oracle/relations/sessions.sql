-- A session: a customer's own touchpoints with pauses of at most `session_gap`. `over_at` is when nothing can join it any more.
SELECT arg_min(event_id, turn) AS first_event_id, uuid5('session/' || name_of(person) || '/' || arg_min(event_id, turn)) AS session_id, person,
    session, min(moment) AS started_at,
    max(moment) AS ended_at, max(moment) + getvariable('session_gap') AS over_at, count(*) AS touchpoints,
    count(*) FILTER (type = 'product_viewed') AS products_viewed,
    count(*) FILTER (type = 'product_added') AS products_added,
    count(*) FILTER (type = 'order_completed') AS orders
FROM visits
GROUP BY person, session
