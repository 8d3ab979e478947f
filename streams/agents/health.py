"""Health means progress: each owned partition moves, or has nothing to move to.

A worker whose process runs and whose consumer has silently died looks alive to everything but this (faust #175, #640). So the
end offsets are asked from the broker, not taken from what was last fetched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import faust
from aiokafka.errors import KafkaError
from faust.types import TP

logger = logging.getLogger(__name__)

ASK_WITHIN = 10.0
"""Seconds."""


@dataclass
class Place:
    """How far one partition is, and since when."""

    committed: int
    end: int
    moved_at: float

    @property
    def behind(self) -> int:
        return max(0, self.end - self.committed)


class Progress:
    """Committed offsets against the ends of the partitions this worker owns."""

    def __init__(self, app: faust.App, stalled_after: float) -> None:
        self._app = app
        self._stalled_after = stalled_after
        self._places: dict[TP, Place] = {}
        self._asked_at = monotonic()
        self._recovering = 0, monotonic()
        """Changelog records still to be read, and since when as many."""

    async def look(self) -> None:
        """Ask the broker once. A broker that does not answer leaves the picture as it is, and it grows old."""
        self._look_at_recovery()
        consumer = self._app.consumer
        mine = [tp for tp in consumer.assignment() if self._app.topics.acks_enabled_for(tp.topic)]
        try:
            ends = await asyncio.wait_for(consumer.highwaters(*mine), ASK_WITHIN)
        except (TimeoutError, KafkaError) as error:
            logger.warning("The ends of the partitions could not be asked: %r", error)
            return
        self._places = {tp: self._place(tp, ends.get(tp) or 0, consumer.committed_through(tp)) for tp in mine}
        self._asked_at = monotonic()

    def _look_at_recovery(self) -> None:
        """Faust swallows what goes wrong in a recovery and waits on (#155, #176, #597): only its not moving shows it."""
        remaining = self._app.tables.recovery.active_remaining_total() if self._app.in_recovery else 0
        if remaining == 0 or remaining != self._recovering[0]:
            self._recovering = remaining, monotonic()

    def _place(self, tp: TP, end: int, committed: int) -> Place:
        known = self._places.get(tp)
        if known is None or known.committed != committed or known.behind == 0:
            return Place(committed, end, monotonic())
        return Place(committed, end, known.moved_at)

    def lag(self) -> Iterable[tuple[str, int, int]]:
        for tp, place in sorted(self._places.items()):
            yield tp.topic, tp.partition, place.behind

    def report(self) -> tuple[int, dict[str, Any]]:
        """HTTP status and the reason for it, in words."""
        now = monotonic()
        stalled = [
            f"{tp.topic}/{tp.partition} is {place.behind} behind and has not moved for {now - place.moved_at:.0f} s"
            for tp, place in sorted(self._places.items())
            if place.behind and now - place.moved_at > self._stalled_after
        ]
        if now - self._asked_at > self._stalled_after:
            stalled.append(f"the broker has not been heard of for {now - self._asked_at:.0f} s")
        remaining, since = self._recovering
        if remaining and now - since > self._stalled_after:
            stalled.append(
                f"the recovery of the state has stood still for {now - since:.0f} s, {remaining} records before its end"
            )
        status = "stalled" if stalled else self._phase()
        partitions = {f"{tp.topic}/{tp.partition}": _shown(place) for tp, place in sorted(self._places.items())}
        return (503 if stalled else 200), {"status": status, "reasons": stalled, "partitions": partitions}

    def _phase(self) -> str:
        if self._app.in_recovery:
            return "recovering"
        return "rebalancing" if self._app.rebalancing else "ok"


def _shown(place: Place) -> dict[str, int]:
    return {"committed": place.committed, "end": place.end, "behind": place.behind}
