"""A broker, a lake and workers as processes: what is sent in, and what is found out about them from outside."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from aiokafka import AIOKafkaConsumer, TopicPartition
from deltalake import DeltaTable

from schemas.topics import JOURNEY_LOG, SOURCE_TOPICS
from streams.agents.options import Options
from streams.agents.ticks import ticks
from streams.agents.topics import ensure_topics
from streams.publishing.publisher import Appends, Record
from throughline.apache import Place
from throughline.broker import free_port
from throughline.kafka import publishing
from throughline.leash import Leashed
from throughline.watching import Standing, standing

ROOT = Path(__file__).parents[2]
PARTITIONS = 4
LOOK_EVERY = 0.1
HERE = Place()
IMPATIENT = 3.0
"""Seconds of a session: a broker may be told to wait for the dead for less long than Apache Kafka allows by default."""
SHORT_SESSIONS = {"group.min.session.timeout.ms": "1000"}
"""What an Apache Kafka is told so that it allows it."""


@dataclass(frozen=True)
class Where:
    """Where workers write, and what they must be told for it."""

    lake: str
    environment: Mapping[str, str] = field(default_factory=dict)


class Rig:
    """Everything a test of workers needs, around one broker."""

    def __init__(
        self,
        brokers: str,
        folder: Path,
        partitions: int = PARTITIONS,
        group: str = "throughline",
        session_timeout: float = Options.session_timeout,
        where: Where | None = None,
        replication: int = 1,
        always: Sequence[str] = (),
    ) -> None:
        """``always`` are arguments of every worker."""
        self.brokers = brokers
        self.partitions = partitions
        self.lake = folder / "lake"
        self.where = where or Where(str(self.lake))
        self._folder = folder
        self._workers: list[Worker] = []
        self._always = always
        self.options = Options(
            brokers, partitions=partitions, group=group, session_timeout=session_timeout, replication=replication
        )
        self._seen_behind: dict[TopicPartition, int] = {}

    async def prepare(self) -> None:
        await ensure_topics(self.options)

    def worker(self, *arguments: str, place: Place = HERE, root: Path = ROOT) -> Worker:
        """``root`` is the source tree that it is run from."""
        worker = Worker(self, free_port(), (*self._always, *arguments), place, root)
        self._workers.append(worker)
        return worker

    def log(self, number: int) -> Path:
        return self._folder / f"worker-{number}.log"

    def end(self) -> None:
        for worker in self._workers:
            worker.process.kill()

    async def send(self, appends: Appends) -> None:
        async with publishing(self.options.client) as publisher:
            await publisher.publish(appends)

    async def events(self, topic: str, events: Sequence[dict[str, Any]]) -> None:
        """Events spread over the partitions, as a producer without keys would."""
        values = [Record(None, json.dumps(event).encode()) for event in events]
        await self.send({(topic, place): values[place::PARTITIONS] for place in range(PARTITIONS)})

    async def tick(self, at: int) -> None:
        await self.send(ticks(at, PARTITIONS))

    async def arrived(self, within: float = 60.0) -> None:
        """On return every record of the source topics and of journey.log is committed, and no more come."""
        await until(self._all_committed, within, lambda: f"not all is committed: {self._seen_behind}")

    async def taken(self, events: int, worker: Worker, within: float = 60.0) -> None:
        """On return the worker has stitched so many events, committed or not."""

        async def is_so() -> bool:
            return (await worker.standing()).events >= events

        await until(is_so, within, lambda: f"it never took {events} events; {worker.log}")

    async def asleep(self, worker: Worker, within: float = 60.0) -> None:
        """On return the worker has sent itself SIGSTOP."""

        async def is_so() -> bool:
            return worker.sleeping

        await until(is_so, within, lambda: f"it never fell asleep; {worker.log}")

    async def behind(self) -> dict[TopicPartition, int]:
        """Records between the group's offsets and the ends."""
        places = [TopicPartition(topic, place) for topic in (*SOURCE_TOPICS, JOURNEY_LOG) for place in range(self.partitions)]
        async with self._reader() as consumer:
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            committed = {place: await consumer.committed(place) or 0 for place in places}
        return {place: end - committed[place] for place, end in ends.items() if end > committed[place]}

    async def _all_committed(self) -> bool:
        """Twice in a row: what is committed of a source may not yet be in the log when its end is asked."""
        self._seen_behind = await self.behind() or await self.behind()
        return not self._seen_behind

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[AIOKafkaConsumer]:
        """Looks over the group's shoulder, without being a member of it."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.brokers, group_id=self.options.group, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def read(self, topic: str) -> list[Any]:
        """All records of a topic, by partition and offset."""
        places = [TopicPartition(topic, place) for place in range(PARTITIONS)]
        found: list[Any] = []
        async with self._reader() as consumer:
            consumer.assign(places)
            ends = await consumer.end_offsets(places)
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    found.extend(records)
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """What the lake holds of a table, every version of every row."""
        path = self.lake / table
        return DeltaTable(path).to_pyarrow_table().to_pylist() if (path / "_delta_log").exists() else []

    def event_ids(self) -> dict[str, int]:
        """How often the lake holds each event."""
        if not (self.lake / "events" / "_delta_log").exists():
            return {}
        counted = pc.value_counts(DeltaTable(self.lake / "events").to_pyarrow_table(columns=["event_id"])["event_id"])
        return {pair["values"].as_py(): pair["counts"].as_py() for pair in counted}


class Worker:
    """One worker process of a rig."""

    def __init__(self, rig: Rig, port: int, arguments: Iterable[str], place: Place, root: Path) -> None:
        self.port = port
        self.host = place.host
        self.log = rig.log(port)
        where = ["--brokers", rig.brokers, "--lake", rig.where.lake, "--web-host", place.host, "--web-port", str(port)]
        where += ["--partitions", str(rig.partitions), "--group", rig.options.group]
        where += ["--replication", str(rig.options.replication)]
        where += ["--session-timeout", str(rig.options.session_timeout)]
        program = str(root / "tests/broker/worker.py")
        environment = {**os.environ, "PYTHONPATH": str(root), **rig.where.environment}
        self.process = Leashed([*place.prefix, sys.executable, program, *where, *arguments], self.log, environment)

    @property
    def sleeping(self) -> bool:
        """Whether it was sent SIGSTOP; not where it has ended."""
        try:
            stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] == "T"

    def wake(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill_its_lake_writer(self) -> None:
        """kill -9 of the one process that a worker starts, if it is there."""
        with suppress(FileNotFoundError, ProcessLookupError):
            for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
                for child in (thread / "children").read_text().split():
                    os.kill(int(child), signal.SIGKILL)

    async def standing(self) -> Standing:
        return await standing(self.host, self.port)

    async def owns(self, partitions: int | None = None, within: float = 60.0) -> None:
        """On return it owns so many partitions of journey.log (None: any) and has recovered them."""

        async def is_so() -> bool:
            now = await self.standing()
            mine = [place for place in (now.behind or {}) if place.startswith(JOURNEY_LOG)]
            return now.status == "ok" and (len(mine) == partitions if partitions is not None else bool(mine))

        await until(is_so, within, lambda: f"it never owned {partitions} partitions; {self.log}")

    async def ends(self, within: float = 60.0) -> int:
        """Wait until it has ended; how."""

        async def is_so() -> bool:
            return not self.process.running

        await until(is_so, within, lambda: f"it did not end; {self.log}")
        return self.process.exit_code or 0


async def until(is_so: Callable[[], Awaitable[bool]], within: float, otherwise: Callable[[], str]) -> None:
    """Ask until it is so; an assertion that fails after ``within`` seconds."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + within
    while not await is_so():
        assert clock() < deadline, otherwise()
        await asyncio.sleep(LOOK_EVERY)
