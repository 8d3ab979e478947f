-- The lake's own words for what `episodes`, `sessions` and `orders` say: made once, compared in both directions.
CREATE TABLE published_episodes AS
SELECT signal_id, kind, key, opened_at, due_at, ended_at, CASE WHEN status IN ('opened', 'updated') THEN 'open' ELSE status END AS how
FROM lake.latest_signals
WHERE status != 'retracted';

CREATE TABLE published_sessions AS
SELECT session_id, subject AS person, started_at, ended_at, touchpoints, products_viewed, products_added, orders
FROM lake.latest_sessions;

CREATE TABLE published_orders AS
SELECT subject AS person, order_id, ordered_at, cancelled_at, dispatched_at, promised_at, first_attempt_at, delivered_at, days_late
FROM lake.latest_orders;

CREATE TABLE published_journeys AS
SELECT journey_id, subject AS person, opened_at, outcome = 'converted' AS converted
FROM lake.latest_journeys;

CREATE TABLE due_episodes AS SELECT signal_id, kind, key, opened_at, due_at, ended_at, how FROM episodes;

CREATE TABLE due_sessions AS
SELECT session_id, name_of(person) AS person, started_at, ended_at, touchpoints, products_viewed, products_added, orders FROM sessions;

CREATE TABLE due_orders AS
SELECT name_of(person) AS person, coalesce(order_id, key) AS order_id, ordered_at, cancelled_at, dispatched_at, promised_at, first_attempt_at,
    delivered_at, days_late
FROM orders
QUALIFY row_number() OVER (PARTITION BY name_of(orders.person), key ORDER BY orders.person DESC) = 1;

CREATE TABLE due_journeys AS SELECT journey_id, name_of(person) AS person, opened_at, converted FROM journeys;
