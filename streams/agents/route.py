"""The agent over the source topics: raw records in, entries of journey.log and dead letters out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

import faust
from faust.types import TP, EventT, StreamT

from schemas.topics import CONTROL_HEADER, JOURNEY_LOG, SOURCE_TOPICS
from streams.agents.in_step import InStep, Piece
from streams.agents.metrics import Counts
from streams.agents.outlet import Outlet, journey_log, letter_appends
from streams.agents.waiting import AT_ONCE
from streams.journey.routing import RouteOut, Router, Source
from streams.publishing.publisher import Appends

logger = logging.getLogger(__name__)

PLACES = {topic: place for place, topic in enumerate(SOURCE_TOPICS)}


class RouteAgent:
    """Routes batch after batch, in step. A batch is acknowledged when all that came of it stands in the log.

    Nothing need be kept: a batch met again is routed again, and the log's reader knows its events by their ids.
    """

    def __init__(self, app: faust.App, router: Router, outlet: Outlet, partitions: int, counts: Counts) -> None:
        self._app = app
        self._router = router
        self._outlet = outlet
        self._partitions = partitions
        self._counts = counts
        self._turn = asyncio.Lock()
        self._waiting = InStep(2 * len(SOURCE_TOPICS) * partitions)
        self._ending: asyncio.Future[None] | None = None

    async def run(self, stream: StreamT) -> None:
        """Faust calls this with the stream. An error that is not about a record is the worker's end."""
        try:
            async for event in stream.noack().events():
                self._waiting.add(event)
                while self._waiting:
                    async with self._turn:
                        self._waiting.fill(stream.channel.queue)
                        await self._take(self._waiting.oldest(AT_ONCE))
        except Exception as error:
            logger.exception("route failed")
            await self._app.crash(error)

    def held(self) -> frozenset[TP]:
        """The partitions that wait for others of their time, and are not to blame for standing still."""
        return self._waiting.held()

    async def _take(self, pieces: Sequence[Piece]) -> None:
        out = RouteOut()
        done: list[EventT] = []
        for records, batch, last in pieces:
            if batch.message.generation_id != self._app.consumer_generation_id:
                continue  # fetched before a rebalance: whoever owns it reads it from the committed offset
            topic = batch.message.topic
            self._router.route(sources(PLACES[topic], records), out)
            self._counts.routed(topic, len(records))
            if last:
                done.append(batch)
        self._counts.dead_letters += len(out.dead_letters)
        sent = await self._outlet.send(self._appends(out))
        sent.add_done_callback(lambda task: self._acknowledge(done, task))

    def _appends(self, out: RouteOut) -> Appends:
        return journey_log(JOURNEY_LOG, out.log.items()) | letter_appends(out.dead_letters, self._partitions)

    def _acknowledge(self, events: Iterable[EventT], sent: asyncio.Task[None]) -> None:
        if sent.cancelled():
            return
        problem = sent.exception()
        if problem is None:
            for event in events:
                event.ack()
        else:
            self._ending = asyncio.ensure_future(self._app.crash(problem))

    async def drained(self) -> None:
        """On return what is in hand, if anything, is in the log and acknowledged."""
        async with self._turn:
            await self._outlet.settled()


def sources(place: int, records: Iterable[Any]) -> Iterable[Source]:
    """Kafka's records as the core wants to see them."""
    for record in records:
        control = _control(record.headers) if record.headers else None
        yield Source(place, record.partition, record.offset, record.timestamp * 1000, record.value, control)


def _control(headers: Iterable[tuple[str, bytes]]) -> str | None:
    for name, value in headers:
        if name == CONTROL_HEADER:
            return value.decode("utf-8", "replace")
    return None
