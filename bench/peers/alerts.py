"""Whose carts a peer tells of, read as a consumer of its alerts reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from msgspec import Struct

from bench.peers.rivals import THROUGHLINE
from bench.peers.task import Task
from schemas.topics import FRICTION_SIGNALS
from throughline.kafka import places_of, reading


class _Signal(Struct):
    kind: str
    status: str
    subject: str


class _Alert(Struct):
    customer_id: str


_signal, _alert = msgspec.json.Decoder(_Signal), msgspec.json.Decoder(_Alert)


async def told(peer: str, task: Task) -> AsyncIterator[str]:
    """The customer of every alert from the first on, for ever."""
    topic = FRICTION_SIGNALS if peer == THROUGHLINE else task.alerts
    where = {"bootstrap_servers": task.brokers}
    async with reading(where) as consumer:
        consumer.assign(await places_of(where, topic))
        await consumer.seek_to_beginning()
        while True:
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                for record in records:
                    customer = _customer(peer, record.value or b"")
                    if customer is not None:
                        yield customer


def _customer(peer: str, value: bytes) -> str | None:
    if peer != THROUGHLINE:
        return _alert.decode(value).customer_id
    signal = _signal.decode(value)
    left = signal.kind == "cart_abandoned" and signal.status == "opened"
    return signal.subject.partition(":")[2] if left else None
