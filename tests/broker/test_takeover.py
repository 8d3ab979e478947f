"""Workers that die, join and leave: who is left has their partitions with their state, soon and without a double count."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.topics import FRICTION_SIGNALS, STOREFRONT
from streams.agents.options import Options
from tests.broker.rig import PARTITIONS, Rig
from tests.broker.shoppers import BEGIN, MINUTE, added, views

TAKEOVER_WITHIN = 15.0


@pytest.mark.parametrize(
    ("standby", "on_disk"),
    [("0", False), ("1", False), ("1", True)],
    ids=["from the changelog", "from a standby", "from a standby on disk"],
)
@pytest.mark.timeout(180)
async def test_carts_of_a_killed_worker_are_watched_by_another_within_fifteen_seconds(
    rig: Rig, tmp_path: Path, standby: str, on_disk: bool
) -> None:
    where = ["--state-dir", str(tmp_path / "state")] if on_disk else []
    session = str(Options.session_timeout)
    first, second = (rig.worker("--standby", standby, "--session-timeout", session, *where) for _ in range(2))
    await first.owns(PARTITIONS // 2)
    await second.owns(PARTITIONS // 2)
    await rig.events(STOREFRONT, [added(f"c{number}", f"k{number}", BEGIN) for number in range(40)])
    await rig.tick(BEGIN + MINUTE)
    await rig.arrived()

    first.process.kill()
    await second.owns(PARTITIONS, TAKEOVER_WITHIN)
    await rig.tick(BEGIN + 40 * MINUTE)
    await rig.arrived()
    told = {record.key.decode() for record in await rig.read(FRICTION_SIGNALS)}
    assert told == {f"cart:k{number}" for number in range(40)}


@pytest.mark.timeout(180)
async def test_a_worker_that_slept_through_its_eviction_overwrites_nothing(rig: Rig, tmp_path: Path) -> None:
    """Asleep between lake and changelog it wakes up with a filled cart in hand that another worker has seen emptied since."""
    tired = tmp_path / "tired"
    sleeper = rig.worker("--die-after", "rested", "--die-by", "SIGSTOP", "--die-once", str(tired))
    await rig.arrived()
    tired.touch()
    await rig.events(STOREFRONT, [added("ada", "42", BEGIN)])
    await rig.asleep(sleeper)
    heir = rig.worker()
    await heir.owns(PARTITIONS)
    await rig.events(STOREFRONT, [added("ada", "42", BEGIN + MINUTE) | {"event_id": "out", "type": "product_removed"}])
    await rig.arrived()
    sleeper.wake()
    await sleeper.owns(PARTITIONS // 2)
    for worker in (sleeper, heir):
        worker.process.kill()

    rig.worker()
    await rig.tick(BEGIN + 60 * MINUTE)
    await rig.arrived()
    assert await rig.read(FRICTION_SIGNALS) == []
    assert rig.event_ids() == {"added-42": 1, "out": 1}


@pytest.mark.timeout(180)
async def test_a_worker_whose_lake_writer_is_killed_reads_again_what_was_not_written(rig: Rig) -> None:
    worker = rig.worker()
    await worker.owns(PARTITIONS)
    sent = views(2_000)
    await rig.events(STOREFRONT, sent[:1_000])
    await rig.arrived()
    worker.kill_its_lake_writer()
    await rig.events(STOREFRONT, sent[1_000:])
    await rig.arrived()
    assert rig.event_ids() == {event["event_id"]: 1 for event in sent}
    assert worker.process.running


@pytest.mark.timeout(180)
async def test_a_worker_that_joins_gets_its_share_and_gives_it_back_when_it_leaves(rig: Rig) -> None:
    sent = views(6_000)
    stays = rig.worker()
    await stays.owns(PARTITIONS)
    await rig.events(STOREFRONT, sent[:2_000])
    joins = rig.worker()
    await joins.owns(PARTITIONS // 2)
    await stays.owns(PARTITIONS // 2)
    await rig.events(STOREFRONT, sent[2_000:4_000])
    assert joins.process.stop() == 0
    await stays.owns(PARTITIONS, TAKEOVER_WITHIN)
    await rig.events(STOREFRONT, sent[4_000:])
    await rig.arrived()
    assert rig.event_ids() == {event["event_id"]: 1 for event in sent}
