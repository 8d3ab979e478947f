"""One answer, on an Apache Kafka: the same oracle, whatever happens to its workers and to its nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.one_answer import WORKED_OFF, beginning, faults, history_of, send, through_deaths, through_workers
from tests.broker.rig import IMPATIENT, SHORT_SESSIONS, Rig
from tests.conftest import RealHistory
from tests.kafka.passing import passing
from throughline.apache import ApacheKafka

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]
MISSED_SOON = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}
RECORDS = 20_000
"""Half of the visits; all of them are gone through in ``tests/agreement``."""


@pytest.fixture
def rig(kafka_jars: Path, tmp_path: Path) -> Iterator[Rig]:
    with passing(ApacheKafka(tmp_path / "kafka", kafka_jars, properties=SHORT_SESSIONS)) as kafka:
        rig = Rig(kafka.address, tmp_path, session_timeout=IMPATIENT)
        try:
            yield rig
        finally:
            rig.end()


async def test_real_history_through_kafka_is_what_a_backfill_finds(history: RealHistory, rig: Rig, tmp_path: Path) -> None:
    assert await through_workers(rig, beginning(history["web"], RECORDS, tmp_path), tmp_path, workers=2) == []


async def test_deaths_between_the_steps_of_commits_change_nothing_on_kafka(rig: Rig, tmp_path: Path) -> None:
    assert await through_deaths(rig, history_of(8, 600, tmp_path), tmp_path, deaths=8, seed=9) == []


async def test_deaths_of_brokers_change_nothing_where_there_are_three(kafka_jars: Path, tmp_path: Path) -> None:
    """Each is killed under load and comes back, so one of them led, one coordinated the group, and one led the cluster."""
    file = history_of(7, 600, tmp_path)
    with passing(ApacheKafka(tmp_path / "kafka", kafka_jars, nodes=3, properties=SHORT_SESSIONS | MISSED_SOON)) as kafka:
        rig = Rig(kafka.address, tmp_path, session_timeout=IMPATIENT)
        try:
            await rig.prepare()
            workers = [rig.worker() for _ in range(2)]
            for worker in workers:
                await worker.owns()
            sending = asyncio.create_task(send(rig, file))
            for node in kafka.nodes:
                node.kill()
                await asyncio.to_thread(node.start, brokers=3)
            await sending
            await rig.arrived(WORKED_OFF)
            assert await faults(rig, file, tmp_path) == []
            for worker in workers:
                assert worker.process.stop() == 0
        finally:
            rig.end()
