"""Where an event goes: a pure function of the record, keeping no state that matters.

A record of a source topic becomes the entries of journey.log: the event at its strongest identifier, a link at each weaker one,
or a dead letter with the reason. Ticks go to every partition. Doing a record twice is harmless: events are counted once by
their id, links and ticks are idempotent.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from operator import attrgetter
from typing import Any
from zlib import crc32

import msgspec
from msgspec import NODEFAULT, UNSET, Struct, field
from msgspec.structs import fields

from schemas.codec import Event, Fault, Rejected, decode
from schemas.events import CATALOGUE, CHANNELS, IDENTIFIERS, NUMBERS
from schemas.events.rules import OneOf
from schemas.instants import end_of_day
from schemas.instants import micros as instant
from schemas.instants import moment as moment_of
from schemas.tables import EventRow, Row
from schemas.topics import REVOKE, SOURCE_TOPICS, TICK
from streams.journey.entries import (
    DeadLetterEntry,
    Entry,
    EventEntry,
    Instant,
    LinkEntry,
    TickEntry,
    Touchpoint,
    partition_of,
)
from streams.journey.hashing import hash_persons
from streams.journey.identity import LINK_GRAIN, is_placeholder
from streams.journey.refusals import as_told, refuse
from streams.journey.rules import Rules, micros

RECENT_LINKS = 100_000
"""Links remembered as sent; forgetting one only repeats it."""

ORDER_STATUS = "order_status"
"""The ``page_kind`` of a page that says where a parcel is."""

_IDENTIFIERS = tuple((name.removesuffix("_id"), name) for name in IDENTIFIERS)
"""Kind and field."""
_CHANNEL: dict[str | None, int | None] = {None: None} | {name: number for number, name in enumerate(CHANNELS)}
_identifiers_of = attrgetter(*IDENTIFIERS)
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


class Source(Struct, array_like=True, gc=False):
    """A record of a source topic."""

    topic: int
    """Its place in ``SOURCE_TOPICS``."""
    partition: int
    offset: int
    timestamp: Instant
    """The record's, which serves as ``received_at`` where the event has none."""
    value: bytes | None
    control: str | None = None
    """The ``throughline`` header: ``tick`` or ``revoke``; None of an event."""


class RouteOut(Struct):
    """What a batch of records became."""

    log: dict[int, list[Entry]] = field(default_factory=dict)
    """Entries for journey.log by partition, in order."""
    dead_letters: list[tuple[str, bytes]] = field(default_factory=list)
    """(id, JSON) for events.dead-letter."""
    events: int = 0


class Router:
    """Routes records; ``hash_identifier(kind, value)`` is the keyed hash of e-mails and phones."""

    def __init__(self, partitions: int, rules: Rules, hash_identifier: Callable[[str, str], str]) -> None:
        self._partitions = partitions
        self._hash = hash_identifier
        self._lateness = micros(rules.lateness)
        self._future = micros(rules.future)
        self._zone = rules.store_timezone
        self._recent_links: dict[tuple[str, str, int], Instant] = {}

    def route(self, records: Iterable[Source], out: RouteOut) -> None:
        for record in records:
            if record.control is not None:
                self._control(record, out)
                continue
            out.events += 1
            event = decode(record.value or b"")
            if isinstance(event, Rejected):
                told = as_told(record.value or b"", event)
                self._refuse(record, told.reason, told.faults, told.event_id, out)
            else:
                self._event(event, record, out)

    def _send(self, name: str, entry: Entry, out: RouteOut) -> None:
        partition = partition_of(name, self._partitions)
        entries = out.log.get(partition)
        if entries is None:
            entries = out.log[partition] = []
        entries.append(entry)

    def _event(self, event: Event, record: Source, out: RouteOut) -> None:
        identifiers = self._identifiers(event)
        received = event.received_at if event.received_at is not None else record.timestamp
        if (refusal := objection(event, bool(identifiers), received, self._future)) is not None:
            reason, fault = refusal
            return self._refuse(record, reason, [fault], event.event_id, out)
        at = _skew_removed(event, received)
        at = min(at, received)
        subject, weaker = identifiers[0], identifiers[1:]
        touchpoint = self._touchpoint(event, at, record)
        late = received - at > self._lateness
        self._hash_inside(event)
        row = _event_row(event, at, received, late, subject, record)
        self._send(subject, EventEntry(subject, touchpoint, row, late), out)
        if not late:
            for identifier in weaker:
                self._link(identifier, subject, at, event.event_id, out)
        return None

    def _identifiers(self, event: Event) -> list[str]:
        """Its identifiers, the strongest first, placeholders left out; the event's e-mail and phone are hashed in passing."""
        found = []
        for (kind, name), value in zip(_IDENTIFIERS, _identifiers_of(event), strict=True):
            if value is None:
                continue
            if is_placeholder(value):
                setattr(event, name, None)
                continue
            if kind in _PERSONS:
                value = self._hash(kind, value)
                setattr(event, name, value)
            found.append(f"{kind}:{value}")
        return found

    def _hash_inside(self, event: Event) -> None:
        """E-mails and phones further inside."""
        event.properties_json = hash_persons(event.properties_json, self._hash)
        if event.context is not None:
            event.context = hash_persons(event.context, self._hash)
        if event.extra is not None:
            event.extra = hash_persons(event.extra, self._hash)

    def _link(self, identifier: str, target: str, at: Instant, event_id: str, out: RouteOut) -> None:
        pair = (identifier, target, at // LINK_GRAIN)
        known = self._recent_links.get(pair)
        if known is not None and known <= at:
            return
        if len(self._recent_links) >= RECENT_LINKS:
            self._recent_links.clear()
        self._recent_links[pair] = at
        self._send(identifier, LinkEntry(identifier, target, at, event_id), out)

    def _touchpoint(self, event: Event, at: Instant, record: Source) -> Touchpoint:
        kind = event.type
        source = (record.topic, record.partition, record.offset)
        facts = self._facts(event) if kind in FACTS else {}
        return Touchpoint(at, event.event_id, NUMBERS[kind], source, _CHANNEL[event.channel], _refs(event), facts, _digest(event))

    def _facts(self, event: Event) -> dict[str, Any]:
        said = event.properties
        facts = {name: value for name in FACTS[event.type] if (value := getattr(said, name, None)) is not None}
        if event.type == "page_viewed":
            return _page(facts)
        if event.type in ("delivery_promised", "estimate_updated"):
            return self._promise(facts)
        if (deadline := facts.get("dispatch_by")) is not None:
            facts["dispatch_by"] = instant(deadline)
        return facts

    def _promise(self, facts: dict[str, Any]) -> dict[str, Any]:
        """A promised moment as such, a promised day as its last second where the parcel goes, else where the store is."""
        zone = facts.get("destination_timezone", self._zone)
        moment = facts.get("promised_at") or facts.get("estimated_at")
        if moment is not None:
            return {"at": instant(moment), "timezone": zone}
        day = facts.get("promised_date") or facts.get("estimated_date")
        if day is None:
            return {}
        placed = {"at": end_of_day(day, zone), "timezone": zone}
        return placed if "destination_timezone" in facts else placed | {"day": day.toordinal()}

    def _refuse(self, record: Source, reason: str, faults: list[Fault], event_id: str | None, out: RouteOut) -> None:
        source = (record.topic, record.partition, record.offset)
        identity, row = refuse(source, record.timestamp, record.value or b"", reason, faults, event_id, self._hash)
        out.dead_letters.append((identity, row))
        self._send(identity, DeadLetterEntry(identity, row), out)

    def _control(self, record: Source, out: RouteOut) -> None:
        """A tick goes to everybody, a revocation to the identifier; what is neither is a dead letter."""
        try:
            order = msgspec.json.decode(record.value or b"")
            if record.control == TICK:
                channel = f"{SOURCE_TOPICS[record.topic]}/{record.partition}"
                tick = TickEntry(1, [channel], int(order["at"]), bool(order.get("replay", False)))
                for partition in range(self._partitions):
                    out.log.setdefault(partition, []).append(tick)
            elif record.control == REVOKE:
                link = LinkEntry(order["identifier"], order["target"], int(order["at"]), order["event_id"], revoked=True)
                self._send(link.subject, link, out)
            else:
                raise ValueError(record.control)
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError) as error:
            fault = Fault(path="", rule="a tick or a revocation", value=str(error)[:100])
            self._refuse(record, "unreadable", [fault], None, out)


def _page(facts: dict[str, Any]) -> dict[str, Any]:
    """Which page it was, as a number that tells it from the others of its session; and what it is for, where that matters."""
    address = facts.get("url") or facts.get("path")
    page = {"page": crc32(address.encode())} if address else {}
    return page | {"kind": ORDER_STATUS} if facts.get("page_kind") == ORDER_STATUS else page


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


def strongest(event: Event) -> str | None:
    """The key of the record that carries the event, ``kind:value``; placeholders are removed from the event in passing."""
    key = None
    for identifier, value in zip(_IDENTIFIERS, _identifiers_of(event)):  # noqa: B905 - both are of one table, and it is asked often
        if value is None:
            continue
        kind, name = identifier
        if is_placeholder(value):
            setattr(event, name, None)
        elif key is None:
            key = f"{kind}:{value}"
    return key


def _skew_removed(event: Event, received: Instant) -> Instant:
    """When it happened, by the collector's clock where the producer says when it was sent."""
    return event.occurred_at if event.sent_at is None else event.occurred_at + received - event.sent_at


def _needed(event: Event) -> str | None:
    """The identifier that its type requires, if nothing is left of it."""
    fields = NEEDED[event.type]
    return None if any(getattr(event, name) is not None for name in fields) else " or ".join(fields)


def _carried(event: Event) -> str:
    return ", ".join(f"{name}={getattr(event, name)!r}" for name in IDENTIFIERS if getattr(event, name) is not None) or "none"


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


def _by_place(row: type[Struct], without: Container[str]) -> Callable[..., Struct]:
    """The row's struct with its values given by place: to give 26 of them by name takes seven times as long."""
    taken = [one for one in fields(row) if one.name not in without]
    defined = [(one.name, one.type, UNSET if one.default is NODEFAULT else one.default) for one in taken]
    return msgspec.defstruct(row.__name__, defined, omit_defaults=True, gc=False)


_line = _by_place(EventRow, without=(*Row.__struct_fields__, "owner"))


def _event_row(event: Event, at: Instant, received: Instant, late: bool, subject: str, record: Source) -> bytes:
    """The event's row without its place in the log and without its owner, which are known when it is read there."""
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
            SOURCE_TOPICS[record.topic],
            record.partition,
            record.offset,
        )
    )
