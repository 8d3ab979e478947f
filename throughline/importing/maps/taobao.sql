-- Taobao UserBehavior: views, carts, favourites and purchases. PATH: the Parquet file.
--
-- What had to be assumed:
-- * Time: Unix seconds, so UTC. Many events of a person share a second; their order within it is that of their event_id.
-- * Person: user_id is the account, so a customer_id.
-- * There is no session, cart or order id and no price: product_added goes to the person's cart, and money stays unknown.
-- * A purchase without an order id: every `buy` row is an order of its own, order_id = user, second and item. It empties the
--   person's whole cart, since nothing says what else was paid.
-- * The same person doing the same to the same item in the same second is one event, however often it stands there.
with clicks as (
    select *, concat_ws('-', user_id, "timestamp", item_id) as moment,
        {product_id: item_id::varchar, category: category_id::varchar} as product
    from read_parquet(getvariable('path'))
)
select concat_ws('-', behavior_type, moment) as event_id,
    case behavior_type when 'pv' then 'product_viewed' when 'cart' then 'product_added' when 'fav' then 'wishlist_added'
        when 'buy' then 'order_completed' else behavior_type end as type,
    to_timestamp("timestamp") as occurred_at, 'taobao' as source, 'marketplace' as channel, user_id::varchar as customer_id,
    if(behavior_type = 'buy', moment, null) as order_id,
    if(behavior_type = 'buy', to_json({products: [product]}), to_json(product)) as properties
from clicks
