-- Per month of their start (UTC): the share of sessions in which an order was completed.
SELECT date_trunc('month', started_at) AS month,
    count(*) FILTER (orders > 0) AS converted, count(*) AS n,
    share(converted, n) AS conversion, wilson_low(converted, n) AS low, wilson_high(converted, n) AS high
FROM sessions
GROUP BY month
ORDER BY month
