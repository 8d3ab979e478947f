"""Topics that somebody changed behind the workers' backs: a clear refusal, with what to do, and nothing lost without a word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.topics import FRICTION_SIGNALS, JOURNEY_LOG, STOREFRONT
from streams.agents.topics import changelog_topic
from tests.broker.rig import PARTITIONS, Rig
from tests.broker.shoppers import BEGIN, MINUTE, added
from tests.kafka.passing import passing
from throughline.apache import ApacheKafka

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(240)]


@pytest.fixture
async def rig(kafka_jars: Path, tmp_path: Path) -> AsyncIterator[Rig]:
    with passing(ApacheKafka(tmp_path / "kafka", kafka_jars)) as kafka:
        rig = Rig(kafka.address, tmp_path)
        await rig.prepare()
        yield rig
        rig.end()


@pytest.fixture
async def admin(rig: Rig) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=rig.brokers)
    await admin.start()
    yield admin
    await admin.close()


@pytest.mark.parametrize("topic", [STOREFRONT, JOURNEY_LOG])
async def test_partitions_added_to_a_topic_end_running_workers_and_keep_others_from_beginning(
    rig: Rig, admin: AIOKafkaAdminClient, topic: str
) -> None:
    running = rig.worker()
    await running.owns(PARTITIONS)
    await admin.create_partitions({topic: NewPartitions(total_count=PARTITIONS + 1)})
    for worker in (running, rig.worker()):
        assert await worker.ends() == 1
        said = worker.log.read_text()
        assert f"Topic {topic} has {PARTITIONS + 1} partitions and this worker expects {PARTITIONS}" in said
        assert "make that topic anew" in said


async def test_a_changelog_made_anew_ends_the_worker_that_would_have_gone_on_without_its_carts(
    rig: Rig, admin: AIOKafkaAdminClient
) -> None:
    """The way out is said, and works: from the beginning of journey.log every state is made again, and nothing counts twice."""
    await filled_cart(rig)
    await admin.delete_topics([changelog_topic(rig.options.group)])
    assert "The state of journey.log/" in await last_words(rig)

    await begin_at_the_beginning(rig)
    rig.worker()
    await rig.tick(BEGIN + 40 * MINUTE)
    await rig.arrived()
    assert {record.key for record in await rig.read(FRICTION_SIGNALS)} == {b"cart:42"}
    assert rig.event_ids() == {"added-42": 1}


async def test_a_changelog_that_lost_its_beginning_is_refused(rig: Rig, admin: AIOKafkaAdminClient) -> None:
    await filled_cart(rig)
    topic = changelog_topic(rig.options.group)
    await let_delete(admin, topic, "compact,delete")
    cut = {TopicPartition(topic, partition): RecordsToDelete(before_offset=1) for partition in range(PARTITIONS)}
    await admin.delete_records(cut)
    await let_delete(admin, topic, "compact")
    assert f"Topic {topic} has lost the beginning of partition" in await last_words(rig)


async def let_delete(admin: AIOKafkaAdminClient, topic: str, policy: str) -> None:
    """Kafka deletes no records of a topic that is only compacted."""
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"cleanup.policy": policy})])


async def filled_cart(rig: Rig) -> None:
    """And the worker that saw it filled is gone."""
    worker = rig.worker()
    await worker.owns(PARTITIONS)
    await rig.events(STOREFRONT, [added("ada", "42", BEGIN)])
    await rig.tick(BEGIN + MINUTE)
    await rig.arrived()
    assert worker.process.stop() == 0


async def last_words(rig: Rig) -> str:
    """The log of a worker that ends over it and says what to do."""
    worker = rig.worker()
    await rig.tick(BEGIN + 2 * MINUTE)
    assert await worker.ends() == 1
    said = worker.log.read_text()
    assert "from the beginning of journey.log" in said
    return said


async def begin_at_the_beginning(rig: Rig) -> None:
    """What the refusal says is to be done."""
    async with rig._reader() as consumer:
        places = [TopicPartition(JOURNEY_LOG, partition) for partition in range(PARTITIONS)]
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))
