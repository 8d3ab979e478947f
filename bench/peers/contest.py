"""One run of one peer over the event set that the topics hold, from zero to its end, and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench.peers.answers import Answers, of_lake, of_parquet
from bench.peers.events import Feed
from bench.peers.kafka import append, remove
from bench.peers.ours import worker
from bench.peers.process import FINEST, Moment, Watched
from bench.peers.rivals import RIVALS, THROUGHLINE
from bench.peers.running import prepare, task_of
from bench.peers.task import Task

WITHIN = 600.0
"""Seconds for a run."""
STOPS_WITHIN = 20.0
IDLE_MS = 60 * 60_000


class Measured(msgspec.Struct):
    """Of one run. Seconds; ``warm`` is what it took once it was running: see ``docs/benchmarks.md``."""

    peer: str
    events: int
    wall: float
    """From the start of the process."""
    processor: float
    """User and system, from the start of the process."""
    warm_events: int
    warm_wall: float
    warm_processor: float
    peak_bytes: int

    @property
    def per_core(self) -> float:
        """Events in a second of one core's time, once warm."""
        return self.warm_events / self.warm_processor


@dataclass(frozen=True)
class Course:
    """Where the peers run: a broker whose topics hold the feed."""

    brokers: str
    feed: Feed
    partitions: int
    folder: Path

    def task(self, peer: str, number: int) -> Task:
        marks = (self.feed.mark // 1000, self.feed.until // 1000)
        folder = self.folder / f"{peer}-{self.folder.name}-{number}"
        return task_of(self.brokers, self.partitions, folder, IDLE_MS, marks)

    async def run(self, peer: str, number: int) -> tuple[Measured, Answers]:
        """One run, and what came out."""
        task = self.task(peer, number)
        await prepare(peer, task)
        return await (self._ours(task) if peer == THROUGHLINE else self._rival(peer, task))

    async def ours_before(self, rest: Feed) -> Measured:
        """Throughline over what the topics hold, and then, which is what counts as warm, over what is appended to it."""
        task = self.task(THROUGHLINE, 0)
        await prepare(THROUGHLINE, task)
        async with worker(task) as one:
            assert one.process is not None
            await one.all_committed(WITHIN)
            warm = one.process.now()
            await append(self.brokers, rest, self.partitions)
            await one.all_committed(WITHIN)
            end = one.process.now()
            memory = one.process.peak_bytes
        return self._measured(THROUGHLINE, end, end.since(warm), len(rest.sent), memory)

    async def _ours(self, task: Task) -> tuple[Measured, Answers]:
        """Warm once it owns its partitions: it has no compiler that would have to warm up."""
        async with worker(task) as one:
            assert one.process is not None
            ready = one.process.now()
            await one.all_committed(WITHIN)
            end = one.process.now()
            memory = one.process.peak_bytes
        return self._measured(THROUGHLINE, end, end.since(ready), len(self.feed.sent), memory), of_lake(one.lake)

    async def _rival(self, peer: str, task: Task) -> tuple[Measured, Answers]:
        """Warm after the first mark. What it does to stop in good order counts too: some put off writing until then."""
        command = RIVALS[peer].command()
        process = Watched(command, task.folder / "log", task.environment)
        try:
            warm = await process.mark(0, WITHIN)
            wall = (await process.mark(1, WITHIN)).wall
            memory = process.peak_bytes
            end = Moment(wall, await process.finish(STOPS_WITHIN))
        finally:
            process.child.kill()
        await remove(self.brokers, [task.alerts])
        return self._measured(peer, end, end.since(warm), self.feed.after_mark, memory), of_parquet(task.folder)

    def _measured(self, peer: str, end: Moment, warm: Moment, warm_events: int, memory: int) -> Measured:
        at_least = max(warm.processor, FINEST)
        return Measured(peer, len(self.feed.sent), end.wall, end.processor, warm_events, warm.wall, at_least, memory)
