"""Many callers' records in few batches: what is appended to a partition while a batch of it is under way goes as the next one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from time import monotonic

from streams.publishing.publisher import Appends, Publisher, Record

Place = tuple[str, int]
"""Topic and partition."""


class Batch:
    """Records of one partition that are acknowledged together."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.since = monotonic()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.done.add_done_callback(_looked_at)

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)

    def succeed(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


class Gathering:
    """Appends over one publisher, one batch of a partition under way at a time. Nothing lingers: an idle one begins at once."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._lanes: dict[Place, _Lane] = {}

    async def publish(self, appends: Appends) -> None:
        """On return all is acknowledged. A caller that is cancelled takes nobody's records along, nor its own."""
        waits = [self._lane(place).add(records) for place, records in appends.items()]
        for done in waits:
            await asyncio.shield(done)

    def _lane(self, place: Place) -> _Lane:
        lane = self._lanes.get(place)
        if lane is None:
            lane = self._lanes[place] = _Lane(self._publisher, place)
        return lane

    def waited(self) -> float:
        """Seconds for which the oldest batch has waited for its acknowledgement."""
        since = [lane.batches[0].since for lane in self._lanes.values() if lane.batches]
        return monotonic() - min(since) if since else 0.0

    def take_back(self) -> list[tuple[Place, Batch]]:
        """Everything that is not acknowledged, in order within a partition; it is not sent from here any more, though some may
        already be on its way. Whoever takes it answers those who wait."""
        return [(place, batch) for place, lane in self._lanes.items() for batch in lane.stop()]

    async def settled(self) -> None:
        """On return nothing is under way."""
        waits = [batch.done for lane in self._lanes.values() for batch in lane.batches]
        await asyncio.gather(*waits, return_exceptions=True)


class _Lane:
    """One partition."""

    def __init__(self, publisher: Publisher, place: Place) -> None:
        self._publisher = publisher
        self._place = place
        self._task: asyncio.Task[None] | None = None
        self.batches: deque[Batch] = deque()
        """The first is under way once the task runs; only the last may still grow."""
        self._sent: Batch | None = None

    def add(self, records: Iterable[Record]) -> asyncio.Future[None]:
        if not self.batches or self.batches[-1] is self._sent:
            self.batches.append(Batch())
        batch = self.batches[-1]
        batch.records.extend(records)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return batch.done

    async def _run(self) -> None:
        while self.batches:
            batch = self._sent = self.batches[0]
            try:
                await self._publisher.publish({self._place: batch.records})
                batch.succeed()
            except Exception as error:
                batch.fail(error)
            self.batches.popleft()
        self._task = None

    def stop(self) -> Sequence[Batch]:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        left, self.batches = list(self.batches), deque()
        return left


def _looked_at(done: asyncio.Future[None]) -> None:
    """A failure whose callers have all gone is nobody's surprise."""
    if not done.cancelled():
        done.exception()
