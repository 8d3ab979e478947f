"""Each customer event and what it becomes: a function that gives its type and properties."""

from __future__ import annotations

from collections.abc import Callable

from streams.collector.adapters.picking import Draft, filled, text_at
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shopify.parts import id_at
from streams.collector.adapters.shopify_pixel.goods import line, lines, money, same, variant, where

STEPS = {
    "checkout_contact_info_submitted": "contact",
    "checkout_address_info_submitted": "address",
    "checkout_shipping_info_submitted": "shipping",
}
"""The customer sent off a part of the checkout."""


def _page(event: Reading) -> Draft:
    """What it shows stands in the context too."""
    page = where(event).get("context", {}).get("page", {})
    return {"type": "page_viewed", "properties": dict(page)}


def _viewed(event: Reading) -> Draft:
    return {"type": "product_viewed", "properties": variant(event.part("data.productVariant"))}


def _collection(event: Reading) -> Draft:
    collection = event.part("data.collection")
    shown = [variant(part) for part in collection.parts("productVariants") if isinstance(part.value, dict)]
    properties = filled(list_id=id_at(collection, "id"), category=text_at(collection, "title"), products=shown)
    return {"type": "product_list_viewed", "properties": properties}


def _searched(event: Reading) -> Draft:
    """Its first page of results: as many as are listed were found at least, and none is none."""
    result = event.part("data.searchResult")
    found = result.peek("productVariants")
    properties: Draft = {"query": text_at(result, "query") or ""}
    if isinstance(found, list):
        properties["results"] = len(found)
        result.guess("productVariants", "results: as many as the first page lists")
        if found:
            result.leave_out("productVariants", "how many were found stays, not which")
    return {"type": "products_searched", "properties": properties}


def _cart_changed(kind: str) -> Callable[[Reading], Draft]:
    def changed(event: Reading) -> Draft:
        return {"type": kind, "properties": line(event.part("data.cartLine"), "merchandise") or {}}

    return changed


def _cart_viewed(event: Reading) -> Draft:
    cart = event.part("data.cart")
    named_so = text_at(cart, "id")
    properties = filled(products=lines(cart, "lines", "merchandise"))
    return {"type": "cart_viewed", **filled(cart_id=named_so.partition("?")[0] if named_so else None), "properties": properties}


def _begun(event: Reading) -> Draft:
    checkout = event.part("data.checkout")
    value, currency = money(checkout, "totalPrice")
    properties = filled(value_minor=value, currency=currency, products=lines(checkout, "lineItems", "variant"))
    return {"type": "checkout_started", "properties": properties}


def _stepped(event: Reading) -> Draft:
    chosen = event.part("data.checkout").parts("delivery.selectedDeliveryOptions")
    titles = [title for option in chosen if (title := text_at(option, "title"))]
    properties = filled(step=STEPS[event.peek("name")], shipping_method=", ".join(titles))
    return {"type": "checkout_step_completed", "properties": properties}


def _methods(checkout: Reading) -> str | None:
    """How it is paid: the gateways of its transactions."""
    return ", ".join(name for part in checkout.parts("transactions") if (name := text_at(part, "gateway"))) or None


def _paying(event: Reading) -> Draft:
    return {"type": "payment_info_entered", "properties": filled(payment_method=_methods(event.part("data.checkout")))}


def _ordered(event: Reading) -> Draft:
    checkout = event.part("data.checkout")
    total, currency = money(checkout, "totalPrice")
    sums = {name: same(checkout, path, currency) for name, path in SUMS}
    codes = [
        title
        for part in checkout.parts("discountApplications")
        if part.peek("type") in ("code", "DISCOUNT_CODE") and (title := text_at(part, "title"))
    ]
    properties = filled(
        total_minor=total,
        **sums,
        currency=currency,
        coupon=", ".join(codes),
        payment_method=_methods(checkout),
        products=lines(checkout, "lineItems", "variant"),
    )
    return {"type": "order_completed", "properties": properties}


SUMS = (
    ("revenue_minor", "subtotalPrice"),
    ("tax_minor", "totalTax"),
    ("shipping_minor", "shippingLine.price"),
    ("discount_minor", "discountsAmount"),
)


def _alerted(event: Reading) -> Draft:
    """A message at a field is a form's error; one at no field is an error shown."""
    alert = event.part("data.alert")
    message, field = text_at(alert, "message"), text_at(alert, "target")
    if field is None:
        return {"type": "error_shown", "properties": filled(message=message, code=text_at(alert, "type"))}
    return {"type": "form_error_shown", "properties": filled(field=field, message=message)}


def _failed(event: Reading) -> Draft:
    """A part of the checkout that an app adds broke; the customer may have seen nothing of it."""
    error = event.part("data.error")
    error.guess("", "an extension of the checkout failed: taken as an error that was shown")
    return {"type": "error_shown", "properties": filled(message=text_at(error, "message"), code=text_at(error, "type"))}


EVENTS: dict[str, Callable[[Reading], Draft]] = {
    "page_viewed": _page,
    "product_viewed": _viewed,
    "collection_viewed": _collection,
    "search_submitted": _searched,
    "product_added_to_cart": _cart_changed("product_added"),
    "product_removed_from_cart": _cart_changed("product_removed"),
    "cart_viewed": _cart_viewed,
    "checkout_started": _begun,
    "checkout_contact_info_submitted": _stepped,
    "checkout_address_info_submitted": _stepped,
    "checkout_shipping_info_submitted": _stepped,
    "payment_info_submitted": _paying,
    "checkout_completed": _ordered,
    "alert_displayed": _alerted,
    "ui_extension_errored": _failed,
}
