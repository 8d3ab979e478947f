"""Records become rows for SQL: decoded by the contract's codec, e-mails and phones hashed, nothing concluded yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from schemas.codec import Rejected, decode
from throughline.oracle.records import Record

HashIdentifier = Callable[[str, str], str]
"""(kind, value in clear) → what the lake holds instead."""

_TEXTS = (
    "type channel customer_id email phone anonymous_id order_id shipment_id ticket_id cart_id checkout_id email_hash phone_hash properties"
).split()
_SCHEMA = pa.schema(
    [
        ("topic", pa.string()),
        ("partition", pa.int64()),
        ("offset", pa.int64()),
        ("arrived_at", pa.int64()),
        ("event_id", pa.string()),
        ("fault", pa.string()),
        ("occurred_at", pa.int64()),
        ("sent_at", pa.int64()),
        ("received_at", pa.int64()),
        *((name, pa.string()) for name in _TEXTS),
    ]
)
_REVOCATIONS = pa.schema([("identifier", pa.string()), ("target", pa.string()), ("moment", pa.int64())])
_TICKS = pa.schema([("topic", pa.string()), ("partition", pa.int64()), ("moment", pa.int64())])


def decoded(records: Iterable[Record], hash_identifier: HashIdentifier) -> pa.Table:
    """One row per record that is not Throughline's own; a refused one has its reason in ``fault`` and little else."""
    return pa.Table.from_pylist([_row(record, hash_identifier) for record in records if record.control is None], _SCHEMA)


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


def _row(record: Record, hash_identifier: HashIdentifier) -> dict[str, Any]:
    row: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "arrived_at": record.timestamp,
    }
    event = decode(record.value)
    if isinstance(event, Rejected):
        return row | {"fault": event.reason, "event_id": event.event_id}
    row |= {name: getattr(event, name, None) for name in _SCHEMA.names if name not in row}
    row["properties"] = event.properties_json or "{}"
    row["email_hash"] = hash_identifier("email", event.email) if event.email is not None else None
    row["phone_hash"] = hash_identifier("phone", event.phone) if event.phone is not None else None
    return row
