"""What faults happen to: three nodes of Apache Kafka, a crew of workers, disks for all of them, and lines between them."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from schemas.topics import JOURNEY_LOG
from tests.broker.rig import Rig, Worker
from tests.faults.disks import Disk
from tests.faults.hosts import Host, network
from tests.kafka.passing import passing
from throughline.apache import ApacheKafka, Node, Place, fetch
from throughline.apache.jars import java

NODES = 3
NODE_MB = 3_000
LAKE_MB = 2_000
"""Of disks that take no more of the real one than lies on them."""
LOOK_EVERY = 0.2
"""Seconds."""
COMMIT_INTERVAL = "1"
ASK_WITHIN = 5.0


class Slot:
    """A place for a worker. Whoever ends is followed by another, as a supervisor would have it, unless a fault forbids it."""

    def __init__(self, number: int, rig: Rig, host: Host) -> None:
        self.number = number
        self.host = host
        self.lock = asyncio.Lock()
        self.worker: Worker | None = None
        self.wanted = True
        self.expected = True
        """Its next end is a fault's doing."""
        self.ended_by_itself: list[str] = []
        self._rig = rig

    def start(self, *arguments: str) -> Worker:
        place = Place(self.host.address, self.host.prefix)
        self.worker = self._rig.worker("--commit-interval", COMMIT_INTERVAL, "--session-timeout", "6", *arguments, place=place)
        self.expected = False
        return self.worker

    @property
    def running(self) -> bool:
        return self.worker is not None and self.worker.process.running

    async def kill(self) -> None:
        """A worker that waits for a frozen disk dies only when that is thawed: by somebody who is not kept waiting here."""
        if self.worker is not None:
            self.expected = True
            await asyncio.to_thread(self.worker.process.kill)

    async def replace(self, *arguments: str) -> Worker:
        """Killed, and another started with these arguments."""
        self.wanted = False
        try:
            await self.kill()
            return self.start(*arguments)
        finally:
            self.wanted = True

    def signal(self, number: signal.Signals) -> None:
        """Nothing where another fault has ended it."""
        if self.worker is not None and self.worker.process.running:
            with suppress(ProcessLookupError):
                os.kill(self.worker.process.pid, number)

    def tend(self) -> None:
        """Start another where none runs and one is wanted."""
        if self.running or not self.wanted:
            return
        if self.worker is not None and not self.expected:
            self.ended_by_itself.append(_last_words(self.worker.log))
        self.start()


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""


class Stage:
    """All of it, from ``staged`` until the block is left."""

    def __init__(self, jars: Path, kafka: ApacheKafka, rig: Rig, slots: list[Slot], hosts: list[Host], disks: list[Disk]) -> None:
        self._jars = jars
        self.kafka = kafka
        self.rig = rig
        self.slots = slots
        self._hosts = dict(zip((node.id for node in kafka.nodes), hosts, strict=True))
        self._disks = dict(zip((node.id for node in kafka.nodes), disks, strict=False))
        self.lake_disk = disks[-1]
        self.lake_lock = asyncio.Lock()
        self._node_locks = {node.id: asyncio.Lock() for node in kafka.nodes}

    def host(self, node: Node) -> Host:
        return self._hosts[node.id]

    def disk(self, node: Node) -> Disk:
        return self._disks[node.id]

    @asynccontextmanager
    async def a_worker(self, lot: Random) -> AsyncIterator[Slot]:
        """A worker for one fault alone."""
        slot = lot.choice(self.slots)
        async with slot.lock:
            yield slot

    @asynccontextmanager
    async def a_node(self, lot: Random, number: int | None = None) -> AsyncIterator[Node]:
        """A node for one fault alone: the one with this number, if it is known."""
        drawn = lot.choice(self.kafka.nodes)
        node = next((node for node in self.kafka.nodes if node.id == number), drawn)
        async with self._node_locks[node.id]:
            yield node

    async def leader(self, partition: int) -> int | None:
        """The node that leads this partition of journey.log; None where nobody tells."""

        async def ask(admin: AIOKafkaAdminClient) -> int:
            [topic] = await admin.describe_topics([JOURNEY_LOG])
            return next(int(place["leader"]) for place in topic["partitions"] if place["partition"] == partition)

        return await self._told(ask)

    async def coordinator(self) -> int | None:
        """The node that coordinates the group; None where nobody tells."""

        async def ask(admin: AIOKafkaAdminClient) -> int:
            return int(await admin.find_coordinator(self.rig.options.group))

        return await self._told(ask)

    async def controller(self) -> int | None:
        """The node that leads the quorum of controllers; None where nobody tells."""
        words = ["org.apache.kafka.tools.MetadataQuorumCommand", "--bootstrap-server", self.kafka.address, "describe", "--status"]
        asked = await asyncio.create_subprocess_exec(*java(self._jars, *words), stdout=PIPE, stderr=DEVNULL)
        said, _ = await asked.communicate()
        line = next((line for line in said.decode().splitlines() if line.startswith("LeaderId:")), "")
        return int(line.split()[1]) if line else None

    async def _told(self, ask: Callable[[AIOKafkaAdminClient], Awaitable[int]]) -> int | None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.address)
        try:
            async with asyncio.timeout(ASK_WITHIN):
                await admin.start()
                return await ask(admin)
        except (KafkaError, OSError):
            return None
        finally:
            await admin.close()


@asynccontextmanager
async def staged(folder: Path, workers: int) -> AsyncIterator[Stage]:
    """Everything stands when the block is entered, topics and all, and is gone behind it. Only ``in_private``."""
    jars = fetch()
    names = [f"node-{number}" for number in range(1, NODES + 1)]
    hosts = network([*names, *(f"worker-{number}" for number in range(1, workers + 1))])
    disks = [Disk(folder / f"{name}.img", folder / "kafka" / name, NODE_MB) for name in names]
    disks.append(Disk(folder / "lake.img", folder / "lake", LAKE_MB))
    places = [Place(host.address, host.prefix) for host in hosts[:NODES]]
    with passing(ApacheKafka(folder / "kafka", jars, nodes=places)) as kafka:
        rig = Rig(kafka.address, folder, replication=NODES)
        await rig.prepare()
        slots = [Slot(number, rig, host) for number, host in enumerate(hosts[NODES:], start=1)]
        stage = Stage(jars, kafka, rig, slots, hosts[:NODES], disks)
        tending = asyncio.create_task(_tend(slots))
        try:
            yield stage
        finally:
            tending.cancel()
            rig.end()


async def _tend(slots: list[Slot]) -> None:
    while True:
        for slot in slots:
            slot.tend()
        await asyncio.sleep(LOOK_EVERY)
