"""Kill −9 between every two steps of a commit: every event is in the lake once, and the offsets arrive at the end."""

from __future__ import annotations

import signal

import pytest

from schemas.topics import STOREFRONT
from tests.broker.one_answer import STEPS
from tests.broker.rig import Rig
from tests.broker.shoppers import views


@pytest.mark.timeout(180)
async def test_whatever_step_a_worker_dies_behind_each_event_is_there_once(rig: Rig) -> None:
    sent = views(1_000 * len(STEPS))
    for turn, step in enumerate(STEPS):
        await rig.events(STOREFRONT, sent[turn * 1_000 : turn * 1_000 + 1_000])
        dying = rig.worker("--die-after", step, "--commit-interval", "0.05")
        assert await dying.ends() == -signal.SIGKILL
    survivor = rig.worker()
    await rig.arrived()
    assert rig.event_ids() == {event["event_id"]: 1 for event in sent}
    assert survivor.process.stop() == 0
