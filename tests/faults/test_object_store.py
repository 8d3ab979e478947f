"""A lake in an object store that answers, answers 503, answers late, or does not answer at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from schemas.topics import STOREFRONT
from tests.broker.one_answer import beginning, faults, history_of, send
from tests.broker.rig import IMPATIENT, PARTITIONS, Rig, Where, Worker
from tests.broker.shoppers import views
from tests.faults.object_store import ObjectStore
from throughline.broker import EmbeddedBroker

pytestmark = pytest.mark.timeout(300)
EVENTS = 20_000


@pytest.fixture
def rig(broker: EmbeddedBroker, store: ObjectStore, tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(broker.address, tmp_path, session_timeout=IMPATIENT, where=Where(store.lake, store.environment))
    try:
        yield rig
    finally:
        rig.end()


async def test_two_workers_share_a_lake_in_an_object_store(rig: Rig, store: ObjectStore, tmp_path: Path) -> None:
    """Both append to the same tables; the store's conditional writes are all that keeps them apart."""
    history = beginning(history_of(8, 600, tmp_path), EVENTS, tmp_path)
    await rig.prepare()
    await send(rig, history)
    workers = [rig.worker("--commit-interval", "1") for _ in range(2)]
    await rig.arrived(200)
    assert all(worker.process.stop() == 0 for worker in workers)
    store.pulled(rig.lake)
    assert await faults(rig, history, tmp_path) == []


@pytest.mark.parametrize("mood", ["unavailable", "silent", "slow 0.3"])
async def test_an_object_store_out_of_order_costs_time_and_nothing_else(rig: Rig, store: ObjectStore, mood: str) -> None:
    sent = views(400)
    worker = await at_work(rig, sent[:200])
    store.be(mood)
    await rig.events(STOREFRONT, sent[200:])
    await rig.taken(len(sent), worker)
    if not mood.startswith("slow"):
        assert await rig.behind()
        store.be("well")
    await rig.arrived(120)
    assert worker.process.running
    assert event_ids(store) == sorted(event["event_id"] for event in sent)


async def test_a_worker_that_waits_for_the_lake_gives_its_partitions_up_and_works_on(rig: Rig, store: ObjectStore) -> None:
    """Another worker joins while one commit hangs and the next waits behind it: neither may keep the group, or end the line."""
    sent = views(1_200)
    first = await at_work(rig, sent[:200], "--drain-within", "2")
    store.be("silent")
    for start in range(200, 1_000, 200):
        await rig.events(STOREFRONT, sent[start : start + 200])
        await asyncio.sleep(0.4)
    second = rig.worker("--drain-within", "2")
    await second.owns(PARTITIONS // 2)
    store.be("well")
    await rig.events(STOREFRONT, sent[1_000:])
    await rig.arrived(120)
    assert first.process.running
    assert event_ids(store) == sorted(event["event_id"] for event in sent)


async def at_work(rig: Rig, events: Sequence[dict[str, Any]], *arguments: str) -> Worker:
    """A worker that has worked these off."""
    await rig.prepare()
    worker = rig.worker(*arguments)
    await worker.owns(PARTITIONS)
    await rig.events(STOREFRONT, events)
    await rig.arrived()
    return worker


def event_ids(store: ObjectStore) -> list[str]:
    events = DeltaTable(f"{store.lake}/events", storage_options=dict(store.environment))
    return sorted(events.to_pyarrow_table(columns=["event_id"])["event_id"].to_pylist())
