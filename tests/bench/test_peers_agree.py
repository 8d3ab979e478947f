"""The job of the contest means the same to Throughline as to the least that can do it."""

from __future__ import annotations

from pathlib import Path

from bench.peers.answers import difference
from bench.peers.contest import Course
from bench.peers.events import shopping
from bench.peers.kafka import fill
from throughline.broker import EmbeddedBroker

EVENTS = 1_500
PARTITIONS = 2


async def test_the_floor_and_throughline_come_to_the_same_sessions_and_carts(tmp_path: Path) -> None:
    feed = shopping(EVENTS)
    async with EmbeddedBroker(tmp_path) as broker:
        await fill(broker.address, feed, PARTITIONS)
        course = Course(broker.address, feed, PARTITIONS, tmp_path)
        _, floor = await course.run("floor", 1)
        _, ours = await course.run("throughline", 1)
    events, alerts = floor
    assert len({event_id for event_id, *_ in events}) == len(events) < len(feed.sent)
    assert len(alerts) > 20
    assert difference(ours, floor) == []
