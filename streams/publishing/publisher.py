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


Appends = Mapping[tuple[str, int], Sequence[Record]]
"""Records by topic and partition."""


class MayNotWrite(Failure):
    """No later attempt would fare better."""


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

    async def publish(self, appends: Appends, more: bool = False) -> dict[tuple[str, int], int]:
        """Append to several partitions; the offset of the last record of each. On return all is acknowledged.

        ``more`` promises that more follows at once, so that nothing of this is the last.
        """
        pending = {place: self._batches(records, more) for place, records in appends.items() if records}
        if self._rests or len(pending) == 1:
            return {place: await self._append(*place, batches) for place, batches in pending.items()}
        offsets = await asyncio.gather(*(self._append(*place, batches) for place, batches in pending.items()))
        return dict(zip(pending, offsets, strict=True))

    async def _append(self, topic: str, partition: int, batches: Iterable[Sequence[Record]]) -> int:
        offset = -1
        for batch in batches:
            begun = monotonic()
            offset = await self._send(topic, partition, batch)
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

    async def _send(self, topic: str, partition: int, records: Sequence[Record]) -> int:
        """Append one batch, again and again until the broker acknowledges it; the offset of its last record."""
        while True:
            try:
                sent = await self._producer().send_batch(self._build(records), topic, partition=partition)
                return int((await sent).offset) + len(records) - 1
            except MessageSizeTooLargeError:
                self._producer().begin_anew()
                raise
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
