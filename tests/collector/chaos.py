"""The broker is away under load, and the collector is killed in the middle of it: what got a 200 is in the lake once.

With ``--apache`` (Java, Maven) the broker is killed and started again over its data; without, the embedded one, whose data would
go with it, is frozen and wakes again. The collector that is killed with ``kill -9`` is started again at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.broker.rig import Rig
from tests.collector.load import Shoppers, Tally
from tests.collector.running import RunningCollector
from throughline.apache import ApacheKafka, fetch
from throughline.broker import EmbeddedBroker

CALM = 3.0
"""Seconds on either side."""
SOON = {"COLLECTOR__SPOOL_AFTER": "1 s"}
WITHIN = 300.0
"""Seconds for the worker to catch up."""


@dataclass(frozen=True)
class Outcome:
    """Where the events are."""

    tally: Tally
    lost: int
    """Answered with 200, and not in the lake."""
    twice: int
    """In the lake more than once."""
    invented: int
    """In the lake, and never sent."""
    spooled: int
    """Bytes on disk when the broker came back."""

    @property
    def good(self) -> bool:
        return not (self.lost or self.twice or self.invented) and len(self.tally.answered) == self.tally.sent

    def __str__(self) -> str:
        tally = self.tally
        return (
            f"{tally.sent:,} events sent, {len(tally.answered):,} got their 200, {tally.again:,} of them after more than one try "
            f"({tally.refused} answers other than 200, {tally.unheard} requests unheard); {self.spooled:,} bytes were spooled; "
            f"in the lake: {self.lost} missing, {self.twice} twice, {self.invented} invented"
        )


@dataclass(frozen=True)
class Away:
    """How a broker is taken away and brought back."""

    address: str
    take: Callable[[], None]
    bring: Callable[[], None]


@contextmanager
def broker(folder: Path, apache: bool) -> Iterator[Away]:
    if apache:
        with ApacheKafka(folder, fetch()) as kafka:
            yield Away(kafka.address, kafka.kill, kafka.start)
        return
    with EmbeddedBroker(folder) as embedded:
        pid = embedded.pid
        assert pid is not None
        yield Away(embedded.address, lambda: os.kill(pid, signal.SIGSTOP), lambda: os.kill(pid, signal.SIGCONT))


async def run(folder: Path, away: Away, pace: int, seconds: float) -> Outcome:
    """The broker is away for so many ``seconds``; ``pace`` in events a second."""
    rig = Rig(away.address, folder)
    await rig.prepare()
    collector = RunningCollector(folder / "collector", away.address, **SOON)
    shoppers = Shoppers(collector.url, collector.key("shop"), pace)
    worker = rig.worker()
    try:
        await asyncio.to_thread(collector.start)
        await worker.owns()
        spooled = await _course(collector, shoppers, away, seconds)
        await asyncio.to_thread(collector.stop)
        await rig.arrived(WITHIN)
    finally:
        rig.end()
        collector.kill()
    found = rig.event_ids()
    answered = shoppers.tally.answered
    return Outcome(
        shoppers.tally,
        lost=len(answered.keys() - found.keys()),
        twice=sum(times > 1 for times in found.values()),
        invented=len(found.keys() - answered.keys()),
        spooled=spooled,
    )


async def _course(collector: RunningCollector, shoppers: Shoppers, away: Away, seconds: float) -> int:
    """1. Calm. 2. The broker goes. 3. In the middle of that the collector is killed, and started. 4. The broker comes. 5. The
    spool gets empty, and it is calm again. Gives what was on disk when the broker came, in bytes."""
    stop = asyncio.Event()
    sending = asyncio.create_task(shoppers.send(stop, time.time_ns() // 1_000))
    await asyncio.sleep(CALM)
    await asyncio.to_thread(away.take)
    await asyncio.sleep(seconds / 2)
    collector.kill()
    await asyncio.to_thread(collector.start)
    await asyncio.sleep(seconds / 2)
    spooled = _spooled(collector)
    await asyncio.to_thread(away.bring)
    await _until(lambda: asyncio.to_thread(_direct, collector))
    await asyncio.sleep(CALM)
    stop.set()
    await sending
    return spooled


def _spooled(collector: RunningCollector) -> int:
    bytes_ = collector.health()["spool_bytes"]
    assert isinstance(bytes_, int)
    return bytes_


def _direct(collector: RunningCollector) -> bool:
    return collector.health()["status"] == "ok"


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(WITHIN):
        while not await is_so():
            await asyncio.sleep(0.1)


def main() -> None:
    parser = ArgumentParser(description=str(__doc__))
    parser.add_argument("--pace", type=int, default=2_000, metavar="N", help="events a second (default: 2,000)")
    parser.add_argument("--away", type=float, default=60.0, metavar="SECONDS", help="default: 60")
    parser.add_argument(
        "--apache", action="store_true", help="an Apache Kafka, which is killed, in the place of the embedded one"
    )
    given = parser.parse_args()
    with TemporaryDirectory(prefix="throughline-chaos-") as folder, broker(Path(folder) / "broker", given.apache) as away:
        outcome = asyncio.run(run(Path(folder), away, given.pace, given.away))
    print(outcome)
    sys.exit(not outcome.good)


if __name__ == "__main__":
    main()
