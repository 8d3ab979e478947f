"""GA4's events, parameters and items as tables: its name on the left, ours on the right.

Names are Google's "Recommended events" and the Measurement Protocol's event reference.
"""

from __future__ import annotations

from schemas.events import CATALOGUE
from streams.collector.adapters.segment_events import PERSONAL, Meaning
from streams.collector.adapters.translating import (
    CURRENCY,
    PIECES,
    STEP,
    Field,
    Fields,
    count,
    envelope,
    left_out,
    money,
    number,
    same,
    text,
)

_OWN_DOING = "no type of ours says just this: kept as the use of a feature, the customer's own doing"
MEANINGS: dict[str, Meaning] = {name: Meaning(name) for name in CATALOGUE} | {
    "page_view": Meaning("page_viewed"),
    "screen_view": Meaning("page_viewed"),
    "search": Meaning("products_searched"),
    "view_search_results": Meaning("products_searched"),
    "view_item_list": Meaning("product_list_viewed"),
    "select_item": Meaning("feature_used", _OWN_DOING),
    "view_item": Meaning("product_viewed"),
    "view_promotion": Meaning("promotion_viewed"),
    "select_promotion": Meaning("promotion_clicked"),
    "add_to_wishlist": Meaning("wishlist_added"),
    "add_to_cart": Meaning("product_added"),
    "remove_from_cart": Meaning("product_removed"),
    "view_cart": Meaning("cart_viewed"),
    "begin_checkout": Meaning("checkout_started"),
    "add_shipping_info": Meaning("checkout_step_completed", "the step called shipping"),
    "add_payment_info": Meaning("payment_info_entered"),
    "purchase": Meaning("order_completed"),
    "refund": Meaning("order_refunded"),
    "login": Meaning("identified"),
    "sign_up": Meaning("identified"),
    "share": Meaning("feature_used", _OWN_DOING),
    "exception": Meaning("error_shown"),
}
"""Our own names are understood too: what GA4 has no event for is sent as one of ours."""

ONE_EACH = frozenset({"product_viewed", "product_added", "product_removed", "wishlist_added"})
"""Types of ours that are of one product: an event with several items becomes several."""

_NAMES_A_PERSON = left_out("names a person")
_OF_THE_VISIT = left_out("measures the visit, not what happened in it")
ITEM: Fields = {
    "item_id": text("product_id"),
    "item_name": text("name"),
    "item_brand": text("brand"),
    "item_category": text("category"),
    "item_variant": text("variant"),
    "price": money("price_minor"),
    "discount": money("discount_minor"),
    "currency": CURRENCY,
    "quantity": PIECES,
    "index": count("position"),
    "coupon": text("coupon"),
}
_ALL: dict[str, Field] = {
    **{name: _NAMES_A_PERSON for name in PERSONAL},
    **{name: envelope(name) for name in ("order_id", "cart_id", "checkout_id", "shipment_id", "ticket_id", "email", "phone")},
    **{name: money(f"{name}_minor") for name in ("total", "shipping", "tax", "discount", "value", "price", "amount")},
    "transaction_id": envelope("order_id"),
    "session_id": envelope("session_id"),
    "ga_session_id": envelope("session_id"),
    "currency": CURRENCY,
    "coupon": text("coupon"),
    "items": Field("products", "products", same, "list of items"),
    "engagement_time_msec": _OF_THE_VISIT,
    "debug_mode": _OF_THE_VISIT,
    "ga_session_number": _OF_THE_VISIT,
}
_OF_TYPE: dict[str, Fields] = {
    "page_viewed": {
        "page_location": text("url"),
        "page_title": text("title"),
        "page_referrer": text("referrer"),
        "page_path": text("path"),
        "screen_name": text("path"),
    },
    "products_searched": {"search_term": text("query"), "results": count("results")},
    "product_list_viewed": {"item_list_id": text("list_id")},
    "promotion_viewed": {"promotion_name": text("name"), "creative_name": text("creative"), "creative_slot": text("position")},
    "promotion_clicked": {"promotion_name": text("name"), "creative_name": text("creative"), "creative_slot": text("position")},
    "checkout_step_completed": {"shipping_tier": text("shipping_method"), "step": STEP},
    "checkout_step_viewed": {"step": STEP},
    "form_error_shown": {"step": STEP},
    "payment_info_entered": {"payment_type": text("payment_method")},
    "order_completed": {"value": money("revenue_minor"), "payment_type": text("payment_method")},
    "order_refunded": {"value": money("amount_minor")},
    "error_shown": {"description": text("message")},
    "survey_answered": {"score": number("score"), "scale_max": count("scale_max")},
    "review_posted": {"score": number("score"), "rating": number("score"), "scale_max": count("scale_max")},
}
FIELDS: dict[str, dict[str, Field]] = {name: {**_ALL, **_OF_TYPE.get(name, {})} for name in CATALOGUE}
"""What their parameters mean in an event of each type of ours; names that are not here are carried as they are."""

MAPPING: tuple[tuple[str, str, str], ...] = (
    *((f"`{name}`", f"`{meaning.type}`", meaning.guess) for name, meaning in MEANINGS.items() if name != meaning.type),
    ("an event named as one of ours (`payment_failed`, `delivered` …)", "that event", "parameters are ours"),
    ("any other event", "nothing", "said among the losses"),
    (
        "`client_id`, `app_instance_id`; `user_id`",
        "`anonymous_id`; `customer_id`",
        "an e-mail address: `email`",
    ),
    ("`timestamp_micros`, of the event or of all", "`occurred_at`", "missing: when it arrived"),
    (
        "nothing: GA4 has no ids",
        "`event_id`",
        "a hash of what is said and when; of a purchase, of its `transaction_id`",
    ),
    ("`items[]`", "`products`", "of events of one product (`add_to_cart` …) each item is an event of its own"),
    ("`value` of `purchase`", "`revenue_minor`, and with `shipping` and `tax` `total_minor`", "GA4's value is without them"),
    (
        "`value` of `begin_checkout`, of `refund`",
        "`value_minor`, `amount_minor`",
        "without a currency a refund is refused",
    ),
    (
        "`price`, `tax`, `shipping`, `discount`",
        "the same with `_minor`",
        "minor units of `currency`; without one, as sent",
    ),
    ("`consent`", "`context.consent`", "`GRANTED` yes, `DENIED` no"),
    ("`device`, `user_location`, `user_agent`", "`context`", "kind, system, language, country"),
    ("`user_properties`, `user_data`, `ip_override`", "nothing", "left out"),
    ("other parameters", "carried as they are", "but those that name a person"),
)
