"""From a topic to a signal, at a steady pace, by the wall clock: some shoppers leave carts and come back, some have their cards
declined, and many only look.

Of what a deadline decides (a cart is left) the waiting is counted from the moment it was due, of what an event decides (the
shopper comes back, the card is declined) from the moment before the event was appended, all up to the moment that a consumer of
``friction.signals`` holds the signal. ``--nodes 1`` has an Apache Kafka in the place of the embedded broker.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from bench.table import show, sizes
from schemas.instants import moment
from schemas.signals import Signal
from schemas.topics import SOURCE_TOPICS
from streams.journey.entries import partition_of
from streams.publishing.publisher import Publisher, Record
from throughline.apache import apache_kafka
from throughline.broker import free_port
from throughline.following import follow
from throughline.kafka import publishing
from throughline.local import LocalRun
from throughline.settings import Settings
from throughline.worker import client

ROUNDS_A_SECOND = 20
SHOPPERS = 10_000
LEAVES = 20
"""One event in so many is a cart that is left, another one its shopper who comes back, a third a card that is declined."""
AWAY = 6
"""Seconds until they come back; a cart counts as left after two."""
RULES = {"cart_abandoned": {"idle": "2s"}}
DECIDED_BY = {
    ("cart_abandoned", "opened"): "a deadline",
    ("cart_abandoned", "resolved"): "an event",
    ("payment_trouble", "opened"): "an event",
}


class Traffic:
    """So many events a second, spread evenly over the rounds of each second."""

    def __init__(self, publisher: Publisher, partitions: int, pace: int) -> None:
        self._publisher = publisher
        self._partitions = partitions
        self._pace = pace
        self._number = 0

    async def run(self, seconds: int) -> None:
        begun = time.monotonic()
        for number in range(seconds * ROUNDS_A_SECOND):
            await asyncio.sleep(max(0.0, begun + number / ROUNDS_A_SECOND - time.monotonic()))
            appends: dict[tuple[str, int], list[Record]] = {}
            for _ in range(self._pace // ROUNDS_A_SECOND):
                key, value = self._next()
                place = SOURCE_TOPICS[0], partition_of(key, self._partitions)
                appends.setdefault(place, []).append(Record(key.encode(), value))
            await self._publisher.publish(appends)

    def _next(self) -> tuple[str, bytes]:
        """The key and the value of the next event."""
        number = self._number
        self._number += 1
        if number % LEAVES == 0:
            added = {"product_id": "p1", "price_minor": 999, "currency": "EUR"}
            return _event(number, f"leaves-{number}", "product_added", added)
        if number % LEAVES == 1:
            return _event(number, f"leaves-{number - 1 - AWAY * self._pace}", "page_viewed", {"path": "/"})
        if number % LEAVES == 2:
            declined = {"decline": "hard", "payment_method": "card"}
            return _event(number, f"pays-{number}", "payment_failed", declined, checkout_id=f"c{number}")
        return _event(number, f"looks-{number % SHOPPERS}", "page_viewed", {"path": f"/{number}"})


def _event(number: int, customer: str, kind: str, properties: Mapping[str, object], **known: str) -> tuple[str, bytes]:
    now = moment(time.time_ns() // 1_000).isoformat()
    event = {"event_id": f"e{number}", "type": kind, "occurred_at": now, "customer_id": customer, "properties": properties}
    return f"customer:{customer}", json.dumps({**event, **known, "source": "bench", "channel": "web"}).encode()


async def measure(folder: Path, pace: int, seconds: int, nodes: int) -> dict[tuple[str, str], list[float]]:
    """Milliseconds of waiting, by the kind of the signal and what it says."""
    waited: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def note(signal: Signal, raw: bytes) -> None:
        since = signal.ended_at or signal.due_at
        waited[signal.kind, signal.status].append((time.time_ns() // 1_000 - since) / 1e3)

    settings = Settings(data_dir=folder, web_port=free_port())
    broker = apache_kafka(folder, print, nodes) if nodes else None
    async with LocalRun(settings, lambda words: None, broker) as run, asyncio.TaskGroup() as tasks:
        where = client(settings, run.brokers)
        following = tasks.create_task(follow(where, note, from_start=False, until_end=False))
        async with publishing(where) as publisher:
            await Traffic(publisher, settings.partitions, pace).run(seconds)
            await asyncio.sleep(AWAY)
        following.cancel()
    return waited


def main() -> None:
    given = sizes(str(__doc__), pace=2_000, seconds=30, nodes=0)
    os.environ["THROUGHLINE_RULES__DETECTORS"] = json.dumps(RULES)
    with TemporaryDirectory(prefix="throughline-bench-") as folder:
        waited = asyncio.run(measure(Path(folder), given.pace, given.seconds, given.nodes))
    rows = []
    for said, times in waited.items():
        cut = quantiles(times, n=100)
        waits = (f"{wait:,.0f}" for wait in (cut[49], cut[89], cut[98], max(times)))
        rows.append((" ".join(said), DECIDED_BY[said], f"{len(times):,}", *waits))
    columns = (f"signals at {given.pace:,} events/s", "decided by", "signals", "p50 ms", "p90 ms", "p99 ms", "longest ms")
    show(columns, rows)


if __name__ == "__main__":
    main()
