"""Fulfilments are the shop's word that something left the house; their events and statuses are the carrier's."""

from __future__ import annotations

from typing import Any

from streams.collector.adapters.picking import Draft, filled, text_at, time_at
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shipments import shipment_id
from streams.collector.adapters.shopify.parts import id_at

STATUSES: dict[str, tuple[str, Draft]] = {
    "label_purchased": ("shipment_created", {}),
    "label_printed": ("shipment_created", {}),
    "confirmed": ("shipment_created", {}),
    "carrier_picked_up": ("shipment_scanned", {}),
    "in_transit": ("shipment_scanned", {}),
    "out_for_delivery": ("out_for_delivery", {}),
    "attempted_delivery": ("delivery_attempt_failed", {}),
    "ready_for_pickup": ("ready_for_pickup", {}),
    "ready_for_recipient_pickup": ("ready_for_pickup", {}),
    "picked_up": ("delivered", {}),
    "delivered": ("delivered", {}),
    "delayed": ("delivery_exception", {"exception": "other"}),
    "buyer_action_required": ("delivery_exception", {"exception": "other"}),
    "failure": ("delivery_exception", {"exception": "other"}),
    "returning_to_sender": ("returned_to_sender", {}),
}
"""Shopify's FulfillmentEventStatus as an event of ours and what it adds."""

MADE = {"pending": "shipment_created", "open": "shipment_created", "success": "shipment_dispatched"}
"""A fulfilment's own ``status``; a cancelled or failed one sends nothing."""
HANDED_OVER = "the shop marked it as fulfilled, which here is its dispatch; no carrier has confirmed it"
NOTHING_SENT = "nothing in it is shipped: gift cards, services, or a fulfilment that was cancelled or failed"
ALL_PARCELS = "it names a fulfilment, no tracking code: it speaks for all of the order's parcels (fulfillments/update names them)"


def moved(body: Reading) -> list[Draft]:
    """A fulfilment event: the order's parcels got that far; a new estimate is an event of its own."""
    found = _status(body, "status")
    told = []
    order_id = id_at(body, "order_id")
    if found:
        body.leave_out("fulfillment_id", ALL_PARCELS)
        kind, adds = found
        properties = _carried(body, kind, adds) | filled(status=body.peek("status"), country=_country(body))
        told.append({"type": kind, "order_id": order_id, "properties": properties})
    if estimate := time_at(body, "estimated_delivery_at"):
        told.append({"type": "estimate_updated", "order_id": order_id, "properties": {"estimated_at": estimate}})
    if not told:
        body.note("", "unmapped", "neither a status that we know nor an estimate")
    return told


def _carried(body: Reading, kind: str, adds: Draft) -> Draft:
    field = {"delivery_exception": "detail", "delivery_attempt_failed": "reason"}.get(kind, "message")
    return dict(adds) | filled(**{field: text_at(body, "message")})


def _country(body: Reading) -> str | None:
    country = body.peek("country")
    if not isinstance(country, str) or len(country) != 2 or not country.isascii() or not country.isupper():
        return None
    body.take("country")
    return country


def _status(part: Reading, path: str) -> tuple[str, Draft] | None:
    status = part.peek(path)
    if not isinstance(status, str) or status not in STATUSES:
        return None
    part.take(path)
    return STATUSES[status]


def fulfilled(body: Reading) -> list[Draft]:
    """A fulfilment: an event for each of its parcels."""
    about = filled(
        order_id=id_at(body, "order_id"),
        email=text_at(body, "email"),
    )
    return sent(body, about)


def sent(body: Reading, about: Draft) -> list[Draft]:
    """What a fulfilment says of its parcels: the carrier's word where there is one, else the shop's."""
    if _unshipped(body):
        body.note("", "unmapped", NOTHING_SENT)
        return []
    found, status = _status(body, "shipment_status"), body.peek("status")
    if found is not None:
        kind, adds = found
        word = body.peek("shipment_status")
    elif isinstance(status, str) and status in MADE:
        kind, adds, word = MADE[status], {}, status
        body.take("status")
        if kind == "shipment_dispatched":
            body.guess("status", HANDED_OVER)
    else:
        body.note("", "unmapped", NOTHING_SENT)
        return []
    carrier, service = text_at(body, "tracking_company"), text_at(body, "service")
    says = dict(adds) | filled(carrier=carrier, service=service, status=word)
    return [
        {
            "type": kind,
            **about,
            **filled(shipment_id=shipment_id(carrier, code)),
            "properties": says | filled(tracking_number=code),
        }
        for code in _codes(body)
    ]


def _unshipped(body: Reading) -> bool:
    lines = [line.peek("requires_shipping") for line in body.parts("line_items")]
    return bool(lines) and all(needs is False for needs in lines)


def _codes(body: Reading) -> list[Any]:
    """Of each parcel; one unnamed parcel where there is no code."""
    listed = body.peek("tracking_numbers")
    codes = [(f"tracking_numbers[{place}]", code) for place, code in enumerate(listed if isinstance(listed, list) else [])]
    good = [(path, code) for path, code in codes if isinstance(code, str) and code.strip()]
    for path, _ in good:
        body.take(path)
    if good:
        if body.peek("tracking_number") in [code for _, code in good]:
            body.leave_out("tracking_number", "stands in tracking_numbers")
        return list(dict.fromkeys(code for _, code in good))
    return [text_at(body, "tracking_number")]


def all_sent(order: Reading, about: Draft) -> list[Draft]:
    """An order that is fulfilled as a whole: its fulfilments that ship something, or, where none is listed, the order."""
    parts = order.parts("fulfillments")
    if parts:
        return [draft for part in parts for draft in sent(part, about)]
    if _unshipped(order):
        return []
    order.guess("fulfillments", "orders/fulfilled without a fulfilment in it: " + HANDED_OVER)
    return [{"type": "shipment_dispatched", **about, "properties": {}}]
