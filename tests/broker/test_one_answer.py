"""Backfill and replay give one answer: on real history, over any number of workers and partitions, over deaths, and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broker.one_answer import WORKED_OFF, beginning, faults, history_of, send, through_deaths, through_workers
from tests.broker.rig import IMPATIENT, Rig
from tests.conftest import RealHistory
from throughline.broker import EmbeddedBroker
from throughline.local import Broker

pytestmark = pytest.mark.timeout(600)
RECORDS = {"rees46": 13_821, "taobao": 25_000, "web": 20_000, "olist": 15_000}
"""All of the first, and the beginnings of the others, of which SQL judges all in ``tests/agreement``."""


@pytest.mark.parametrize("name", RECORDS)
async def test_real_history_through_the_topics_is_what_a_backfill_finds(
    history: RealHistory, embedded: EmbeddedBroker, tmp_path: Path, name: str
) -> None:
    rig = Rig(embedded.address, tmp_path)
    try:
        assert await through_workers(rig, beginning(history[name], RECORDS[name], tmp_path), tmp_path) == []
    finally:
        rig.end()


@pytest.mark.parametrize(("partitions", "workers"), [(1, 1), (4, 2), (8, 1)])
async def test_partitions_and_workers_change_nothing(broker: Broker, tmp_path: Path, partitions: int, workers: int) -> None:
    rig = Rig(broker.address, tmp_path, partitions)
    try:
        assert await through_workers(rig, history_of(7, 400, tmp_path), tmp_path, workers) == []
    finally:
        rig.end()


async def test_a_state_on_disk_changes_nothing_however_often_its_worker_dies(embedded: EmbeddedBroker, tmp_path: Path) -> None:
    state = tmp_path / "state"
    rig = Rig(embedded.address, tmp_path, session_timeout=IMPATIENT, always=("--state-dir", str(state)))
    try:
        assert await through_deaths(rig, history_of(11, 400, tmp_path), tmp_path, deaths=4, seed=11) == []
        assert list(state.iterdir()) == [], "what the dead left is gone, and what the last one had"
    finally:
        rig.end()


async def test_twenty_deaths_between_the_steps_of_commits_change_nothing(embedded: EmbeddedBroker, tmp_path: Path) -> None:
    rig = Rig(embedded.address, tmp_path, session_timeout=IMPATIENT)
    try:
        assert await through_deaths(rig, history_of(8, 600, tmp_path), tmp_path, deaths=20, seed=8) == []
    finally:
        rig.end()


async def test_the_topics_read_again_from_the_start_fill_an_empty_lake_with_the_same(broker: Broker, tmp_path: Path) -> None:
    file = history_of(9, 400, tmp_path)
    first = Rig(broker.address, tmp_path / "first")
    again = Rig(broker.address, tmp_path / "again", group="throughline-again")
    try:
        for rig in (first, again):
            rig.lake.parent.mkdir()
            await rig.prepare()
        await send(first, file)
        worker = first.worker()
        await first.arrived(WORKED_OFF)
        assert worker.process.stop() == 0
        again.worker()
        await again.arrived(WORKED_OFF)
        assert await faults(again, file, tmp_path) == []
    finally:
        first.end()
        again.end()
