"""Many callers' records in few batches: what is appended to a partition while a batch of it is under way goes with the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from time import monotonic

from streams.publishing.publisher import Appends, Place, Publisher, Record, TooLarge


class Batch:
    """A caller's records of one partition, or what is left of them to be acknowledged."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.since = monotonic()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.done.add_done_callback(_looked_at)
        self._too_large: list[tuple[Place, Record]] = []

    def leave_out(self, too_large: Sequence[tuple[Place, Record]]) -> None:
        """Those of its records that the topic does not take."""
        own = {id(record) for record in self.records}
        self._too_large += [(place, record) for place, record in too_large if id(record) in own]

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)

    def succeed(self) -> None:
        """All its records are acknowledged, but those that were left out."""
        if self._too_large:
            self.fail(TooLarge(self._too_large))
        elif not self.done.done():
            self.done.set_result(None)


class Gathering:
    """Appends over one publisher, one batch of a partition under way at a time. Nothing lingers: an idle one begins at once."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._lanes: dict[Place, _Lane] = {}

    async def publish(self, appends: Appends) -> None:
        """On return all is acknowledged. A caller that is cancelled takes nobody's records along, nor its own.

        Raises ``TooLarge`` once the rest of the caller's own is acknowledged.
        """
        waits = [self._lane(place).add(records) for place, records in appends.items()]
        too_large: list[tuple[Place, Record]] = []
        for done in waits:
            try:
                await asyncio.shield(done)
            except TooLarge as error:
                too_large += error.records
        if too_large:
            raise TooLarge(too_large)

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

    def add(self, records: Sequence[Record]) -> asyncio.Future[None]:
        batch = Batch(records)
        self.batches.append(batch)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return batch.done

    async def _run(self) -> None:
        """All that waits goes at once; but where the last record must be alone, it is held back and goes with what comes then."""
        while self.batches:
            waiting = list(self.batches)
            records = [record for batch in waiting for record in batch.records]
            held = records[-1:] if self._publisher.last_alone and len(records) > 1 else []
            try:
                await self._publisher.publish({self._place: records[:-1] if held else records}, more=bool(held))
            except TooLarge as error:
                for batch in waiting:
                    batch.leave_out(error.records)
            except Exception as error:
                for _ in waiting:
                    self.batches.popleft().fail(error)
                continue
            for _ in waiting[:-1] if held else waiting:
                self.batches.popleft().succeed()
            if held:
                self.batches[0].records = held
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
