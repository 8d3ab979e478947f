"""History through the topics: events as producers would have sent them, and time from the events instead of the wall.

A tick at T goes into every partition of every source topic behind all records that arrived before T. Workers must run with the
clock ``log``; beside a leader that ticks by the wall a replay only adds to what is known, its time is past.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from schemas.instants import moment
from schemas.topics import SOURCE_TOPICS
from streams.agents.ticks import ticks
from streams.journey.entries import Instant, partition_of
from streams.publishing.publisher import Publisher, Record
from throughline.arrivals import TICK_EVERY, Arrival, History, with_ticks
from throughline.kafka import publishing

AT_ONCE = 20_000
"""Records handed over before waiting for the broker."""


@dataclass(frozen=True)
class Replayed:
    records: int
    ticks: int
    through: Instant
    """The last tick, as of which everything is known."""


@dataclass(frozen=True)
class Pace:
    """How fast event time passes."""

    speed: float | None = None
    """Seconds of event time in a second; None: as fast as it goes."""

    @property
    def tick_every(self) -> Instant:
        """Event time between ticks: about a second of ours where the speed is given."""
        if self.speed is None:
            return TICK_EVERY
        return min(TICK_EVERY, max(1_000, timedelta(seconds=self.speed) // timedelta(microseconds=1)))


class _Sender(Struct):
    """Of an event, what the record that carries it is made of."""

    customer_id: str | None = None
    email: str | None = None
    phone: str | None = None
    anonymous_id: str | None = None
    order_id: str | None = None
    shipment_id: str | None = None
    ticket_id: str | None = None
    occurred_at: str | None = None
    received_at: str | None = None


_sender = msgspec.json.Decoder(_Sender)
_IDENTIFIERS = _Sender.__struct_fields__[:-2]
"""The strongest first."""


def as_sent(arrival: Arrival) -> Record:
    """The record a producer would have sent: keyed by the strongest identifier, with the time it was received written into it.

    The broker's own timestamp cannot say that: Kafka deletes by it what is past its retention, and refuses what is ahead. What
    cannot be read is sent as it is.
    """
    try:
        sender = _sender.decode(arrival.value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Record(None, arrival.value)
    key = next((f"{name.removesuffix('_id')}:{value}" for name in _IDENTIFIERS if (value := getattr(sender, name))), None)
    value = arrival.value
    if sender.received_at is None and sender.occurred_at is not None:
        received = moment(arrival.at).isoformat().replace("+00:00", "Z")
        value = b'{"received_at":"%s",%s' % (received.encode(), value.lstrip()[1:])
    return Record(key.encode() if key else None, value)


class Replay:
    """Sends records and ticks over one publisher. Within a partition everything keeps its order, whatever the broker does."""

    def __init__(self, publisher: Publisher, partitions: int, pace: Pace, on_records: Callable[[int], object]) -> None:
        self._publisher = publisher
        self._partitions = partitions
        self._pace = pace
        self._on_records = on_records
        self._waiting: dict[tuple[str, int], list[Record]] = {}
        self._held = 0
        self._begun: tuple[Instant, float] | None = None
        self.records = self.ticks = 0
        self.through: Instant = 0

    async def run(self, history: Iterable[Arrival], until: Instant) -> Replayed:
        """On return all is acknowledged, behind it the last tick: at the last arrival, or ``until`` if that is later."""
        for arrival in with_ticks(history, self._pace.tick_every):
            if isinstance(arrival, Arrival):
                await self._take(arrival)
            else:
                await self._tick(arrival)
        if until > self.through:
            await self._tick(until)
        return Replayed(self.records, self.ticks, self.through)

    async def _take(self, arrival: Arrival) -> None:
        record = as_sent(arrival)
        place = SOURCE_TOPICS[arrival.topic], partition_of((record.key or b"").decode(), self._partitions)
        self._waiting.setdefault(place, []).append(record)
        self._held += 1
        if self._held >= AT_ONCE:
            await self._flush()

    async def _tick(self, at: Instant) -> None:
        await self._wait_until(at)
        await self._flush()
        await self._publisher.publish(ticks(at, self._partitions, replay=True))
        self.ticks += 1
        self.through = at

    async def _flush(self) -> None:
        if self._held:
            await self._publisher.publish(self._waiting)
            self._on_records(self._held)
            self.records += self._held
        self._waiting, self._held = {}, 0

    async def _wait_until(self, at: Instant) -> None:
        """Where a speed is given: until event time has come to ``at``."""
        if self._pace.speed is None:
            return
        if self._begun is None:
            self._begun = at, time.monotonic()
        begun_at, begun = self._begun
        ahead = (at - begun_at) / 1e6 / self._pace.speed - (time.monotonic() - begun)
        await asyncio.sleep(max(0.0, ahead))


async def replay(
    history: History,
    client: Mapping[str, Any],
    partitions: int,
    pace: Pace = Pace(),
    until: Instant = 0,
    on_records: Callable[[int], object] = lambda count: None,
) -> Replayed:
    """Send history to the source topics, which must exist. ``client`` is what an aiokafka client needs to reach the broker."""
    async with publishing(client) as publisher:
        return await Replay(publisher, partitions, pace, on_records).run(history, until)
