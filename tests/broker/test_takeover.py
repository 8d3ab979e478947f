"""Workers that die, join and leave: who is left has their partitions with their state, soon and without a double count."""

from __future__ import annotations

import pytest

from schemas.topics import FRICTION_SIGNALS, STOREFRONT
from tests.broker.rig import PARTITIONS, Rig
from tests.broker.shoppers import BEGIN, MINUTE, added, views

TAKEOVER_WITHIN = 15.0


@pytest.mark.parametrize("standby", ["0", "1"], ids=["from the changelog", "from a standby"])
@pytest.mark.timeout(180)
async def test_carts_of_a_killed_worker_are_watched_by_another_within_fifteen_seconds(rig: Rig, standby: str) -> None:
    first = rig.worker("--standby", standby)
    second = rig.worker("--standby", standby)
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
