"""Customer events of Shopify's web pixel, as a pixel's ``analytics.subscribe`` hands them on.

Amounts are numbers in the currency that the customer sees, since the browser knows no other. ``id`` is the event's, the same in
every pixel of a shop; ``clientId`` is the browser. Shapes: https://shopify.dev/docs/api/web-pixels-api/standard-events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from schemas.signals import named, text_of
from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.picking import PERSONAL, WORDS, Draft, filled, text_at, time_at
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shopify.parts import id_at
from streams.collector.adapters.shopify_pixel.events import EVENTS
from streams.collector.adapters.shopify_pixel.goods import where

AGAIN = "the page again, and the size of its window"
BROWSER = "a browser's fingerprint: its language stays"
PRIVATE = ("billingAddress", "shippingAddress", "attributes", "smsMarketingPhone")
LONGEST_ID = 80


def adapt(message: Any, received: Received) -> Adapted:
    event = Reading(message)
    name = event.peek("name")
    tell = EVENTS.get(name) if isinstance(name, str) else None
    if tell is None:
        event.note("", "unmapped", f"nothing of ours follows from {name}" if isinstance(name, str) else "no event of a web pixel")
        return Adapted([], event.lost())
    event.take("name")
    draft = tell(event)
    outside = {"event_id": _id(event), "source": received.source, "received_at": text_of(received.at), "channel": "web"}
    made = outside | _who(event) | where(event) | {"occurred_at": _when(event, received)} | draft
    _leave(event)
    return Adapted([Made(made)], event.lost())


def _id(event: Reading) -> str:
    said = event.peek("id")
    if isinstance(said, str) and 0 < len(said) <= LONGEST_ID:
        event.take("id")
        return f"shopify_pixel/{said}"
    event.guess("", "it has no id of its own: browser, name and time make one")
    said_so = [event.peek(name) for name in ("clientId", "name", "timestamp", "seq")]
    return named(f"shopify_pixel/{json.dumps(said_so, sort_keys=True)}")


def _when(event: Reading, received: Received) -> str:
    when = time_at(event, "timestamp")
    if when is None:
        event.guess("", "nothing in it says when it was: the time of receipt")
    return when or text_of(received.at)


def _who(event: Reading) -> Draft:
    checkout = event.part("data.checkout")
    return filled(
        anonymous_id=text_at(event, "clientId"),
        customer_id=id_at(event, "data.customer.id") or id_at(checkout, "order.customer.id"),
        email=text_at(event, "data.customer.email") or text_at(checkout, "email"),
        phone=text_at(event, "data.customer.phone") or text_at(checkout, "phone"),
        checkout_id=text_at(checkout, "token"),
        order_id=id_at(checkout, "order.id"),
    )


def _leave(event: Reading) -> None:
    """Parts that repeat the page, name the device too well, or are the customer's own."""
    reasons = (
        ("context.window", AGAIN),
        ("context.navigator.userAgent", BROWSER),
        ("context.navigator.languages", BROWSER),
        *((f"data.checkout.{name}", WORDS if name == "attributes" else PERSONAL) for name in PRIVATE),
        *((f"data.checkout.{name}", PERSONAL) for name in ("email", "phone") if event.peek("data.customer")),
        *((f"data.customer.{name}", PERSONAL) for name in ("firstName", "lastName")),
        ("data.alert.value", WORDS),
    )
    for path, why in reasons:
        if event.peek(path) not in (None, "", [], {}):
            event.leave_out(path, why)
    location = event.part("context.document.location")
    for name in location.value if location.value and location.peek("href") else ():
        if name not in ("href", "pathname") and location.peek(name) not in (None, ""):
            location.leave_out(name, "stands in href")


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    event = Reading(message)
    known = isinstance(event.peek("name"), str) and event.peek("name") in EVENTS
    return 3 if known and event.peek("clientId") else 2 if known and event.peek("context.document") else 0


SHOPIFY_PIXEL = Adapter(
    name="shopify_pixel",
    words="Customer events of Shopify's web pixel, one a message.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        ("`page_viewed`", "`page_viewed`", ""),
        ("`product_viewed`", "`product_viewed`", "product, variant, price of `data.productVariant`"),
        ("`collection_viewed`", "`product_list_viewed`", ""),
        ("`search_submitted`", "`products_searched`", "results: as many as its first page lists; 0 is none"),
        (
            "`product_added_to_cart`, `product_removed_from_cart`",
            "`product_added`, `product_removed`",
            "its cart has no id there",
        ),
        ("`cart_viewed`", "`cart_viewed`", "the cart's id is `cart_id`"),
        ("`checkout_started`", "`checkout_started`", "value is `totalPrice`"),
        (
            "`checkout_contact_info_submitted`, `…_address_…`, `…_shipping_…`",
            "`checkout_step_completed`",
            "contact, address, shipping",
        ),
        ("`payment_info_submitted`", "`payment_info_entered`", ""),
        ("`checkout_completed`", "`order_completed`", "the webhook `orders/create` tells of the same order: both may be sent"),
        ("`alert_displayed`", "`form_error_shown`", "at its `target`; without one `error_shown`"),
        ("`ui_extension_errored`", "`error_shown`", "a guess: the customer may not have seen it"),
        ("`id`", "`event_id`", "as `shopify_pixel/…`"),
        ("`clientId`", "`anonymous_id`", ""),
        ("`timestamp`", "`occurred_at`", "the browser's clock; it says nothing of when it was sent"),
        ("`checkout.token`, `checkout.order.id`", "`checkout_id`, `order_id`", "the same as in webhooks"),
        ("`{amount, currencyCode}`", "`…_minor`, `currency`", "the currency that the customer sees"),
        ("`context.document`, `navigator.language`", "`context.page`, `context.locale`", ""),
        ("addresses, names, user agent, window", "left out", "`email` and `phone` stay and are hashed at the door"),
    ),
)
