"""History as it comes in while things break: at a pace, until somebody says that the rest may come as fast as it goes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from streams.journey.entries import Instant
from throughline.arrivals import History
from throughline.kafka import publishing
from throughline.replay import Pace, Replay


class Load(Replay):
    """A replay that can be told to hurry."""

    hurried = False

    def hurry(self) -> None:
        self.hurried = True

    async def _wait_until(self, at: Instant) -> None:
        assert self._pace.speed is not None
        if self._begun is None:
            self._begun = at, time.monotonic()
        begun_at, begun = self._begun
        due = begun + (at - begun_at) / 1e6 / self._pace.speed
        while not self.hurried and time.monotonic() < due:
            await asyncio.sleep(0.05)


def speed(file: Path, seconds: float) -> float:
    """At which the history in a file lasts for so long."""
    arrivals = [arrival.at for arrival in History([file])]
    return (max(arrivals) - min(arrivals)) / 1e6 / seconds


class Streaming:
    """A file's history on its way to the topics, in a task of its own."""

    def __init__(self, file: Path, brokers: str, partitions: int, seconds: float) -> None:
        self._file = file
        self._client = {"bootstrap_servers": brokers}
        self._partitions = partitions
        self._pace = Pace(speed(file, seconds))
        self._load: Load | None = None
        self._task = asyncio.create_task(self._run())

    @property
    def sent(self) -> int:
        return self._load.records if self._load is not None else 0

    async def finish(self) -> int:
        """The rest as fast as it goes; on return all is acknowledged. How many records there were."""
        while self._load is None and not self._task.done():
            await asyncio.sleep(0.05)
        if self._load is not None:
            self._load.hurry()
        await self._task
        return self.sent

    async def _run(self) -> None:
        async with publishing(self._client) as publisher:
            self._load = Load(publisher, self._partitions, self._pace, lambda count: None)
            await self._load.run(History([self._file]), 0)
