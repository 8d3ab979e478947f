"""At a steady pace, by the wall clock: one event in twenty is a cart that is left for good, the others only look.

A cart counts as left after two seconds. A tick a second goes into every partition. The waiting is counted from the moment before
the first tick past a cart's due time was appended, to the moment that a consumer holds the alert.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from pathlib import Path
from statistics import quantiles
from typing import Any

from msgspec.structs import replace

from bench.peers.alerts import told
from bench.peers.kafka import create, remove
from bench.peers.rivals import THROUGHLINE
from bench.peers.running import prepare, running, task_of
from bench.peers.task import Task
from schemas.topics import SOURCE_TOPICS, STOREFRONT
from streams.agents.ticks import tick
from streams.journey.entries import partition_of
from streams.publishing.publisher import Publisher, Record
from throughline.kafka import publishing
from throughline.simulator.drafts import Draft
from throughline.simulator.wire import arrive

IDLE_MS = 2_000
ROUNDS_A_SECOND = 20
LEFT = 20
"""One event in so many is a cart that is left."""
LOOKERS = 10_000
STARTS_WITHIN = 90.0
"""Seconds."""
AFTERWARDS = 6.0
"""Seconds in which the last carts are still told of: Quix closes a window after twice its gap."""


class Traffic:
    """Events and ticks as they are appended; when each cart was left, and when each tick was appended (µs)."""

    def __init__(self, publisher: Publisher, partitions: int, pace: int) -> None:
        self._publisher, self._partitions, self._pace = publisher, partitions, pace
        self.left: dict[str, int] = {}
        self.ticks: list[tuple[int, int]] = []
        """Its time, and the moment before it was appended."""

    async def tick(self) -> None:
        """Every second, for ever."""
        while True:
            at = now()
            record = replace(tick(at), key=b"tick", timestamp=at // 1000)
            self.ticks.append((at, now()))
            await self._publisher.publish(
                {(topic, place): [record] for topic in SOURCE_TOPICS for place in range(self._partitions)}
            )
            await asyncio.sleep(1 - (time.time() % 1))

    async def shop(self, seconds: int) -> None:
        begun, each = time.monotonic(), self._pace // ROUNDS_A_SECOND
        for number in range(seconds * ROUNDS_A_SECOND):
            await asyncio.sleep(max(0.0, begun + number / ROUNDS_A_SECOND - time.monotonic()))
            appends: dict[tuple[str, int], list[Record]] = {}
            for place in range(number * each, (number + 1) * each):
                key, record = self._event(place)
                appends.setdefault((STOREFRONT, partition_of(key, self._partitions)), []).append(record)
            await self._publisher.publish(appends)

    def _event(self, number: int) -> tuple[str, Record]:
        at = now() // 1000 * 1000
        leaves = number % LEFT == 0
        customer = f"leaves-{number}" if leaves else f"looks-{number % LOOKERS}"
        if leaves:
            self.left[customer] = at
        said = {"product_id": "p1", "price_minor": 999, "currency": "EUR"} if leaves else {"path": f"/{number}"}
        kind = "product_added" if leaves else "page_viewed"
        draft = Draft(at, kind, f"e{number}", {"customer_id": customer}, said, channel="web")
        key = f"customer:{customer}"
        return key, Record(key.encode(), arrive(draft, at).value, (), at // 1000)


async def waits(peer: str, brokers: str, partitions: int, folder: Path, pace: int, seconds: int) -> dict[str, Any]:
    """Milliseconds of waiting: ``p50`` and ``p99``, and how many of the carts were told of."""
    await remove(brokers, SOURCE_TOPICS)
    await create(brokers, SOURCE_TOPICS, partitions)
    task = task_of(brokers, partitions, folder, IDLE_MS, (now() // 1000,))
    await prepare(peer, task)
    heard: dict[str, int] = {}
    async with publishing({"bootstrap_servers": brokers}) as publisher, running(peer, task) as process:
        traffic = Traffic(publisher, partitions, pace)
        ticking = asyncio.create_task(traffic.tick())
        if peer != THROUGHLINE:
            await process.mark(0, STARTS_WITHIN)
        listening = asyncio.create_task(_listen(peer, task, heard))
        await traffic.shop(seconds)
        await asyncio.sleep(AFTERWARDS)
        ticking.cancel()
        listening.cancel()
        await asyncio.gather(ticking, listening, return_exceptions=True)
    waited = [(at - _shown(traffic, traffic.left[customer])) / 1e3 for customer, at in heard.items() if customer in traffic.left]
    p50, p99 = _cuts(waited)
    return {"p50": p50, "p99": p99, "told": len(waited), "left": len(traffic.left)}


def _cuts(waited: list[float]) -> tuple[float | None, float | None]:
    """The median and the 99th percentile, where there is anything to cut."""
    if len(waited) < 2:
        return None, None
    cut = quantiles(waited, n=100)
    return round(cut[49], 1), round(cut[98], 1)


async def _listen(peer: str, task: Task, heard: dict[str, int]) -> None:
    async for customer in told(peer, task):
        heard.setdefault(customer, now())


def _shown(traffic: Traffic, left_at: int) -> int:
    """The moment before the first tick past the due time was appended."""
    place = bisect_right(traffic.ticks, (left_at + IDLE_MS * 1000, 2**62))
    return traffic.ticks[place][1]


def now() -> int:
    """µs since 1970."""
    return time.time_ns() // 1000
