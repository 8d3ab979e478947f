"""The real broker starts, keeps what it acknowledged, and goes; three of it go on when one is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.kafka.passing import passing
from throughline.apache import ApacheKafka, Node, Place
from throughline.broker import BrokerFailed, answers

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
MISSED_SOON = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}


async def test_what_it_acknowledged_is_there_after_kill_nine(kafka_jars: Path, tmp_path: Path) -> None:
    kafka = ApacheKafka(tmp_path, kafka_jars)
    kafka.start()
    await _create(kafka, "kept")
    await _send(kafka, "kept", b"a parcel")
    kafka.kill()
    assert not answers(kafka.address)
    with kafka:
        assert await _first(kafka, "kept", 1) == [b"a parcel"]


def test_one_that_does_not_come_up_says_where_its_log_is(kafka_jars: Path, tmp_path: Path) -> None:
    kafka = ApacheKafka(tmp_path, kafka_jars, properties={"listeners": "nothing that can be listened on"})
    with pytest.raises(BrokerFailed, match=r"could not be formatted|kafka\.log"):
        kafka.start()
    assert not kafka.running


def test_a_node_listens_where_it_is_told_and_behind_what_it_is_told(kafka_jars: Path, tmp_path: Path) -> None:
    place = Place("127.0.0.77", ("nice", "-n", "19"))
    with passing(ApacheKafka(tmp_path, kafka_jars, nodes=[place])) as kafka:
        assert kafka.address.startswith("127.0.0.77:")
        assert Path(f"/proc/{kafka.nodes[0].pid}/stat").read_text().rpartition(")")[2].split()[16] == "19"


@pytest.fixture(scope="module")
def three(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApacheKafka]:
    with passing(ApacheKafka(tmp_path_factory.mktemp("three"), kafka_jars, nodes=3, properties=MISSED_SOON)) as kafka:
        yield kafka


@pytest.mark.parametrize(("leave", "return_"), [(Node.kill, Node.start), (Node.pause, Node.resume)], ids=["killed", "paused"])
async def test_two_go_on_while_the_leader_is_away(
    three: ApacheKafka, leave: Callable[[Node], None], return_: Callable[[Node], None]
) -> None:
    topic = f"without-{leave.__name__}"
    await _create(three, topic)
    await _send(three, topic, b"with all")
    place = await _place(three, topic)
    assert sorted(place["replicas"]) == [1, 2, 3]
    leader = three.nodes[place["leader"] - 1]
    leave(leader)
    try:
        await _send(three, topic, b"without one")
    finally:
        return_(leader)
    assert await _first(three, topic, 2) == [b"with all", b"without one"]


async def _create(kafka: ApacheKafka, topic: str) -> None:
    """One partition, and a copy on every node."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=len(kafka.nodes))])
    await admin.close()


async def _send(kafka: ApacheKafka, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.address, enable_idempotence=True, request_timeout_ms=5_000) as producer:
        await producer.send_and_wait(topic, value)


async def _place(kafka: ApacheKafka, topic: str) -> dict[str, Any]:
    """Who leads its one partition, and who has copies."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    (described,) = await admin.describe_topics([topic])
    await admin.close()
    place: dict[str, Any] = described["partitions"][0]
    return place


async def _first(kafka: ApacheKafka, topic: str, records: int) -> list[bytes]:
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka.address, auto_offset_reset="earliest") as consumer:
        return [(await consumer.getone()).value for _ in range(records)]
