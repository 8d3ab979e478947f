"""The table for the documentation: what Shopify says and what it becomes."""

from __future__ import annotations

MAPPING: tuple[tuple[str, str, str], ...] = (
    (
        "`carts/create`, `carts/update`",
        "`cart_viewed`",
        "with what it holds; what was added or removed one message does not say: `product_added` comes from the web pixel",
    ),
    ("`checkouts/create`", "`checkout_started`", "at `created_at`; value is `total_price`"),
    (
        "`checkouts/update`",
        "`checkout_step_completed`",
        "at `updated_at`; the step is a guess: the furthest of contact, address, shipping, payment that holds anything",
    ),
    ("`orders/create`", "`order_completed`", "at `processed_at`, which Shopify's own analytics use, else `created_at`"),
    (
        "`orders/updated`, `orders/paid`, `orders/partially_fulfilled`",
        "`order_updated`",
        "with what it comes to now (`current_total_price` …); paid: when the webhook was triggered",
    ),
    (
        "`orders/fulfilled`",
        "`order_updated`, and `shipment_dispatched` for each parcel",
        "gift cards and services are no parcels; without a fulfilment in it the order as a whole",
    ),
    ("`orders/edited`", "`order_updated`", "it names the order and the lines, not what the order comes to"),
    ("`orders/cancelled`", "`order_cancelled`", "at `cancelled_at`; Shopify cancels orders whole"),
    (
        "`order_transactions/create`",
        "`payment_failed`",
        "of failed authorizations, sales and captures; hard by `error_code` (expired or wrong card, pick up, fraud), else soft",
    ),
    ("`refunds/create`", "`order_refunded`", "the sum of its payments that succeeded; none, or no currency: no event"),
    (
        "`returns/request`, `returns/approve`",
        "`return_requested`",
        "an approval is a guess: a return that the shop enters has no request",
    ),
    (
        "`fulfillments/create`, `fulfillments/update`",
        "by `shipment_status`; without one `shipment_dispatched` (`success`) or `shipment_created` (`pending`, `open`)",
        "an event for each tracking number; success is the shop's word, no carrier's",
    ),
    (
        "`fulfillment_events/create`",
        "by `status`; `estimate_updated` where it has an estimate",
        "it names no tracking code and so speaks for all parcels of the order: with several, use `fulfillments/update`",
    ),
    ("`label_purchased`, `label_printed`, `confirmed`", "`shipment_created`", "the parcel is still in the shop"),
    ("`carrier_picked_up`, `in_transit`", "`shipment_scanned`", ""),
    ("`out_for_delivery`", "`out_for_delivery`", ""),
    ("`attempted_delivery`", "`delivery_attempt_failed`", ""),
    ("`ready_for_pickup`, `ready_for_recipient_pickup`", "`ready_for_pickup`", ""),
    ("`delivered`, `picked_up`", "`delivered`", ""),
    ("`delayed`, `failure`, `buyer_action_required`", "`delivery_exception` (other)", "the message is its detail"),
    ("`returning_to_sender`", "`returned_to_sender`", ""),
    ("`customers/create`", "`identified`", ""),
    ("`customers/merge`", "`identified`", "the record that goes stands as anonymous id of the one that stays"),
    ("`customers/redact`, `customers/data_request`", "`privacy_requested`", "erasure, access"),
    (
        "`customers/update`, `customers/delete`, `checkouts/delete`, `orders/delete`, other `returns/…`",
        "nothing",
        "records that change or go are no acts of a customer",
    ),
    (
        "`X-Shopify-Event-Id`",
        "`event_id`",
        "with the topic, and a number where a message gives several; else `X-Shopify-Webhook-Id`, else a hash of the message",
    ),
    ("`X-Shopify-Topic`", "`type`", "without it the topic is guessed by the body's shape"),
    (
        "`id`, `customer.id`",
        "`order_id`, `customer_id`",
        "the digits of `admin_graphql_api_id` where it stands beside them: JavaScript rounds ids beyond 2^53",
    ),
    ("`checkout_token`, a checkout's `token`", "`checkout_id`", "as the web pixel names it"),
    (
        "a cart's `token`, a checkout's `cart_token`",
        "`cart_id`",
        "up to its `?`, behind which stands a key; an order's is left out: it ends the customer's cart, whatever that is called",
    ),
    ("amounts", "`…_minor`", "the shop's currency, not the one the customer was shown"),
    ("carrier and tracking number", "`shipment_id`", "both, as in `ups:1Z827WK74630`; a code alone names no parcel"),
    ("names, addresses, IP addresses, notes, links with keys", "left out", "`email` and `phone` stay and are hashed at the door"),
)
