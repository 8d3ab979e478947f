"""A broker of its own for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.collector.rig import Collector, prepare, running
from throughline.broker import EmbeddedBroker


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[EmbeddedBroker]:
    async with EmbeddedBroker(tmp_path / "broker") as broker:
        await prepare(broker)
        yield broker


@pytest.fixture
async def collector(broker: EmbeddedBroker, tmp_path: Path) -> AsyncIterator[Collector]:
    async with running(tmp_path, broker.address) as collector:
        await collector.until("ok")
        yield collector
