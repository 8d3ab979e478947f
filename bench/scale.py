"""One worker, then two, given the same history as fast as it can be written: how the partitions are shared, and how much sooner
all is committed.

On a machine of two cores the workers share them with each other and with the broker. So beside the speed stands the work, events
a second of their processor: what that loses from one worker to two is what sharing costs, and the rest is the machine's.
"""

from __future__ import annotations

import asyncio
import os
from argparse import Namespace
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.live import WatchedRun, all_committed
from bench.stopwatch import processor_of
from bench.table import show, sizes
from bench.traffic import history
from schemas.topics import JOURNEY_LOG
from throughline.arrivals import History
from throughline.broker import EmbeddedBroker, free_port
from throughline.kafka import create_topics
from throughline.replay import replay
from throughline.settings import PREFIX, Settings
from throughline.worker import client, options

SHARED_WITHIN = 60.0
"""Seconds."""
LOOK_EVERY = 0.1
KEY = "a key for measuring only"
"""Of the hash of e-mails: all workers have the same."""


@dataclass(frozen=True)
class Run:
    shares: list[int]
    """Partitions of journey.log of each worker."""
    records: int
    took: float
    """Seconds from the first one written until all was committed, the partitions having been shared before."""
    processor: float
    """Of the workers."""

    @property
    def speed(self) -> float:
        return self.records / self.took

    @property
    def work(self) -> float:
        return self.records / self.processor


async def measure(given: Namespace, file: Path, folder: Path, workers: int) -> Run:
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(EmbeddedBroker(folder))
        settings = [_settings(given, folder, number, broker.address) for number in range(workers)]
        await create_topics(options(settings[0], broker.address))
        runs = [WatchedRun(one, lambda words: None) for one in settings]
        for run in await asyncio.gather(*map(stack.enter_async_context, runs)):
            assert run.worker.running
        shares = await shared(runs, given.partitions)
        begun, before = perf_counter(), _processor(runs)
        sent = await replay(History([file]), client(settings[0], broker.address), given.partitions)
        await all_committed(settings[0], broker.address)
        return Run(shares, sent.records, perf_counter() - begun, _processor(runs) - before)


def _settings(given: Namespace, folder: Path, number: int, brokers: str) -> Settings:
    own = folder / f"worker-{number}"
    return Settings(
        data_dir=own, lake_dir=folder / "lake", brokers=brokers, clock="log", web_port=free_port(), partitions=given.partitions
    )


def _processor(runs: list[WatchedRun]) -> float:
    return sum(processor_of(run.worker.pid) for run in runs)


async def shared(runs: list[WatchedRun], partitions: int) -> list[int]:
    """Wait until every partition of journey.log is one worker's; how many each has."""
    deadline = perf_counter() + SHARED_WITHIN
    while perf_counter() < deadline:
        standings = [await run.standing() for run in runs]
        shares = [sum(place.startswith(JOURNEY_LOG) for place in now.behind or {}) for now in standings]
        if sum(shares) == partitions and all(shares) and all(now.status == "ok" for now in standings):
            return shares
        await asyncio.sleep(LOOK_EVERY)
    raise TimeoutError(f"The partitions were not shared within {SHARED_WITHIN:.0f} s: {shares}")


def main() -> None:
    given = sizes(str(__doc__), events=60_000, partitions=4)
    found = []
    os.environ[f"{PREFIX}IDENTITY_KEY"] = KEY
    with history(given) as file:
        for workers in (1, 2):
            with TemporaryDirectory(prefix="throughline-bench-") as folder:
                found.append(asyncio.run(measure(given, file, Path(folder), workers)))
    one = found[0]
    columns = (
        "partitions of each worker",
        "records",
        "seconds until committed",
        "events/s",
        "× one",
        "a second of processor",
        "× one",
    )
    rows = [
        (
            " + ".join(map(str, run.shares)),
            f"{run.records:,}",
            f"{run.took:.1f}",
            f"{run.speed:,.0f}",
            f"{run.speed / one.speed:.2f}",
            f"{run.work:,.0f}",
            f"{run.work / one.work:.2f}",
        )
        for run in found
    ]
    show(columns, rows)


if __name__ == "__main__":
    main()
