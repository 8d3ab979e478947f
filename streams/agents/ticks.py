"""The leader's clock: a tick a second at the end of every partition of every source topic."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import msgspec

from schemas.topics import CONTROL_HEADER, SOURCE_TOPICS, TICK
from streams.publishing.publisher import Appends, Publisher, Record

logger = logging.getLogger(__name__)

Clock = Callable[[], int]
LEAP = 2.0
"""Seconds; less than that is a clock being corrected."""
BELIEVED_AFTER = 60.0
"""Seconds."""


def tick(at: int, replay: bool = False) -> Record:
    """The control record that says: whatever was appended here before it, had come by ``at`` (µs)."""
    return Record(None, msgspec.json.encode({"at": at, "replay": replay}), ((CONTROL_HEADER, TICK.encode()),))


def ticks(at: int, partitions: int, replay: bool = False) -> Appends:
    """One tick for every partition of every source topic."""
    return {(topic, partition): [tick(at, replay)] for topic in SOURCE_TOPICS for partition in range(partitions)}


class Wall:
    """The wall clock, less its leaps.

    A host whose clock leaps ahead by an hour would tell that every cart has been left for an hour. So what the wall says is held
    against the time that has passed: a leap is believed when it has stood for a minute. One that was right (a machine that slept)
    is only late by that; one that is taken back within the minute was never heard of. Both clocks tell nanoseconds.
    """

    def __init__(self, wall: Clock = time.time_ns, steady: Clock = time.monotonic_ns) -> None:
        self._wall = wall
        self._steady = steady
        self._offset = wall() - steady()
        self._leapt_at: int | None = None

    def now(self) -> int:
        """µs since 1970 (UTC)."""
        steady = self._steady()
        offset = self._wall() - steady
        if self._believes(offset, steady):
            self._offset, self._leapt_at = offset, None
        return (steady + self._offset) // 1000

    def _believes(self, offset: int, steady: int) -> bool:
        leap = (offset - self._offset) / 1e9
        if abs(leap) <= LEAP:
            return True
        if self._leapt_at is None:
            self._leapt_at = steady
            logger.warning("This host's clock has leapt by %.0f s; believed if it stands for %.0f s", leap, BELIEVED_AFTER)
        return (steady - self._leapt_at) / 1e9 >= BELIEVED_AFTER


async def tick_now(publisher: Publisher, partitions: int, wall: Wall) -> None:
    """The wall clock enters the log here, and nowhere else."""
    await publisher.publish(ticks(wall.now(), partitions))
