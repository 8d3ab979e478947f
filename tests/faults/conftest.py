"""An embedded broker, a rig on it and an object store of its own for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.broker.rig import IMPATIENT, Rig
from tests.faults.object_store import ObjectStore
from throughline.broker import EmbeddedBroker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(tmp_path / "broker") as running:
        yield running


@pytest.fixture
async def rig(broker: EmbeddedBroker, tmp_path: Path) -> AsyncIterator[Rig]:
    rig = Rig(broker.address, tmp_path, session_timeout=IMPATIENT)
    await rig.prepare()
    yield rig
    rig.end()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ObjectStore]:
    with ObjectStore(tmp_path) as running:
        yield running
