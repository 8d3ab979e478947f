"""One story for every detector: how its trouble comes about, and when. The kit beside it asks the same of each.

A new detector gets a line here; ``test_detectors.py`` fails until it has one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.core.shop import DAY, HOUR, MINUTE, NOON, SECOND, event

NOW = timedelta()
Event = dict[str, Any]


@dataclass(frozen=True)
class Trouble:
    """``causes`` make trouble ``due`` after noon: by waiting, or, ``by_event``, with the last of them."""

    kind: str
    key: str
    causes: tuple[Event, ...]
    due: timedelta = NOW
    relief: Callable[[timedelta], Event] | None = None
    """The event that ends it, and, up to the due moment, prevents it; None where nothing ends it."""
    expires: timedelta | None = None
    """After the due moment it ends by itself."""
    by_event: bool = True
    prevents: Callable[[timedelta], Event] | None = None
    """What prevents it where nothing ends it."""


def waited_for(
    kind: str,
    key: str,
    causes: tuple[Event, ...],
    due: timedelta,
    relief: Callable[[timedelta], Event] | None = None,
    expires: timedelta | None = None,
    prevents: Callable[[timedelta], Event] | None = None,
) -> Trouble:
    return Trouble(kind, key, causes, due, relief, expires, by_event=False, prevents=prevents)


def adas(name: str, **said: Any) -> Callable[[timedelta], Event]:
    """Something that happens to ada later."""
    return lambda after: event(name, after, event_id=f"later {name}", customer_id="ada", **said)


back = adas("page_viewed")
delivered = adas("delivered", order_id="7")
refunded = adas("order_refunded", order_id="7")
ordered = adas("order_completed", order_id="9")
solved = adas("ticket_solved", ticket_id="x")


def said(name: str, after: timedelta = NOW, number: int = 1, **fields: Any) -> Event:
    return event(name, after, event_id=f"{name} {number}", **({"customer_id": "ada"} | fields))


def parcel(name: str, after: timedelta = NOW, **properties: Any) -> Event:
    return said(name, after, order_id="7", properties=properties)


CHECKOUT = said("checkout_started", checkout_id="x")
ORDERED = said("order_completed", order_id="7")
PROMISED = parcel("delivery_promised", promised_at=(NOON + DAY).isoformat())


def refused(number: int) -> Event:
    return said("form_error_shown", number * SECOND, number, checkout_id="x", properties={"field": "postcode", "step": 2})


def searched(number: int) -> Event:
    return said("products_searched", number * MINUTE, number, properties={"query": "sandals", "results": 0})


def asked(number: int, **fields: Any) -> Event:
    return said("ticket_opened", number * HOUR, number, ticket_id=f"x{number}", **fields)


TROUBLES = {
    trouble.kind: trouble
    for trouble in (
        waited_for("cart_abandoned", "cart:x", (said("product_added", cart_id="x"),), 30 * MINUTE, back, 7 * DAY),
        waited_for("checkout_abandoned", "checkout:x", (CHECKOUT,), 15 * MINUTE, back, 7 * DAY),
        waited_for("browse_abandoned", "session:product_viewed 1", (said("product_viewed"),), 30 * MINUTE, prevents=back),
        waited_for("coupon_trouble", "session:coupon_denied 1", (said("coupon_denied"),), 30 * MINUTE, ordered),
        waited_for("dispatch_late", "order:7", (ORDERED,), 48 * HOUR, delivered),
        waited_for("delivery_late", "order:7", (ORDERED, PROMISED), DAY, delivered),
        waited_for("carrier_silent", "order:7", (parcel("shipment_dispatched"),), 48 * HOUR, delivered),
        waited_for("refund_late", "order:7", (ORDERED, parcel("return_received")), 5 * DAY, refunded),
        waited_for("reply_late", "ticket:x", (said("ticket_opened", ticket_id="x"),), 4 * HOUR, solved),
        Trouble(
            "payment_trouble",
            "checkout:x",
            (CHECKOUT, said("payment_failed", SECOND, checkout_id="x", properties={"decline": "hard"})),
            SECOND,
            adas("order_completed", order_id="9", checkout_id="x"),
            DAY,
        ),
        Trouble(
            "form_trouble",
            "checkout:x",
            (refused(1), refused(2), refused(3)),
            3 * SECOND,
            adas("checkout_step_completed", checkout_id="x", properties={"step": 2}),
            DAY,
        ),
        Trouble(
            "search_dead_end",
            "session:products_searched 1",
            (searched(1), searched(2)),
            2 * MINUTE,
            expires=30 * MINUTE,
        ),
        Trouble(
            "page_frustration",
            "session:click_frustrated 1",
            (said("click_frustrated", properties={"how": "rage"}),),
            expires=30 * MINUTE,
        ),
        Trouble(
            "delay_expected",
            "order:7",
            (PROMISED, parcel("estimate_updated", HOUR, estimated_at=(NOON + 2 * DAY).isoformat())),
            HOUR,
            delivered,
            23 * HOUR,
        ),
        Trouble("delivery_failed", "order:7", (parcel("delivery_attempt_failed"),), NOW, delivered),
        Trouble("delivery_exception", "order:7", (parcel("delivery_exception", exception="lost"),), NOW, refunded),
        Trouble(
            "where_is_my_order",
            "order:7",
            (parcel("shipment_dispatched"), said("ticket_opened", MINUTE, ticket_id="x")),
            MINUTE,
            delivered,
        ),
        Trouble("ticket_reopened", "ticket:x", (said("ticket_reopened", ticket_id="x"),), NOW, solved),
        Trouble("repeat_contact", "ticket:x2", (asked(1, order_id="7"), asked(2, order_id="7")), 2 * HOUR, expires=7 * DAY),
        Trouble("bad_score", "order:7", (said("review_posted", order_id="7", properties={"score": 2}),)),
    )
}
