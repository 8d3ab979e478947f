"""The real broker starts, keeps what it acknowledged, and goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from throughline.apache import ApacheKafka
from throughline.broker import answers

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


async def test_what_it_acknowledged_is_there_after_kill_nine(kafka_jars: Path, tmp_path: Path) -> None:
    kafka = ApacheKafka(tmp_path, kafka_jars)
    kafka.start()
    await _create(kafka.address)
    async with AIOKafkaProducer(bootstrap_servers=kafka.address, acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait("kept", b"a parcel")
    kafka.kill()
    assert not answers(int(kafka.address.rpartition(":")[2]))
    with kafka:
        async with AIOKafkaConsumer("kept", bootstrap_servers=kafka.address, auto_offset_reset="earliest") as consumer:
            record = await consumer.getone()
    assert record.value == b"a parcel"


async def _create(address: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=1)])
    await admin.close()
