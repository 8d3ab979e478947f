"""Where an event goes: a pure function of the record, keeping no state that matters.

A record of a source topic becomes the entries of journey.log: the event at its strongest identifier, a link at each weaker one,
or a dead letter with the reason. Ticks go to every partition. Doing a record twice is harmless: events are counted once by
their id, links and ticks are idempotent.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct, field

from schemas.codec import Event, Fault, Rejected, decode
from schemas.topics import REVOKE, SOURCE_TOPICS, TICK
from streams.journey.entries import DeadLetterEntry, Entry, EventEntry, Instant, LinkEntry, TickEntry, partition_of
from streams.journey.identity import LINK_GRAIN
from streams.journey.reading import HashIdentifier, event_row, happened_at, hash_inside, identifiers_of, objection, touchpoint_of
from streams.journey.refusals import as_told, refuse
from streams.journey.rules import Rules, micros

RECENT_LINKS = 100_000
"""Links remembered as sent; forgetting one only repeats it."""


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

    def __init__(self, partitions: int, rules: Rules, hash_identifier: HashIdentifier) -> None:
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
        identifiers = identifiers_of(event, self._hash)
        received = event.received_at if event.received_at is not None else record.timestamp
        if (refusal := objection(event, bool(identifiers), received, self._future)) is not None:
            reason, fault = refusal
            return self._refuse(record, reason, [fault], event.event_id, out)
        at, source = happened_at(event, received), (record.topic, record.partition, record.offset)
        subject, weaker = identifiers[0], identifiers[1:]
        touchpoint = touchpoint_of(event, at, source, self._zone)
        late = received - at > self._lateness
        hash_inside(event, self._hash)
        row = event_row(event, at, received, late, subject, source)
        self._send(subject, EventEntry(subject, touchpoint, row, late), out)
        if not late:
            for identifier in weaker:
                self._link(identifier, subject, at, event.event_id, out)
        return None

    def _link(self, identifier: str, target: str, at: Instant, event_id: str, out: RouteOut) -> None:
        pair = (identifier, target, at // LINK_GRAIN)
        known = self._recent_links.get(pair)
        if known is not None and known <= at:
            return
        if len(self._recent_links) >= RECENT_LINKS:
            self._recent_links.clear()
        self._recent_links[pair] = at
        self._send(identifier, LinkEntry(identifier, target, at, event_id), out)

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
