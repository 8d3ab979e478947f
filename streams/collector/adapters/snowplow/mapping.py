"""The table for the documentation: what Snowplow's trackers say and what it becomes."""

from __future__ import annotations

MAPPING: tuple[tuple[str, str, str], ...] = (
    ("`pv`, `screen_view`", "`page_viewed`", "the entity `page` gives its kind"),
    (
        "`product_view`, `add_to_cart`, `remove_from_cart`",
        "`product_viewed`, `product_added`, `product_removed`",
        "one per product",
    ),
    ("`list_view`", "`product_list_viewed`", "the action's `name` is `list_id`"),
    ("`promo_view`, `promo_click`", "`promotion_viewed`, `promotion_clicked`", "an event for each entity `promotion`"),
    ("`checkout_step`", "`checkout_step_completed`", "step 1 is `checkout_started` too: Snowplow has no event of its own for it"),
    ("`transaction`", "`order_completed`", "`revenue`, the whole value, is `total_minor`"),
    ("`refund`", "`order_refunded`", "without an amount in a known currency: no event, as that would mean all of it"),
    (
        "`trns_error`",
        "`payment_failed`",
        "hard or soft, soft where it says neither; the transaction's id stays a property",
    ),
    ("`site_search`", "`products_searched`", "terms joined by blanks, `totalResults`"),
    ("older `add_to_cart`, `remove_from_cart`", "`product_added`, `product_removed`", "`sku` is also `product_id`"),
    ("older transaction `tr`", "`order_completed`", "without its items: `ti` comes apart, and is left"),
    ("`pp`, `se`, `ti`, `list_click`, `link_click`, forms, other schemas", "nothing", ""),
    ("`eid`", "`event_id`", "with a number where one event gives several"),
    ("`ttm`, else `dtm` with `stm`", "`occurred_at`, `sent_at`", "a true time is not corrected, the device's is"),
    ("`uid`, else the entity `user`", "`customer_id`", "not a guest's; the entity's e-mail is `email`"),
    ("`duid`, else `nuid`, `tnuid`, else `client_session`", "`anonymous_id`", "`sid` is `session_id`"),
    ("the entity `cart`", "`cart_id`", "and the value of a checkout"),
    ("`p`", "`channel`", "web, mob, app; a server does not say"),
    ("`url`, `page`, `refr`, `lang`, `tz`", "`context`", ""),
    ("`ip`, `ua`, `fp`, addresses", "left out", "personal data"),
)
