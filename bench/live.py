"""End to end on one machine: topics full of events, one worker process and the embedded broker, until all is in the lake."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.stopwatch import processor_of
from bench.table import show, sizes
from bench.traffic import history
from schemas.topics import JOURNEY_LOG, SOURCE_TOPICS
from throughline.arrivals import History
from throughline.broker import EmbeddedBroker, free_port
from throughline.kafka import create_topics
from throughline.leash import Leashed
from throughline.local import LocalRun
from throughline.replay import replay
from throughline.settings import Settings
from throughline.worker import client, options

LOOK_EVERY = 0.25
"""Seconds: how exactly the end is known."""


class WatchedRun(LocalRun):
    """A run whose worker's processor time is looked at."""

    @property
    def worker(self) -> Leashed:
        assert self._worker is not None
        return self._worker


async def measure(file: Path, folder: Path) -> tuple[int, float, float, float]:
    """Records; seconds from the worker's readiness to its last commit; processor seconds of worker and broker meanwhile."""
    async with EmbeddedBroker(folder) as broker:
        settings = Settings(data_dir=folder, brokers=broker.address, clock="log", web_port=free_port())
        await create_topics(options(settings, broker.address))
        sent = await replay(History([file]), client(settings, broker.address), settings.partitions)
        assert broker.pid is not None
        before = processor_of(broker.pid)
        async with WatchedRun(settings, lambda words: None) as run:
            begun, worker_before = perf_counter(), processor_of(run.worker.pid)
            await all_committed(settings, broker.address)
            took = perf_counter() - begun
            return sent.records, took, processor_of(run.worker.pid) - worker_before, processor_of(broker.pid) - before


async def all_committed(settings: Settings, brokers: str) -> None:
    """On return the group's offsets stand at the ends of the source topics and of journey.log, and stay there."""
    consumer = AIOKafkaConsumer(group_id=settings.group, enable_auto_commit=False, **client(settings, brokers))
    await consumer.start()
    try:
        places = [TopicPartition(topic, place) for topic in (*SOURCE_TOPICS, JOURNEY_LOG) for place in range(settings.partitions)]
        consumer.assign(places)
        while await _behind(consumer, places) or await _behind(consumer, places):
            await asyncio.sleep(LOOK_EVERY)
    finally:
        await consumer.stop()


async def _behind(consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> bool:
    ends = await consumer.end_offsets(places)
    return any([(await consumer.committed(place) or 0) < ends[place] for place in places])


def main() -> None:
    given = sizes(str(__doc__), events=200_000)
    with history(given) as file, TemporaryDirectory(prefix="throughline-bench-") as folder:
        records, took, worker, broker = asyncio.run(measure(file, Path(folder)))
    show(
        ("records", "seconds until committed", "events/s", "µs of the worker's processor an event", "of the broker's"),
        [
            (
                f"{records:,}",
                f"{took:.1f}",
                f"{records / took:,.0f}",
                f"{worker / records * 1e6:.1f}",
                f"{broker / records * 1e6:.1f}",
            )
        ],
    )


if __name__ == "__main__":
    main()
