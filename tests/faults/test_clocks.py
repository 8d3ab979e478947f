"""Clocks that leap: nobody is told of a cart that nobody left, and time goes on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from schemas.topics import FRICTION_SIGNALS, STOREFRONT
from streams.agents.ticks import BELIEVED_AFTER, LEAP, Wall
from tests.broker.rig import PARTITIONS, Rig, until
from tests.broker.shoppers import added

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND
NOON = 1_790_000_000 * SECOND


class Host:
    """A host's two clocks; ``pass_`` lets time go by on both."""

    def __init__(self) -> None:
        self.wall = NOON
        self.steady = 0

    def pass_(self, seconds: float) -> None:
        self.wall += int(seconds * SECOND)
        self.steady += int(seconds * SECOND)


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def clock(host: Host) -> Wall:
    return Wall(lambda: host.wall, lambda: host.steady)


@pytest.mark.parametrize("leap", [HOUR, -HOUR], ids=["ahead", "back"])
def test_a_leap_that_is_taken_back_was_never_heard_of(host: Host, clock: Wall, leap: int) -> None:
    host.wall += leap
    for second in range(1, int(BELIEVED_AFTER)):
        host.pass_(1)
        assert clock.now() == (NOON + second * SECOND) // 1000
    host.wall -= leap
    host.pass_(1)
    assert clock.now() == host.wall // 1000


@pytest.mark.parametrize("leap", [HOUR, -HOUR], ids=["ahead", "back"])
def test_a_leap_that_stands_is_believed(host: Host, clock: Wall, leap: int) -> None:
    host.wall += leap
    clock.now()
    host.pass_(BELIEVED_AFTER)
    assert clock.now() == host.wall // 1000


@pytest.mark.parametrize(("drift", "at_once"), [(LEAP, True), (LEAP + 0.001, False)])
def test_a_clock_that_is_corrected_is_no_leap(host: Host, clock: Wall, drift: float, at_once: bool) -> None:
    host.wall += int(drift * SECOND)
    assert (clock.now() == host.wall // 1000) is at_once


@pytest.mark.timeout(120)
@pytest.mark.parametrize("leap", ["3600", "-3600"], ids=["ahead", "back"])
async def test_a_cart_just_filled_is_not_abandoned_by_a_leap_of_the_leaders_clock(rig: Rig, tmp_path: Path, leap: str) -> None:
    ahead = tmp_path / "ahead"
    worker = rig.worker("--clock", "wall", "--clock-ahead", str(ahead))
    await worker.owns(PARTITIONS)
    await rig.events(STOREFRONT, [added("ada", "42", time.time_ns() // 1000)])
    await rig.taken(1, worker)
    ahead.write_text(leap)

    async def noticed() -> bool:
        return "This host's clock has leapt" in worker.log.read_text()

    await until(noticed, 30, lambda: f"no leap was noticed; {worker.log}")
    before = (await worker.standing()).clock or 0

    async def ticked_on() -> bool:
        return ((await worker.standing()).clock or 0) > before + 3

    await until(ticked_on, 30, lambda: f"time stands still; {worker.log}")
    ahead.write_text("0")
    assert abs(((await worker.standing()).clock or 0) - time.time()) < 60
    assert worker.process.stop() == 0
    assert await rig.read(FRICTION_SIGNALS) == []
