"""One Apache Kafka for all tests of a run. Without Java they are skipped with the reason; in CI that is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from throughline.apache import ApacheKafka, fetch, missing


@pytest.fixture(scope="session")
def kafka_jars() -> Path:
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    return fetch()


@pytest.fixture(scope="session")
def apache_kafka(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    with ApacheKafka(tmp_path_factory.mktemp("kafka"), kafka_jars) as kafka:
        yield kafka


async def values(kafka: ApacheKafka, topic: str) -> list[bytes]:
    """All there is on the one partition of a topic of one node."""
    place = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=kafka.address, auto_offset_reset="earliest") as consumer:
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        return [(await consumer.getone()).value for _ in range(end)]
