"""Every fault by name: what it does to the stage, and how it ends. When ``inject`` returns the stage is whole, if not at rest.

``lot`` draws whom it meets and for how long, so that the same seed does the same again; only who leads what, Kafka decides.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from random import Random

from tests.broker.one_answer import STEPS
from tests.faults.disks import Disk
from tests.faults.stage import Slot, Stage
from throughline.apache import Node

SESSION = 6.0
"""Seconds of a worker's session, as by default."""
ASLEEP_WITHIN = 30.0


@dataclass(frozen=True)
class Fault:
    name: str
    inject: Callable[[Stage, Random], Awaitable[str]]
    """Does it and undoes it; what it did, in words."""


async def worker_killed(stage: Stage, lot: Random) -> str:
    """kill −9; another begins in its place after a while."""
    away = lot.uniform(0, 8)
    async with stage.a_worker(lot) as slot:
        await _without(slot, away)
        return f"worker {slot.number}, away for {away:.1f} s"


async def all_workers_killed(stage: Stage, lot: Random) -> str:
    """kill −9 of all at once, as where the power goes."""
    await asyncio.gather(*(slot.kill() for slot in stage.slots))
    return "all workers"


async def worker_rolled(stage: Stage, lot: Random) -> str:
    """SIGTERM, drained, and another in its place."""
    async with stage.a_worker(lot) as slot:
        slot.expected = True
        if slot.worker is not None:
            await asyncio.to_thread(slot.worker.process.stop, 60.0)
        return f"worker {slot.number}"


async def worker_killed_between_steps(stage: Stage, lot: Random) -> str:
    """It ends itself behind a step of one of its commits."""
    step, time = lot.choice(STEPS), lot.randint(1, 4)
    async with stage.a_worker(lot) as slot:
        await slot.replace("--die-after", step, "--die-at", str(time))
        slot.expected = True
        ended = await _comes(lambda: not slot.running)
        return f"worker {slot.number} behind {step!r} of commit {time}" + ("" if ended else ", which never came")


async def lake_writer_killed(stage: Stage, lot: Random) -> str:
    """kill −9 of the process in which a worker writes the lake, several times."""
    async with stage.a_worker(lot) as slot:
        times = lot.randint(1, 3)
        for _ in range(times):
            if slot.worker is not None:
                slot.worker.kill_its_lake_writer()
            await asyncio.sleep(lot.uniform(0.5, 3))
        return f"of worker {slot.number}, {times} times"


async def zombie(stage: Stage, lot: Random) -> str:
    """SIGSTOP for longer than its session; it wakes and knows nothing of what has happened."""
    asleep = lot.uniform(1.2, 3) * SESSION
    async with stage.a_worker(lot) as slot:
        await _asleep(slot, asleep)
        return f"worker {slot.number} for {asleep:.1f} s"


async def zombie_between_steps(stage: Stage, lot: Random) -> str:
    """It falls asleep behind a step of a commit, for longer than its session."""
    step, time, asleep = lot.choice(STEPS), lot.randint(1, 4), lot.uniform(1.2, 3) * SESSION
    async with stage.a_worker(lot) as slot:
        worker = await slot.replace("--die-after", step, "--die-at", str(time), "--die-by", "SIGSTOP")
        try:
            fell = await _comes(lambda: worker.sleeping)
            await asyncio.sleep(asleep if fell else 0)
        finally:
            slot.signal(signal.SIGCONT)
        return f"worker {slot.number} behind {step!r} of commit {time} for {asleep:.1f} s" + (
            "" if fell else ", which never came"
        )


async def worker_blinks(stage: Stage, lot: Random) -> str:
    """SIGSTOP for less than its session, several times."""
    async with stage.a_worker(lot) as slot:
        times = lot.randint(2, 6)
        for _ in range(times):
            await _asleep(slot, lot.uniform(0.2, 0.5) * SESSION)
            await asyncio.sleep(lot.uniform(0.1, 1))
        return f"worker {slot.number}, {times} times"


async def worker_cut_off(stage: Stage, lot: Random) -> str:
    """No packet goes to or from its host."""
    away = lot.uniform(0.3, 3) * SESSION
    async with stage.a_worker(lot) as slot:
        slot.host.cut()
        try:
            await asyncio.sleep(away)
        finally:
            slot.host.mend()
        return f"worker {slot.number} for {away:.1f} s"


async def worker_on_a_narrow_line(stage: Stage, lot: Random) -> str:
    """Packets queue up and come seconds late."""
    kilobits, lasts = lot.choice([64, 256, 1_000]), lot.uniform(4, 12)
    async with stage.a_worker(lot) as slot:
        slot.host.narrow(kilobits)
        try:
            await asyncio.sleep(lasts)
        finally:
            slot.host.widen()
        return f"worker {slot.number} at {kilobits} kbit/s for {lasts:.1f} s"


async def broker_killed(stage: Stage, lot: Random) -> str:
    """kill −9 of a node, whatever it leads."""
    return await _node_killed(stage, lot, None)


async def leader_killed(stage: Stage, lot: Random) -> str:
    """kill −9 of the node that leads a partition of journey.log."""
    partition = lot.randrange(stage.rig.partitions)
    return f"leader of journey.log/{partition}: " + await _node_killed(stage, lot, await stage.leader(partition))


async def coordinator_killed(stage: Stage, lot: Random) -> str:
    """kill −9 of the node that coordinates the workers' group."""
    return "coordinator: " + await _node_killed(stage, lot, await stage.coordinator())


async def controller_killed(stage: Stage, lot: Random) -> str:
    """kill −9 of the node that leads the controllers."""
    return "controller: " + await _node_killed(stage, lot, await stage.controller())


async def majority_killed(stage: Stage, lot: Random) -> str:
    """kill −9 of two nodes of three: nothing can be acknowledged until one is back."""
    lost = sorted(lot.sample([node.id for node in stage.kafka.nodes], 2))
    async with AsyncExitStack() as held:
        nodes = [await held.enter_async_context(stage.a_node(lot, number)) for number in lost]
        for node in nodes:
            await asyncio.to_thread(node.kill)
        await asyncio.sleep(lot.uniform(0, 5))
        await asyncio.gather(*(asyncio.to_thread(node.start) for node in nodes))
    return f"nodes {lost[0]} and {lost[1]}"


async def broker_paused(stage: Stage, lot: Random) -> str:
    """SIGSTOP of a node for longer than its controllers wait for it; its connections stay open."""
    asleep = lot.uniform(2, 15)
    async with stage.a_node(lot) as node:
        node.pause()
        try:
            await asyncio.sleep(asleep)
        finally:
            node.resume()
        return f"node {node.id} for {asleep:.1f} s"


async def broker_rolled(stage: Stage, lot: Random) -> str:
    """A clean shutdown and a start, as in an upgrade."""
    async with stage.a_node(lot) as node:
        await asyncio.to_thread(node.stop)
        await asyncio.to_thread(node.start)
        return f"node {node.id}"


async def broker_cut_off(stage: Stage, lot: Random) -> str:
    """No packet goes to or from its host, not to the other nodes either."""
    away = lot.uniform(2, 15)
    async with stage.a_node(lot) as node:
        stage.host(node).cut()
        try:
            await asyncio.sleep(away)
        finally:
            stage.host(node).mend()
        return f"node {node.id} for {away:.1f} s"


async def broker_on_a_narrow_line(stage: Stage, lot: Random) -> str:
    kilobits, lasts = lot.choice([256, 1_000, 4_000]), lot.uniform(4, 12)
    async with stage.a_node(lot) as node:
        stage.host(node).narrow(kilobits)
        try:
            await asyncio.sleep(lasts)
        finally:
            stage.host(node).widen()
        return f"node {node.id} at {kilobits} kbit/s for {lasts:.1f} s"


async def broker_disk_full(stage: Stage, lot: Random) -> str:
    """Not a byte is left where a node keeps the log and the state; it ends over that, and is started when there is room."""
    lasts = lot.uniform(3, 10)
    async with stage.a_node(lot) as node:
        disk = stage.disk(node)
        disk.fill()
        try:
            await asyncio.sleep(lasts)
        finally:
            disk.relieve()
        ended = not node.running
        await asyncio.to_thread(_restarted, node)
        return f"node {node.id} for {lasts:.1f} s" + (", of which it died" if ended else "")


async def broker_disk_slow(stage: Stage, lot: Random) -> str:
    lasts = lot.uniform(3, 8)
    async with stage.a_node(lot) as node:
        await _frozen_mostly(stage.disk(node), lasts, lot)
        return f"node {node.id} for {lasts:.1f} s"


async def lake_disk_full(stage: Stage, lot: Random) -> str:
    """Not a byte is left where the lake lies."""
    lasts = lot.uniform(2, 10)
    async with stage.lake_lock:
        stage.lake_disk.fill()
        try:
            await asyncio.sleep(lasts)
        finally:
            stage.lake_disk.relieve()
        return f"for {lasts:.1f} s"


async def lake_disk_slow(stage: Stage, lot: Random) -> str:
    lasts = lot.uniform(3, 10)
    async with stage.lake_lock:
        await _frozen_mostly(stage.lake_disk, lasts, lot)
        return f"for {lasts:.1f} s"


FAULTS = [
    Fault(inject.__name__.replace("_", " "), inject)
    for inject in (
        *(worker_killed, all_workers_killed, worker_rolled, worker_killed_between_steps, lake_writer_killed),
        *(zombie, zombie_between_steps, worker_blinks, worker_cut_off, worker_on_a_narrow_line),
        *(broker_killed, leader_killed, coordinator_killed, controller_killed, majority_killed),
        *(broker_paused, broker_rolled, broker_cut_off, broker_on_a_narrow_line, broker_disk_full, broker_disk_slow),
        *(lake_disk_full, lake_disk_slow),
    )
]


async def _without(slot: Slot, seconds: float) -> None:
    slot.wanted = False
    try:
        await slot.kill()
        await asyncio.sleep(seconds)
    finally:
        slot.wanted = True


async def _asleep(slot: Slot, seconds: float) -> None:
    slot.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        slot.signal(signal.SIGCONT)


async def _node_killed(stage: Stage, lot: Random, number: int | None) -> str:
    away = lot.uniform(0, 8)
    async with stage.a_node(lot, number) as node:
        await asyncio.to_thread(node.kill)
        await asyncio.sleep(away)
        await asyncio.to_thread(node.start)
        return f"node {node.id}, away for {away:.1f} s"


def _restarted(node: Node) -> None:
    """A node whose disk was full may end long after there is room again: it is not asked."""
    node.kill()
    node.start()


async def _frozen_mostly(disk: Disk, seconds: float, lot: Random) -> None:
    """Nine tenths of the time nothing is written."""
    ends = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < ends:
        await asyncio.to_thread(disk.freeze)
        try:
            await asyncio.sleep(lot.uniform(0.2, 0.9))
        finally:
            await asyncio.to_thread(disk.thaw)
        await asyncio.sleep(0.05)


async def _comes(is_so: Callable[[], bool]) -> bool:
    """Whether it came to be so in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ASLEEP_WITHIN):
            while not is_so():
                await asyncio.sleep(0.1)
            return True
    return False
