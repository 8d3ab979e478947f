"""What each event of a tracker becomes: standard ones, the e-commerce action with its entities, and the older ones.

Schemas: iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2 and its entities.
"""

from __future__ import annotations

from collections.abc import Callable

from streams.collector.adapters.money import currency_of
from streams.collector.adapters.picking import PERSONAL, Draft, filled, money_at, text_at, whole_number
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.snowplow.tracked import ECOMMERCE, Tracked

SNOWPLOW = "com.snowplowanalytics.snowplow"
MOBILE = "com.snowplowanalytics.mobile"
FIRST_STEP = "the first step of a checkout: Snowplow has no event of its own for its beginning"
Told = Callable[[Tracked], list[Draft]]


def money(part: Reading, path: str, currency_path: str = "currency") -> tuple[int | None, str | None]:
    """An amount and the currency beside it: both or nothing."""
    currency = currency_of(part.peek(currency_path))
    units = money_at(part, path, currency) if currency else None
    if units is None:
        return None, None
    part.take(currency_path)
    return units, currency


def page(tracked: Tracked) -> Draft:
    event = tracked.event
    return filled(url=text_at(event, "url"), title=text_at(event, "page"), referrer=text_at(event, "refr"))


def _page_viewed(tracked: Tracked) -> list[Draft]:
    kind = text_at(tracked.entity("page"), "type")
    return [{"type": "page_viewed", "properties": page(tracked) | filled(page_kind=kind)}]


def _screen_viewed(tracked: Tracked) -> list[Draft]:
    return [{"type": "page_viewed", "properties": filled(title=text_at(tracked.said, "name"), page_kind="screen")}]


def _product(part: Reading) -> Draft:
    price, currency = money(part, "price")
    return filled(
        product_id=text_at(part, "id"),
        name=text_at(part, "name"),
        category=text_at(part, "category"),
        brand=text_at(part, "brand"),
        price_minor=price,
        currency=currency,
        quantity=whole_number(part, "quantity", least=1),
        position=whole_number(part, "position"),
    )


def _products(tracked: Tracked) -> list[Draft]:
    return [_product(part) for part in tracked.entities("product")]


def _each_product(kind: str) -> Told:
    def told(tracked: Tracked) -> list[Draft]:
        cart_id = text_at(tracked.entity("cart"), "cart_id")
        return [{"type": kind, **filled(cart_id=cart_id), "properties": product} for product in _products(tracked)]

    return told


def _list_viewed(tracked: Tracked) -> list[Draft]:
    properties = filled(list_id=text_at(tracked.said, "name"), products=_products(tracked))
    return [{"type": "product_list_viewed", "properties": properties}]


def _each_promotion(kind: str) -> Told:
    def told(tracked: Tracked) -> list[Draft]:
        return [{"type": kind, "properties": _promotion(part)} for part in tracked.entities("promotion")]

    return told


def _promotion(part: Reading) -> Draft:
    return filled(
        promotion_id=text_at(part, "id"),
        name=text_at(part, "name"),
        creative=text_at(part, "creative_id"),
        position=text_at(part, "slot") or whole_number(part, "position"),
    )


def _stepped(tracked: Tracked) -> list[Draft]:
    """A step was completed; the first one also began the checkout."""
    step, cart = tracked.entity("checkout_step"), tracked.entity("cart")
    number = whole_number(step, "step")
    about = filled(cart_id=text_at(cart, "cart_id"))
    for name in ("shipping_postcode", "billing_postcode", "shipping_full_address", "billing_full_address", "proof_of_payment"):
        if step.peek(name) not in (None, ""):
            step.leave_out(name, PERSONAL)
    properties = filled(
        step=number, shipping_method=text_at(step, "delivery_method"), payment_method=text_at(step, "payment_method")
    )
    completed = {"type": "checkout_step_completed", **about, "properties": properties}
    if number != 1:
        return [completed]
    step.guess("step", FIRST_STEP)
    value, currency = money(cart, "total_value")
    begun = filled(value_minor=value, currency=currency, products=_products(tracked))
    return [{"type": "checkout_started", **about, "properties": begun}, completed]


def _transacted(tracked: Tracked) -> list[Draft]:
    """Its ``revenue`` is the whole value of the transaction, which is our total."""
    part = tracked.entity("transaction")
    total, currency = money(part, "revenue")
    properties = filled(
        total_minor=total,
        tax_minor=money_at(part, "tax", currency),
        shipping_minor=money_at(part, "shipping", currency),
        discount_minor=money_at(part, "discount_amount", currency),
        currency=currency,
        coupon=text_at(part, "discount_code"),
        payment_method=text_at(part, "payment_method"),
        products=_products(tracked),
    )
    return [{"type": "order_completed", **filled(order_id=text_at(part, "transaction_id")), "properties": properties}]


def _refunded(tracked: Tracked) -> list[Draft]:
    """Without an amount it would mean all of the order: then nothing is told."""
    part = tracked.entity("refund")
    amount, currency = money(part, "refund_amount")
    if amount is None:
        return []
    properties = filled(amount_minor=amount, currency=currency, reason=text_at(part, "refund_reason"))
    return [{"type": "order_refunded", **filled(order_id=text_at(part, "transaction_id")), "properties": properties}]


def _payment_failed(tracked: Tracked) -> list[Draft]:
    """The transaction that failed is no order yet: its id stays a property."""
    error, part = tracked.entity("transaction_error"), tracked.entity("transaction")
    kind = error.peek("error_type")
    if kind in ("hard", "soft"):
        error.take("error_type")
    else:
        error.guess("error_type", "neither hard nor soft: taken as soft, which may pass later")
    amount, currency = money(part, "revenue")
    properties = filled(
        decline=kind if kind in ("hard", "soft") else "soft",
        code=text_at(error, "error_code", "error_shortcode"),
        payment_method=text_at(part, "payment_method"),
        amount_minor=amount,
        currency=currency,
        transaction_id=text_at(part, "transaction_id"),
    )
    return [{"type": "payment_failed", "properties": properties}]


ACTIONS: dict[str, Told] = {
    "product_view": _each_product("product_viewed"),
    "add_to_cart": _each_product("product_added"),
    "remove_from_cart": _each_product("product_removed"),
    "list_view": _list_viewed,
    "promo_view": _each_promotion("promotion_viewed"),
    "promo_click": _each_promotion("promotion_clicked"),
    "checkout_step": _stepped,
    "transaction": _transacted,
    "refund": _refunded,
    "trns_error": _payment_failed,
}
"""The e-commerce action by its ``type``; ``list_click`` says nothing of ours: the product's page follows."""


def _acted(tracked: Tracked) -> list[Draft]:
    action = tracked.said.peek("type")
    told = ACTIONS.get(action) if isinstance(action, str) else None
    if told is None:
        return []
    tracked.said.take("type")
    return told(tracked)


def _searched(tracked: Tracked) -> list[Draft]:
    terms = tracked.said.peek("terms")
    words = [term for term in terms if isinstance(term, str)] if isinstance(terms, list) else []
    tracked.said.take("terms")
    properties = {"query": " ".join(words)} | filled(results=whole_number(tracked.said, "totalResults"))
    return [{"type": "products_searched", "properties": properties}]


def _older(kind: str) -> Told:
    """Carts of before the e-commerce action: a product is known by its SKU."""

    def told(tracked: Tracked) -> list[Draft]:
        part = tracked.said
        price, currency = money(part, "unitPrice")
        sku = text_at(part, "sku")
        properties = filled(
            product_id=sku,
            sku=sku,
            name=text_at(part, "name"),
            category=text_at(part, "category"),
            price_minor=price,
            currency=currency,
            quantity=whole_number(part, "quantity", least=1),
        )
        return [{"type": kind, "properties": properties}]

    return told


def _ordered(tracked: Tracked) -> list[Draft]:
    """A transaction of before the e-commerce action; its items come as events of their own."""
    event = tracked.event
    for name in ("tr_ci", "tr_st", "tr_co"):
        if event.peek(name) not in (None, ""):
            event.leave_out(name, PERSONAL)
    total, currency = money(event, "tr_tt", "tr_cu")
    properties = filled(
        total_minor=total,
        tax_minor=money_at(event, "tr_tx", currency),
        shipping_minor=money_at(event, "tr_sh", currency),
        currency=currency,
    )
    return [{"type": "order_completed", **filled(order_id=text_at(event, "tr_id")), "properties": properties}]


def _described(tracked: Tracked) -> list[Draft]:
    told = SCHEMAS.get(tracked.schema)
    return told(tracked) if told is not None else []


SCHEMAS: dict[str, Told] = {
    f"{ECOMMERCE}/snowplow_ecommerce_action": _acted,
    f"{SNOWPLOW}/site_search": _searched,
    f"{SNOWPLOW}/add_to_cart": _older("product_added"),
    f"{SNOWPLOW}/remove_from_cart": _older("product_removed"),
    f"{SNOWPLOW}/screen_view": _screen_viewed,
    f"{MOBILE}/screen_view": _screen_viewed,
}
"""Self-describing events by ``vendor/name``."""

EVENTS: dict[str, Told] = {"pv": _page_viewed, "ue": _described, "tr": _ordered}
"""By the parameter ``e``."""
