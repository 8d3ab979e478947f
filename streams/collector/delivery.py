"""Where accepted records go: to the broker, or, while it does not answer, to disk and from there to the broker.

1. Records are handed to the publisher; who sent them is answered when the brokers have acknowledged them.
2. Where an acknowledgement is longer in coming than ``spool_after``, everything unacknowledged goes to disk in its order, and all
   that comes after goes behind it: whoever reads a key's records reads them in the order in which they were accepted.
3. The spool is published file by file. When little is left, newcomers wait for the rest of it, and then go to the broker again.

Killed anywhere in between, what was answered is acknowledged by the brokers or on disk. Records may be published twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from aiokafka.errors import KafkaError
from msgspec import Struct

from schemas.failures import Failure
from streams.collector.spool import SEGMENT_BYTES, Full, Spool
from streams.journey.entries import partition_of
from streams.journey.refusals import Unmade, kept, smaller
from streams.publishing.gathering import Batch, Gathering
from streams.publishing.publisher import Place, Publisher, Record, TooLarge

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.1
"""Seconds between two looks at the oldest batch."""
TRY_AGAIN_AFTER = 0.5
"""Seconds."""
CANCEL_AGAIN_AFTER = 0.5
"""Seconds."""
LITTLE = SEGMENT_BYTES // 8
"""Bytes of the spool for whose publishing newcomers wait."""


class Addressed(Struct, array_like=True, gc=False):
    """A record on its way. The partition is the key's, and found when it is sent."""

    topic: str
    key: str | None
    value: bytes


Connect = Callable[[], AbstractAsyncContextManager[Publisher]]
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[Addressed]).decode


class Delivery:
    """``async with`` it: inside, ``deliver`` takes records. It begins with whatever the spool holds."""

    def __init__(self, connect: Connect, spool: Spool, partitions: int, spool_after: float) -> None:
        self._connect = connect
        self._spool = spool
        self._partitions = partitions
        self._spool_after = spool_after
        self._gathering: Gathering | None = None
        self._open = asyncio.Event()
        self._turned = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.too_large = 0
        """Records that their topics did not take, also those of which it was known only later."""

    @property
    def direct(self) -> bool:
        """Whether records go to the broker without resting on disk."""
        return self._gathering is not None

    async def __aenter__(self) -> Self:
        self._spool.open()
        self._open.set()
        self._tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._look())]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """On return everything that was taken is acknowledged or on disk."""
        if self._gathering is not None:
            await self._gathering.settled()
        await asyncio.gather(*(_cancelled(task) for task in self._tasks))
        await self._spool.close()

    async def deliver(self, records: list[Addressed]) -> dict[int, Unmade]:
        """On return all are acknowledged by the brokers, or on disk. Raises ``Full`` or ``Failure``: then they are not taken.

        A record that its topic does not take, by its place among them: why. That lies on the topic instead.
        """
        if not records:
            return {}
        await self._open.wait()
        if self._gathering is None:
            await self._spool.append(_pack(records))
            return {}
        try:
            await self._gathering.publish(self._placed(records))
        except TooLarge as error:
            reasons = self._reasons(error)
            await self.deliver([_written(topic, unmade) for topic, unmade in reasons])
            places = {id(record.value): place for place, record in enumerate(records)}
            return {places[id(large.value)]: unmade for (_, large), (_, unmade) in zip(error.records, reasons, strict=True)}
        return {}

    def _reasons(self, error: TooLarge) -> list[tuple[str, Unmade]]:
        """In place of each record its topic and why it is refused. Raises the error where the topic does not even take that."""
        reasons = []
        for (topic, _), record in error.records:
            value = record.value or b""
            why = f"has {len(value)} bytes, and {topic} takes less: send less, or raise max.message.bytes there"
            if (unmade := smaller(value, why)) is None:
                raise error
            reasons.append((topic, unmade))
        if news := sum(unmade.beginning is not None for _, unmade in reasons):
            self.too_large += news
            logger.warning("Refused, and left to be dead letters: %s", error)
        return reasons

    def _placed(self, records: Iterable[Addressed]) -> dict[Place, list[Record]]:
        placed: defaultdict[Place, list[Record]] = defaultdict(list)
        for one in records:
            key = one.key
            place = one.topic, partition_of(key or "", self._partitions)
            placed[place].append(Record(key.encode() if key is not None else None, one.value))
        return placed

    async def _look(self) -> None:
        """Turns to disk when an acknowledgement is too long in coming."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self._gathering is not None and self._gathering.waited() > self._spool_after:
                self._turn(self._gathering.take_back())

    def _turn(self, unsent: list[tuple[Place, Batch]]) -> None:
        logger.warning("The broker has not answered for %g s: events go to disk", self._spool_after)
        self._gathering = None
        for place, batch in unsent:
            _spooled(batch, place[0], self._spool)
        self._turned.set()

    async def _publish(self) -> None:
        """Publishes the spool, then lets records go straight to the broker until they have to turn."""
        while True:
            try:
                async with self._connect() as publisher:
                    while True:
                        await self._empty(publisher)
                        await self._turned.wait()
            except (Failure, KafkaError, OSError) as error:
                logger.warning("Events go to disk, as they cannot be published: %s", error)
                self._gathering = None
                self._open.set()
                await asyncio.sleep(TRY_AGAIN_AFTER)

    async def _empty(self, publisher: Publisher) -> None:
        """On return the spool is empty, and records go to the broker."""
        while not self._spool.empty:
            if self._spool.bytes <= LITTLE:
                self._open.clear()
            path = await self._spool.oldest()
            if path is not None:
                await self._publish_file(path, publisher)
        self._turned.clear()
        self._gathering = Gathering(publisher)
        self._open.set()

    async def _publish_file(self, path: Path, publisher: Publisher) -> None:
        payloads = await asyncio.to_thread(self._spool.read, path)
        records = [record for payload in payloads for record in _unpack(payload)]
        publishing = asyncio.ensure_future(self._published(publisher, records))
        try:
            await asyncio.wait([publishing], timeout=self._spool_after)
            if not publishing.done():
                self._open.set()
            await publishing
        finally:
            publishing.cancel()
        await self._spool.remove(path)

    async def _published(self, publisher: Publisher, records: list[Addressed]) -> None:
        try:
            await publisher.publish(self._placed(records))
        except TooLarge as error:
            await self._published(publisher, [_written(topic, unmade) for topic, unmade in self._reasons(error)])


async def _cancelled(task: asyncio.Task[None]) -> None:
    """On return it has ended. aiokafka may swallow a cancellation while it connects; then the next one counts."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_AFTER)


def _spooled(batch: Batch, topic: str, spool: Spool) -> None:
    """Whoever waits for the batch is answered when it is on disk."""
    records = [Addressed(topic, _text(record.key), record.value or b"") for record in batch.records]

    def answer(done: asyncio.Future[None]) -> None:
        error = done.exception()
        if error is None:
            batch.succeed()
        else:
            batch.fail(error)

    try:
        spool.append(_pack(records)).add_done_callback(answer)
    except Full as full:
        batch.fail(full)


def _written(topic: str, unmade: Unmade) -> Addressed:
    return Addressed(topic, None, kept(unmade))


def _text(key: bytes | None) -> str | None:
    return None if key is None else key.decode()
