"""Events of a few shoppers, as they would come in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.instants import moment

BEGIN = 1_790_000_000_000_000
MINUTE = 60_000_000


def views(count: int, name: str = "view", customers: int = 100) -> Sequence[dict[str, Any]]:
    """So many product views by a hundred customers, a millisecond apart."""
    return [
        {
            "event_id": f"{name}-{number}",
            "type": "product_viewed",
            "occurred_at": at(BEGIN + number * 1000),
            "received_at": at(BEGIN + number * 1000),
            "customer_id": f"c{number % customers}",
            "channel": "web",
            "properties": {"product_id": "p1"},
        }
        for number in range(count)
    ]


def added(customer: str, cart: str, when: int) -> dict[str, Any]:
    """A customer puts something into a cart."""
    return {
        "event_id": f"added-{cart}",
        "type": "product_added",
        "occurred_at": at(when),
        "received_at": at(when),
        "customer_id": customer,
        "cart_id": cart,
        "channel": "web",
        "properties": {"product_id": "p1", "price_minor": 500, "currency": "EUR"},
    }


def at(instant: int) -> str:
    return moment(instant).isoformat().replace("+00:00", "Z")
