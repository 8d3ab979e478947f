"""Appending to topics in bulk: records go straight into Kafka's record batches.

The order within a partition is kept whatever the broker does: the next batch of a partition is handed over only when the one
before it is acknowledged, and a batch that was not is sent again for as long as it takes. So what a log says of itself stays
true, for instance that everything up to a tick stands before the tick. A batch that is sent twice appears twice, in place, where
the producer is not idempotent or had to give the batch up; readers know positions and ids and are not misled.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic

from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from aiokafka.producer.message_accumulator import BatchBuilder
from msgspec import Struct

from schemas.failures import Failure
from streams.publishing.producer import Producer

logger = logging.getLogger(__name__)

RETRY_AFTER = 0.5
"""Seconds."""
LONGEST_REST = 0.05
"""Seconds; a broker that was away for a minute is no reason to rest for one."""
BATCH_BYTES = 900_000
"""Of one record batch; the producer's ``max_batch_size`` must be this. Kafka's default limit is a little over 1 MB."""


class Record(Struct, frozen=True):
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    timestamp: int | None = None
    """Epoch milliseconds; None: the moment of sending."""


Place = tuple[str, int]
"""Topic and partition."""
Appends = Mapping[Place, Sequence[Record]]


class MayNotWrite(Failure):
    """No later attempt would fare better."""


class TooLarge(Failure):
    """These records are larger than their topics take; all others that were to be appended are acknowledged."""

    def __init__(self, records: Sequence[tuple[Place, Record]]) -> None:
        self.records = records
        topics = ", ".join(sorted({topic for (topic, _), _ in records}))
        sizes = ", ".join(str(_weight(record)) for _, record in records[:3])
        super().__init__(f"Records of {sizes} bytes are more than {topics} takes. Raise max.message.bytes there, or send less.")


class Publisher:
    """Appends records over one producer and returns when all replicas that must have them do.

    A producer sends one request at a time. ``batch_bytes``, of a partition in a request, is how long others must wait for theirs.
    ``rests``: one partition after the other, and after each batch for as long as that one took, so that what is urgent finds the
    loop free half of the time.
    """

    def __init__(self, producer: Callable[[], Producer], batch_bytes: int = BATCH_BYTES, rests: bool = False) -> None:
        self._producer = producer
        self._batch_bytes = batch_bytes
        self._rests = rests

    def in_the_background(self, batch_bytes: int) -> Publisher:
        """The same in smaller batches with rests in between."""
        return Publisher(self._producer, batch_bytes, rests=True)

    @property
    def last_alone(self) -> bool:
        """Whether a partition's last record must be a batch by itself.

        Asked where a partition ends, the embedded broker (Tansu 0.6) answers with the place behind the first record of its last
        batch. With one record in that, whoever reads to the end reads to the end. A broker that gives producer ids is another.
        """
        return not self._producer().idempotent

    async def publish(self, appends: Appends, more: bool = False) -> dict[Place, int]:
        """Append to several partitions; the offset of the last record of each. On return all is acknowledged.

        ``more`` promises that more follows at once, so that nothing of this is the last. Raises ``TooLarge`` once all the rest is
        acknowledged.
        """
        pending = {place: self._batches(records, more) for place, records in appends.items() if records}
        too_large: list[tuple[Place, Record]] = []
        if self._rests or len(pending) == 1:
            offsets = [await self._append(place, batches, too_large) for place, batches in pending.items()]
        else:
            offsets = await asyncio.gather(*(self._append(place, batches, too_large) for place, batches in pending.items()))
        if too_large:
            raise TooLarge(too_large)
        return dict(zip(pending, offsets, strict=True))

    async def _append(self, place: Place, batches: Iterable[Sequence[Record]], too_large: list[tuple[Place, Record]]) -> int:
        offset = -1
        for batch in batches:
            begun = monotonic()
            offset = await self._send(place, batch, too_large)
            if self._rests:
                await asyncio.sleep(min(monotonic() - begun, LONGEST_REST))
        return offset

    def _batches(self, records: Sequence[Record], more: bool) -> Iterable[Sequence[Record]]:
        """Records in groups that each fill one record batch of the broker's; the last record by itself where it must be."""
        if more or not self.last_alone:
            yield from self._full(records)
        else:
            yield from self._full(records[:-1])
            yield records[-1:]

    def _full(self, records: Iterable[Record]) -> Iterable[list[Record]]:
        group: list[Record] = []
        size = 0
        for record in records:
            weight = _weight(record)
            if group and size + weight > self._batch_bytes:
                yield group
                group, size = [], 0
            group.append(record)
            size += weight
        if group:
            yield group

    async def _send(self, place: Place, records: Sequence[Record], too_large: list[tuple[Place, Record]]) -> int:
        """Append one batch, again and again until the broker acknowledges it; the offset of its last record.

        Of a topic that takes smaller batches than others, its halves; a record that is too large by itself is left to the caller.
        """
        topic, partition = place
        while True:
            try:
                sent = await self._producer().send_batch(self._build(records), topic, partition=partition)
                return int((await sent).offset) + len(records) - 1
            except MessageSizeTooLargeError:
                self._producer().begin_anew()
                if len(records) == 1:
                    too_large.append((place, records[0]))
                    return -1
                half = len(records) // 2
                await self._send(place, records[:half], too_large)
                return await self._send(place, records[half:], too_large)
            except TopicAuthorizationFailedError as error:
                raise MayNotWrite(f"The brokers do not let this user write to {topic}. Grant it WRITE there.") from error
            except KafkaError as error:
                self._producer().begin_anew()
                logger.warning("%s/%s took nothing, will try again: %r", topic, partition, error)
                await asyncio.sleep(RETRY_AFTER)

    def _build(self, records: Sequence[Record]) -> BatchBuilder:
        builder = self._producer().create_batch()
        for record in records:
            builder.append(timestamp=record.timestamp, key=record.key, value=record.value, headers=list(record.headers))
        builder.close()
        return builder


def _weight(record: Record) -> int:
    """An upper bound of what a record takes in a batch."""
    headers = sum(len(name) + len(value) + 10 for name, value in record.headers) if record.headers else 0
    return len(record.key or b"") + len(record.value or b"") + headers + 32
