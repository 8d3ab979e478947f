"""History through a broker and workers: whatever happens to them, the lake holds what a backfill of the same history holds.

The same scenarios run on the embedded broker (``tests/broker``) and on Apache Kafka (``tests/kafka``).
"""

from __future__ import annotations

import random
import signal
from collections.abc import Sequence
from itertools import islice, pairwise
from pathlib import Path

from sinks.duck import connect
from sinks.lake import Lake
from streams.journey.rules import Rules
from streams.publishing.publisher import Publisher
from tests.broker.rig import Rig, Worker
from tests.broker.worker import hashed
from throughline.arrivals import Arrival, History
from throughline.backfill import backfill
from throughline.kafka import publishing
from throughline.oracle.source_topics import read_topics
from throughline.oracle.verify import verify
from throughline.replay import Pace, Replay, replay
from throughline.simulator import Rates, World, simulate

STEPS = ("said", "rested", "remembered", "moved on")
WORKED_OFF = 240.0
"""Seconds that half a million events may take on a busy machine."""
_OF_THE_LOG = "log_partition, log_epoch, log_offset, log_index"
_ANSWERS = {
    "sessions": f"SELECT * EXCLUDE ({_OF_THE_LOG}) FROM sessions",
    "journeys": f"SELECT * EXCLUDE ({_OF_THE_LOG}) FROM journeys",
    "orders": f"SELECT * EXCLUDE ({_OF_THE_LOG}) FROM orders",
    "episodes": "SELECT signal_id, kind, key, subject, journey_id, opened_at, due_at, ended_at, value_minor FROM signals "
    "WHERE status != 'retracted'",
}


def history_of(seed: int, shoppers: int, folder: Path) -> Path:
    """A simulated world's events in a file."""
    file = folder / f"history-{seed}.jsonl"
    if not file.exists():
        world = World(seed=seed, shoppers=shoppers, days=10, rates=Rates())
        file.write_bytes(b"".join(record.value + b"\n" for record in simulate(world)))
    return file


def beginning(history: Path, records: int, folder: Path) -> Path:
    """The first so many records of a history that would take a broker on this machine too long."""
    file = folder / f"beginning-of-{history.name}"
    with history.open("rb") as lines:
        file.write_bytes(b"".join(islice(lines, records)))
    return file


def answers(lake: Path) -> dict[str, list[str]]:
    """All rows that must be the same, without what tells where in the log they were made."""
    with connect(lake) as connection:
        return {name: sorted(map(repr, connection.execute(sql).fetchall())) for name, sql in _ANSWERS.items()}


def backfilled(file: Path, lake: Path) -> dict[str, list[str]]:
    backfill([file], Lake(lake), Rules(), hashed)
    return answers(lake)


def difference(lake: Path, file: Path, folder: Path) -> str:
    """In what a lake differs from the one that a backfill of the file makes in the folder; empty where it does not."""
    expected, found = backfilled(file, folder), answers(lake)
    for name in _ANSWERS:
        lacking, more = set(expected[name]) - set(found[name]), set(found[name]) - set(expected[name])
        if lacking or more or len(expected[name]) != len(found[name]):
            examples = [*(f"lacks {row}" for row in sorted(lacking)[:3]), *(f"has {row}" for row in sorted(more)[:3])]
            return "\n".join([f"{name} differ: {len(lacking)} lacking, {len(more)} not the backfill's", *examples])
    return ""


async def send(rig: Rig, file: Path) -> None:
    await replay(History([file]), {"bootstrap_servers": rig.brokers}, rig.partitions)


async def judged(rig: Rig) -> str:
    """What the oracle says of the rig's lake."""
    verdict = verify(rig.lake, await read_topics(rig.brokers), hashed)
    return "\n".join([verdict.summary(), *map(str, verdict.faults[:20])])


async def faults(rig: Rig, file: Path, folder: Path) -> list[str]:
    """What the oracle finds in the rig's lake, and in what its rows are not the backfill's: nothing where all is well."""
    said = await judged(rig)
    return [one for one in ("" if said.startswith("ok: ") else said, difference(rig.lake, file, folder / "backfilled")) if one]


def stopped(*workers: Worker) -> list[str]:
    """How each was stopped that did not end well."""
    ends = [worker.process.stop() for worker in workers]
    return [f"worker {number} ended with {end}" for number, end in enumerate(ends, 1) if end != 0]


async def through_workers(rig: Rig, file: Path, folder: Path, workers: int = 1) -> list[str]:
    """Replay to the topics, worked off by so many workers; what is wrong then."""
    await rig.prepare()
    await send(rig, file)
    running = [rig.worker() for _ in range(workers)]
    await rig.arrived(WORKED_OFF)
    return await faults(rig, file, folder) + stopped(*running)


async def through_deaths(rig: Rig, file: Path, folder: Path, deaths: int, seed: int) -> list[str]:
    """Of each part of the history one worker is killed −9, behind a step of a commit; some have committed half of it before.

    The last one lives, and finds what the dead have left. What is wrong then.
    """
    lot = random.Random(seed)
    ends = []
    await rig.prepare()
    async with publishing({"bootstrap_servers": rig.brokers}) as publisher:
        for turn, part in enumerate(parts(list(History([file])), deaths)):
            step, doomed = STEPS[turn % len(STEPS)], folder / f"doomed-{turn}"
            dying = rig.worker("--die-after", step, "--die-once", str(doomed), "--commit-interval", "0.05")
            begun = len(part) // 2 if lot.random() < 0.25 else 0
            if begun:
                await send_on(publisher, rig.partitions, part[:begun])
                await rig.arrived(WORKED_OFF)
            doomed.touch()
            await send_on(publisher, rig.partitions, part[begun:])
            ends.append(await dying.ends())
    survivor = rig.worker()
    await rig.arrived(WORKED_OFF)
    unharmed = [f"turn {turn} of seed {seed} ended with {end}" for turn, end in enumerate(ends) if end != -signal.SIGKILL]
    return unharmed + await faults(rig, file, folder) + stopped(survivor)


def parts(history: Sequence[Arrival], number: int) -> list[Sequence[Arrival]]:
    """Of much the same length, in order."""
    ends = [len(history) * part // number for part in range(number + 1)]
    return [history[begin:end] for begin, end in pairwise(ends)]


async def send_on(publisher: Publisher, partitions: int, part: Sequence[Arrival]) -> None:
    await Replay(publisher, partitions, Pace(), lambda _: None).run(part, until=0)
