"""Kafka for Faust by the batch: one Faust message is everything one fetch brought of one partition.

Faust spends 100 µs on a message, whatever is in it. So ``message.value`` is the list of aiokafka's records and
``message.offset`` the offset of the last of them; an acknowledgement covers them all. Faust's own commit takes the inside of
such a batch for a gap in the log and stops committing after a restart. Here an offset is committed when its batch and every
batch delivered before it are acknowledged, and what lies between two batches is not looked at: compaction and transactions
leave holes there that nobody will ever fill.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, ConsumerMessage
from mode import Service
from mode.utils.futures import maybe_async

from schemas.failures import Stop
from schemas.topics import JOURNEY_LOG, SOURCE_TOPICS
from streams.agents.deliveries import Deliveries
from streams.agents.membership import refusal, watch
from streams.agents.options import Options
from streams.agents.producer import FaustProducer
from streams.agents.topics import grown

Offsets = Mapping[TP, int]
Fetched = dict[TopicPartition, list[Any]]
LOOK_AGAIN = 0.1
LOOK_AT_TOPICS = 1.0
FETCH_WITHIN = 0.05
"""Seconds; what else wants the consumer waits behind a fetch, and so does a partition that may be delivered from again."""
FETCH_WAITS_MS = 25
"""Of a fetch at a broker that has nothing to say. Faust's 1 500 suit Apache Kafka, which answers as soon as it has; the embedded
broker looks again only when half of it is over, and a signal waits for six fetches, one behind the other."""
Drain = Callable[[], Awaitable[None]]


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Faust's consumer thread, without the thread: it lives in the app's own loop.

    Beside a loop that computes, a thread waits for the interpreter's lock at each turn of its own, 5 ms at a time, and a signal
    passes through a dozen such turns: half of its way took place there. What keeps the loop for long keeps the heartbeats too;
    nothing here does, for as long as a session.

    A commit that fails is tried again later and ends nothing. To be refused by the group for good ends the worker.
    """

    def __init__(self, consumer: Consumer, *, loop: asyncio.AbstractEventLoop, **kwargs: Any) -> None:
        super().__init__(consumer, loop=loop, thread_loop=loop, **kwargs)

    async def start(self) -> None:
        self._thread_started.set()
        await self._default_start()
        await self.on_thread_started()

    async def stop(self) -> None:
        if self._started.is_set() and not self._stopped.is_set():
            self._stopped.set()
            await self._shutdown_thread()

    async def call_thread(self, fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await maybe_async(fun(*args, **kwargs))

    def _create_worker_consumer(self, transport: Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAITS_MS
        return consumer

    @Service.task
    async def _watch_the_group(self) -> None:
        try:
            await watch(self._ensure_consumer(), self.consumer.options)
        except Stop as problem:
            await self.app.crash(problem)

    @Service.task
    async def _watch_the_topics(self) -> None:
        """Faust takes partitions that were added for a reason to share them out anew, and ends over that without a word."""
        options = self.consumer.options
        while not self.should_stop:
            for topic in (*SOURCE_TOPICS, JOURNEY_LOG):
                found = len(self._ensure_consumer().partitions_for_topic(topic) or ())
                if found > options.partitions:
                    return await self.app.crash(grown(topic, found, options))
            await self.sleep(LOOK_AT_TOPICS)

    async def _commit(self, offsets: Offsets) -> bool:
        """Whether the group has taken the offsets. It has not where a rebalance is on, or the coordinator is away."""
        try:
            await self._ensure_consumer().commit({TopicPartition(*tp): offset for tp, offset in offsets.items()})
        except (CommitFailedError, IllegalStateError) as error:
            self.log.info("Offsets not committed, the partitions are being handed over: %s", error)
            return False
        except KafkaError as error:
            self.log.warning("Offsets not committed, will try again: %r", error)
            return False
        return True

    async def _fetch_records(
        self, consumer: AIOKafkaConsumer, active_partitions: set[TP], timeout: float | None = None, max_records: int | None = None
    ) -> Fetched:
        """What may be delivered of what was fetched; the rest is put back.

        A fetch that began before a rebalance may end after it, with records of partitions that Faust has meanwhile sought
        elsewhere. Thrown away, they would be read by nobody: the position is behind them, and a recovery would wait for ever.
        """
        try:
            fetched = await super()._fetch_records(consumer, frozenset(active_partitions), timeout, max_records)
        except KafkaError as error:
            raise refusal(error, self.consumer.options) or error from error
        for partition in [partition for partition in fetched if not self.consumer.delivers(TP(*partition))]:
            consumer.seek(partition, fetched.pop(partition)[0].offset)
        return fetched

    def rejoin(self) -> None:
        self._ensure_consumer()._coordinator.request_rejoin()


class BatchConsumer(Consumer):
    """Delivers batches and commits behind the last acknowledged one.

    ``drain`` is called before partitions are given up, in a rebalance or at the end: on its return whatever was taken of them
    is finished and acknowledged, as far as that is possible.
    """

    drain: Drain | None = None
    options: Options

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deliveries: dict[TP, Deliveries] = defaultdict(Deliveries)
        self._sought = False
        """The present partitions stand at what is committed."""
        self._open = False
        """They may be delivered from."""

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def delivers(self, tp: TP) -> bool:
        """Whether records of a partition may be delivered now: a changelog's in a recovery, others' when all is in place.

        Faust resumes the partitions, then seeks, then clears the agents' queues: what was delivered in between would be lost.
        """
        return bool(self.flow_active) and (self._open or self._is_changelog_tp(tp))

    async def _getmany(self, active_partitions: set[TP], timeout: float) -> Fetched:
        wanted = {tp for tp in active_partitions if self.delivers(tp)}
        if not wanted:  # to aiokafka none means all
            await self.sleep(LOOK_AGAIN)
            return {}
        return cast(Fetched, await super()._getmany(wanted, min(timeout, FETCH_WITHIN)))

    async def perform_seek(self) -> None:
        await super().perform_seek()
        self._sought = True

    def resume_flow(self) -> None:
        super().resume_flow()
        self._open = self._sought

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """What one fetch brought, a message per partition. Stops when the partitions are being handed over."""
        batches, _ = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        for partition, records in (batches or {}).items():
            if self.should_stop or not self.flow_active or self.app.consumer_generation_id != generation:
                return
            tp = TP(partition.topic, partition.partition)
            self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
            fresh = self._fresh(tp, records)
            if fresh:
                yield tp, self._batch(tp, fresh)

    def _fresh(self, tp: TP, records: list[Any]) -> list[Any]:
        """The records that were not yet delivered since the partition came. A changelog is read as often as Faust asks for it."""
        if not self.app.topics.acks_enabled_for(tp.topic):
            return records
        deliveries = self._deliveries[tp]
        fresh = [record for record in records if record.offset > deliveries.through]
        if fresh:
            deliveries.deliver(fresh[-1].offset)
        return fresh

    def _batch(self, tp: TP, records: list[Any]) -> ConsumerMessage:
        last = records[-1]
        return ConsumerMessage(
            tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, last.timestamp_type, None, None, records, None,
            tp=tp, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    def ack(self, message: ConsumerMessage) -> bool:
        """Faust calls this once a batch was acknowledged by everybody who has it."""
        message.acked = True
        self._unacked_messages.discard(message)
        if message.tp in self._deliveries:
            self._deliveries[message.tp].acknowledge(message.offset)
        return True

    async def force_commit(self, topics: Iterable[TP] | None = None, start_new_transaction: bool = True) -> bool:
        """Commit what is committable, of these partitions or of all. What the group does not take stays committable."""
        assigned = self.assignment() if topics is None else self.assignment() & set(topics)
        candidates = {tp: self._deliveries[tp].committable() for tp in assigned}
        offsets = {tp: offset for tp, offset in candidates.items() if offset is not None}
        if not offsets or not await self._commit(offsets):
            return False
        for tp, offset in offsets.items():
            self._deliveries[tp].commit(offset)
        self._committed_offset.update(offsets)
        self.app.monitor.on_tp_commit(offsets)
        return True

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """The inside of a batch is not a gap."""

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what was taken, and only then forget what was delivered and acknowledged. (Faust forgets first.)"""
        self._sought = self._open = False
        self._active_partitions.difference_update(revoked)
        self._paused_partitions.difference_update(revoked)
        await self._on_partitions_revoked(revoked)
        for memory in (self._deliveries, self._read_offset, self._committed_offset):
            for tp in revoked:
                memory.pop(tp, None)

    def committed_through(self, tp: TP) -> int:
        """The offset behind everything committed; 0 where nothing was."""
        return self._committed_offset[tp] or 0

    async def accepts(self, offsets: Offsets) -> bool:
        """Whether the group lets this worker commit these offsets: it does as long as the partitions are its own."""
        return bool(await self._commit(offsets))

    async def rejoin(self) -> None:
        """Leave the present assignment and be given a new one."""
        self._thread.rejoin()

    async def wait_empty(self) -> None:
        """Called by Faust before partitions are given up. After a crash there is nothing to finish: it is all read again."""
        if self.app.crashed:
            return
        if self.drain is not None:
            await self.drain()
        await self.force_commit()


class BatchTransport(Transport):
    """Faust's Kafka transport with a consumer and a producer of ours."""

    Consumer = BatchConsumer
    Producer = FaustProducer
