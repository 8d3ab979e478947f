"""How soon a new worker has the state of many open journeys: from its start until it owns every partition, state and all.

The changelog is filled with copies of what simulated customers leave, then a worker starts as `throughline up` starts one.
`--apache 1` takes an Apache Kafka (which needs Java 17 and Maven) instead of the embedded broker.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.live import WatchedRun
from bench.population import CLOCK, copy_name, journeys, lived
from bench.stopwatch import processor_of, resident
from bench.table import show, sizes
from bench.traffic import history
from streams.agents.topics import changelog_topic
from streams.journey.entries import partition_of
from streams.journey.stitch import KEY
from streams.publishing.publisher import Record
from throughline.apache import apache_kafka
from throughline.broker import EmbeddedBroker, free_port
from throughline.kafka import create_topics, publishing
from throughline.local import Broker
from throughline.settings import Settings
from throughline.watching import subjects
from throughline.worker import client, options

AT_ONCE = 20
"""Copies written together."""


async def fill(settings: Settings, brokers: str, states: dict[str, bytes], copies: int) -> None:
    """Write the states into the changelog so many times over, each time under names of its own."""
    topic, names = changelog_topic(settings.group), [name for name in states if not name.startswith(CLOCK)]
    async with publishing(client(settings, brokers)) as publisher:
        for begin in range(0, copies, AT_ONCE):
            appends: dict[tuple[str, int], list[Record]] = {}
            for number in range(begin, min(copies, begin + AT_ONCE)):
                for name in names:
                    copied = copy_name(name, number)
                    partition = partition_of(copied.removeprefix(KEY), settings.partitions)
                    appends.setdefault((topic, partition), []).append(Record(copied.encode(), states[name]))
            await publisher.publish(appends)


async def measure(given: Namespace, states: dict[str, bytes], copies: int, folder: Path) -> tuple[float, float, int]:
    """Seconds until the worker owned it all, seconds of its processor, bytes of its memory."""
    broker: Broker = apache_kafka(folder, print) if given.apache else EmbeddedBroker(folder)
    async with broker:
        settings = Settings(data_dir=folder, brokers=broker.address, clock="log", web_port=free_port())
        await create_topics(options(settings, broker.address))
        await fill(settings, broker.address, states, copies)
        begun = perf_counter()
        async with WatchedRun(settings, lambda words: None) as run:
            took, worker = perf_counter() - begun, run.worker.pid
            found = await subjects(settings.web_host, settings.web_port)
            assert found >= copies * len([name for name in states if not name.startswith(CLOCK)]), (
                f"only {found} states are there"
            )
            return took, processor_of(worker), resident(worker)


def main() -> None:
    given = sizes(str(__doc__), events=30_000, journeys=1_000_000, apache=0)
    with history(given) as file:
        states = lived(file)
    opened = len(journeys(states))
    copies = max(1, given.journeys // opened)
    with TemporaryDirectory(prefix="throughline-bench-") as folder:
        took, processor, memory = asyncio.run(measure(given, states, copies, Path(folder)))
    columns = (
        "open journeys",
        "states",
        "MB of changelog",
        "seconds until all is owned",
        "of processor",
        "bytes of memory a journey",
    )
    everybody = copies * opened
    size = copies * sum(len(name) + len(state) for name, state in states.items())
    row = (f"{everybody:,}", f"{copies * len(states):,}", f"{size / 1e6:,.0f}", f"{took:.1f}", f"{processor:.1f}")
    show(columns, [(*row, f"{memory / everybody:,.0f}")])


if __name__ == "__main__":
    main()
