"""Producers are idempotent on Apache Kafka: what is sent twice is there once, and a batch given up leaves no gap."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.publishing.gathering import Gathering
from streams.publishing.producer import idempotence
from streams.publishing.publisher import Record, TooLarge
from tests.broker.rig import until
from tests.kafka.conftest import values
from throughline.apache import ApacheKafka
from throughline.broker import EmbeddedBroker
from throughline.kafka import publishing

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]


async def test_apache_kafka_gives_producer_ids_and_the_embedded_broker_does_not(
    apache_kafka: ApacheKafka, tmp_path: Path
) -> None:
    with EmbeddedBroker(tmp_path) as embedded:
        assert not (await idempotence({"bootstrap_servers": embedded.address}))["enable_idempotence"]
    assert (await idempotence({"bootstrap_servers": apache_kafka.address}))["enable_idempotence"]


async def test_a_record_whose_acknowledgement_came_too_late_is_there_once(
    apache_kafka: ApacheKafka, caplog: pytest.LogCaptureFixture
) -> None:
    await _create(apache_kafka, "slow")
    async with publishing({"bootstrap_servers": apache_kafka.address, "request_timeout_ms": 1_000}) as publisher:
        await publisher.publish({("slow", 0): [Record(None, b"a cart")]})
        (node,) = apache_kafka.nodes
        node.pause()
        try:
            sending = asyncio.create_task(publisher.publish({("slow", 0): [Record(None, b"a parcel")]}))
            await _said(caplog, "Got error produce response")
        finally:
            node.resume()
        await sending
    assert await values(apache_kafka, "slow") == [b"a cart", b"a parcel"]


async def test_a_record_that_is_refused_leaves_no_gap(apache_kafka: ApacheKafka) -> None:
    await _create(apache_kafka, "narrow", {"max.message.bytes": "1000"})
    async with publishing({"bootstrap_servers": apache_kafka.address}) as publisher:
        await publisher.publish({("narrow", 0): [Record(None, b"a cart")]})
        with pytest.raises(TooLarge, match="2032 bytes are more than narrow takes"):
            await publisher.publish({("narrow", 0): [Record(None, b"x" * 2_000)]})
        await publisher.publish({("narrow", 0): [Record(None, b"a parcel")]})
    assert await values(apache_kafka, "narrow") == [b"a cart", b"a parcel"]


async def test_a_record_that_is_too_large_keeps_none_of_those_beside_it(apache_kafka: ApacheKafka) -> None:
    await _create(apache_kafka, "narrower", {"max.message.bytes": "1000"})
    large = Record(None, b"x" * 2_000)
    sent = [Record(None, b"%03d" % number + b"." * 90) for number in range(40)]
    async with publishing({"bootstrap_servers": apache_kafka.address}) as publisher:
        with pytest.raises(TooLarge) as refused:
            await publisher.publish({("narrower", 0): [*sent[:17], large, *sent[17:]]})
        assert refused.value.records == [(("narrower", 0), large)]
        gathering = Gathering(publisher)
        one, other = (asyncio.create_task(gathering.publish({("narrower", 0): [record]})) for record in (sent[0], large))
        await one
        with pytest.raises(TooLarge):
            await other
    assert await values(apache_kafka, "narrower") == [record.value for record in (*sent, sent[0])]


async def _create(kafka: ApacheKafka, topic: str, config: dict[str, str] | None = None) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1, topic_configs=config)])
    await admin.close()


async def _said(caplog: pytest.LogCaptureFixture, words: str) -> None:
    async def is_so() -> bool:
        return words in caplog.text

    await until(is_so, 60, lambda: f"nobody said {words!r}")
