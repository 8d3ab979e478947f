-- Per month in which they opened (UTC): of the journeys with a cart whose fate is known, the share that closed without an order.
-- A journey that is still open without an order is not abandoned but undecided: it is counted apart (censored).
SELECT date_trunc('month', opened_at) AS month,
    count(*) FILTER (outcome = 'abandoned' AND closed_at IS NOT NULL) AS abandoned,
    count(*) FILTER (outcome = 'converted') AS converted,
    count(*) FILTER (outcome = 'abandoned' AND closed_at IS NULL) AS undecided,
    abandoned + converted AS n,
    share(abandoned, n) AS abandonment, wilson_low(abandoned, n) AS low, wilson_high(abandoned, n) AS high
FROM journeys
WHERE carts > 0
GROUP BY month
ORDER BY month
