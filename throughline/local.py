"""A run on this machine: a broker (one of its own where none is named), the topics, one worker, and their end in good order."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas.failures import Stop
from throughline.apache import ApacheKafka
from throughline.broker import EmbeddedBroker, answers
from throughline.durations import say
from throughline.identity_key import identity_key
from throughline.kafka import create_topics
from throughline.keeping import StateKeeper
from throughline.leash import Leashed
from throughline.progress import worked_off
from throughline.settings import PREFIX, Settings
from throughline.watching import Standing, standing
from throughline.worker import client, options

SAVE_EVERY = timedelta(minutes=1)
LOOK_EVERY = 0.5
"""Seconds."""
STARTS_WITHIN = 60.0
ADDRESS_NAME = "broker.address"
"""In ``data_dir``, while a broker of ours runs: where."""


COLLECTOR_ADDRESS = "collector.address"
"""In ``data_dir``, while a collector runs: its URL."""


Broker = EmbeddedBroker | ApacheKafka


class LocalRun:
    """``async with`` it: inside, the worker is running on ``brokers``; afterwards everything this started has ended.

    ``broker`` is started and ended with it; without one the embedded one is, unless the settings name brokers. The worker is a
    process of its own, so that what it does never waits for this one, and so is the ``collector`` where one is wanted. At the end
    the collector answers what it has in hand, the worker drains, the state of open journeys is saved, then the broker goes.
    """

    def __init__(
        self, settings: Settings, say: Callable[[str], None], broker: Broker | None = None, collector: bool = False
    ) -> None:
        self.settings = settings
        self._wants_collector = collector
        self._collector: Leashed | None = None
        self._say = say
        self._broker = broker or (EmbeddedBroker(settings.data_dir) if settings.brokers is None else None)
        self._stack = AsyncExitStack()
        self._worker: Leashed | None = None
        self._keeper: StateKeeper | None = None

    @property
    def brokers(self) -> str:
        return self._broker.address if self._broker is not None else str(self.settings.brokers)

    @property
    def forgets(self) -> bool:
        """Whether the broker takes along what is not saved before it goes."""
        return self._broker is not None and not self._broker.durable

    @property
    def worker_log(self) -> Path:
        return self.settings.data_dir / "worker.log"

    async def __aenter__(self) -> Self:
        identity_key(self.settings)
        try:
            await self._start()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._end()

    async def _start(self) -> None:
        if self._broker is not None:
            await self._stack.enter_async_context(self._broker)
            self._stack.enter_context(announced(self.settings.data_dir, self._broker.address))
        created = await create_topics(options(self.settings, self.brokers))
        self._say(f"Broker at {self.brokers}, {len(created)} topics created.")
        if self.forgets:
            self._keeper = self._new_keeper()
            if restored := await self._keeper.restore():
                self._say(f"State of {restored} open journeys and episodes restored from {self.state_file}.")
        command = [sys.executable, "-m", "throughline", "work"]
        self._worker = Leashed(command, self.worker_log, self._environment())
        await self._until_it_owns()
        if self._wants_collector:
            await self._collect()

    @property
    def state_file(self) -> Path:
        return self.settings.lake.with_name(f"{self.settings.lake.name}.state")

    @property
    def collector_log(self) -> Path:
        return self.settings.data_dir / "collector.log"

    @property
    def collector(self) -> str:
        """The URL at which the collector takes events."""
        return (self.settings.data_dir / COLLECTOR_ADDRESS).read_text()

    async def standing(self) -> Standing:
        """How the worker does. Raises ``Stop`` where it has ended."""
        if self._worker is None or not self._worker.running:
            raise Stop(f"The worker has ended. Its log says why: {self.worker_log}")
        return await standing(self.settings.web_host, self.settings.web_port)

    async def watch(self, stop: asyncio.Event, show: Callable[[Standing], None]) -> None:
        """Until ``stop``: show how it goes, save the state each minute."""
        clock = asyncio.get_running_loop().time
        save_at = clock() + SAVE_EVERY.total_seconds()
        while not stop.is_set():
            show(await self.standing())
            if self._keeper is not None and clock() >= save_at:
                await self._keeper.save()
                save_at = clock() + SAVE_EVERY.total_seconds()
            await _sleep_unless(stop, LOOK_EVERY)

    async def worked_off(self, within: float) -> bool:
        """Whether all that is on the topics now has become all that it will become."""
        where = client(self.settings, self.brokers)
        return await worked_off(where, self.settings.group, self.settings.rules.levels + 1, within)

    async def _until_it_owns(self) -> None:
        """On return the worker has its partitions and has recovered."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + STARTS_WITHIN
        while clock() < deadline:
            now = await self.standing()
            if now.status == "ok" and now.behind is not None:
                return
            await asyncio.sleep(0.1)
        raise Stop(f"The worker did not start within {STARTS_WITHIN:.0f} s. Its log says why: {self.worker_log}")

    async def _collect(self) -> None:
        """On return a collector takes events."""
        note = self.settings.data_dir / COLLECTOR_ADDRESS
        note.unlink(missing_ok=True)
        command = [sys.executable, "-m", "throughline", "collect"]
        self._collector = Leashed(command, self.collector_log, self._environment())
        clock = asyncio.get_running_loop().time
        deadline = clock() + STARTS_WITHIN
        while not note.exists():
            if not self._collector.running or clock() > deadline:
                raise Stop(f"The collector did not start. Its log says why: {self.collector_log}")
            await asyncio.sleep(0.1)

    async def _end(self) -> None:
        if self._collector is not None:
            await asyncio.to_thread(self._collector.stop, self.settings.drain_within.total_seconds() + 10)
        if self._worker is not None:
            self._say("Draining.")
            patience = self.settings.drain_within.total_seconds()
            if self.forgets and self._worker.running and not await self.worked_off(patience):
                self._say(f"Not all could be worked off within {patience:g} s; what is left goes with the broker.")
            await asyncio.to_thread(self._worker.stop, patience + 10)
        try:
            if self._keeper is not None and self._worker is not None:
                kept = await self._keeper.save()
                self._say(f"State of {kept} open journeys and episodes saved in {self.state_file}.")
        finally:
            await self._stack.aclose()

    def _new_keeper(self) -> StateKeeper:
        where = client(self.settings, self.brokers)
        return StateKeeper(self.state_file, self.settings.group, self.settings.partitions, where)

    def _environment(self) -> dict[str, str]:
        """Everything else the worker finds as this process did: in the environment and the file."""
        settings = self.settings
        given = {
            "BROKERS": self.brokers,
            "DATA_DIR": str(settings.data_dir),
            "LAKE_DIR": str(settings.lake),
            "PARTITIONS": str(settings.partitions),
            "CLOCK": settings.clock,
            "WEB_PORT": str(settings.web_port),
            "COLLECTOR__PORT": str(settings.collector.port),
            "COMMIT_INTERVAL": say(settings.commit_interval),
            "RULES__PRESET": settings.rules.preset,
        }
        return os.environ | {PREFIX + name: value for name, value in given.items() if value is not None}


@contextmanager
def announced(data_dir: Path, address: str) -> Iterator[None]:
    """Inside, other commands find the broker of this folder."""
    note = data_dir / ADDRESS_NAME
    note.write_text(address)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def running_brokers(settings: Settings) -> str:
    """The brokers that are named, or those that run over this ``data_dir``. Raises ``Stop`` where there is none."""
    if settings.brokers is not None:
        return settings.brokers
    note = settings.data_dir / ADDRESS_NAME
    address = note.read_text().strip() if note.exists() else ""
    if any(answers(one) for one in address.split(",") if one):
        return address
    raise Stop(f"No broker runs over {settings.data_dir}. Start one with `throughline up`, or name one with --brokers.")


async def _sleep_unless(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
