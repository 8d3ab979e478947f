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


SHORT_GAPS = (timedelta(), TICK, 20 * SECOND, MINUTE, 10 * MINUTE, HOUR)
SHOPPING = (
    "page_viewed",
    "product_viewed",
    "product_added",
    "product_added",
    "product_removed",
    "checkout_started",
    "checkout_started",
)
PAYING = (
    *("checkout_step_completed", "payment_failed", "payment_failed", "payment_method_unavailable", "order_completed"),
    *("form_error_shown", "form_error_shown", "form_error_shown"),
)
NAMED_LATER = ("checkout_started", "checkout_started", *["checkout_step_viewed"] * 3, "payment_failed", "order_completed")
"""Where a checkout has no name at its start, and its steps have one."""
FORMS = ("checkout_started", *["form_error_shown"] * 8, "checkout_step_completed", "order_completed")
BROWSING = (
    *(
        "page_viewed",
        "page_viewed",
        "products_searched",
        "products_searched",
        "product_viewed",
        "click_frustrated",
        "error_shown",
    ),
    *("error_shown", "coupon_denied", "order_completed", "product_added", "product_removed", "checkout_started"),
)
FORGET = "privacy_requested"
PARCELS = (
    *("shipment_created", "shipment_dispatched", "shipment_scanned", "delivery_promised", "delivery_promised"),
    *("ready_for_pickup", "delivery_attempt_failed", "delivered", "delivered", "order_cancelled", "order_updated"),
)
TROUBLES = (
    *(
        "shipment_dispatched",
        "shipment_scanned",
        "out_for_delivery",
        "delivery_exception",
        "delivery_exception",
        "ready_for_pickup",
    ),
    *(
        "delivery_attempt_failed",
        "delivery_attempt_failed",
        "returned_to_sender",
        "delivered",
        "order_refunded",
        "order_cancelled",
    ),
)
ESTIMATES = ("delivery_promised", *["estimate_updated"] * 4, "delivery_attempt_failed", "delivered", "order_cancelled")
RETURNS = ("order_completed", "return_requested", "return_received", "return_received", "order_refunded")
TICKETS = (
    *("ticket_opened", "ticket_opened", "customer_replied", "agent_replied", "agent_replied", "ticket_handed_over"),
    *("ticket_solved", "ticket_reopened", "ticket_reopened", "survey_answered", "review_posted"),
)
QUESTIONS = (
    *("ticket_opened", "page_viewed", "page_viewed", "page_viewed", "shipment_dispatched", "shipment_dispatched", "delivered"),
    *("returned_to_sender", "order_cancelled"),
)
ABOUT_ORDERS = {*PARCELS, *TROUBLES, *ESTIMATES, *RETURNS}
OWN = {"order_completed", "return_requested"}
LIVES: Sequence[tuple[Sequence[str], Sequence[timedelta]]] = (
    (SHOPPING, (15 * MINUTE, 30 * MINUTE, 7 * DAY, 7 * DAY + 15 * MINUTE, 7 * DAY + 30 * MINUTE)),
    (SHOPPING + PAYING, (15 * MINUTE, 30 * MINUTE, DAY, 2 * DAY, 7 * DAY, 7 * DAY + 15 * MINUTE, 7 * DAY + 30 * MINUTE)),
    (("checkout_started", *PAYING), (15 * MINUTE, DAY)),
    (FORMS, (DAY,)),
    (NAMED_LATER, (15 * MINUTE,)),
    (BROWSING, (15 * SECOND, 15 * MINUTE, 30 * MINUTE)),
    ((*BROWSING, *SHOPPING, *PAYING, *[FORGET] * 3), (15 * MINUTE, 30 * MINUTE, DAY)),
    ((*TICKETS, *[FORGET] * 2), (4 * HOUR, 7 * DAY)),
    ((*PAYING, *PARCELS), (DAY, 2 * DAY)),
    (PARCELS, (DAY, 2 * DAY, 3 * DAY, 5 * DAY)),
    (TROUBLES, (2 * DAY, 3 * DAY, 5 * DAY)),
    (ESTIMATES, (15 * MINUTE, 15 * MINUTE, DAY)),
    (RETURNS, (5 * DAY,)),
    (TICKETS, (4 * HOUR, 7 * DAY)),
    (QUESTIONS, (HOUR,)),
    ((*TICKETS, *QUESTIONS, *TROUBLES), (4 * HOUR, 3 * DAY)),
)
"""What happens in a household, and the thresholds that it lives by."""
THRESHOLDS = sorted({threshold for _, thresholds in LIVES for threshold in thresholds})
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
    life, thresholds = pick(LIVES)
    threshold = pick(thresholds)
    gaps = (*SHORT_GAPS, *[threshold - TICK, threshold, threshold + TICK] * 2)
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
    if kind in ABOUT_ORDERS:
        event |= pick(ORDERS if kind.startswith(("order_", "return_")) else shop.about)
    if kind in ("ticket_opened", "page_viewed", "survey_answered", "review_posted"):
        event |= pick(({}, {}, *ORDERS, *shop.about))
    if kind in TICKETS and (kind not in ("survey_answered", "review_posted") or pick((False, True))):
        event |= pick(({"ticket_id": "1"}, {"ticket_id": "2"}, {"ticket_id": "3"}))
    if kind in OWN or kind not in ABOUT_ORDERS or pick((False, False, True)):
        event |= pick(shop.buyers if "order_id" in event or "shipment_id" in event else WHO)
    if kind in SHOPPING + PAYING:
        event |= pick(CARTS)
    if kind in (*PAYING, *NAMED_LATER):
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
        FORGET: [{"request": "erasure"}, {"request": "access"}],
        "payment_failed": [{"decline": "soft"}, {"decline": "soft"}, {"decline": "hard"}],
        "checkout_step_viewed": [{"step": 1}],
        "checkout_step_completed": [{"step": 1}, {"step": "1"}, {"step": 2}],
        "form_error_shown": [{"field": "city"}, {"field": "city", "step": 1}, {"field": "zip", "step": 2}],
        "products_searched": [{"query": "?"} | results for results in ({}, {"results": 3}, *[{"results": 0}] * 4)],
        "page_viewed": [{}, {"url": "/a"}, {"path": "/a"}, {"url": "", "path": "/a"}, *[{"page_kind": "order_status"}] * 4],
        "click_frustrated": [{"how": "rage"}],
        "estimate_updated": [{"estimated_at": moment} | zone for zone in ({}, *zones)]
        + [{"estimated_date": "2024-05-02"} | zone for zone in ({}, *zones)],
        "delivery_exception": [{"exception": what} for what in ("damaged", "customs", "address", "other")],
        "agent_replied": [{"by": "human"}, {"by": "bot"}],
        "review_posted": [{"score": 2}, {"score": 3}, {"score": 4, "scale_max": 10}, {"score": 5, "scale_max": 10}],
        "survey_answered": [{"survey": "nps", "score": score} for score in (6, 6.5, 7)]
        + [{"survey": "nps", "score": score, "scale_max": 5} for score in (3, 4)]
        + [{"survey": what, "score": score} for what in ("csat", "ces") for score in (2, 2.5)],
    }
    said |= {"product_removed": said["product_added"], "order_updated": said["order_completed"]}
    return pick(said.get(kind, [{}]))
