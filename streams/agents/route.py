"""The agent over the source topics: raw records in, entries of journey.log and dead letters out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Any

import faust
from faust.types import EventT, StreamT

from schemas.topics import CONTROL_HEADER, JOURNEY_LOG, SOURCE_TOPICS
from streams.agents.metrics import Counts
from streams.agents.outlet import Outlet, journey_log, letter_appends
from streams.agents.waiting import with_waiting
from streams.journey.routing import RouteOut, Router, Source
from streams.publishing.publisher import Appends

logger = logging.getLogger(__name__)

PLACES = {topic: place for place, topic in enumerate(SOURCE_TOPICS)}


class RouteAgent:
    """Routes batch after batch. A batch is acknowledged when all that came of it stands in the log.

    Nothing is kept in between: a batch met again is routed again, and the log's reader knows its events by their ids.
    """

    def __init__(self, app: faust.App, router: Router, outlet: Outlet, partitions: int, counts: Counts) -> None:
        self._app = app
        self._router = router
        self._outlet = outlet
        self._partitions = partitions
        self._counts = counts
        self._turn = asyncio.Lock()
        self._ending: asyncio.Future[None] | None = None

    async def run(self, stream: StreamT) -> None:
        """Faust calls this with the stream. An error that is not about a record is the worker's end."""
        try:
            async for event in stream.noack().events():
                async with self._turn:
                    await self._take(with_waiting(event, stream))
        except Exception as error:
            logger.exception("route failed")
            await self._app.crash(error)

    async def _take(self, events: Sequence[EventT]) -> None:
        out = RouteOut()
        for event in events:
            message = event.message
            self._router.route(sources(PLACES[message.topic], message.value), out)
            self._counts.routed(message.topic, len(message.value))
        self._counts.dead_letters += len(out.dead_letters)
        sent = await self._outlet.send(self._appends(out))
        sent.add_done_callback(lambda task: self._acknowledge(events, task))

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
        """On return the batch in hand, if any, is in the log and acknowledged."""
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
