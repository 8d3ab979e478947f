"""One story for every detector: how its trouble comes about, and when. The kit beside it asks the same of each.

A new detector gets a line here; ``test_detectors.py`` fails until it has one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.core.shop import DAY, HOUR, MINUTE, NOON, event


@dataclass(frozen=True)
class Trouble:
    """``causes`` (the customer's own first, none after noon) make trouble ``due`` after noon unless ``relief`` comes by then."""

    kind: str
    key: str
    causes: tuple[dict[str, Any], ...]
    due: timedelta
    relief: Callable[[timedelta], dict[str, Any]]
    """The event that prevents it until the due moment, and ends it afterwards."""
    expires: timedelta | None = None
    """After the due moment it ends by itself."""


def back(after: timedelta) -> dict[str, Any]:
    return event("page_viewed", after, event_id="back", customer_id="ada")


def delivered(after: timedelta) -> dict[str, Any]:
    return event("delivered", after, event_id="came", order_id="7", customer_id="ada")


ORDERED = event("order_completed", event_id="ordered", order_id="7", customer_id="ada")
PROMISED = event(
    "delivery_promised",
    event_id="promised",
    order_id="7",
    customer_id="ada",
    properties={"promised_at": (NOON + DAY).isoformat()},
)

TROUBLES = {
    trouble.kind: trouble
    for trouble in (
        Trouble("cart_abandoned", "cart:x", (event("product_added", event_id="added", cart_id="x"),), 30 * MINUTE, back, 7 * DAY),
        Trouble("checkout_abandoned", "checkout:x", (event("checkout_started", checkout_id="x"),), 15 * MINUTE, back, 7 * DAY),
        Trouble("dispatch_late", "order:7", (ORDERED,), 48 * HOUR, delivered),
        Trouble("delivery_late", "order:7", (ORDERED, PROMISED), DAY, delivered),
    )
}
