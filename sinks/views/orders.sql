-- Orders with promise, dispatch, delivery and return. Money in minor units of its currency.
SELECT * EXCLUDE (withdrawn) FROM latest_orders
