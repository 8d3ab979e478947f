"""The order in which things become durable, in the one place where it happens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Literal

import faust
from faust.types import TP, EventT

from schemas.topics import JOURNEY_LOG, JOURNEYS
from streams.agents.changelog import ChangelogTable
from streams.agents.lake import Lake, Retry
from streams.agents.metrics import Gauges
from streams.agents.outlet import Outlet
from streams.journey.effects import Effects
from streams.journey.entries import partition_of
from streams.publishing.publisher import Record

logger = logging.getLogger(__name__)

Step = Literal["said", "rested", "remembered", "moved on"]
AfterStep = Callable[[Step], None]

LAKE_RETRY_AFTER = 1.0
"""Seconds."""
BATCH_BYTES = 64 * 1024
"""Of journeys and states: signals go out between them."""


class NotOurs(Exception):
    """The group has given these partitions to somebody else; what they would have become, the other makes."""


@dataclass(frozen=True)
class Share:
    """What one partition of journey.log brings to a commit."""

    partition: int
    epoch: int
    resumed_at: int
    """The offset where this stretch begins."""
    through: int
    """The offset of its last record."""
    effects: Effects
    unread: bool
    """The lake has not yet been asked how far it has this partition."""


@dataclass(frozen=True)
class Stretch:
    """What was read since the last commit."""

    events: Sequence[EventT]
    """The Faust messages it came in: unacknowledged."""
    shares: Sequence[Share]


class Commit:
    """Makes a stretch durable. Killed between any two steps, the same stretch is read again and nothing counts twice:

    * log entries and signals may be said twice; their readers know them by position, version and id;
    * the lake drops rows of positions it has, by the transaction id of the partition;
    * states know the position they have seen and skip what is at or before it.
    """

    def __init__(
        self, app: faust.App, table: ChangelogTable, outlet: Outlet, lake: Lake, gauges: Gauges, after: AfterStep
    ) -> None:
        self._app = app
        self._table = table
        self._partitions = table.partitions
        self._outlet = outlet
        self._publisher = outlet.publisher.in_the_background(BATCH_BYTES)
        self._lake = lake
        self._gauges = gauges
        self._after = after

    async def run(self, stretch: Stretch) -> None:
        """On return a restart begins behind the stretch. Raises ``NotOurs`` and ``Stop`` before step 3 or not at all."""
        # 1. Everything said to others is acknowledged by all replicas: log entries, signals, journeys.
        with self._step("said"):
            await self._outlet.settled()
            await self._publisher.publish(self._journeys(stretch.shares))
        # 2. The lake has every row up to here. It refuses a worker whose partition another has written meanwhile.
        with self._step("rested"):
            await self._rest(stretch.shares)
        # 3. The changelog has every touched subject, the partition's clock behind them: who finds the clock finds them all.
        #    Only an owner may write here, as nothing in the topic itself would tell an old state from a new one.
        with self._step("remembered"):
            await self._prove_ownership(stretch.shares)
            await self._remember(stretch.shares)
        # 4. The group's offset moves behind the stretch.
        with self._step("moved on"):
            await self._move_on(stretch)
        self._gauges.counts.commits += 1

    @contextmanager
    def _step(self, name: Step) -> Iterator[None]:
        begun = monotonic()
        yield
        self._gauges.commit_seconds.labels(name).observe(monotonic() - begun)
        self._after(name)

    def _journeys(self, shares: Sequence[Share]) -> dict[tuple[str, int], list[Record]]:
        """The latest row of each journey, by its id; a withdrawn one as a tombstone."""
        appends: dict[tuple[str, int], list[Record]] = {}
        for key, row in (journey for share in shares for journey in share.effects.journeys):
            appends.setdefault((JOURNEYS, partition_of(key, self._partitions)), []).append(Record(key.encode(), row))
        return appends

    async def _rest(self, shares: Sequence[Share]) -> None:
        """Try until the lake has it: meanwhile nothing is lost, the stretch only grows behind it."""
        await self._until_done(lambda: self._learn(shares))
        self._bring(shares)
        through = {(share.partition, share.epoch): share.through for share in shares}
        await self._until_done(lambda: self._lake.flush(through))

    async def _until_done(self, ask: Callable[[], None]) -> None:
        while True:
            try:
                return await asyncio.to_thread(ask)
            except Retry as problem:
                logger.warning("The lake is not to be had, will try again: %s", problem)
                await asyncio.sleep(LAKE_RETRY_AFTER)

    def _learn(self, shares: Sequence[Share]) -> None:
        for share in shares:
            if share.unread:
                self._lake.watermarks(share.partition, share.epoch)

    def _bring(self, shares: Sequence[Share]) -> None:
        for share in shares:
            for table, rows in share.effects.rows.items():
                self._lake.append(table, share.partition, share.epoch, rows)

    async def _prove_ownership(self, shares: Sequence[Share]) -> None:
        """Commit the offsets where the stretch begins: no change, but the group refuses it from who is no longer a member."""
        begins = {TP(JOURNEY_LOG, share.partition): share.resumed_at for share in shares}
        if not await self._app.consumer.accepts(begins):
            raise NotOurs(", ".join(str(share.partition) for share in shares))

    async def _remember(self, shares: Sequence[Share]) -> None:
        topic = self._table.changelog_topic_name
        appends = {(topic, share.partition): [_state(*state) for state in share.effects.states] for share in shares}
        for (_, partition), offset in (await self._publisher.publish(appends)).items():
            self._table.data.set_persisted_offset(TP(topic, partition), offset)

    async def _move_on(self, stretch: Stretch) -> None:
        for event in stretch.events:
            event.ack()
        await self._app.consumer.force_commit({TP(JOURNEY_LOG, share.partition) for share in stretch.shares})


def _state(key: str, state: bytes | None) -> Record:
    return Record(key.encode(), state)
