"""The Faust app: the pure core between Kafka topics and a lake, and how it is run."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import faust
from faust.types.transports import ConsumerT, TransportT

from schemas.failures import Failure
from schemas.topics import JOURNEY_LOG, SOURCE_TOPICS
from streams.agents.changelog import changelog_table, raw_schema
from streams.agents.commit import AfterStep, Commit, Step
from streams.agents.health import Progress
from streams.agents.lake import Lake
from streams.agents.metrics import Counts, Gauges
from streams.agents.options import Options
from streams.agents.outlet import Outlet
from streams.agents.pages import add_pages
from streams.agents.route import RouteAgent
from streams.agents.stitch import NewStitcher, StitchAgent
from streams.agents.ticks import Wall, tick_now
from streams.agents.transport import BatchTransport, Drain
from streams.journey.routing import Router
from streams.journey.rules import Rules
from streams.journey.stitch import Stitcher
from streams.publishing.publisher import BATCH_BYTES, Publisher

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
TICK_EVERY = 1.0
UPKEEP_EVERY = 600.0
STOP_WITHIN = 60.0


@dataclass(frozen=True)
class Core:
    """The pure functions that a worker drives."""

    router: Router
    new_stitcher: NewStitcher


def core(partitions: int, rules: Rules, hash_identifier: Callable[[str, str], str]) -> Core:
    """The core of a shop with these rules; ``hash_identifier(kind, value)`` is its keyed hash of e-mails and phones."""
    channels = frozenset(f"{topic}/{partition}" for topic in SOURCE_TOPICS for partition in range(partitions))
    return Core(
        Router(partitions, rules, hash_identifier),
        lambda partition, states: Stitcher(partition, partitions, channels, rules, states),
    )


class App(faust.App):
    """Faust with the batch transport, and without folders of its own: nothing of a worker lies on its disk."""

    drain: Drain | None = None
    """Called before partitions are given up."""
    options: Options

    def _new_transport(self) -> TransportT:
        return BatchTransport(self.conf.broker_consumer, self)

    def _new_consumer(self) -> ConsumerT:
        consumer = super()._new_consumer()
        consumer.drain = self.drain
        consumer.options = self.options
        return consumer

    def _create_directories(self) -> None:
        """Nothing to create."""


def build_app(
    options: Options,
    core: Core,
    lake: Lake,
    after_step: AfterStep | None = None,
    upkeep: Callable[[], object] | None = None,
    wall: Wall | None = None,
) -> App:
    """A worker, ready to start. The topics must exist (``ensure_topics``).

    ``after_step`` is called after each of the commit's steps; a test ends the process there. ``upkeep`` is called in a thread of
    the leader's now and then: commits make small files, and somebody must put them together. ``wall`` is the clock it ticks by.
    """
    wall = wall or Wall()
    app = App(options.group, **_settings(options))
    app.options = options
    counts = Counts()
    publisher = Publisher(lambda: app.producer._producer)
    table = changelog_table(app, options.partitions, options.state_dir)
    store = table.data
    progress = Progress(app, options.stalled_after)
    gauges = Gauges(progress.lag, lambda: stitch.statuses(), counts)
    route = RouteAgent(app, core.router, Outlet(publisher), options.partitions, counts)
    outlet = Outlet(publisher)
    commit = Commit(app, table, outlet, lake, gauges, after_step or _nothing)
    stitch = StitchAgent(app, core.new_stitcher, outlet, commit, store, options, counts)
    store.on_owned = stitch.own

    app.agent(app.topic(*SOURCE_TOPICS, schema=raw_schema()), name="route", concurrency=1)(route.run)
    app.agent(app.topic(JOURNEY_LOG, schema=raw_schema()), name="stitch", concurrency=1)(stitch.run)
    app.timer(LOOK_EVERY, name="look")(progress.look)
    app.timer(min(1.0, options.commit_interval), name="commit")(stitch.commit_if_due)
    if options.clock == "wall":
        app.timer(TICK_EVERY, name="tick", on_leader=True)(lambda: tick_now(publisher, options.partitions, wall))
    if upkeep is not None:
        app.timer(UPKEEP_EVERY, name="upkeep", on_leader=True)(lambda: _tend(upkeep))
    add_pages(app, progress, gauges)

    async def drained() -> None:
        await route.drained()
        await stitch.drained()

    app.drain = drained
    return app


async def _tend(upkeep: Callable[[], object]) -> None:
    try:
        await asyncio.to_thread(upkeep)
    except Failure as problem:
        logger.info("The lake's upkeep is put off: %s", problem)


def _nothing(step: Step) -> None:
    """Nobody watches."""


def _settings(options: Options) -> dict[str, Any]:
    """Faust's settings. Offsets begin at the earliest: a changelog that was cut off there would else never recover (#651)."""
    return {
        "broker": [f"kafka://{address.strip()}" for address in options.brokers.split(",")],
        "broker_credentials": options.access.faust,
        "broker_session_timeout": options.session_timeout,
        "broker_heartbeat_interval": options.session_timeout / 6,
        "broker_rebalance_timeout": options.drain_within + options.session_timeout,
        "broker_request_timeout": 40.0,
        "broker_commit_interval": 1.0,
        "consumer_auto_offset_reset": "earliest",
        "consumer_metadata_max_age_ms": 10_000,  # so soon partitions are noticed that somebody has added
        "recovery_consistency_check": False,  # for stores on disk; this one's offsets are its own appends
        "producer_max_batch_size": BATCH_BYTES,
        "producer_request_timeout": 30.0,
        "stream_buffer_maxsize": 2 * len(SOURCE_TOPICS) * options.partitions,  # batches; a tick alone makes half as many at once
        "table_standby_replicas": options.standby_replicas,
        "topic_partitions": options.partitions,
        "reply_create_topic": False,
        "web_bind": options.web_host,
        "web_port": options.web_port,
        "autodiscover": False,
        "worker_redirect_stdouts": False,
    }


class WorkerFailed(Failure):
    """The worker ended by itself. Nothing is lost by that: the next one begins behind the last commit."""


async def serve(app: App, stop: asyncio.Event) -> None:
    """Run until ``stop`` is set, then drain, flush, commit and leave the group. Raises ``WorkerFailed``."""
    app.in_worker = True
    stopping = asyncio.create_task(stop.wait())
    running = asyncio.create_task(_run(app))
    await asyncio.wait({stopping, running}, return_when=asyncio.FIRST_COMPLETED)
    problem = running.exception() if running.done() and not running.cancelled() else None
    stopping.cancel()
    running.cancel()
    try:
        await asyncio.wait_for(app.stop(), STOP_WITHIN)
    except Exception as problem:
        logger.warning("The worker did not stop in good order: %r", problem)
    if app.crashed:
        raise WorkerFailed(_why(app.crash_reason)) from app.crash_reason
    if problem is not None:  # it never came to run: Faust stops then as if it had been asked to
        raise WorkerFailed(_why(problem)) from problem


def _why(reason: BaseException | None) -> str:
    return str(reason) if isinstance(reason, Failure) else f"The worker failed: {reason!r}"


async def _run(app: App) -> None:
    await app.start()
    await app.wait_until_stopped()


def run_worker(app: App) -> None:
    """Run in this process until SIGINT or SIGTERM. Raises ``WorkerFailed``."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(_until_signal(app))
    finally:
        loop.run_until_complete(_end_tasks())
        loop.close()


async def _until_signal(app: App) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(app, stop)


async def _end_tasks() -> None:
    """Cancel what is left, and wait a little: Faust's supervisors may take a cancellation for a reason to begin again."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=1.0)
