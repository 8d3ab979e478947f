"""The agent over journey.log: per partition one stitcher, its effects carried out, its stretches committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, MutableMapping
from time import monotonic, time

import faust
from faust.types import TP, EventT, StreamT

from schemas.failures import Stop
from schemas.topics import JOURNEY_LOG
from streams.agents.changelog import ChangelogStore
from streams.agents.commit import Commit, NotOurs, Stretch
from streams.agents.metrics import Counts, PartitionStatus, partition_status
from streams.agents.options import Options
from streams.agents.outlet import Outlet, journey_log, letter_appends
from streams.agents.owned import Owned
from streams.agents.signals import signal_appends
from streams.agents.topics import anew
from streams.agents.waiting import with_waiting
from streams.journey.effects import Effects
from streams.journey.stitch import Stitcher
from streams.publishing.publisher import Appends

logger = logging.getLogger(__name__)

NewStitcher = Callable[[int, MutableMapping[str, bytes]], Stitcher]
"""partition, its states"""


class StitchAgent:
    """Stitches batch after batch. What is said to others goes out with each batch, what must last with each commit.

    While one commit is on its way the next stretch is read; the commit after that waits. Before partitions are given up the
    stretch in hand is committed (``drained``), and if that cannot be done they are forgotten and read again.
    """

    def __init__(
        self,
        app: faust.App,
        new: NewStitcher,
        outlet: Outlet,
        commit: Commit,
        store: ChangelogStore,
        options: Options,
        counts: Counts,
    ) -> None:
        self._app = app
        self._new = new
        self._outlet = outlet
        self._commit = commit
        self._store = store
        self._options = options
        self._counts = counts
        self._owned: dict[int, Owned] = {}
        self._taken: list[EventT] = []
        self._entries = 0
        self._turn = asyncio.Lock()
        self._begun = monotonic()
        self._committing: asyncio.Task[None] | None = None
        self._giving_up = True

    @property
    def owned(self) -> Iterable[Owned]:
        return self._owned.values()

    def statuses(self) -> Iterable[PartitionStatus]:
        """For metrics."""
        for owned in self._owned.values():
            yield partition_status(owned.partition, owned.stitcher.status())

    async def own(self, partitions: frozenset[int]) -> None:
        """Faust calls this when the states of all owned partitions are complete; those that stayed keep their stitcher."""
        kept = {number: owned for number, owned in self._owned.items() if number in partitions and self._is_whole(owned)}
        self._owned, self._giving_up = kept, False
        for partition in partitions - kept.keys():
            self._owned[partition] = Owned(partition, self._new(partition, self._store.partition(partition)))
            await asyncio.sleep(0)  # a million states take a second: a heartbeat may go out
            if self._giving_up:
                return  # they are being handed over again, and whoever is left with some is told so

    def _is_whole(self, owned: Owned) -> bool:
        """Its states are still those of the store: a partition that left and came back has others."""
        return owned.stitcher.states is self._store.partition(owned.partition)

    async def run(self, stream: StreamT) -> None:
        """Faust calls this with the stream. An error in the core is the worker's end: its state is no longer to be trusted."""
        try:
            async for event in stream.noack().events():
                async with self._turn:
                    await self._take(with_waiting(event, stream))
        except Exception as error:
            logger.exception("stitch failed")
            await self._app.crash(error)

    async def _take(self, events: Iterable[EventT]) -> None:
        said = Effects()
        for event in events:
            owned = self._owned.get(event.message.partition)
            stale = event.message.generation_id != self._app.consumer_generation_id
            if owned is None or stale or self._giving_up:
                continue  # not ours, or fetched before a rebalance: whoever owns it reads it from the committed offset
            if hole := owned.hole_before(event.message.value[0].offset):
                await self._refuse(owned.partition, hole)
            for record in event.message.value:
                owned.process(record.offset, record.value)
            owned.say(said)
            self._taken.append(event)
        self._entries += said.counts["entries"]
        await self._outlet.send(self._say(said))
        await self._write_down()
        if self._due():
            await self._begin_commit()

    async def _write_down(self) -> None:
        """Behind what was said, and partition by partition: whoever is to hear of a cart does not wait for it."""
        for owned in list(self._owned.values()):
            if owned.is_live(time()):
                await asyncio.sleep(0)
                owned.write_down()

    async def _refuse(self, partition: int, hole: range) -> None:
        """Raises ``Stop`` where the log can still tell what the state lacks. Where it cannot, to say so is all that helps."""
        log = TP(JOURNEY_LOG, partition)
        kept_from = (await self._app.consumer.earliest_offsets(log)).get(log) or 0
        if kept_from < hole.stop:
            raise Stop(
                f"The state of {JOURNEY_LOG}/{partition} ends before offset {hole.start}, and the group would go on at "
                f"{hole.stop}: the changelog was emptied or made anew, and open journeys would be forgotten. "
                f"{anew(self._options.group)}"
            )
        logger.error(
            "%s/%s has lost the records %s to %s, which no worker had read, and what they told. Its retention is too short.",
            *(JOURNEY_LOG, partition, hole.start, hole.stop - 1),
        )

    def _say(self, effects: Effects) -> Appends:
        """What goes out at once: the log first in the order of the entries, and signals."""
        appends = journey_log(JOURNEY_LOG, effects.log.items())
        appends.update(signal_appends(effects.signals, self._options.partitions))
        appends.update(letter_appends(effects.dead_letters, self._options.partitions))
        self._counts.stitched.update(effects.counts)
        self._counts.signals.update((signal.kind, signal.status) for signal in effects.signals)
        return appends

    def _due(self) -> bool:
        waited = monotonic() - self._begun
        return bool(self._taken) and (waited >= self._options.commit_interval or self._entries >= self._options.commit_every)

    async def commit_if_due(self) -> None:
        """Called by a timer, for a log that has fallen silent."""
        async with self._turn:
            if self._due() and not self._giving_up:
                await self._begin_commit()

    async def _begin_commit(self) -> None:
        """Cut the stretch here and commit it while the next is read. Needs the turn."""
        await self._committed()
        shares = [share for owned in self._owned.values() if (share := owned.share()) is not None]
        taken, self._taken, self._entries, self._begun = self._taken, [], 0, monotonic()
        if shares:
            self._committing = asyncio.create_task(self._run(Stretch(taken, shares)))
        else:  # met again and passed over: all that follows from it is durable
            for event in taken:
                event.ack()

    async def _committed(self) -> None:
        """On return no commit is on its way. Who waits here is not ended by a commit that is given up."""
        if self._committing is not None:
            await asyncio.wait([self._committing])

    async def _run(self, stretch: Stretch) -> None:
        try:
            await self._commit.run(stretch)
        except (NotOurs, Stop) as problem:
            logger.warning("This worker gives back what it was about to commit, and will read what it is given: %s", problem)
            self._forget()
            await self._app.consumer.rejoin()
        except Exception as error:
            logger.exception("commit failed")
            await self._app.crash(error)

    async def drained(self) -> None:
        """On return everything taken is committed, or forgotten; nothing more is taken before ``own``."""
        try:
            await asyncio.wait_for(self._drain(), self._options.drain_within)
        except TimeoutError:
            logger.warning("Not all that was read could be committed in %s s; it will be read again.", self._options.drain_within)
            if self._committing is not None:
                self._committing.cancel()
            self._committing = None
            self._forget()

    async def _drain(self) -> None:
        async with self._turn:
            self._giving_up = True
            await self._committed()
            if self._taken:
                await self._begin_commit()
            await self._committed()

    def _forget(self) -> None:
        """Drop every partition and its state, which can be had from the changelog; the next rebalance reads it back."""
        self._giving_up = True
        self._counts.abandoned += len(self._owned)
        for partition in self._owned:
            self._store.drop(partition)
            self._app.tables.recovery.revoke(self._store.changelog(partition))
        self._owned.clear()
        self._taken, self._entries = [], 0
