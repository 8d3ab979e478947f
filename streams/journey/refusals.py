"""Dead letters: what was refused, why, and enough of it to mend it and send it again."""

from __future__ import annotations

import base64
from collections.abc import Callable
from uuid import uuid5

import msgspec

from schemas.codec import Fault
from schemas.instants import moment as moment_of
from schemas.signals import NAMESPACE
from schemas.tables import DeadLetterRow
from schemas.topics import SOURCE_TOPICS
from streams.journey.effects import Moment
from streams.journey.entries import EventEntry, Instant
from streams.journey.hashing import hash_persons

KEPT_BYTES = 64 * 1024
"""Of a refused record's bytes."""
_json = msgspec.json.Encoder().encode
_ENVELOPE = [
    "event_id",
    "type",
    "source",
    "channel",
    "customer_id",
    "email",
    "phone",
    "anonymous_id",
    "order_id",
    "shipment_id",
    "ticket_id",
    "session_id",
    "cart_id",
    "checkout_id",
]


def refuse(
    source: tuple[int, int, int],
    at: Instant,
    value: bytes,
    reason: str,
    faults: list[Fault],
    event_id: str | None,
    hash_identifier: Callable[[str, str], str],
) -> tuple[str, bytes]:
    """A record of a source topic that became no event: (dead letter id, its row as JSON without a place in the log)."""
    topic, partition, offset = SOURCE_TOPICS[source[0]], source[1], source[2]
    row = DeadLetterRow(
        dead_letter_id=str(uuid5(NAMESPACE, f"dead-letter/{topic}/{partition}/{offset}/{at}")),
        reason=reason,
        faults=_json(faults).decode(),
        topic=topic,
        partition=partition,
        offset=offset,
        received_at=at,
        size=len(value),
        value=base64.b64encode(_without_persons(value, hash_identifier)[:KEPT_BYTES]).decode(),
        event_id=event_id,
    )
    return row.dead_letter_id, _json(row)


def refuse_conflict(entry: EventEntry, moment: Moment) -> tuple[str, bytes]:
    """An id that names two different events: the second is a dead letter, to be mended by giving it an id of its own."""
    touchpoint = entry.touchpoint
    topic, partition, offset = SOURCE_TOPICS[touchpoint.source[0]], *touchpoint.source[1:]
    fields = msgspec.json.decode(entry.row)
    value = _as_sent(fields)
    row = DeadLetterRow(
        dead_letter_id=str(uuid5(NAMESPACE, f"conflict/{topic}/{partition}/{offset}/{touchpoint.event_id}")),
        reason="conflicting_duplicate",
        faults=_json([Fault(path="event_id", rule="names one event only", value=touchpoint.event_id)]).decode(),
        topic=topic,
        partition=partition,
        offset=offset,
        received_at=fields["received_at"],
        size=len(value),
        value=base64.b64encode(value).decode(),
        event_id=touchpoint.event_id,
    )
    return row.dead_letter_id, _json(moment.stamp(row))


def _without_persons(value: bytes, hash_identifier: Callable[[str, str], str]) -> bytes:
    """The record with e-mails and phones hashed, where it can be read; unreadable bytes are kept as they came."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value
    return hash_persons(text, hash_identifier).encode("utf-8", "surrogatepass")


def _as_sent(fields: dict[str, object]) -> bytes:
    """The event again as a producer would send it, from its row (identifiers stay hashed)."""
    event = {name: fields[name] for name in _ENVELOPE if fields.get(name) is not None}
    event["occurred_at"] = moment_of(fields["produced_at"]).isoformat()  # type: ignore[arg-type]
    for name in ("context", "properties"):
        if isinstance(text := fields.get(name), str):
            event[name] = msgspec.json.decode(text)
    return _json(event)
