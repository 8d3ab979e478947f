"""The scenarios of ``tests/broker`` on an Apache Kafka: the same oracle, the same answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker.one_answer import history_of, through_deaths, through_workers
from tests.broker.rig import Rig
from tests.conftest import RealHistory
from throughline.apache import ApacheKafka

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]


@pytest.fixture
def rig(kafka_jars: Path, tmp_path: Path) -> Iterator[Rig]:
    with ApacheKafka(tmp_path / "kafka", kafka_jars) as kafka:
        rig = Rig(kafka.address, tmp_path)
        try:
            yield rig
        finally:
            rig.end()


async def test_real_history_through_kafka_is_what_a_backfill_finds(history: RealHistory, rig: Rig, tmp_path: Path) -> None:
    await through_workers(rig, history["web"], tmp_path, workers=2)


async def test_deaths_between_the_steps_of_commits_change_nothing_on_kafka(rig: Rig, tmp_path: Path) -> None:
    await through_deaths(rig, history_of(8, 600, tmp_path), tmp_path, deaths=8, seed=9)
