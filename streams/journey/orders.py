"""Orders and their parcels, as the touchpoints of checkout and delivery change them.

A delivery event names its order, its shipment or both. One without a shipment speaks for every parcel of the order; one
without an order belongs to the order that another event of its shipment names, before or after it, else to the shipment itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from schemas.instants import end_of_day
from streams.journey.entries import Touchpoint
from streams.journey.state import Fold, Journey, Order, Parcel, evidence_of

_DISPATCHED = frozenset(
    ["shipment_dispatched", "shipment_scanned", "out_for_delivery", "delivery_attempt_failed", "ready_for_pickup", "delivered"]
)
"""Each tells that the parcel has left the house."""
_ATTEMPTED = frozenset(["delivery_attempt_failed", "ready_for_pickup", "delivered"])
_OF_PARCELS = _DISPATCHED | {"shipment_created", "delivery_exception", "returned_to_sender"}
_AWAITS_SCAN = frozenset(["shipment_scanned", "out_for_delivery", "delivery_attempt_failed", "delivery_exception"])
_HELD_UP = frozenset(["damaged", "lost", "customs"])
"""Exceptions that explain why nobody scans the parcel."""


def apply(fold: Fold, journey: Journey, touchpoint: Touchpoint) -> Order | None:
    """The order that the touchpoint has changed."""
    change = _CHANGES.get(touchpoint.type)
    in_delivery = touchpoint.type in _OF_PARCELS
    if change is None and not in_delivery:
        return None
    key = key_of(fold, touchpoint)
    if key is None:
        return None
    order = journey.orders.get(key)
    if order is None:
        order = journey.orders[key] = fold.past_orders.pop(key, Order(key))
    order.touched_at = max(order.touched_at, touchpoint.at)
    if change is not None:
        change(order, touchpoint, journey)
    if in_delivery:
        _moved(order, touchpoint)
    return order


def key_of(fold: Fold, touchpoint: Touchpoint) -> str | None:
    """What a touchpoint is about: its order, else the order of its shipment, else the shipment alone."""
    order_id, shipment_id = touchpoint.refs.get("order"), touchpoint.refs.get("shipment")
    if order_id is None and shipment_id is not None:
        order_id = fold.shipments.get(shipment_id)
    if order_id is not None:
        return f"order:{order_id}"
    return None if shipment_id is None else f"shipment:{shipment_id}"


def meant(fold: Fold, journey: Journey, touchpoint: Touchpoint) -> list[Order]:
    """The orders on their way that a customer asks after: the one named, else all."""
    key = key_of(fold, touchpoint)
    return [order for order in journey.orders.values() if order.on_its_way and key in (None, order.key)]


def learn_shipments(fold: Fold, touchpoints: Iterable[Touchpoint]) -> None:
    """Whose parcel is whose order: the first touchpoint that names both says so, for all of the parcel's way."""
    for touchpoint in touchpoints:
        refs = touchpoint.refs
        if "shipment" in refs and "order" in refs:
            fold.shipments.setdefault(refs["shipment"], refs["order"])


def names_order_anew(fold: Fold, told: Iterable[Touchpoint], fresh: Iterable[Touchpoint]) -> bool:
    """Whether one of ``fresh`` says whose a parcel is that was another's, or that ``told`` names without its order."""
    for touchpoint in fresh:
        shipment, order = touchpoint.refs.get("shipment"), touchpoint.refs.get("order")
        if shipment is None or order is None or fold.shipments.get(shipment) == order:
            continue
        alone = f"shipment:{shipment}"
        if shipment in fold.shipments or alone in fold.past_orders or (fold.journey is not None and alone in fold.journey.orders):
            return True
        if any(one.refs.get("shipment") == shipment for one in told):
            return True
    return False


def _completed(order: Order, touchpoint: Touchpoint, journey: Journey) -> None:
    if order.ordered_at is None:
        order.ordered_at, order.ordered_by = touchpoint.at, evidence_of(touchpoint)
        journey.order_count += 1
        order.cart_id, order.checkout_id = touchpoint.refs.get("cart"), touchpoint.refs.get("checkout")
    _updated(order, touchpoint, journey)


def _updated(order: Order, touchpoint: Touchpoint, journey: Journey) -> None:
    facts = touchpoint.facts
    order.total_minor = facts.get("total_minor", order.total_minor)  # type: ignore[assignment]
    order.currency = facts.get("currency", order.currency)  # type: ignore[assignment]
    order.dispatch_by = facts.get("dispatch_by", order.dispatch_by)  # type: ignore[assignment]
    order.dated_at = touchpoint.at


def _cancelled(order: Order, touchpoint: Touchpoint, journey: Journey) -> None:
    if touchpoint.facts.get("whole", True) and order.cancelled_at is None:
        order.cancelled_at = touchpoint.at


def _refunded(order: Order, touchpoint: Touchpoint, journey: Journey) -> None:
    order.refunded_at, order.refunded_by = touchpoint.at, evidence_of(touchpoint)
    amount = touchpoint.facts.get("amount_minor", order.total_minor)
    if amount is not None:
        order.refunded_minor = (order.refunded_minor or 0) + amount  # type: ignore[assignment, operator]


def _promised(order: Order, touchpoint: Touchpoint, journey: Journey) -> None:
    at = touchpoint.facts.get("at")
    if order.promised_at is None and at is not None:
        order.promised_at, order.promised_by = at, evidence_of(touchpoint)  # type: ignore[assignment]
        order.promise_known_at = touchpoint.at
        order.timezone = touchpoint.facts.get("timezone")  # type: ignore[assignment]
        _place_estimate(order)


def _estimated(order: Order, touchpoint: Touchpoint, journey: Journey) -> None:
    if "at" in touchpoint.facts:
        order.estimated_at = touchpoint.facts["at"]  # type: ignore[assignment]
        order.estimated_by = evidence_of(touchpoint)
        order.estimated_day = touchpoint.facts.get("day")  # type: ignore[assignment]
        _place_estimate(order)


def _place_estimate(order: Order) -> None:
    """An estimated day whose sender does not say where ends where the promise says that the parcel goes."""
    if order.estimated_day is not None and order.timezone is not None:
        order.estimated_at = end_of_day(date.fromordinal(order.estimated_day), order.timezone)


def _return_requested(order: Order, touchpoint: Touchpoint, journey: Journey) -> None:
    order.return_requested_at = order.return_requested_at or touchpoint.at


def _return_received(order: Order, touchpoint: Touchpoint, journey: Journey) -> None:
    if order.return_received_at is None:
        order.return_received_at, order.return_received_by = touchpoint.at, evidence_of(touchpoint)


_CHANGES: dict[str, Callable[[Order, Touchpoint, Journey], None]] = {
    "order_completed": _completed,
    "order_updated": _updated,
    "order_cancelled": _cancelled,
    "order_refunded": _refunded,
    "delivery_promised": _promised,
    "estimate_updated": _estimated,
    "return_requested": _return_requested,
    "return_received": _return_received,
}


TYPES = frozenset(_CHANGES) | _OF_PARCELS
"""The events that orders and parcels know."""


def _moved(order: Order, touchpoint: Touchpoint) -> None:
    """A parcel got further; without a shipment's name it speaks for all of them."""
    shipment_id = touchpoint.refs.get("shipment")
    if shipment_id is None:
        parcels = list(order.parcels.values()) or [order.parcels.setdefault("", Parcel())]
    else:
        unnamed = order.parcels.pop("", None)
        parcels = [order.parcels.setdefault(shipment_id, unnamed or Parcel())]
    for parcel in parcels:
        _move(parcel, touchpoint)
    if touchpoint.type == "returned_to_sender":
        order.returned_at, order.returned_by = order.returned_at or touchpoint.at, evidence_of(touchpoint)
    if touchpoint.type in _DISPATCHED:
        order.dispatched_at = order.dispatched_at or touchpoint.at
    _settle(order, touchpoint)


def _move(parcel: Parcel, touchpoint: Touchpoint) -> None:
    kind, at = touchpoint.type, touchpoint.at
    if parcel.delivered_at is None and parcel.returned_at is None:
        _heard_of(parcel, touchpoint)
    if kind in _DISPATCHED:
        parcel.dispatched_at = parcel.dispatched_at or at
    if kind in _ATTEMPTED:
        parcel.attempted_at = parcel.attempted_at or at
    if kind == "delivered":
        parcel.delivered_at = parcel.delivered_at or at
    elif kind == "returned_to_sender":
        parcel.returned_at = parcel.returned_at or at
    elif kind == "ready_for_pickup" and parcel.pickup is None:
        parcel.pickup, parcel.pickup_at = evidence_of(touchpoint), at


def _heard_of(parcel: Parcel, touchpoint: Touchpoint) -> None:
    """A word of its way, and what must follow it. Its dispatch is one while nothing else is known, a label none."""
    kind = touchpoint.type
    if kind == "shipment_created" or (kind == "shipment_dispatched" and parcel.word is not None):
        return
    parcel.word, parcel.word_at, parcel.silent = evidence_of(touchpoint), touchpoint.at, False
    if kind == "shipment_dispatched":
        parcel.awaits = "first scan"
    else:
        parcel.awaits = "scan" if kind in _AWAITS_SCAN and touchpoint.facts.get("exception") not in _HELD_UP else None


def _settle(order: Order, touchpoint: Touchpoint) -> None:
    """The order as a whole: attempted and delivered when the last of its known parcels is. Once it is, it stays."""
    attempts = [parcel.attempted_at for parcel in order.parcels.values()]
    if order.first_attempt_at is None and attempts and None not in attempts:
        order.first_attempt_at = max(at for at in attempts if at is not None)
    deliveries = [parcel.delivered_at for parcel in order.parcels.values()]
    if order.delivered_at is None and deliveries and None not in deliveries:
        order.delivered_at = max(at for at in deliveries if at is not None)
        order.delivered_by = evidence_of(touchpoint)
