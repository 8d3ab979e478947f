"""How long after a ``kill -9`` a peer says something new: state back, partitions its own again, and the first new alert out."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any

from msgspec.structs import replace

from bench.peers.alerts import told
from bench.peers.contest import WITHIN, Course
from bench.peers.ours import Worker
from bench.peers.process import Watched
from bench.peers.rivals import RIVALS, THROUGHLINE
from bench.peers.running import prepare
from bench.peers.task import Task
from schemas.topics import SOURCE_TOPICS, STOREFRONT
from streams.agents.ticks import tick
from streams.journey.entries import partition_of
from streams.publishing.publisher import Record
from throughline.kafka import create_topics, publishing
from throughline.simulator.drafts import Draft
from throughline.simulator.wire import arrive
from throughline.simulator.world import HOUR
from throughline.worker import options

NEW = 40
"""Customers who leave a cart while nobody works, on all partitions."""
RECOVERS_WITHIN = 180.0
"""Seconds."""


async def recovered(course: Course, peer: str) -> dict[str, Any]:
    """``seconds`` from the start of the new process to the first alert of a cart left meanwhile; ``all_seconds``, to the last."""
    task = course.task(peer, 0)
    await prepare(peer, task)
    first = await _through(peer, task)
    first.child.kill()
    names = {f"new-{number}" for number in range(NEW)}
    await _leave_carts(course, sorted(names))
    again = await _start(peer, task)
    try:
        heard = await asyncio.wait_for(_heard(peer, task, names), RECOVERS_WITHIN)
    finally:
        again.child.kill()
    return {"seconds": round(heard[0] - again.begun, 2), "all_seconds": round(heard[-1] - again.begun, 2)}


async def _through(peer: str, task: Task) -> Watched:
    """The process when it has dealt with everything: of Throughline, committed; of the others, at the last mark."""
    if peer != THROUGHLINE:
        process = Watched(RIVALS[peer].command(), task.folder / "log", task.environment)
        await process.mark(1, WITHIN)
        return process
    one = Worker(task)
    await create_topics(options(one.settings, task.brokers))
    process = one.start()
    await one.ready()
    await one.all_committed(WITHIN)
    return process


async def _start(peer: str, task: Task) -> Watched:
    if peer == THROUGHLINE:
        return Worker(task).start()
    return Watched(RIVALS[peer].command(), task.folder / "log-again", task.environment)


async def _leave_carts(course: Course, names: list[str]) -> None:
    at = course.feed.until + HOUR
    appends: dict[tuple[str, int], list[Record]] = {}
    for name in names:
        said = {"product_id": "p1", "price_minor": 999, "currency": "EUR"}
        draft = Draft(at, "product_added", f"{name}-1", {"customer_id": name}, said, channel="web")
        key = f"customer:{name}"
        place = STOREFRONT, partition_of(key, course.partitions)
        appends.setdefault(place, []).append(Record(key.encode(), arrive(draft, at).value, (), at // 1000))
    for later in (at + HOUR + 1, at + 3 * HOUR):
        late = replace(tick(later, replay=True), key=b"tick", timestamp=later // 1000)
        for topic in SOURCE_TOPICS:
            for partition in range(course.partitions):
                appends.setdefault((topic, partition), []).append(late)
    async with publishing({"bootstrap_servers": course.brokers}) as publisher:
        await publisher.publish(appends)


async def _heard(peer: str, task: Task, names: set[str]) -> list[float]:
    """When each of these was first told of."""
    missing, heard = set(names), []
    async for customer in told(peer, task):
        if customer in missing:
            missing.remove(customer)
            heard.append(perf_counter())
        if not missing:
            break
    return heard
