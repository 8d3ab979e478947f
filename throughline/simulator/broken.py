"""Records that nobody can use, one of each kind that producers send, with the reason of the dead letter it becomes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas.instants import micros, moment, read_instant
from throughline.simulator.world import DAY, HOUR

Base = dict[str, Any]
"""A good ``page_viewed`` without properties, to be spoilt; ``received_at`` stands in it."""


@dataclass(frozen=True)
class Broken:
    """``spoil`` takes its own copy of a good event and gives the bytes on the wire."""

    name: str
    reason: str
    spoil: Callable[[Base], bytes]
    known: bool = True
    """Its event_id can still be read, and is one."""


def _json(event: Base) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _with(**fields: Any) -> Callable[[Base], bytes]:
    return lambda event: _json(event | fields)


def _without(*names: str) -> Callable[[Base], bytes]:
    return lambda event: _json({name: value for name, value in event.items() if name not in names})


def _says(type: str, properties: Any, **fields: Any) -> Callable[[Base], bytes]:
    return _with(type=type, properties=properties, **fields)


def _ahead(by: int) -> Callable[[Base], bytes]:
    """Occurs so long after it was received, and says nothing of its clock."""
    return lambda event: _json(event | {"occurred_at": moment(micros(read_instant(event["received_at"])) + by).isoformat()})


def _nobody(value: str) -> Callable[[Base], bytes]:
    return _with(anonymous_id=value)


BROKEN: tuple[Broken, ...] = (
    Broken("cut off", "unreadable", lambda event: _json(event)[:-20], known=False),
    Broken("cut off inside a letter", "unreadable", lambda event: _json(event | {"source": "é"})[:-40] + b"\xc3", known=False),
    Broken("latin-1", "unreadable", lambda event: _json(event | {"source": "Köln"}).decode().encode("latin-1"), known=False),
    Broken("two records in one", "unreadable", lambda event: _json(event) * 2, known=False),
    Broken("a log line", "unreadable", lambda event: b"ERROR 503 upstream timed out", known=False),
    Broken("python's idea of JSON", "unreadable", lambda event: str({"event_id": event["event_id"]}).encode(), known=False),
    Broken("a list", "invalid", lambda event: b"[" + _json(event) + b"]", known=False),
    Broken("a number", "invalid", lambda event: b"42", known=False),
    Broken("no event_id", "invalid", _without("event_id"), known=False),
    Broken("an endless event_id", "invalid", _with(event_id="e" * 101), known=False),
    Broken("no type", "invalid", _without("type")),
    Broken("an unknown type", "invalid", _with(type="page_seen")),
    Broken("a type in Title Case", "invalid", _with(type="Page Viewed")),
    Broken("no time", "invalid", _without("occurred_at")),
    Broken("a time without a zone", "invalid", _with(occurred_at="2026-01-05T12:00:00")),
    Broken("a time in seconds", "invalid", _with(occurred_at=1767614400)),
    Broken("an impossible day", "invalid", _with(occurred_at="2026-02-30T12:00:00Z")),
    Broken("an unknown channel", "invalid", _with(channel="fax")),
    Broken("properties in a text", "invalid", _with(properties='{"url": "/"}')),
    Broken("a customer's number", "invalid", _with(customer_id=4711)),
    Broken("a price in a text", "invalid", _says("product_added", {"product_id": "p1", "price_minor": "19.99"})),
    Broken("a price with cents", "invalid", _says("product_added", {"product_id": "p1", "price_minor": 19.99})),
    Broken("a price below zero", "invalid", _says("product_viewed", {"product_id": "p1", "price_minor": -1})),
    Broken("a quantity of none", "invalid", _says("product_added", {"product_id": "p1", "quantity": 0})),
    Broken("a currency's sign", "invalid", _says("product_viewed", {"price_minor": 1999, "currency": "€"})),
    Broken("a search for nothing", "invalid", _says("products_searched", {"results": 3})),
    Broken("an order without its number", "invalid", _says("order_completed", {"total_minor": 1999, "currency": "EUR"})),
    Broken("a decline of an unknown kind", "invalid", _says("payment_failed", {"decline": "maybe"})),
    Broken("a promise of nothing", "invalid", _says("delivery_promised", {}, order_id="o1")),
    Broken("two promises", "invalid",
           _says("delivery_promised", {"promised_at": "2026-01-09T12:00:00Z", "promised_date": "2026-01-09"}, order_id="o1")),
    Broken("a promise nowhere", "invalid",
           _says("delivery_promised", {"promised_date": "2026-01-09", "destination_timezone": "Mars/Olympus"}, order_id="o1")),
    Broken("a parcel of no order", "invalid", _says("delivered", {"carrier": "DHL"})),
    Broken("a reply to no ticket", "invalid", _says("agent_replied", {"by": "human"})),
    Broken("a reply by nobody", "invalid", _says("agent_replied", {}, ticket_id="t1")),
    Broken("six stars of five", "invalid", _says("review_posted", {"score": 6, "scale_max": 5})),
    Broken("nobody", "no_identity", _without("anonymous_id")),
    Broken("a null", "no_identity", _nobody("null")),
    Broken("undefined", "no_identity", _nobody("undefined")),
    Broken("a guest", "no_identity", _nobody("guest")),
    Broken("zeros", "no_identity", _nobody("00000000-0000-0000-0000-000000000000")),
    Broken("blanks", "no_identity", _nobody("  ")),
    Broken("tomorrow and an hour", "from_the_future", _ahead(DAY + HOUR)),
    Broken("next year", "from_the_future", _ahead(365 * DAY)),
)  # fmt: skip
"""Each fits on one line of a file, so none is empty, holds a line break or is over 1 MiB."""
