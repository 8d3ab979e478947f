"""Records that must be refused, each with the reason that must be given and, where the fault has a place, that place.

``codec`` records are refused by ``schemas.codec.decode`` alone. ``router`` records are right by the contract and refused when
they are routed: received at ``RECEIVED_AT``, in the order ``earlier``, then the record itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

RECEIVED_AT = datetime(2024, 5, 1, 12, 0, 0, tzinfo=UTC)
"""When the records of the table arrive; none carries a ``received_at`` of its own."""

Reason = Literal["unreadable", "invalid", "no_identity", "from_the_future", "conflicting_duplicate"]


@dataclass(frozen=True)
class Broken:
    """One record, and what must be said of it."""

    name: str
    value: bytes
    reason: Reason
    path: str | None = None
    """Among the paths of the faults that are told."""
    stage: Literal["codec", "router"] = "codec"
    earlier: bytes | None = None
    """A record that is right and came before."""


GOOD: dict[str, Any] = {
    "event_id": "e-1",
    "type": "product_added",
    "occurred_at": "2024-05-01T11:59:58.250Z",
    "channel": "web",
    "customer_id": "ada",
    "properties": {"product_id": "p-1", "price_minor": 1999, "currency": "EUR", "quantity": 2},
}
ABSENT = object()


def record(changes: Mapping[str, Any] | None = None, **fields: Any) -> bytes:
    """``GOOD`` with other fields; ``ABSENT`` takes one away."""
    event = {**GOOD, **(changes or {}), **fields}
    return json.dumps({name: value for name, value in event.items() if value is not ABSENT}).encode()


def _unreadable(name: str, value: bytes) -> Broken:
    return Broken(name, value, "unreadable", "")


def _field(name: str, path: str, **fields: Any) -> Broken:
    return Broken(name, record(fields), "invalid", path)


def _said(name: str, path: str, kind: str, properties: Any, **fields: Any) -> Broken:
    return Broken(name, record(fields, type=kind, properties=properties), "invalid", path)


def _product(name: str, **properties: Any) -> Broken:
    (field,) = properties
    return _said(name, f"properties.{field}", "product_added", properties)


def _no_identity(name: str, **identifiers: Any) -> Broken:
    return Broken(name, record({"customer_id": ABSENT}, **identifiers), "no_identity", stage="router")


def _placeholder(name: str, path: str, kind: str, **identifiers: Any) -> Broken:
    """A known customer, but what the event must name is nothing."""
    return Broken(name, record(identifiers, type=kind, properties={}), "no_identity", path, stage="router")


def _future(name: str, occurred_at: str) -> Broken:
    return Broken(name, record(occurred_at=occurred_at), "from_the_future", "occurred_at", stage="router")


UNREADABLE = (
    _unreadable("nothing at all", b""),
    _unreadable("white space only", b" \n\t "),
    _unreadable("a word", b"hello"),
    _unreadable("an object cut off", record()[:-1]),
    _unreadable("a string cut off", record()[:30]),
    _unreadable("something behind the object", record() + b"}"),
    _unreadable("two events in one record", record() + b"\n" + record()),
    _unreadable("a trailing comma", record()[:-1] + b",}"),
    _unreadable("single quotes", record().replace(b'"', b"'")),
    _unreadable("Python's repr", str({**GOOD, "email": None}).encode()),
    _unreadable("a byte order mark", b"\xef\xbb\xbf" + record()),
    _unreadable("Latin-1", record(source="x").replace(b'"x"', b'"caf\xe9"')),
    _unreadable("bytes of no encoding in a field nobody knows", record(colour="x").replace(b'"x"', b'"\xff\xfe"')),
    _unreadable("UTF-16", record().decode().encode("utf-16")),
    _unreadable("half a surrogate pair", record(source="x").replace(b'"x"', b'"\\ud83d"')),
    _unreadable("a raw line break in a string", record(source="x").replace(b'"x"', b'"a\nb"')),
    _unreadable("NaN, which is no JSON", record(colour=float("nan"))),
    _unreadable("Infinity, which is no JSON", record(colour=float("inf"))),
    _unreadable("a number with a leading zero", record(colour=7).replace(b'"colour": 7', b'"colour": 07')),
    _unreadable("Avro, by its first bytes", b"\x00\x00\x00\x00\x07\x06foo"),
    _unreadable("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"),
    _unreadable("brackets without end", b"[" * 100_000),
    _unreadable("objects without end", b'{"a":' * 100_000),
    _unreadable("nested deeper than any reader goes", record(colour=0).replace(b": 0}", b": " + b"[" * 900 + b"]" * 900 + b"}")),
    _unreadable("a byte over 1 MiB", record(colour="x" * (2**20 + 1 - len(record(colour=""))))),
)  # fmt: skip

INVALID_ENVELOPES = (
    Broken("null", b"null", "invalid", ""),
    Broken("a number", b"42", "invalid", ""),
    Broken("a list of events", b"[" + record() + b"]", "invalid", ""),
    Broken("an empty object", b"{}", "invalid", "event_id"),
    _field("no event_id", "event_id", event_id=ABSENT),
    _field("an empty event_id", "event_id", event_id=""),
    _field("an event_id of 101 characters", "event_id", event_id="x" * 101),
    _field("an event_id that is a number", "event_id", event_id=7),
    _field("an event_id that is null", "event_id", event_id=None),
    _field("no type", "type", type=ABSENT),
    _field("a type nobody knows", "type", type="product_teleported"),
    _field("a type in Segment's spelling", "type", type="Product Added"),
    _field("a type that is a list", "type", type=["product_added"]),
    _field("no occurred_at", "occurred_at", occurred_at=ABSENT),
    _field("a time without an offset", "occurred_at", occurred_at="2024-05-01T11:59:58"),
    _field("a time in epoch seconds", "occurred_at", occurred_at=1714564798),
    _field("a time in epoch seconds as text", "occurred_at", occurred_at="1714564798"),
    _field("a day instead of a time", "occurred_at", occurred_at="2024-05-01"),
    _field("a time in American order", "occurred_at", occurred_at="05/01/2024 11:59 AM"),
    _field("the 30th of February", "occurred_at", occurred_at="2024-02-30T00:00:00Z"),
    _field("25 o'clock", "occurred_at", occurred_at="2024-05-01T25:00:00Z"),
    _field("a leap second", "occurred_at", occurred_at="2016-12-31T23:59:60Z"),
    _field("a microsecond before 1970", "occurred_at", occurred_at="1969-12-31T23:59:59.999999Z"),
    _field("a time after all calendars", "occurred_at", occurred_at="9999-01-01T00:00:00Z"),
    _field("a sent_at without an offset", "sent_at", sent_at="2024-05-01T11:59:58"),
    _field("a received_at that is a number", "received_at", received_at=0),
    _field("a channel nobody knows", "channel", channel="fax"),
    _field("a channel in capitals", "channel", channel="Web"),
    _field("a customer_id that is a number", "customer_id", customer_id=42),
    _field("a customer_id of 256 characters", "customer_id", customer_id="x" * 256),
    _field("an email that is an object", "email", email={"address": "ada@example.com"}),
    _field("a phone that is a number", "phone", phone=4915112345678),
    _field("a context that is text", "context", context="mobile"),
    _field("a country by its name", "context.country", context={"country": "Germany"}),
    _field("a currency in small letters", "context.currency", context={"currency": "eur"}),
    _field("a consent that is not yes or no", "context.consent.ads", context={"consent": {"ads": "yes"}}),
    _field("a trace parent cut off", "context.traceparent", context={"traceparent": "00-abc"}),
    _field("properties that are null", "properties", properties=None),
    _field("properties that are a list", "properties", properties=[]),
    _field("properties that are JSON in text", "properties", properties='{"product_id": "p-1"}'),
)

INVALID_PROPERTIES = (
    _product("a price with a decimal point", price_minor=19.99),
    _product("a price that is a whole float", price_minor=1999.0),
    _product("a price in text", price_minor="1999"),
    _product("a price below nothing", price_minor=-1),
    _product("a price beyond exact integers", price_minor=2**53),
    _product("a price that is true", price_minor=True),
    _product("a currency by its sign", currency="€"),
    _product("a currency of four letters", currency="EURO"),
    _product("a currency with a line break behind it", currency="EUR\n"),
    _product("no pieces", quantity=0),
    _product("half a piece", quantity=0.5),
    _product("a quantity that is null", quantity=None),
    _said("a search without words", "properties.query", "products_searched", {"results": 0}),
    _said("a product list with a number in it", "properties.products[1]", "cart_viewed", {"products": [{}, 7]}),
    _said("a price wrong in a list", "properties.products[1].price_minor", "cart_viewed",
          {"products": [{}, {"price_minor": 1.5}]}),
    _said("a frustration nobody knows", "properties.how", "click_frustrated", {"how": "sad"}),
    _said("a step that is neither number nor name", "properties.step", "checkout_step_viewed", {"step": 1.5}),
    _said("a decline that is neither hard nor soft", "properties.decline", "payment_failed", {"decline": "maybe"}),
    _said("an order without its id", "order_id", "order_completed", {"total_minor": 1}),
    _said("a cancelled order whose id is null", "order_id", "order_cancelled", {}, order_id=None),
    _said("a dispatch_by without an offset", "properties.dispatch_by", "order_completed",
          {"dispatch_by": "2024-05-03T00:00:00"}, order_id="7"),
    _said("a parcel of no order", "order_id", "delivered", {}),
    _said("a return that names only the parcel", "order_id", "return_requested", {}, shipment_id="s"),
    _said("a promise of nothing", "properties.promised_at", "delivery_promised", {}, order_id="7"),
    _said("a promise of a moment and a day", "properties.promised_at", "delivery_promised",
          {"promised_at": "2024-05-03T00:00:00Z", "promised_date": "2024-05-03"}, order_id="7"),
    _said("a promised day with a time in it", "properties.promised_date", "delivery_promised",
          {"promised_date": "2024-05-03T00:00:00Z"}, order_id="7"),
    _said("a time zone nobody knows", "properties.destination_timezone", "delivery_promised",
          {"promised_date": "2024-05-03", "destination_timezone": "Mars/Olympus"}, order_id="7"),
    _said("an estimate of nothing", "properties.estimated_at", "estimate_updated", {"carrier": "x"}, order_id="7"),
    _said("an exception nobody knows", "properties.exception", "delivery_exception", {"exception": "eaten"}, order_id="7"),
    _said("a ticket without its id", "ticket_id", "ticket_opened", {}),
    _said("a reply by neither human nor bot", "properties.by", "agent_replied", {"by": "cat"}, ticket_id="t"),
    _said("a score in words", "properties.score", "survey_answered", {"survey": "nps", "score": "nine"}),
    _said("a score beyond its scale", "properties.score", "survey_answered", {"survey": "csat", "score": 6, "scale_max": 5}),
    _said("no star at all", "properties.score", "review_posted", {"score": 0}),
    _said("six stars of five", "properties.score", "review_posted", {"score": 6}),
    _said("a privacy request for neither access nor erasure", "properties.request", "privacy_requested", {"request": "sell"}),
)  # fmt: skip

NO_IDENTITY = (
    _no_identity("nobody"),
    _no_identity("a customer called null", customer_id="null"),
    _no_identity("a customer called undefined", customer_id="undefined"),
    _no_identity("a customer called guest", customer_id="guest"),
    _no_identity("a device called anonymous", anonymous_id="anonymous"),
    _no_identity("a customer called -1", customer_id="-1"),
    _no_identity("a device of zeros", anonymous_id="00000000-0000-0000-0000-000000000000"),
    _no_identity("an empty e-mail", email=""),
    _no_identity("a blank customer", customer_id="   "),
    _no_identity("two placeholders", customer_id="NULL", email="None"),
    _no_identity("only nulls", customer_id=None, email=None, order_id=None),
    _placeholder("an order called null", "order_id", "order_completed", order_id="null"),
    _placeholder("a parcel of order 0", "order_id or shipment_id", "delivered", order_id="0"),
    _placeholder("a ticket of zeros", "ticket_id", "ticket_opened", ticket_id="0000"),
)

FROM_THE_FUTURE = (
    _future("a microsecond over 24 h ahead", "2024-05-02T12:00:00.000001Z"),
    _future("a year ahead", "2025-05-01T12:00:00Z"),
    _future("ahead by its offset", "2024-05-01T23:00:00-14:00"),
)

CONFLICTING = (
    Broken(
        "the same id with another product",
        record(properties={"product_id": "p-2"}),
        "conflicting_duplicate",
        stage="router",
        earlier=record(),
    ),
    Broken(
        "the same id at another time",
        record(occurred_at="2024-05-01T11:00:00Z"),
        "conflicting_duplicate",
        stage="router",
        earlier=record(),
    ),
)
"""Told by the journey, not by the router: it alone remembers the earlier one."""

REFUSED_BY_CODEC: tuple[Broken, ...] = UNREADABLE + INVALID_ENVELOPES + INVALID_PROPERTIES
REFUSED_LATER: tuple[Broken, ...] = NO_IDENTITY + FROM_THE_FUTURE + CONFLICTING
BROKEN_RECORDS: tuple[Broken, ...] = REFUSED_BY_CODEC + REFUSED_LATER
