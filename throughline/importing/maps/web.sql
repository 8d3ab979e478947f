-- A shop's own web tracking, one Parquet file a day. PATH: the folder, or one file.
--
-- What had to be assumed:
-- * Time is UTC (the source wrote Z), in milliseconds.
-- * Device: the cookie's client id, spelled client_id in the older files and clientId in the newer: an anonymous_id.
--   Rows without one are yielded all the same; unless they carry an e-mail they end as dead letters `no_identity`.
-- * Person: user_email is a SHA-256 already. It goes into `email`, where it is one more string to be hashed with our key; as
--   the same person's hash is the same on each device, it joins them.
-- * Cart: no id, product or price; product_added goes to the device's (person's) cart. The product is the one whose page it
--   was, /products/NAME, else unknown.
-- * Checkout: the token in the page's URL, /checkouts/cn/TOKEN, is the checkout_id; it stands on most purchases too.
-- * Purchase: transaction ids are not unique (3 stand twice, with other clients): such a one is made so by its client id.
--   Revenue is USD; zero (10 rows, with items all null) is kept as an order of nothing. item_price is the price of the line.
-- * Bots and link previews (a user agent with `bot` or `facebookexternalhit`) are kept, since they came, and marked:
--   context.bot is true. Whoever counts people leaves them out.
-- * Exact duplicates get the same event_id (a hash of the whole row), so that they are dropped as such.
with files as (
    select null::varchar as client_id, null::varchar as "clientId", null::varchar as referrer where false
    union all by name
    from read_parquet(if(getvariable('path') like '%.parquet', getvariable('path'), getvariable('path') || '/*.parquet'),
        union_by_name = true)
),
hits as (
    select coalesce(client_id, "clientId") as client, event_name, "timestamp" as seen_at, page_url, referrer, user_agent, event_data,
        event_data ->> '$.user_email' as email, event_data ->> '$.transaction_id' as transaction_id,
        (event_data ->> '$.revenue')::decimal(18, 2) as revenue,
        nullif(regexp_extract(page_url, '/checkouts/cn/([^/?]+)', 1), '') as checkout_id,
        nullif(regexp_extract(page_url, '/products/([^/?#]+)', 1), '') as product_id,
        from_json(event_data -> '$.items', '[{"item_id": "VARCHAR", "item_name": "VARCHAR", "item_variant": "VARCHAR",
            "quantity": "BIGINT", "item_price": "DECIMAL(18,2)"}]') as items
    from files
),
counted as (
    select *, count(distinct client) over (partition by transaction_id) > 1 as ambiguous from hits
),
told as (
    select *, [{product_id: i.item_id, name: i.item_name, variant_id: i.item_variant, quantity: i.quantity, currency: 'USD',
        price_minor: (100 * i.item_price / i.quantity)::bigint} for i in items if i.item_id is not null] as products
    from counted
)
select md5(concat_ws('|', coalesce(client, ''), event_name, seen_at, page_url, coalesce(event_data, ''), user_agent, referrer))
        as event_id,
    case event_name when 'product_added_to_cart' then 'product_added' when 'email_filled_on_popup' then 'identified'
        when 'checkout_completed' then 'order_completed' else event_name end as type,
    seen_at at time zone 'UTC' as occurred_at, 'web' as source, 'web' as channel, client as anonymous_id, email,
    if(ambiguous, transaction_id || '-' || client, transaction_id) as order_id, checkout_id,
    {page: {url: page_url, referrer: referrer}, user_agent: user_agent,
        bot: nullif(regexp_matches(user_agent, '(?i)bot|facebookexternalhit'), false)} as context,
    case event_name
        when 'page_viewed' then to_json({url: page_url, path: regexp_extract(page_url, '^https?://[^/]+([^?#]*)', 1), referrer: referrer})
        when 'product_added_to_cart' then to_json({product_id: product_id, url: page_url})
        when 'checkout_completed' then to_json({total_minor: (100 * revenue)::bigint, currency: 'USD', products: products})
    end as properties
from told
