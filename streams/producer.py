"""For services that speak Kafka themselves: events of the contract, keyed and batched, acknowledged or raised.

    async with Producer("localhost:9092") as producer:
        await producer.emit(ProductAdded(event_id=…, occurred_at=…, customer_id="ada", properties=…))

``emit`` returns when all replicas that must have the event do. Many at a time share batches: ``asyncio.gather`` them, or give
``emit`` a whole list. E-mails and phones go as they are given; `route` hashes them at its first touch, before anything is kept
beyond the source topics.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from schemas.codec import Rejected, decode, encode
from schemas.events import Envelope
from schemas.topics import SOURCE_TOPICS
from streams.journey.entries import partition_of
from streams.journey.reading import strongest
from streams.publishing.gathering import Gathering
from streams.publishing.producer import Producer as KafkaProducer
from streams.publishing.producer import idempotence
from streams.publishing.publisher import BATCH_BYTES, Appends, Place, Publisher, Record

IN_HAND = 32 * 1024 * 1024
"""Bytes that are not acknowledged; ``emit`` waits above it."""


class NotSent(Exception):
    """The event was not acknowledged within the time given. It may arrive all the same; sent again it is known by its id."""


class Producer:
    """``async with`` it. Safe to be shared by all tasks of an event loop."""

    def __init__(self, brokers: str, *, timeout: float = 30.0, in_hand: int = IN_HAND, **client: Any) -> None:
        """``timeout``: seconds after which ``emit`` raises ``NotSent``. ``client``: aiokafka's arguments, as of security."""
        self._client = {"bootstrap_servers": brokers, **client}
        self._timeout = timeout
        self._room = _Room(in_hand)
        self._stack = AsyncExitStack()
        self._gathering: Gathering | None = None
        self._partitions: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        """Raises aiokafka's ``KafkaConnectionError`` where no broker answers."""
        producer = KafkaProducer(max_batch_size=BATCH_BYTES, **await idempotence(self._client), **self._client)
        self._stack.push_async_callback(producer.stop)
        try:
            await producer.start()
            for topic in SOURCE_TOPICS:
                self._partitions[topic] = len(await producer.partitions_for(topic))
        except BaseException:
            await self._stack.aclose()
            raise
        self._gathering = Gathering(Publisher(lambda: producer))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """On return everything that was emitted is acknowledged, or whoever waits for it has been told that it is not."""
        try:
            if self._gathering is not None:
                await self._settle(self._gathering)
        finally:
            self._gathering = None
            await self._stack.aclose()

    async def emit(self, *events: Envelope) -> None:
        """On return the brokers have them; those of one key in this order.

        Raises ``NotSent``; ``TooLarge`` where the topic takes less than an event has; ``ValueError`` for an event that ``route``
        would refuse, before any is sent; ``RuntimeError`` outside ``async with``.
        """
        if self._gathering is None:
            raise RuntimeError("a Producer takes events inside `async with` only")
        appends = self._placed(events)
        size = sum(len(record.value or b"") for records in appends.values() for record in records)
        try:
            async with asyncio.timeout(self._timeout):
                await self._room.enter(size)
                await asyncio.shield(self._append(self._gathering, appends, size))
        except TimeoutError:
            raise NotSent(f"no acknowledgement within {self._timeout:g} s") from None

    def _append(self, gathering: Gathering, appends: Appends, size: int) -> asyncio.Task[None]:
        """It has its room until it is acknowledged, however long that takes, so that what waits for a broker stays bounded."""
        task = asyncio.create_task(gathering.publish(appends))
        task.add_done_callback(lambda done: self._room.leave(size))
        return task

    def _placed(self, events: Iterable[Envelope]) -> dict[Place, list[Record]]:
        placed: dict[Place, list[Record]] = {}
        for event in events:
            key, value = _written(event)
            place = event.topic, partition_of(key, self._partitions[event.topic])
            placed.setdefault(place, []).append(Record(key.encode(), value))
        return placed

    async def _settle(self, gathering: Gathering) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await gathering.settled()
        except TimeoutError:
            for _, batch in gathering.take_back():
                batch.fail(NotSent("the producer was closed, and the broker had not answered"))


def _written(event: Envelope) -> tuple[str, bytes]:
    """The event's key and bytes. Raises ``ValueError``."""
    value = encode(event)
    if len(value) > BATCH_BYTES:
        raise ValueError(f"event {event.event_id} has {len(value)} bytes; at most {BATCH_BYTES} are taken")
    read = decode(value)
    if isinstance(read, Rejected):
        raise ValueError(f"event {event.event_id}: " + "; ".join(f"{fault.path}: {fault.rule}" for fault in read.faults))
    key = strongest(read)
    if key is None:
        raise ValueError(f"event {event.event_id} names nobody and nothing: null, guest, 0 and the like are no identifiers")
    return key, value


class _Room:
    """So many bytes at a time; a single event that is larger goes alone."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._freed = asyncio.Event()

    async def enter(self, size: int) -> None:
        while self._taken and self._taken + size > self._limit:
            self._freed.clear()
            await self._freed.wait()
        self._taken += size

    def leave(self, size: int) -> None:
        self._taken -= size
        self._freed.set()
