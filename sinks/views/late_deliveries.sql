-- Per month of the promise (UTC): the share of promises missed, the first attempt against the original promise (AfterShip's
-- rule); overdue and not yet attempted is missed, not yet due is not counted. And, of what was delivered, how many calendar
-- days after the promised day; early is negative.
SELECT date_trunc('month', promised_at) AS month,
    count(*) FILTER (NOT on_time) AS late, count(on_time) AS n,
    share(late, n) AS late_share, wilson_low(late, n) AS low, wilson_high(late, n) AS high,
    count(days_late) AS delivered,
    avg(days_late) AS days_late_mean,
    quantile_cont(days_late, 0.5) AS days_late_median,
    quantile_cont(days_late, 0.9) AS days_late_p90
FROM orders
WHERE promised_at IS NOT NULL
GROUP BY month
ORDER BY month
