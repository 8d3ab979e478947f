"""Which webhook says what: every topic with its reader and the fields that say when it was; else a topic by a body's shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streams.collector.adapters.picking import Draft
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shopify import orders, parcels, visits

TRIGGERED = "x-shopify-triggered-at"
"""The header that says when what a webhook tells of happened."""


@dataclass(frozen=True)
class Topic:
    """``when``: the first of these fields, or of the headers, that holds a moment."""

    told: Callable[[Reading], list[Draft]]
    when: tuple[str, ...]


def order_fulfilled(order: Reading) -> list[Draft]:
    """The order as it now is, and its parcels on their way."""
    changed = orders.changed(order)
    about: Draft = {name: value for name, value in changed[0].items() if name in ABOUT}
    return changed + parcels.all_sent(order, about)


ABOUT = frozenset(["order_id", "customer_id", "email", "phone"])
"""What an order's parcels have of it."""
CREATED, UPDATED = ("created_at", TRIGGERED), ("updated_at", TRIGGERED)
TURNED = (TRIGGERED, "updated_at")
"""Of topics whose moment no field of the order holds."""

TOPICS: dict[str, Topic] = {
    "carts/create": Topic(visits.cart, CREATED),
    "carts/update": Topic(visits.cart, UPDATED),
    "checkouts/create": Topic(visits.checkout_begun, CREATED),
    "checkouts/update": Topic(visits.checkout_changed, UPDATED),
    "orders/create": Topic(orders.placed, ("processed_at", *CREATED)),
    "orders/updated": Topic(orders.changed, UPDATED),
    "orders/paid": Topic(orders.changed, TURNED),
    "orders/partially_fulfilled": Topic(orders.changed, TURNED),
    "orders/fulfilled": Topic(order_fulfilled, TURNED),
    "orders/cancelled": Topic(orders.cancelled, ("cancelled_at", *UPDATED)),
    "orders/edited": Topic(orders.edited, ("order_edit.created_at", TRIGGERED)),
    "order_transactions/create": Topic(orders.paid, ("processed_at", *CREATED)),
    "refunds/create": Topic(orders.refunded, ("processed_at", *CREATED)),
    "returns/request": Topic(orders.return_asked, (TRIGGERED, "created_at")),
    "returns/approve": Topic(orders.return_approved, (TRIGGERED, "created_at")),
    "fulfillments/create": Topic(parcels.fulfilled, CREATED),
    "fulfillments/update": Topic(parcels.fulfilled, UPDATED),
    "fulfillment_events/create": Topic(parcels.moved, ("happened_at", *CREATED)),
    "customers/create": Topic(visits.customer, CREATED),
    "customers/merge": Topic(visits.merged, (TRIGGERED,)),
    "customers/redact": Topic(visits.erasure, (TRIGGERED,)),
    "customers/data_request": Topic(visits.access, (TRIGGERED,)),
}

SILENT = {
    "checkouts/delete": "a checkout's record was removed, which is nobody's doing in the shop",
    "orders/delete": "an order's record was removed: it was not cancelled, and no customer did it",
    "fulfillment_events/delete": "what was told of a parcel is taken back; a fact of ours is never",
    "customers/update": "a customer's record changed, by whomever: orders, notes and tags change it too",
    "customers/delete": "a customer's record was removed; a wish for erasure comes as customers/redact",
    "returns/decline": "the shop's answer to a return that was asked for",
    "returns/cancel": "a return that will not be",
    "returns/close": "it closes a return, whether or not anything came back",
    "returns/reopen": "a return goes on",
    "returns/update": "a return reads differently now",
}
"""Topics that we know and that say nothing of ours, and why."""

WRAPPED = frozenset(
    [
        *("carts", "cart", "checkouts", "checkout", "orders", "order", "customers", "customer", "refunds", "refund", "return"),
        *("fulfillments", "fulfillment", "fulfillment_events", "fulfillment_event", "transactions", "transaction"),
    ]
)
"""The names under which the Admin API answers with the same objects, one or a list."""


def bodies(whole: Reading) -> list[Reading]:
    """The objects in a message: itself, or those that an answer of the Admin API holds."""
    if not isinstance(whole.value, dict) or len(whole.value) != 1:
        return [whole]
    (name, held), *_ = whole.value.items()
    if name not in WRAPPED:
        return [whole]
    return whole.parts(name) if isinstance(held, list) else [whole.part(name)]


def guessed(body: Reading) -> str | None:
    """A topic by what stands in the body, the telling names first; ``None`` for a body of no shape that we know."""
    if not isinstance(body.value, dict):
        return None
    for names, choose in SHAPES:
        if all(name in body.value for name in names):
            return choose(body)
    return None


def _always(topic: str) -> Callable[[Reading], str]:
    return lambda body: topic


def _new_or(new: str, old: str) -> Callable[[Reading], str]:
    """Never changed since it was made: then that was what it tells."""
    return lambda body: new if body.peek("created_at") == body.peek("updated_at") else old


def _order(body: Reading) -> str:
    if body.peek("cancelled_at"):
        return "orders/cancelled"
    if body.peek("fulfillment_status") == "fulfilled":
        return "orders/fulfilled"
    return _new_or("orders/create", "orders/updated")(body)


SHAPES: tuple[tuple[tuple[str, ...], Callable[[Reading], str]], ...] = (
    (("order_edit",), _always("orders/edited")),
    (("fulfillment_id", "happened_at"), _always("fulfillment_events/create")),
    (("refund_line_items",), _always("refunds/create")),
    (("return_line_items",), lambda body: "returns/request" if body.peek("status") == "requested" else "returns/approve"),
    (("tracking_company", "order_id"), _new_or("fulfillments/create", "fulfillments/update")),
    (("financial_status",), _order),
    (("abandoned_checkout_url",), _new_or("checkouts/create", "checkouts/update")),
    (("cart_token", "line_items"), _new_or("checkouts/create", "checkouts/update")),
    (("cart_token", "total_line_items_price"), _always("checkouts/delete")),
    (("kind", "gateway"), _always("order_transactions/create")),
    (("admin_graphql_api_customer_kept_id",), _always("customers/merge")),
    (("orders_to_redact",), _always("customers/redact")),
    (("orders_requested",), _always("customers/data_request")),
    (("orders_count", "verified_email"), _new_or("customers/create", "customers/update")),
    (("default_address", "verified_email"), _new_or("customers/create", "customers/update")),
    (("token", "line_items"), _new_or("carts/create", "carts/update")),
)
"""Names that only one kind of object has together, and its topic."""
