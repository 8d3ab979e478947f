"""A topic that takes smaller records than others do: what is too large for it is refused with its reason, and holds up nobody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.topics import STOREFRONT
from streams.agents.options import Options
from tests.collector.rig import read, running, viewed
from tests.collector.test_doors import dead_letters
from tests.kafka.passing import passing
from throughline.apache import ApacheKafka
from throughline.kafka import create_topics

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]
MOST = 3_000
LARGE = viewed(2, properties={"path": "x" * 2 * MOST})
BETWEEN = [viewed(1), LARGE, viewed(3)]


@pytest.fixture
async def narrow(kafka_jars: Path, tmp_path: Path) -> AsyncIterator[ApacheKafka]:
    with passing(ApacheKafka(tmp_path / "kafka", kafka_jars)) as kafka:
        await create_topics(Options(kafka.address))
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
        await admin.start()
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, STOREFRONT, {"max.message.bytes": str(MOST)})])
        await admin.close()
        yield kafka


async def test_who_sends_it_is_told_what_its_dead_letter_says(narrow: ApacheKafka, tmp_path: Path) -> None:
    async with running(tmp_path, narrow.address) as collector:
        await collector.until("ok")
        answer = await collector.post("/v1/events", BETWEEN)
        assert [event["verdict"] for event in answer.json["events"]] == ["taken", "refused", "taken"]
        metrics = (await collector.ask("GET", "/metrics")).text
    (letter,) = await letters(narrow)
    told = answer.json["events"][1]
    assert (letter["event_id"], letter["reason"]) == (told["event_id"], told["reason"]) == ("e2", "unreadable")
    assert json.loads(letter["faults"]) == told["faults"]
    assert "raise max.message.bytes" in told["faults"][0]["rule"]
    assert 'events_total{sender="canonical",source="shop",verdict="unreadable"} 1.0' in metrics


async def test_what_waits_on_disk_behind_it_is_published(narrow: ApacheKafka, tmp_path: Path) -> None:
    async with running(tmp_path, narrow.address, spool_after="0.2 s") as collector:
        await collector.until("ok")
        (node,) = narrow.nodes
        node.pause()
        try:
            for event in BETWEEN:
                assert (await collector.post("/v1/events", event)).json["taken"] == 1
            assert await collector.health() == "spooling"
        finally:
            node.resume()
        await collector.until("ok")
        assert (await collector.post("/v1/events", viewed(4))).json["taken"] == 1
        metrics = (await collector.ask("GET", "/metrics")).text
    letter, *again = await letters(narrow)
    assert letter["event_id"] == "e2"
    assert {other["event_id"] for other in again} <= {"e2"}
    found = [json.loads(value) for records in (await read(narrow)).values() for _, value in records]
    assert {event["event_id"] for event in found} == {"e1", "e2", "e3", "e4"}
    assert "throughline_collector_too_large_total 1.0" in metrics


async def letters(kafka: ApacheKafka) -> list[dict[str, Any]]:
    return dead_letters([value for records in (await read(kafka)).values() for _, value in records if b"refused" in value])
