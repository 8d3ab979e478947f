"""A Delta log that was harmed: nothing is written over it, nothing is lost without a word, and repaired it goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.failures import Retry
from schemas.topics import STOREFRONT
from sinks.lake import Lake
from tests.broker.rig import Rig, until
from tests.broker.shoppers import views
from tests.sinks.made import EPOCH, bring, event

HARM: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda commit: commit[: len(commit) // 2],
    "garbage": lambda commit: b"\xff\x00 no commit",
    "empty": lambda commit: b"",
}
harms = pytest.mark.parametrize("harm", HARM.values(), ids=HARM)


@harms
def test_a_harmed_commit_is_named_and_not_passed_over(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    bring(tmp_path, "events", [event("a", log_offset=0, log_epoch=EPOCH)])
    last = last_commit(tmp_path)
    last.write_bytes(harm(last.read_bytes()))
    with pytest.raises(Retry, match=str(tmp_path / "events")):
        Lake(tmp_path).watermarks(0, EPOCH)


@harms
@pytest.mark.timeout(180)
async def test_a_worker_waits_until_the_log_is_repaired(rig: Rig, harm: Callable[[bytes], bytes]) -> None:
    sent = views(400)
    first = rig.worker()
    await rig.events(STOREFRONT, sent[:200])
    await rig.arrived()
    assert first.process.stop() == 0
    last = last_commit(rig.lake)
    whole = last.read_bytes()
    last.write_bytes(harm(whole))

    second = rig.worker()
    await rig.events(STOREFRONT, sent[200:])

    async def complains() -> bool:
        return "The lake is not to be had, will try again" in second.log.read_text()

    await until(complains, 60, lambda: f"it does not say what it waits for; {second.log}")
    assert await rig.behind()
    last.write_bytes(whole)
    await rig.arrived()
    assert second.process.running
    assert rig.event_ids() == {event["event_id"]: 1 for event in sent}


def last_commit(lake: Path) -> Path:
    return max((lake / "events" / "_delta_log").glob("*.json"))
