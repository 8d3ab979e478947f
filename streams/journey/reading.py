"""What an event says: who it is of, when it happened, what is remembered of it, and whether it is refused all the same.

Pure functions of the event and its receipt; where it goes from there is ``routing.py``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from operator import attrgetter
from typing import Any
from zlib import crc32

import msgspec
from msgspec import NODEFAULT, UNSET, Struct
from msgspec.structs import fields

from schemas.codec import Event, Fault
from schemas.events import CATALOGUE, CHANNELS, IDENTIFIERS, NUMBERS
from schemas.events.rules import OneOf
from schemas.instants import end_of_day
from schemas.instants import micros as instant
from schemas.instants import moment as moment_of
from schemas.tables import EventRow, Row
from schemas.topics import SOURCE_TOPICS
from streams.journey.entries import Instant, Touchpoint
from streams.journey.hashing import hash_persons
from streams.journey.identity import is_placeholder

ORDER_STATUS = "order_status"
"""The ``page_kind`` of a page that says where a parcel is."""

_IDENTIFIERS = tuple((name.removesuffix("_id"), name) for name in IDENTIFIERS)
"""Kind and field."""
_CHANNEL: dict[str | None, int | None] = {None: None} | {name: number for number, name in enumerate(CHANNELS)}
_fields_of = attrgetter(*IDENTIFIERS)
_said = attrgetter("customer_id", "anonymous_id", "cart_id", "checkout_id", "order_id", "shipment_id", "ticket_id")
_json = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode
_PERSONS = ("email", "phone")

FACTS: dict[str, tuple[str, ...]] = {
    "page_viewed": ("url", "path", "page_kind"),
    "products_searched": ("results",),
    "product_added": ("product_id", "quantity", "price_minor", "currency"),
    "product_removed": ("product_id", "quantity"),
    "checkout_started": ("value_minor", "currency"),
    "checkout_step_completed": ("step",),
    "form_error_shown": ("field", "step"),
    "payment_failed": ("decline",),
    "order_completed": ("total_minor", "currency", "dispatch_by"),
    "order_updated": ("total_minor", "currency", "dispatch_by"),
    "order_cancelled": ("whole",),
    "order_refunded": ("amount_minor",),
    "delivery_promised": ("promised_at", "promised_date", "destination_timezone"),
    "estimate_updated": ("estimated_at", "estimated_date", "destination_timezone"),
    "delivery_exception": ("exception",),
    "agent_replied": ("by",),
    "survey_answered": ("survey", "score", "scale_max"),
    "review_posted": ("score", "scale_max"),
    "privacy_requested": ("request",),
}
"""The properties that touchpoints remember, by event type: those that the fold or a detector reads."""


NEEDED: dict[str, tuple[str, ...]] = {
    name: rule.fields for name, kind in CATALOGUE.items() for rule in kind.model.rules if isinstance(rule, OneOf)
}
"""The identifiers of which an event of a type must name one: an order's its order, a ticket's its ticket."""

HashIdentifier = Callable[[str, str], str]
"""(kind, value in clear) to what stands for it."""


def identifiers_of(event: Event, hash_identifier: HashIdentifier) -> list[str]:
    """Its identifiers, the strongest first, placeholders left out; the event's e-mail and phone are hashed in passing."""
    found = []
    for (kind, name), value in zip(_IDENTIFIERS, _fields_of(event), strict=True):
        if value is None:
            continue
        if is_placeholder(value):
            setattr(event, name, None)
            continue
        if kind in _PERSONS:
            value = hash_identifier(kind, value)
            setattr(event, name, value)
        found.append(f"{kind}:{value}")
    return found


def strongest(event: Event) -> str | None:
    """The key of the record that carries the event, ``kind:value``; placeholders are removed from the event in passing."""
    key = None
    for identifier, value in zip(_IDENTIFIERS, _fields_of(event)):  # noqa: B905 - both are of one table, and it is asked often
        if value is None:
            continue
        kind, name = identifier
        if is_placeholder(value):
            setattr(event, name, None)
        elif key is None:
            key = f"{kind}:{value}"
    return key


def objection(event: Event, identified: bool, received: Instant, future: Instant) -> tuple[str, Fault] | None:
    """Why an event that keeps the contract is refused all the same.

    Its placeholders are removed; ``identified``: an identifier is left. ``future``, in microseconds, is how far ahead of its
    receipt it may be.
    """
    if not identified:
        return "no_identity", Fault("", "at least one identifier that is none of null, guest, 0 …", _carried(event))
    if event.type in NEEDED and (missing := _needed(event)):
        return "no_identity", Fault(missing, "required, and none of null, guest, 0 …", "a placeholder")
    if _skew_removed(event, received) - received > future:
        value = moment_of(event.occurred_at).isoformat()
        return "from_the_future", Fault("occurred_at", "at most 24 h after it was received", value)
    return None


def happened_at(event: Event, received: Instant) -> Instant:
    """When it happened, but never after its receipt."""
    return min(_skew_removed(event, received), received)


def _skew_removed(event: Event, received: Instant) -> Instant:
    """When it happened, by the collector's clock where the producer says when it was sent."""
    return event.occurred_at if event.sent_at is None else event.occurred_at + received - event.sent_at


def _needed(event: Event) -> str | None:
    """The identifier that its type requires, if nothing is left of it."""
    fields = NEEDED[event.type]
    return None if any(getattr(event, name) is not None for name in fields) else " or ".join(fields)


def _carried(event: Event) -> str:
    return ", ".join(f"{name}={getattr(event, name)!r}" for name in IDENTIFIERS if getattr(event, name) is not None) or "none"


def touchpoint_of(event: Event, at: Instant, source: tuple[int, int, int], zone: str) -> Touchpoint:
    """``source`` is its topic's place in ``SOURCE_TOPICS``, its partition and its offset; ``zone`` is the store's."""
    kind = event.type
    facts = _facts(event, zone) if kind in FACTS else {}
    return Touchpoint(at, event.event_id, NUMBERS[kind], source, _CHANNEL[event.channel], _refs(event), facts, _digest(event))


def _facts(event: Event, zone: str) -> dict[str, Any]:
    said = event.properties
    facts = {name: value for name in FACTS[event.type] if (value := getattr(said, name, None)) is not None}
    if event.type == "page_viewed":
        return _page(facts)
    if event.type in ("delivery_promised", "estimate_updated"):
        return _promise(facts, zone)
    if (deadline := facts.get("dispatch_by")) is not None:
        facts["dispatch_by"] = instant(deadline)
    return facts


def _page(facts: dict[str, Any]) -> dict[str, Any]:
    """Which page it was, as a number that tells it from the others of its session; and what it is for, where that matters."""
    address = facts.get("url") or facts.get("path")
    page = {"page": crc32(address.encode())} if address else {}
    return page | {"kind": ORDER_STATUS} if facts.get("page_kind") == ORDER_STATUS else page


def _promise(facts: dict[str, Any], store_zone: str) -> dict[str, Any]:
    """A promised moment as such, a promised day as its last second where the parcel goes, else where the store is."""
    zone = facts.get("destination_timezone", store_zone)
    moment = facts.get("promised_at") or facts.get("estimated_at")
    if moment is not None:
        return {"at": instant(moment), "timezone": zone}
    day = facts.get("promised_date") or facts.get("estimated_date")
    if day is None:
        return {}
    placed = {"at": end_of_day(day, zone), "timezone": zone}
    return placed if "destination_timezone" in facts else placed | {"day": day.toordinal()}


def _refs(event: Event) -> dict[str, str]:
    """What the event is about, written out for speed: every event has it."""
    refs = {}
    if event.cart_id is not None:
        refs["cart"] = event.cart_id
    if event.checkout_id is not None:
        refs["checkout"] = event.checkout_id
    if event.order_id is not None:
        refs["order"] = event.order_id
    if event.shipment_id is not None:
        refs["shipment"] = event.shipment_id
    if event.ticket_id is not None:
        refs["ticket"] = event.ticket_id
    return refs


def _digest(event: Event) -> int:
    """Of what the producer says happened, leaving out when it was sent and received."""
    return crc32(_pack((event.type, event.occurred_at, event.properties_json, *_said(event))))


def hash_inside(event: Event, hash_identifier: HashIdentifier) -> None:
    """E-mails and phones further inside."""
    event.properties_json = hash_persons(event.properties_json, hash_identifier)
    if event.context is not None:
        event.context = hash_persons(event.context, hash_identifier)
    if event.extra is not None:
        event.extra = hash_persons(event.extra, hash_identifier)


def _by_place(row: type[Struct], without: Container[str]) -> Callable[..., Struct]:
    """The row's struct with its values given by place: to give 26 of them by name takes seven times as long."""
    taken = [one for one in fields(row) if one.name not in without]
    defined = [(one.name, one.type, UNSET if one.default is NODEFAULT else one.default) for one in taken]
    return msgspec.defstruct(row.__name__, defined, omit_defaults=True, gc=False)


_line = _by_place(EventRow, without=(*Row.__struct_fields__, "owner"))


def event_row(event: Event, at: Instant, received: Instant, late: bool, subject: str, source: tuple[int, int, int]) -> bytes:
    """The event's row without its place in the log and without its owner, which are known when it is read there."""
    topic, partition, offset = source
    return _json(
        _line(
            event.event_id,
            event.type,
            at,
            event.occurred_at,
            event.sent_at,
            received,
            late,
            event.source,
            event.channel,
            event.customer_id,
            event.email,
            event.phone,
            event.anonymous_id,
            event.order_id,
            event.shipment_id,
            event.ticket_id,
            event.session_id,
            event.cart_id,
            event.checkout_id,
            event.context,
            event.properties_json,
            event.extra,
            subject,
            SOURCE_TOPICS[topic],
            partition,
            offset,
        )
    )
