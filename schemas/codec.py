"""Bytes to facts: ``decode(raw) -> Event | Rejected``. It never raises, whatever the bytes.

One contract, two decoders: the fast one is derived from the pydantic models (``schemas/derive.py``) and reads what is
right; what it refuses, pydantic judges (``schemas/judge.py``), whose error is the one people read and whose acceptance
stands. Unknown fields are kept as sent: those of ``properties`` in ``properties_json``, those of the envelope in ``extra``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast, get_type_hints

import msgspec
from msgspec import Raw, Struct

from schemas.derive import default_of, keep_rules, lift, struct_of, wire_type
from schemas.events import CATALOGUE, Context, Envelope
from schemas.events.rules import Rule
from schemas.instants import micros
from schemas.judge import Fault, Rejected, judge, unreadable

__all__ = ["MAX_BYTES", "Event", "Fault", "Rejected", "by_msgspec", "by_pydantic", "decode", "encode"]

MAX_BYTES = 1024 * 1024
"""Of a whole record; more is ``unreadable``."""
DEEPEST = 150
"""Fewer opening brackets than this cannot nest deeper than pydantic's JSON reader goes (about 200)."""


class Event(Struct, kw_only=True, gc=False):
    """An accepted event. Its instants are microseconds since 1970 (UTC), texts are as sent, absent is ``None``."""

    event_id: str
    type: str
    occurred_at: int
    sent_at: int | None = None
    received_at: int | None = None
    source: str | None = None
    channel: str | None = None
    customer_id: str | None = None
    email: str | None = None
    phone: str | None = None
    anonymous_id: str | None = None
    order_id: str | None = None
    shipment_id: str | None = None
    ticket_id: str | None = None
    session_id: str | None = None
    cart_id: str | None = None
    checkout_id: str | None = None
    context: str | None = None
    """JSON text as sent."""
    properties: Any
    """The struct of the type's properties: fields and values as in the model ``CATALOGUE[type].properties``."""
    properties_json: str = "{}"
    """JSON text as sent."""
    extra: str | None = None
    """JSON text of an object: the envelope fields that no schema knows."""


class _NotSent:
    """The type of what no producer sends: any JSON there is refused by the fast decoder."""


def _wire() -> type[Struct]:
    """``Event`` as the bytes have it: instants still datetimes, properties and context still JSON."""
    hints = get_type_hints(Envelope, include_extras=True)
    read: dict[str, tuple[Any, Any]] = {
        name: (wire_type(hints[name]), default_of(field))
        for name, field in Envelope.model_fields.items()
        if name not in ("properties", "context")
    }
    read["context"] = (Raw, None)
    read["properties"] = (Raw, Raw(b"{}"))
    read |= {"properties_json": (_NotSent, "{}"), "extra": (_NotSent, None)}
    fields = [(name, kind, default) for name, (kind, default) in read.items()]
    return msgspec.defstruct("Event", fields, bases=(Event,), forbid_unknown_fields=True, kw_only=True, gc=False)


Reader = Callable[[Any], Any]
ENVELOPE_FIELDS = frozenset(Envelope.model_fields)

_read_envelope: Reader = msgspec.json.Decoder(_wire()).decode
_read_context: Reader = msgspec.json.Decoder(struct_of(Context)).decode
_read_parts = msgspec.json.Decoder(dict[str, Raw]).decode
_readers: dict[str, tuple[Reader, tuple[Rule, ...]]] = {
    name: (msgspec.json.Decoder(struct_of(listed.properties)).decode, listed.model.rules) for name, listed in CATALOGUE.items()
}
REFUSALS = (msgspec.MsgspecError, ValueError, KeyError, TypeError, RecursionError)
"""What the fast decoder says of an event it does not take."""


def decode(raw: bytes) -> Event | Rejected:
    """The event that ``raw`` is, or why it is none. ``raw`` is the JSON of one event in UTF-8."""
    try:
        if len(raw) > 2 * DEEPEST and not _bounded(raw):
            return by_pydantic(raw)
        return _read(raw)
    except REFUSALS:
        return by_msgspec(raw) or by_pydantic(raw)


def encode(event: Envelope) -> bytes:
    """The event's JSON as producers send it: its type and what was set. Decoding it gives the event again."""
    return event.model_copy(update={"type": event.type}).model_dump_json(exclude_unset=True).encode()


def by_msgspec(raw: bytes) -> Event | None:
    """The fast decoder's word alone; ``None`` where it refuses. Envelope fields that no schema knows are set aside first."""
    try:
        if not _bounded(raw):
            return None
        parts = _read_parts(raw)
        unknown = {name: parts.pop(name) for name in list(parts) if name not in ENVELOPE_FIELDS}
        event = _read(msgspec.json.encode(parts))
        event.extra = msgspec.json.encode(unknown).decode() if unknown else None
        return event
    except REFUSALS:
        return None


def by_pydantic(raw: bytes) -> Event | Rejected:
    """pydantic's word alone."""
    if len(raw or b"") > MAX_BYTES:
        return unreadable(f"has {len(raw)} bytes; at most {MAX_BYTES} are read")
    event = judge(raw)
    return event if isinstance(event, Rejected) else _lifted(event, _read_parts(raw))


def _bounded(raw: bytes) -> bool:
    """Whether a record is surely neither too long nor nested too deep."""
    return len(raw) <= MAX_BYTES and raw.count(b"{") + raw.count(b"[") <= DEEPEST


def _read(raw: bytes) -> Event:
    """The event, if it is right and every field of its envelope is known; else raises one of ``REFUSALS``."""
    event = _read_envelope(raw)
    read_properties, rules = _readers[event.type]
    sent = event.properties
    event.properties = read_properties(sent)
    event.properties_json = str(sent, "utf-8")
    event.occurred_at = micros(event.occurred_at)
    if event.received_at is not None:
        event.received_at = micros(event.received_at)
    if event.sent_at is not None:
        event.sent_at = micros(event.sent_at)
    if event.context is not None:
        event.context = _checked_context(event.context)
    if rules:
        keep_rules(event, rules)
    return cast(Event, event)


def _checked_context(sent: Raw) -> str | None:
    """The context's JSON text, once it is known to be right; ``null`` is none."""
    text = str(sent, "utf-8")
    if text == "null":
        return None
    _read_context(sent)
    return text


def _lifted(event: Envelope, parts: dict[str, Raw]) -> Event:
    """What pydantic accepted in the form in which the fast decoder gives it; ``parts`` are the fields as sent."""
    values = {name: getattr(event, name) for name in Envelope.model_fields}
    for name in ("occurred_at", "sent_at", "received_at"):
        values[name] = None if values[name] is None else micros(values[name])
    values["properties"] = lift(event.properties)
    values["context"] = None if event.context is None else str(parts["context"], "utf-8")
    unknown = {name: part for name, part in parts.items() if name not in ENVELOPE_FIELDS}
    extra = msgspec.json.encode(unknown).decode() if unknown else None
    return Event(**values, properties_json=str(parts.get("properties", b"{}"), "utf-8"), extra=extra)
