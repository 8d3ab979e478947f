"""Segment's events and properties as tables: its name on the left, ours on the right.

Names are Segment's "Spec: V2 Ecommerce Events", "Live Chat" and "A/B Testing" (segmentio/segment-docs), and version 1's, which
SDKs still send. They are compared in snake_case: ``Order Completed``, ``order completed`` and ``order_completed`` are one.
"""

from __future__ import annotations

from typing import NamedTuple

from schemas.events import CATALOGUE
from streams.collector.adapters.translating import (
    CURRENCY,
    PIECES,
    PRODUCTS,
    STEP,
    Field,
    Fields,
    count,
    envelope,
    left_out,
    money,
    number,
    text,
)


class Meaning(NamedTuple):
    """What an event of theirs is to us."""

    type: str
    guess: str = ""
    """What is more than they say; empty where they say just that."""


_OWN_DOING = "no type of ours says just this: kept as the use of a feature, the customer's own doing"
_FEATURES = (
    "product_clicked",
    "coupon_entered",
    "coupon_removed",
    "product_removed_from_wishlist",
    "product_shared",
    "cart_shared",
)
MEANINGS: dict[str, Meaning] = (
    {name: Meaning(name) for name in CATALOGUE}
    | {name: Meaning("feature_used", _OWN_DOING) for name in _FEATURES}
    | {
        "product_list_filtered": Meaning("product_list_viewed"),
        "product_added_to_wishlist": Meaning("wishlist_added"),
        "wishlist_product_added_to_cart": Meaning("product_added"),
        "product_reviewed": Meaning("review_posted"),
        "order_canceled": Meaning("order_cancelled"),
        "signed_up": Meaning("identified"),
        "signed_in": Meaning("identified"),
        "signed_out": Meaning("logged_out"),
        "live_chat_conversation_started": Meaning("ticket_opened"),
        "live_chat_message_sent": Meaning("customer_replied"),
        "live_chat_message_received": Meaning("agent_replied", "a human's reply: the event does not say whether a bot wrote it"),
        "live_chat_conversation_ended": Meaning("ticket_solved", "an ended chat counts as settled"),
        "searched_products": Meaning("products_searched"),
        "viewed_product_category": Meaning("product_list_viewed"),
        "viewed_product_list": Meaning("product_list_viewed"),
        "viewed_product": Meaning("product_viewed"),
        "added_product": Meaning("product_added"),
        "product_added_to_cart": Meaning("product_added"),
        "removed_product": Meaning("product_removed"),
        "product_removed_from_cart": Meaning("product_removed"),
        "viewed_cart": Meaning("cart_viewed"),
        "viewed_promotion": Meaning("promotion_viewed"),
        "clicked_promotion": Meaning("promotion_clicked"),
        "started_checkout": Meaning("checkout_started"),
        "viewed_checkout_step": Meaning("checkout_step_viewed"),
        "completed_checkout_step": Meaning("checkout_step_completed"),
        "entered_payment_info": Meaning("payment_info_entered"),
        "completed_order": Meaning("order_completed"),
        "updated_order": Meaning("order_updated"),
        "cancelled_order": Meaning("order_cancelled"),
        "refunded_order": Meaning("order_refunded"),
    }
)
"""By their names in snake_case. Our own names are understood too: what Segment has no event for is sent as one of ours."""

_NAMES_A_PERSON = left_out("names a person")
PERSONAL = (
    "address",
    "avatar",
    "billing_address",
    "birthday",
    "card_number",
    "first_name",
    "firstName",
    "full_name",
    "ip",
    "last_name",
    "lastName",
    "password",
    "recipient",
    "shipping_address",
    "share_message",
    "street",
    "username",
)
"""Left out wherever they stand; ``name`` too, where it is a person's."""

PRODUCT: Fields = {
    "product_id": text("product_id"),
    "id": text("product_id"),
    "variant_id": text("variant_id"),
    "sku": text("sku"),
    "name": text("name"),
    "category": text("category"),
    "brand": text("brand"),
    "price": money("price_minor"),
    "value": money("value_minor"),
    "discount": money("discount_minor"),
    "currency": CURRENCY,
    "quantity": PIECES,
    "url": text("url"),
    "position": count("position"),
    "coupon": text("coupon"),
}
_ALL: Fields = (
    {name: _NAMES_A_PERSON for name in PERSONAL}
    | {name: envelope(name) for name in ("order_id", "cart_id", "checkout_id", "shipment_id", "ticket_id", "email", "phone")}
    | {
        name: money(f"{name}_minor")
        for name in ("total", "subtotal", "revenue", "shipping", "tax", "discount", "value", "price", "amount")
    }
    | {"currency": CURRENCY, "coupon": text("coupon"), "payment_method": text("payment_method"), "products": PRODUCTS}
)
_PAGE: Fields = {name: text(name) for name in ("url", "path", "title", "referrer", "page_kind")}
_COUPON: Fields = {"coupon_id": text("coupon"), "reason": text("reason")}
_CHAT: Fields = {
    "conversation_id": envelope("ticket_id"),
    "agent_name": _NAMES_A_PERSON,
    "agent_username": _NAMES_A_PERSON,
    "message_body": left_out("what was written stays in the help desk"),
}
_ORDER = {"checkout_id": text("checkout_id")}
_OF_TYPE: dict[str, Fields] = {
    **dict.fromkeys(("product_viewed", "product_added", "product_removed", "wishlist_added"), PRODUCT),
    "page_viewed": _PAGE,
    "products_searched": {
        "query": text("query"),
        "search_term": text("query"),
        "results": count("results"),
        "results_count": count("results"),
        "number_of_results": count("results"),
    },
    "product_list_viewed": {"list_id": text("list_id"), "category": text("category")},
    "cart_viewed": {"list_id": text("list_id")},
    "coupon_applied": _COUPON,
    "coupon_denied": _COUPON,
    "promotion_viewed": {"id": text("promotion_id"), "promotion_id": text("promotion_id")},
    "promotion_clicked": {"id": text("promotion_id"), "promotion_id": text("promotion_id")},
    "feature_used": {"product_id": text("product_id"), "feature": text("feature")},
    "experiment_viewed": {"experiment_id": text("experiment_id"), "variation_id": text("variation_id")},
    "loyalty_changed": {"points": count("points")},
    "checkout_started": {},
    "checkout_step_viewed": {"step": STEP},
    "checkout_step_completed": {"step": STEP},
    "payment_info_entered": {"step": STEP},
    "form_error_shown": {"step": STEP},
    "order_completed": _ORDER,
    "order_updated": _ORDER,
    "order_refunded": _ORDER | {"total": money("amount_minor"), "amount": money("amount_minor")},
    "ticket_opened": _CHAT,
    "customer_replied": _CHAT,
    "agent_replied": _CHAT,
    "ticket_solved": _CHAT,
    "survey_answered": {"score": number("score"), "scale_max": count("scale_max")},
    "review_posted": {
        "rating": number("score"),
        "score": number("score"),
        "scale_max": count("scale_max"),
        "review_body": text("comment"),
        "product_id": text("product_id"),
    },
}
FIELDS: dict[str, dict[str, Field]] = {name: {**_ALL, **_OF_TYPE.get(name, {})} for name in CATALOGUE}
"""What their properties mean in an event of each type of ours; names that are not here are carried as they are."""
TRAITS: Fields = {name: _NAMES_A_PERSON for name in (*PERSONAL, "name", "gender", "age")} | {
    "email": envelope("email"),
    "phone": envelope("phone"),
}
"""Of an identify's traits the rest is carried."""
CHAT = {name for name, meaning in MEANINGS.items() if name.startswith("live_chat_")}
