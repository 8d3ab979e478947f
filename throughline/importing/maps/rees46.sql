-- REES46: views, carts and purchases of a multi-category shop. PATH: the Parquet file.
--
-- What had to be assumed:
-- * Time is UTC, as the publisher writes it; its resolution is a second.
-- * Person: user_id is the shop's own permanent id of the user, so a customer_id. user_session is carried as session_id.
-- * A cart has no id: product_added goes to the person's cart. Nothing is ever removed from one.
-- * A purchase has no order id: every purchase row is an order of its own, order_id = session, second and product. Rows of one
--   session are minutes apart, and nothing says which of them were paid together.
-- * Price is USD, for one piece; zero (15 rows) is kept as a price. Quantity is 1.
-- * Exact duplicates (same person, session, second, type and product) get the same event_id, so that they are dropped as such.
with clicks as (
    select *, concat_ws('-', user_session, epoch(event_time)::bigint, product_id) as moment,
        {product_id: product_id::varchar, category: category_code, category_id: category_id::varchar, brand: brand,
            price_minor: round(100 * price)::bigint, currency: 'USD', quantity: 1} as product
    from read_parquet(getvariable('path'))
)
select md5(concat_ws('|', event_type, moment, user_id)) as event_id,
    case event_type when 'view' then 'product_viewed' when 'cart' then 'product_added' when 'remove_from_cart'
        then 'product_removed' when 'purchase' then 'order_completed' else event_type end as type,
    event_time at time zone 'UTC' as occurred_at, 'rees46' as source, 'web' as channel, user_id::varchar as customer_id,
    user_session as session_id, if(event_type = 'purchase', moment, null) as order_id,
    if(event_type = 'purchase', to_json({total_minor: product.price_minor, currency: 'USD', products: [product]}), to_json(product))
        as properties
from clicks
