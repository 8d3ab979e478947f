"""Throughline in the contest: one worker as `throughline work` starts it, with the job's 60 minutes as its only setting."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.peers.process import LOOK_EVERY, Watched
from bench.peers.task import Task
from schemas.failures import Stop
from schemas.topics import JOURNEY_LOG, SOURCE_TOPICS
from throughline.broker import free_port
from throughline.durations import say
from throughline.identity_key import identity_key
from throughline.kafka import create_topics, places_of, reading
from throughline.settings import PREFIX, Settings
from throughline.watching import standing
from throughline.worker import client, options

STARTS_WITHIN = 60.0
"""Seconds."""


class Worker:
    """A worker process and where it works."""

    def __init__(self, task: Task) -> None:
        self.task = task
        folder = task.folder
        self.settings = Settings(
            data_dir=folder, brokers=task.brokers, clock="log", partitions=task.partitions, group=task.group, web_port=free_port()
        )
        self.process: Watched | None = None

    @property
    def lake(self) -> Path:
        return self.settings.lake

    def start(self) -> Watched:
        settings = self.settings
        identity_key(settings)
        idle = {"cart_abandoned": {"idle": say(timedelta(milliseconds=self.task.idle_ms))}}
        given = {
            "BROKERS": self.task.brokers,
            "DATA_DIR": str(settings.data_dir),
            "PARTITIONS": str(settings.partitions),
            "CLOCK": settings.clock,
            "GROUP": settings.group,
            "WEB_PORT": str(settings.web_port),
            "RULES__DETECTORS": json.dumps(idle),
        }
        environment = {PREFIX + name: value for name, value in given.items()}
        self.process = Watched([sys.executable, "-m", "throughline", "work"], settings.data_dir / "worker.log", environment)
        return self.process

    async def ready(self) -> None:
        """On return it owns its partitions and has recovered."""
        assert self.process is not None
        while (now := await standing(self.settings.web_host, self.settings.web_port)).status != "ok" or now.behind is None:
            if not self.process.child.running or self.process.now().wall > STARTS_WITHIN:
                raise Stop(f"The worker did not start. Its log says why: {self.process.log}")
            await asyncio.sleep(LOOK_EVERY)

    async def all_committed(self, within: float) -> None:
        """On return its offsets stand at the ends of the source topics and of journey.log, and stay there."""
        assert self.process is not None
        where = client(self.settings, self.task.brokers)
        async with reading({**where, "group_id": self.task.group}) as consumer:
            places = await places_of(where, *SOURCE_TOPICS, JOURNEY_LOG)
            while await _behind(consumer, places) or await _behind(consumer, places):
                if not self.process.child.running or self.process.now().wall > within:
                    raise Stop(f"The worker has not done its work within {within:g} s; its log: {self.process.log}")
                await asyncio.sleep(0.1)


async def _behind(consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> bool:
    ends = await consumer.end_offsets(places)
    return any([(await consumer.committed(place) or 0) < ends[place] for place in places])


@asynccontextmanager
async def worker(task: Task) -> AsyncIterator[Worker]:
    """A worker that owns its partitions; killed at the end of the block."""
    one = Worker(task)
    await create_topics(options(one.settings, task.brokers))
    process = one.start()
    try:
        await one.ready()
        yield one
    finally:
        process.child.kill()
