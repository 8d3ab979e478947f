"""The leader's clock: a tick a second at the end of every partition of every source topic."""

from __future__ import annotations

import time

import msgspec

from schemas.topics import CONTROL_HEADER, SOURCE_TOPICS, TICK
from streams.agents.publish import Appends, Publisher, Record


def tick(at: int, replay: bool = False) -> Record:
    """The control record that says: whatever was appended here before it, had come by ``at`` (µs)."""
    return Record(None, msgspec.json.encode({"at": at, "replay": replay}), ((CONTROL_HEADER, TICK.encode()),))


def ticks(at: int, partitions: int, replay: bool = False) -> Appends:
    """One tick for every partition of every source topic."""
    return {(topic, partition): [tick(at, replay)] for topic in SOURCE_TOPICS for partition in range(partitions)}


async def tick_now(publisher: Publisher, partitions: int) -> None:
    """The wall clock enters the log here, and nowhere else."""
    await publisher.publish(ticks(time.time_ns() // 1000, partitions))
