"""The collector: an aiohttp application over the table of doors.

A request is answered 200 only once every record it became is acknowledged by the brokers or synced to disk. Neither keys nor
bodies reach a log.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from aiohttp import web
from aiokafka.errors import KafkaError

from schemas.failures import Failure
from streams.collector.adapters.adapted import Adapter, Received
from streams.collector.adapters.registry import by_name
from streams.collector.answers import said, validated
from streams.collector.browsers import Origins, settings_of
from streams.collector.delivery import Addressed, Delivery
from streams.collector.doors import DOORS, Door
from streams.collector.keys import Keyring
from streams.collector.knowing import SECRET_QUERIES, source_of
from streams.collector.limits import InHand, Rates, body_of
from streams.collector.metrics import Meters
from streams.collector.options import CollectorOptions
from streams.collector.pages import add_pages
from streams.collector.refusal import Refusal
from streams.collector.spool import Full, Spool
from streams.collector.taking import Judge
from streams.journey.refusals import Unmade

logger = logging.getLogger(__name__)

_SECRET_HEADERS = frozenset(("authorization", "cookie", "proxy-authorization", "x-webhook-token"))
_READ = ("application/json", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded", "")
"""RudderStack's library for Node.js calls its zipped JSON a form, as axios does with whatever it does not know."""
_read = msgspec.json.Decoder().decode
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Collector:
    """What stands behind all doors."""

    def __init__(self, options: CollectorOptions, delivery: Delivery, spool: Spool) -> None:
        self._options = options
        self._delivery = delivery
        self._keyring = Keyring(options.keys)
        self._in_hand = InHand(options.in_hand_bytes)
        self._rates = Rates(options.events_a_second)
        self._judge = Judge(options.hash_identifier, options.future)
        self.origins = Origins(options.origins)
        self.meters = Meters(
            {
                "in_hand_bytes": ("Bodies read and not yet answered.", lambda: self._in_hand.bytes),
                "spool_bytes": ("On disk, as the broker has not taken it yet.", lambda: spool.bytes),
                "direct": ("1 while events go to the broker, 0 while they go to disk.", lambda: delivery.direct),
            },
            {"too_large": ("Records that their topics did not take; each became a dead letter.", lambda: delivery.too_large)},
        )

    def handler(self, door: Door, adapter: Adapter) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            begun = time.monotonic()
            try:
                answer = await self._handle(door, adapter, request)
            except Refusal as refusal:
                answer = said({"error": refusal.words}, refusal.status)
                answer.headers.update(refusal.headers)
            self.meters.answers[door.sender, str(answer.status)] += 1
            self.meters.seconds.observe(time.monotonic() - begun)
            return answer

        return handle

    async def _handle(self, door: Door, adapter: Adapter, request: web.Request) -> web.Response:
        _check_type(request)
        with self._in_hand.holding() as held:
            body = await body_of(request, self._options.body_bytes, held)
            message = _message(door, body)
            now = time.time_ns() // 1_000
            source = source_of(door, request, body, message, self._keyring, now)
            self._rates.check(source)
            received = Received(now, source, _headers(request), _query(request))
            with _shallow():
                if door.validate is not None and (wrong := door.validate(message, received)):
                    return validated(wrong)
                taken = self._judge.take(adapter, door.prepare(message) if door.prepare else message, received)
            if (count := len(taken.verdicts)) > (most := self._options.batch_events):
                raise Refusal(413, f"at most {most} events are taken at once, this has {count}")
            if door.validate is None:
                self._rates.charge(source, count)
                held.grow(sum(len(record.value) for record in taken.records))
                taken.refuse_after_all(await self._deliver(taken.records))
                self.meters.took(door.sender, source, taken)
            return door.answer(taken)

    async def _deliver(self, records: list[Addressed]) -> dict[int, Unmade]:
        try:
            return await self._delivery.deliver(records)
        except Full as full:
            raise Refusal.busy(f"the broker is away, and {full}") from full
        except (Failure, KafkaError) as error:
            logger.error("The broker takes nothing: %s", error)
            raise Refusal.busy("the broker takes nothing") from error


def build_collector(options: CollectorOptions, delivery: Delivery, spool: Spool) -> web.Application:
    """The application; ``delivery`` is open for as long as it runs."""
    collector = Collector(options, delivery, spool)
    app = web.Application(middlewares=[errors, collector.origins.middleware])
    for door in DOORS:
        adapter = by_name(door.sender)
        if adapter is not None:
            app.router.add_post(door.path, collector.handler(door, adapter))
            app.router.add_options(door.path, collector.origins.preflight)
    app.router.add_get("/v1/projects/{key}/settings", settings_of)
    app.router.add_post("/v1/m", _own_telemetry)
    app.router.add_options("/v1/m", collector.origins.preflight)
    add_pages(app, delivery, spool, collector.meters)
    return app


async def _own_telemetry(request: web.Request) -> web.Response:
    """analytics.js tells Segment how it fares itself; that is nobody's journey."""
    return said({"success": True})


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """aiohttp's own refusals in our form; a fault of ours is logged without what was sent, which an error's words may name."""
    try:
        return await handler(request)
    except web.HTTPException as refusal:
        answer = said({"error": refusal.reason}, refusal.status)
        answer.headers.update({name: value for name, value in refusal.headers.items() if name == "Allow"})
        return answer
    except ConnectionError:
        raise
    except Exception as fault:
        trace = "".join(traceback.format_tb(fault.__traceback__))
        logger.error("A fault of ours at %s: %s\n%s", request.match_info.route.resource, type(fault).__name__, trace)
        return said({"error": "a fault of ours; its trace stands in the log"}, 500)


def _check_type(request: web.Request) -> None:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in _READ and not kind.endswith("+json"):
        raise Refusal(415, f"a body is JSON (application/json, or text/plain from a beacon), not {kind[:60]!r}")


@contextmanager
def _shallow() -> Iterator[None]:
    """What reads a nested body may still not write it, or walk through it. Inside, nothing is taken yet."""
    try:
        yield
    except RecursionError as error:
        raise Refusal(400, "the body is nested too deep") from error


def _message(door: Door, body: bytes) -> Any:
    if not body and door.empty:
        return None
    try:
        with _shallow():
            return _read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise Refusal(400, f"the body is not JSON in UTF-8: {error}") from error


def _headers(request: web.Request) -> dict[str, str]:
    return {low: value for name, value in request.headers.items() if (low := name.lower()) not in _SECRET_HEADERS}


def _query(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in request.query.items() if name not in (*SECRET_QUERIES, "token")}
