"""Records become rows for SQL: decoded by the contract's codec, e-mails and phones hashed, nothing concluded yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from operator import attrgetter

import pyarrow as pa

from schemas.codec import Rejected, decode
from throughline.oracle.records import Record

HashIdentifier = Callable[[str, str], str]
"""(kind, value in clear) → what the lake holds instead."""

_INSTANTS = ("occurred_at", "sent_at", "received_at")
_TEXTS = (
    *("event_id", "type", "channel", "customer_id", "anonymous_id", "order_id", "shipment_id", "ticket_id"),
    *("cart_id", "checkout_id", "email", "phone"),
)
_SCHEMA = pa.schema(
    [
        ("topic", pa.string()),
        ("partition", pa.int64()),
        ("offset", pa.int64()),
        ("arrived_at", pa.int64()),
        ("fault", pa.string()),
        *((name, pa.int64()) for name in _INSTANTS),
        *((name, pa.string()) for name in (*_TEXTS, "email_hash", "phone_hash", "properties")),
    ]
)
_said = attrgetter(*_INSTANTS, *_TEXTS)
_REVOCATIONS = pa.schema([("identifier", pa.string()), ("target", pa.string()), ("moment", pa.int64())])
_TICKS = pa.schema([("topic", pa.string()), ("partition", pa.int64()), ("moment", pa.int64())])


def decoded(records: Iterable[Record], hash_identifier: HashIdentifier) -> pa.Table:
    """One row per record that is not Throughline's own; a refused one has its reason in ``fault`` and little else."""
    rows = [_row(record, hash_identifier) for record in records if record.control is None]
    columns = zip(*rows, strict=True) if rows else [()] * len(_SCHEMA)
    return pa.table([pa.array(column, kind.type) for column, kind in zip(columns, _SCHEMA, strict=True)], _SCHEMA)


def revocations(records: Iterable[Record]) -> pa.Table:
    """The ties between identifiers that were taken back."""
    said = [json.loads(record.value) for record in records if record.control == "revoke"]
    return pa.Table.from_pylist([one | {"moment": one["at"]} for one in said], _REVOCATIONS)


def ticks(records: Iterable[Record]) -> pa.Table:
    """What time was said to be, per channel."""
    rows = [
        {"topic": record.topic, "partition": record.partition, "moment": json.loads(record.value)["at"]}
        for record in records
        if record.control == "tick"
    ]
    return pa.Table.from_pylist(rows, _TICKS)


def _row(record: Record, hash_identifier: HashIdentifier) -> tuple[str | int | None, ...]:
    """In the order of the schema."""
    place = record.topic, record.partition, record.offset, record.timestamp
    event = decode(record.value)
    if isinstance(event, Rejected):
        return *place, event.reason, *[None] * (len(_SCHEMA) - len(place) - 1)
    email = hash_identifier("email", event.email) if event.email is not None else None
    phone = hash_identifier("phone", event.phone) if event.phone is not None else None
    return *place, None, *_said(event), email, phone, event.properties_json
