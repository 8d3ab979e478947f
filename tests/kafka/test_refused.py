"""A worker that the group will never let in ends, and says what was wrong, where, and what to do about it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from schemas.topics import JOURNEY_LOG, STOREFRONT
from tests.broker.rig import Rig
from tests.kafka.passing import passing
from throughline.apache import ACCESS_RULES, ApacheKafka
from throughline.broker import free_port

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]
ENDS_WITHIN = 60.0


@pytest.fixture
def kafka(kafka_jars: Path, tmp_path: Path) -> Iterator[ApacheKafka]:
    with passing(ApacheKafka(tmp_path / "kafka", kafka_jars, properties=ACCESS_RULES)) as kafka:
        yield kafka


def work(brokers: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A worker of the front door, until it ends by itself."""
    given = {"BROKERS": brokers, "IDENTITY_KEY": "sixteen letters!", "WEB_PORT": str(free_port()), **settings}
    environment = os.environ | {f"THROUGHLINE_{name}": value for name, value in given.items()}
    command = [sys.executable, "-m", "throughline", "work"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=ENDS_WITHIN, check=False)


def test_a_session_shorter_than_the_broker_allows(kafka: ApacheKafka, tmp_path: Path) -> None:
    ended = work(kafka.address, tmp_path, KAFKA__SESSION_TIMEOUT="1s")
    assert ended.returncode == 1
    assert f"The brokers at {kafka.address} do not allow a session timeout of 1 s. Set `kafka.session_timeout`" in ended.stderr


async def test_a_group_of_other_programs(kafka: ApacheKafka, tmp_path: Path) -> None:
    await Rig(kafka.address, tmp_path).prepare()
    async with AIOKafkaConsumer(STOREFRONT, bootstrap_servers=kafka.address, group_id="throughline"):
        ended = await asyncio.to_thread(work, kafka.address, tmp_path)
    assert ended.returncode == 1
    assert f"Consumer group 'throughline' on {kafka.address} has members that share their partitions out" in ended.stderr


def test_a_group_that_it_may_not_join(kafka: ApacheKafka, tmp_path: Path) -> None:
    kafka.let("Describe", to=["--group", "throughline"])
    ended = work(kafka.address, tmp_path)
    assert ended.returncode == 1
    assert f"The brokers at {kafka.address} do not let this worker into consumer group 'throughline'. Grant" in ended.stderr


async def test_a_topic_that_it_may_not_write(kafka: ApacheKafka, tmp_path: Path) -> None:
    await Rig(kafka.address, tmp_path).prepare()
    await asyncio.to_thread(kafka.let, "Read", "Describe", "DescribeConfigs", to=["--topic", JOURNEY_LOG])
    ended = await asyncio.to_thread(work, kafka.address, tmp_path)
    assert ended.returncode == 1
    assert f"The brokers do not let this user write to {JOURNEY_LOG}. Grant it WRITE there." in ended.stderr


@pytest.mark.parametrize("operations", [["DescribeConfigs"], ["Write"]], ids=["see", "read"])
async def test_a_topic_that_it_may_not(kafka: ApacheKafka, tmp_path: Path, operations: list[str]) -> None:
    await Rig(kafka.address, tmp_path).prepare()
    await asyncio.to_thread(kafka.let, *operations, to=["--topic", STOREFRONT])
    ended = await asyncio.to_thread(work, kafka.address, tmp_path)
    assert ended.returncode == 1
    assert f"The brokers at {kafka.address} do not let this worker read {STOREFRONT}. Grant it READ" in ended.stderr
