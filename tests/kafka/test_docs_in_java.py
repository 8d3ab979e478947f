"""The program in Java of docs/producers.md sends its order to an Apache Kafka."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from schemas.codec import Event, decode
from streams.agents.options import Options
from tests.house.documents import ROOT, blocks
from tests.kafka.conftest import values
from throughline.apache import ApacheKafka
from throughline.kafka import create_topics

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]


async def test_the_program_sends_its_order(apache_kafka: ApacheKafka, kafka_jars: Path, tmp_path: Path) -> None:
    await create_topics(Options(brokers=apache_kafka.address, partitions=1, replication=1))
    (program,) = blocks(ROOT / "docs/producers.md", "java")
    ours = program.replace("127.0.0.1:9092", apache_kafka.address)
    assert ours != program
    (tmp_path / "OrderCompleted.java").write_text(ours)
    command = ["java", "-cp", os.path.join(kafka_jars, "*"), "OrderCompleted.java"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sent = [decode(value) for value in await values(apache_kafka, "checkout.events")]
    assert [event.event_id for event in sent if isinstance(event, Event)] == ["order-1001-java"]
