"""Histories of people who keep meeting the thresholds: few names, so that carts, orders and devices are shared.

Random times miss boundaries, so each household lives by one threshold of the contract and its two neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from tests.agreement.stories import DAY, HOUR, MINUTE, NOON, SECOND, TICK

T = TypeVar("T")


class Pick(Protocol):
    """Chooses one: by lot, or by Hypothesis, which can then shrink what it chose."""

    def __call__(self, options: Sequence[T], /) -> T: ...


THRESHOLDS = (15 * MINUTE, 30 * MINUTE, DAY, 2 * DAY, 7 * DAY, 7 * DAY + 15 * MINUTE, 7 * DAY + 30 * MINUTE)
SHORT_GAPS = (timedelta(), TICK, 20 * SECOND, MINUTE, 10 * MINUTE, HOUR)
SHOPPING = ("page_viewed", "product_added", "product_added", "product_removed", "checkout_started", "checkout_started")
PAYING = ("checkout_step_completed", "payment_failed", "payment_method_unavailable", "order_completed")
PARCELS = (
    *("shipment_created", "shipment_dispatched", "shipment_scanned", "delivery_promised", "delivery_promised"),
    *("ready_for_pickup", "delivery_attempt_failed", "delivered", "delivered", "order_cancelled", "order_updated"),
)
ADA, BOB, TABLET = {"customer_id": "ada"}, {"customer_id": "bob"}, {"anonymous_id": "tablet"}
WHO: Sequence[dict[str, str]] = (ADA, ADA, ADA, TABLET, ADA | TABLET, BOB | TABLET)
CARTS: Sequence[dict[str, str]] = ({}, {}, {"cart_id": "1"}, {"cart_id": "2"})
CHECKOUTS: Sequence[dict[str, str]] = ({}, {}, {"checkout_id": "1"}, {"checkout_id": "2"})
ORDERS: Sequence[dict[str, str]] = ({"order_id": "1"}, {"order_id": "1"}, {"order_id": "2"})
IN_PARCELS: Sequence[dict[str, str]] = ({"order_id": "1", "shipment_id": "s"}, {"order_id": "1", "shipment_id": "t"})


@dataclass(frozen=True)
class Shop:
    """How orders and parcels are spoken of."""

    about: Sequence[dict[str, str]]
    buyers: Sequence[dict[str, str]]


CARELESS = Shop((*ORDERS, *IN_PARCELS, {"shipment_id": "s"}, {"shipment_id": "t"}), WHO)
"""Two people may have one order id, and a parcel's order may be named late."""
ORDERLY = Shop((*ORDERS, *IN_PARCELS, {"shipment_id": "u"}), (ADA,))
"""An order is one person's, and whoever speaks of a parcel names its order as well, or nobody ever does."""


def household(name: str, size: int, pick: Pick, shop: Shop = CARELESS) -> list[dict[str, Any]]:
    """``size`` events of people whose every name starts with ``name``, in order of time; ids do not follow it."""
    threshold = pick(THRESHOLDS)
    gaps = (*SHORT_GAPS, *[threshold - TICK, threshold, threshold + TICK] * 2)
    life = pick((SHOPPING, SHOPPING + PAYING, SHOPPING + PAYING, (*PAYING, *PARCELS), PARCELS))
    events: list[dict[str, Any]] = []
    after = timedelta()
    for number in range(size):
        after += pick(gaps)
        event = happening(pick(life), pick, shop)
        event |= {field: f"{name}{value}" for field, value in event.items() if field.endswith("_id")}
        events.append(event | {"event_id": f"{pick('abc')}{name}{number}", "occurred_at": (NOON + after).isoformat()})
    return events


def happening(kind: str, pick: Pick, shop: Shop) -> dict[str, Any]:
    """One event without its time."""
    event: dict[str, Any] = {"type": kind, "properties": properties(kind, pick)}
    if kind in PARCELS or kind == "order_completed":
        event |= pick(ORDERS if kind.startswith("order_") else shop.about)
    if kind not in PARCELS or pick((False, False, True)):
        event |= pick(shop.buyers if "order_id" in event or "shipment_id" in event else WHO)
    if kind in SHOPPING + PAYING:
        event |= pick(CARTS)
    if kind in (*PAYING, "checkout_started"):
        event |= pick(CHECKOUTS)
    return event


def properties(kind: str, pick: Pick) -> dict[str, Any]:
    """What the type needs, and now and then what it may say besides."""
    moment = (NOON + pick((timedelta(), 15 * MINUTE, DAY, 2 * DAY, 7 * DAY))).isoformat()
    zones = {"destination_timezone": "America/Sao_Paulo"}, {"destination_timezone": "Asia/Tokyo"}
    said: dict[str, list[dict[str, Any]]] = {
        "product_added": [{}, {"product_id": "1"}, {"product_id": "1", "quantity": 2}, {"product_id": "2"}],
        "order_completed": [{}, {}, {"dispatch_by": moment}],
        "order_cancelled": [{}, {"whole": False}],
        "delivery_promised": [{"promised_at": moment} | zone for zone in ({}, *zones)]
        + [{"promised_date": "2024-05-02"} | zone for zone in ({}, *zones)],
        "payment_failed": [{"decline": "soft"}],
        "checkout_step_completed": [{"step": 1}],
    }
    said |= {"product_removed": said["product_added"], "order_updated": said["order_completed"]}
    return pick(said.get(kind, [{}]))
