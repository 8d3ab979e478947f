"""Verbs that run something until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.status import Status

from streams.app import run_worker
from streams.collector.keys import Keys, add_key, read
from throughline.apache import apache_kafka
from throughline.broker import EmbeddedBroker
from throughline.cli.console import err, out, table, tell
from throughline.cli.loop import run
from throughline.cli.options import settings_from
from throughline.collecting import keys_file
from throughline.kafka import create_topics
from throughline.local import Broker, LocalRun, announced, running_brokers
from throughline.settings import Settings
from throughline.topics import describe
from throughline.watching import Standing
from throughline.worker import client, options, worker

FIRST_SOURCE = "shop"
APACHE = click.option("--apache", is_flag=True, help="An Apache Kafka, which keeps its data; needs Java 17 and Maven.")


@click.command()
@APACHE
@settings_from("brokers", "data_dir", "lake_dir", "partitions", "web_port", "collector_port", "clock", "preset")
def up(settings: Settings, apache: bool) -> None:
    """Run it all: a broker if none is named, the topics, a worker, a collector. Ctrl-C drains, saves and stops."""
    if apache and settings.brokers is not None:
        raise click.UsageError(f"--apache starts a Kafka of its own, and the settings name {settings.brokers}: choose one")
    run(_up(settings, apache))


@click.command()
@APACHE
@click.option("--nodes", type=click.IntRange(1, 9), default=1, show_default=True, help="Of the Apache Kafka.")
@click.option("--port", type=click.IntRange(1, 65_535), help="The first node's; default: a free one.")
@settings_from("data_dir")
def broker(settings: Settings, apache: bool, nodes: int, port: int | None) -> None:
    """Run a broker alone, until Ctrl-C: an embedded one, all in memory, or with --apache the real one, its data in --data."""
    if nodes > 1 and not apache:
        raise click.UsageError("the embedded broker has one node; --nodes goes with --apache")
    data = settings.data_dir
    run(_broker(settings, apache_kafka(data, tell, nodes, port) if apache else EmbeddedBroker(data, port)))


@click.command()
@settings_from("brokers", "data_dir", "partitions")
def topics(settings: Settings) -> None:
    """Create the topics that are missing, and list them all."""
    run(_topics(settings))


@click.command()
@settings_from("brokers", "data_dir", "lake_dir", "partitions", "web_port", "clock", "preset")
def work(settings: Settings) -> None:
    """Run one worker in the foreground. SIGINT and SIGTERM drain it."""
    brokers = running_brokers(settings)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    app = worker(settings, brokers)
    run(create_topics(options(settings, brokers)))
    run_worker(app)


@click.command()
@APACHE
@settings_from("data_dir")
def demo(settings: Settings, apache: bool) -> None:
    """Simulated shoppers through a broker and a worker, in under two minutes; nothing keeps running."""
    from throughline.demo import run_demo  # the simulator is needed by this verb alone

    run(run_demo(settings, out, apache))


async def _broker(settings: Settings, broker: Broker) -> None:
    stop = told_to_stop()
    async with broker as running:
        with announced(settings.data_dir, running.address):
            out.print(running.address)
            after = "it finds its data when it is started again" if running.durable else "its data is gone"
            tell(f"Its log: {running.log}. Ctrl-C stops it, and {after}.")
            await stop.wait()


def told_to_stop() -> asyncio.Event:
    """Set by Ctrl-C and by SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _up(settings: Settings, apache: bool) -> None:
    stop = told_to_stop()
    broker = apache_kafka(settings.data_dir, tell) if apache else None
    async with LocalRun(settings, tell, broker, collector=settings.collector.enabled) as run:
        if settings.collector.enabled:
            _tell_of_collector(settings, run.collector)
        tell(f"Lake: {settings.lake}. Health and metrics: http://{settings.web_host}:{settings.web_port}/metrics")
        if run.forgets:
            tell("This broker keeps its data in memory: killed, it loses what was not yet worked off. Ctrl-C saves and stops.")
        with err.status("running") as line:
            await run.watch(stop, lambda now: _show(line, err, now))


def _tell_of_collector(settings: Settings, url: str) -> None:
    """Where to send events, and with what: where nobody can send yet, a first key is made."""
    file = keys_file(settings)
    if read(file) == Keys():
        tell(f"Write key of the source `{FIRST_SOURCE}`, shown this once: {add_key(file, FIRST_SOURCE)}")
    tell(f"Collector: {url}. `throughline keys` says who may send to it.")


def _show(line: Status, console: Console, now: Standing) -> None:
    if console.is_terminal:
        line.update(words(now))


def words(now: Standing) -> str:
    """A worker's standing in one line."""
    clock = "" if now.clock is None else f", time there {datetime.fromtimestamp(now.clock, UTC):%Y-%m-%d %H:%M:%S}"
    return (
        f"{now.status}: {now.events:,} events, {now.sources_behind:,} waiting, {now.signals:,} signals, "
        f"{now.dead_letters:,} dead letters{clock}"
    )


async def _topics(settings: Settings) -> None:
    brokers = running_brokers(settings)
    created = await create_topics(options(settings, brokers))
    rows = await describe(client(settings, brokers))
    shown = [(row.name, row.partitions, row.records, "created" if row.name in created else "", row.holds) for row in rows]
    out.print(table(["topic", "partitions", "records", "", "holds"], shown))
