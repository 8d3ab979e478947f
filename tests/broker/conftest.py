"""A broker of its own for every test: what one leaves behind is nobody else's.

The scenarios run on the embedded broker and, marked ``kafka``, on Apache Kafka.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.broker.rig import IMPATIENT, SHORT_SESSIONS, Rig
from tests.kafka.passing import passing
from throughline.apache import ApacheKafka
from throughline.broker import EmbeddedBroker
from throughline.local import Broker


@pytest.fixture(params=["embedded", pytest.param("apache", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    with passing(_apache(folder, request)) if request.param == "apache" else EmbeddedBroker(folder) as running:
        yield running


def _apache(folder: Path, request: pytest.FixtureRequest) -> ApacheKafka:
    return ApacheKafka(folder, request.getfixturevalue("kafka_jars"), properties=SHORT_SESSIONS)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(tmp_path / "broker") as running:
        yield running


@pytest.fixture
async def rig(broker: Broker, tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(broker.address, tmp_path, session_timeout=IMPATIENT)
    await rig.prepare()
    try:
        yield rig
    finally:
        rig.end()
