"""A peer that runs for as long as a block lasts, whichever it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.peers.kafka import create, without_throughline
from bench.peers.ours import Worker, worker
from bench.peers.process import Watched
from bench.peers.rivals import RIVALS, THROUGHLINE
from bench.peers.task import Task
from schemas.topics import STOREFRONT


def task_of(brokers: str, partitions: int, folder: Path, idle_ms: int, marks: tuple[int, ...]) -> Task:
    """A task in a folder of its own, whose name is also the group's and must be its alone on these brokers."""
    group = folder.name
    return Task(brokers, STOREFRONT, partitions, f"alerts-{group}", group, folder, idle_ms, marks)


async def prepare(peer: str, task: Task) -> None:
    """On return nothing is there of an earlier run, and the alerts' topic is."""
    task.folder.mkdir(parents=True)
    if peer == THROUGHLINE:
        await without_throughline(task.brokers)
    else:
        await create(task.brokers, [task.alerts], task.partitions)


@asynccontextmanager
async def running(peer: str, task: Task) -> AsyncIterator[Watched]:
    """Killed at the end of the block. Throughline is ready inside, the others have just been started."""
    if peer == THROUGHLINE:
        async with worker(task) as one:
            yield _process(one)
        return
    process = Watched(RIVALS[peer].command(), task.folder / "log", task.environment)
    try:
        yield process
    finally:
        process.child.kill()


def _process(one: Worker) -> Watched:
    assert one.process is not None
    return one.process
