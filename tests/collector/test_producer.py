"""Services' own producer: what it has emitted is on the topics, and what it has not, it says."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from schemas.events import Envelope
from schemas.events.delivery import ShipmentScanned
from schemas.events.storefront import PageProperties, PageViewed
from streams.producer import NotSent, Producer
from tests.collector.rig import events, ids, read, silent
from throughline.broker import EmbeddedBroker, free_port

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def page(number: int, **said: Any) -> Envelope:
    given = {"customer_id": "ada"} | said
    return PageViewed(event_id=f"e{number}", occurred_at=NOW, properties=PageProperties(path=f"/{number}"), **given)


async def test_what_is_emitted_is_on_its_topic_under_its_strongest_identifier(broker: EmbeddedBroker) -> None:
    async with Producer(broker.address) as producer:
        scanned = ShipmentScanned(event_id="e2", occurred_at=NOW, shipment_id="s1")
        await producer.emit(page(1, email="ada@example.com", customer_id=None), scanned)
        found = await read(broker)
    ((key, value),) = found["storefront.events"]
    assert key == "email:ada@example.com"
    assert json.loads(value)["properties"] == {"path": "/1"}
    ((key, value),) = found["delivery.events"]
    assert (key, json.loads(value)["type"]) == ("shipment:s1", "shipment_scanned")


async def test_many_at_a_time_keep_their_order_within_a_key(broker: EmbeddedBroker) -> None:
    async with Producer(broker.address) as producer:
        await asyncio.gather(*(producer.emit(page(number)) for number in range(500)))
        await producer.emit(*(page(number) for number in range(500, 600)))
    assert await ids(broker) == [f"e{number}" for number in range(600)]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (page(1, customer_id="null"), "names nobody"),
        (page(1, customer_id=None), "names nobody"),
        (page(1, note="x" * 1_000_000), "bytes"),
        (Envelope(event_id="e1", type="made_up", occurred_at=NOW, customer_id="ada"), "event types"),
    ],
)
async def test_what_would_be_refused_is_not_sent_nor_what_came_with_it(
    event: Envelope, words: str, broker: EmbeddedBroker
) -> None:
    async with Producer(broker.address) as producer:
        with pytest.raises(ValueError, match=words):
            await producer.emit(page(0), event)
    assert await events(broker) == []


async def test_a_broker_that_does_not_answer_in_time_is_said(broker: EmbeddedBroker) -> None:
    async with Producer(broker.address, timeout=0.3) as producer:
        with silent(broker), pytest.raises(NotSent):
            await producer.emit(page(1))
        await producer.emit(page(2))
    assert set(await ids(broker)) == {"e1", "e2"}


async def test_no_more_is_in_hand_than_may_be(broker: EmbeddedBroker) -> None:
    async with Producer(broker.address, timeout=0.3, in_hand=1_000) as producer:
        with silent(broker):
            results = await asyncio.gather(*(producer.emit(page(number)) for number in range(50)), return_exceptions=True)
            assert all(isinstance(result, NotSent) for result in results)
    assert 0 < len(set(await ids(broker))) < 10


async def test_who_is_cancelled_takes_nobody_along(broker: EmbeddedBroker) -> None:
    async with Producer(broker.address) as producer:
        with silent(broker):
            waiting = [asyncio.create_task(producer.emit(page(number))) for number in range(3)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            waiting[0].cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError, type(None), type(None)]
    assert {"e1", "e2"} <= set(await ids(broker))


async def test_leaving_it_waits_for_what_is_under_way(broker: EmbeddedBroker) -> None:
    async with Producer(broker.address) as producer:
        waiting = asyncio.create_task(producer.emit(page(1)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await waiting
    assert await ids(broker) == ["e1"]
    with pytest.raises(RuntimeError):
        await producer.emit(page(2))


async def test_no_broker_is_said_at_once() -> None:
    with pytest.raises(KafkaConnectionError):
        async with Producer(f"127.0.0.1:{free_port()}"):
            raise AssertionError
