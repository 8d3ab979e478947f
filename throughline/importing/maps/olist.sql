-- Olist: orders of a Brazilian marketplace. PATH: the folder with orders, order_items, order_payments, order_reviews, customers,
-- products and product_category_name_translation as Parquet.
--
-- What had to be assumed:
-- * Time zone: timestamps carry none; they are read as America/Sao_Paulo, with its daylight saving. A time inside the skipped
--   hour (2017-10-15 00:xx) is read an hour later.
-- * Person: customer_unique_id where `customers` has the order's customer_id, else that customer_id, which is new with every
--   order. Only the purchase names the person; delivery, cancellation and review know the order alone, as they do in a shop.
-- * Purchase: order_completed at order_purchase_timestamp. Money is BRL: price + freight of the items; of an order without items,
--   what was paid. payment_method: of the first payment.
-- * dispatch_by: the latest shipping_limit_date of the order's items (sellers hand over separately, the order has one carrier
--   date). The outliers that lie up to three years ahead are kept: such an order is never late. No items: no dispatch_by.
-- * Approval of the payment: order_updated with status `approved` (no event of SPEC says more of it). Never approved: none.
-- * Dispatch: shipment_dispatched at the carrier date, also where that lies before the purchase (140 orders).
-- * Promise: order_estimated_delivery_date is a day (always 00:00:00), so a promised_date; made at the purchase, ends at the end
--   of that day in America/Sao_Paulo, for the whole country.
-- * Delivered: at order_delivered_customer_date. Status `delivered` without a date: nobody saw it arrive, no event.
-- * Cancellation: status `canceled`, and `unavailable` (the shop could not get the goods), cancel the whole order. When is not
--   recorded: taken is the latest time known of the order (purchase, approval, carrier, delivery).
-- * Review: review_posted when it was answered, else when the survey was sent. Rows that have lost both dates (2,740) are
--   yielded without a time, so the codec refuses and counts them.
with purchase as (
    select o.*, coalesce(c.customer_unique_id, o.customer_id) as person,
        order_purchase_timestamp at time zone 'America/Sao_Paulo' as purchased_at,
        order_approved_at at time zone 'America/Sao_Paulo' as approved_at,
        order_delivered_carrier_date at time zone 'America/Sao_Paulo' as dispatched_at,
        order_delivered_customer_date at time zone 'America/Sao_Paulo' as delivered_at
    from read_parquet(getvariable('path') || '/orders.parquet') as o
    left join read_parquet(getvariable('path') || '/customers.parquet') as c using (customer_id)
),
bought as (
    select order_id, i.product_id, any_value(coalesce(t.product_category_name_english, p.product_category_name)) as category,
        count(*) as quantity, round(100 * min(price))::bigint as price_minor, round(100 * sum(price))::bigint as goods_minor,
        round(100 * sum(freight_value))::bigint as freight_minor, max(shipping_limit_date) as limit_at
    from read_parquet(getvariable('path') || '/order_items.parquet') as i
    left join read_parquet(getvariable('path') || '/products.parquet') as p using (product_id)
    left join read_parquet(getvariable('path') || '/product_category_name_translation.parquet') as t
        on t.product_category_name = p.product_category_name
    group by order_id, i.product_id
),
basket as (
    select order_id, sum(goods_minor)::bigint as goods_minor, sum(freight_minor)::bigint as freight_minor,
        max(limit_at) at time zone 'America/Sao_Paulo' as dispatch_by,
        list({product_id: product_id, category: category, price_minor: price_minor, currency: 'BRL', quantity: quantity}
            order by product_id) as products
    from bought group by order_id
),
paid as (
    select order_id, round(100 * sum(payment_value))::bigint as paid_minor, arg_min(payment_type, payment_sequential) as method
    from read_parquet(getvariable('path') || '/order_payments.parquet') group by order_id
),
happened as (
    select 'order_completed' as type, order_id || ':purchase' as event_id, purchased_at as occurred_at, person as customer_id,
        order_id, to_json({
            total_minor: coalesce(goods_minor + freight_minor, paid_minor), revenue_minor: goods_minor,
            shipping_minor: freight_minor, currency: 'BRL', payment_method: method, dispatch_by: rfc3339(dispatch_by),
            products: products}) as properties
    from purchase left join basket using (order_id) left join paid using (order_id)
    union all
    select 'order_updated', order_id || ':approval', approved_at, null, order_id, to_json({status: 'approved'})
    from purchase where approved_at is not null
    union all
    select 'delivery_promised', order_id || ':promise', purchased_at, null, order_id,
        to_json({promised_date: order_estimated_delivery_date::date, destination_timezone: 'America/Sao_Paulo',
            destination_country: 'BR'})
    from purchase where order_estimated_delivery_date is not null
    union all
    select 'shipment_dispatched', order_id || ':dispatch', dispatched_at, null, order_id, to_json({country: 'BR'})
    from purchase where dispatched_at is not null
    union all
    select 'delivered', order_id || ':delivery', delivered_at, null, order_id, to_json({country: 'BR'})
    from purchase where delivered_at is not null
    union all
    select 'order_cancelled', order_id || ':cancellation', greatest(purchased_at, approved_at, dispatched_at, delivered_at), null,
        order_id, to_json({reason: order_status, whole: true})
    from purchase where order_status in ('canceled', 'unavailable')
    union all
    select 'review_posted', order_id || ':' || review_id,
        coalesce(review_answer_timestamp, review_creation_date) at time zone 'America/Sao_Paulo', null, order_id,
        to_json({score: review_score, scale_max: 5,
            comment: nullif(concat_ws(': ', review_comment_title, review_comment_message), '')})
    from read_parquet(getvariable('path') || '/order_reviews.parquet')
)
select *, 'olist' as source, if(type in ('shipment_dispatched', 'delivered'), 'carrier', 'marketplace') as channel from happened
