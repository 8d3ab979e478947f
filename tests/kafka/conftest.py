"""One Apache Kafka for those tests of a run that name their own topics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.kafka.passing import passing
from throughline.apache import ApacheKafka


@pytest.fixture(scope="session")
def apache_kafka(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    with passing(ApacheKafka(tmp_path_factory.mktemp("kafka"), kafka_jars)) as kafka:
        yield kafka


async def values(kafka: ApacheKafka, topic: str) -> list[bytes]:
    """All there is on the one partition of a topic of one node."""
    place = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=kafka.address, auto_offset_reset="earliest") as consumer:
        consumer.assign([place])
        end = (await consumer.end_offsets([place]))[place]
        return [(await consumer.getone()).value for _ in range(end)]
