"""Kafka for Faust by the batch: one Faust message is everything one fetch brought of one partition.

Faust spends 100 µs on a message, whatever is in it. So ``message.value`` is the list of aiokafka's records and
``message.offset`` the offset of the last of them; an acknowledgement covers them all. Faust's own commit takes the inside of
such a batch for a gap in the log and stops committing after a restart. Here an offset is committed when its batch and every
batch delivered before it are acknowledged, and what lies between two batches is not looked at: compaction and transactions
leave holes there that nobody will ever fill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types import TP, ConsumerMessage

Offsets = Mapping[TP, int]
Drain = Callable[[], Awaitable[None]]


class BatchConsumerThread(AIOKafkaConsumerThread):
    """Faust's consumer thread, for which a commit that fails is tried again later and ends nothing."""

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

    async def rejoin(self) -> None:
        await self.call_thread(self._request_rejoin)

    async def _request_rejoin(self) -> None:
        self._ensure_consumer()._coordinator.request_rejoin()


class BatchConsumer(Consumer):
    """Delivers batches and commits behind the last acknowledged one.

    ``drain`` is called before partitions are given up, in a rebalance or at the end: on its return whatever was taken of them
    is finished and acknowledged, as far as that is possible.
    """

    drain: Drain | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._delivered: dict[TP, list[int]] = defaultdict(list)

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """What one fetch brought, a message per partition. Stops when the partitions are being handed over."""
        generation = self.app.consumer_generation_id
        batches, active = await self._wait_next_records(timeout)
        for partition, records in (batches or {}).items():
            if self.should_stop or not self.flow_active or self.app.consumer_generation_id != generation:
                return
            tp = TP(partition.topic, partition.partition)
            if records and (active is None or tp in active or tp in self._buffered_partitions):
                self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
                self._delivered[tp].append(records[-1].offset)
                yield tp, self._batch(tp, records)

    def _batch(self, tp: TP, records: list[Any]) -> ConsumerMessage:
        last = records[-1]
        return ConsumerMessage(
            tp.topic, tp.partition, last.offset, last.timestamp / 1000.0, last.timestamp_type, None, None, records, None,
            tp=tp, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    def committable(self, tp: TP) -> int | None:
        """The offset behind the last acknowledged batch that has no unacknowledged one before it."""
        acknowledged = self._acked_index[tp]
        through = None
        for offset in self._delivered[tp]:
            if offset not in acknowledged:
                break
            through = offset + 1
        return through

    async def _commit_tps(self, tps: Iterable[TP], start_new_transaction: bool) -> bool:
        """Commit what is committable. What the group does not take stays committable."""
        assigned = self.assignment()
        candidates = {tp: self.committable(tp) for tp in list(tps) if tp in assigned}
        offsets = {tp: offset for tp, offset in candidates.items() if offset is not None}
        if not offsets or not await self._commit(offsets):
            return False
        for tp, offset in offsets.items():
            self._forget(tp, offset)
        self._committed_offset.update(offsets)
        self.app.monitor.on_tp_commit(offsets)
        return True

    def _forget(self, tp: TP, committed: int) -> None:
        done = {offset for offset in self._delivered[tp] if offset < committed}
        self._delivered[tp] = [offset for offset in self._delivered[tp] if offset not in done]
        self._acked_index[tp] -= done
        self._acked[tp] = [offset for offset in self._acked[tp] if offset not in done]

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """The inside of a batch is not a gap."""

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what was taken, and only then forget what was delivered and acknowledged. (Faust forgets first.)"""
        self._active_partitions.difference_update(revoked)
        self._paused_partitions.difference_update(revoked)
        await self._on_partitions_revoked(revoked)
        for memory in (self._delivered, self._acked, self._acked_index, self._read_offset, self._committed_offset):
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
        await self._thread.rejoin()

    async def perform_seek(self) -> None:
        """Back to what is committed: nothing counts as delivered."""
        self._delivered.clear()
        self._acked.clear()
        self._acked_index.clear()
        self._unacked_messages.clear()
        await super().perform_seek()

    async def wait_empty(self) -> None:
        """Called by Faust before partitions are given up. After a crash there is nothing to finish: it is all read again."""
        if self.app.crashed:
            return
        if self.drain is not None:
            await self.drain()
        await self.force_commit()


class BatchTransport(Transport):
    """Faust's Kafka transport with :class:`BatchConsumer` in it."""

    Consumer = BatchConsumer
