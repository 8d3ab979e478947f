"""Segment's batches over HTTP: how many events a second one core takes, and how long a batch waits at a steady pace.

The collector has a core to itself; the broker and who sends share another. Bodies are as `@segment/analytics-node` writes them, a
hundred events each and no two alike. Throughput: some connections, each sending as soon as it is answered. Waiting: batches leave
by the clock, whatever became of those before, and are counted from when they should have left.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from bench.stopwatch import Stopwatch, processor_of, resident
from bench.table import show, sizes
from streams.agents.options import Options
from streams.collector.keys import FILE_NAME, add_key
from throughline.broker import LOOPBACK, EmbeddedBroker, free_port
from throughline.kafka import create_topics
from throughline.leash import Leashed

CONNECTIONS = 8
EVENTS = 100
"""Of a batch."""
WARM_UP = 3.0
"""Seconds."""
NUMBER = b"%010d"
STORY = ("Product Viewed", "Product Viewed", "Product Viewed", "Product Added", "Checkout Started", "Order Completed")
"""What shoppers do, as often as shoppers do it."""


class Sender:
    """Batches for one source, and connections to send them on."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        authorization = b64encode(f"{key}:".encode()).decode()
        self._body = json.dumps({"batch": [_event(number) for number in range(EVENTS)], "sentAt": _now()}).encode()
        self._head = (
            f"POST /v1/batch HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nContent-Type: application/json\r\n"
            f"Authorization: Basic {authorization}\r\nContent-Length: {len(self._body)}\r\n\r\n"
        ).encode()
        self._numbers = count(1)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(LOOPBACK, self._port)

    async def send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """On return a batch is answered with 200."""
        writer.write(self._head + self._body.replace(_number(0), _number(next(self._numbers))))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))


def _number(number: int) -> bytes:
    return NUMBER % number


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def _event(number: int) -> dict[str, object]:
    """One of a batch; its ids hold a place for the batch's number."""
    lamp = {"product_id": f"lamp-{number % 7}", "sku": f"L-{number}", "name": "Arc lamp", "price": 49.9, "quantity": 1}
    kind = STORY[number % len(STORY)]
    order = {"order_id": f"o-{number}", "total": 54.8, "shipping": 4.9, "products": [lamp]}
    many = kind in ("Checkout Started", "Order Completed")
    return {
        "timestamp": _now(),
        "integrations": {},
        "event": kind,
        "type": "track",
        "properties": {"currency": "EUR", **(order if many else {"cart_id": f"c-{number}", **lamp})},
        "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
        "userId": f"u{_number(0).decode()}-{number % 40}",
        "messageId": f"node-next-{_number(0).decode()}-{number:08d}-b889-426e-91a4-ac7d1dd93c32",
        "_metadata": {"nodeVersion": "v20.20.2", "jsRuntime": "node"},
    }


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started inside stays there, as far as the system lets itself be told."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {allowed[core % len(allowed)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def collecting(folder: Path, brokers: str, port: int) -> Iterator[Leashed]:
    """A collector on a core of its own, once it listens."""
    named = {"BROKERS": brokers, "DATA_DIR": str(folder), "COLLECTOR__PORT": str(port), "COLLECTOR__EVENTS_A_SECOND": "1000000"}
    environment = os.environ | {f"THROUGHLINE_{name}": value for name, value in named.items()}
    with on_core(0):
        process = Leashed([sys.executable, "-m", "throughline", "collect"], folder / "collector.log", environment)
    try:
        yield process
    finally:
        process.stop()


async def throughput(sender: Sender, collector: Leashed, seconds: float) -> tuple[int, float, float]:
    """Batches answered, in how many seconds, and the share of its core that the collector had."""
    answered = 0

    async def keep_sending(until: float) -> None:
        nonlocal answered
        reader, writer = await sender.connect()
        while time.perf_counter() < until:
            await sender.send(reader, writer)
            answered += 1
        writer.close()

    async def for_so_long(duration: float) -> None:
        until = time.perf_counter() + duration
        await asyncio.gather(*(keep_sending(until) for _ in range(CONNECTIONS)))

    await for_so_long(WARM_UP)
    answered, watch, before = 0, Stopwatch(), processor_of(collector.pid)
    with watch:
        await for_so_long(seconds)
    return answered, watch.wall, (processor_of(collector.pid) - before) / watch.wall


async def waiting(sender: Sender, pace: int, seconds: float) -> list[float]:
    """Milliseconds from when each batch should have left to its answer, at so many events a second."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(4 * CONNECTIONS):
        free.put_nowait(await sender.connect())
    waited: list[float] = []

    async def one(due: float) -> None:
        connection = await free.get()
        await sender.send(*connection)
        free.put_nowait(connection)
        waited.append((time.perf_counter() - due) * 1e3)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as batches:
        for number in range(int(seconds * pace / EVENTS)):
            due = begun + number * EVENTS / pace
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            batches.create_task(one(due))
    return waited


async def measure(folder: Path, pace: int, seconds: int) -> list[tuple[str, str]]:
    port = free_port()
    with on_core(1):
        async with EmbeddedBroker(folder / "broker") as broker:
            await create_topics(Options(brokers=broker.address))
            sender = Sender(port, add_key(folder / FILE_NAME, "bench"))
            with collecting(folder, broker.address, port) as collector:
                await _listening(sender)
                batches, wall, share = await throughput(sender, collector, seconds)
                waited = await waiting(sender, pace, seconds)
                held = resident(collector.pid)
    cut = quantiles(waited, n=100)
    return [
        ("events/s", f"{batches * EVENTS / wall:,.0f}"),
        ("of its core", f"{share:.0%}"),
        ("events a second of processor", f"{batches * EVENTS / wall / share:,.0f}"),
        (f"p50 ms at {pace:,} events/s", f"{cut[49]:.1f}"),
        (f"p99 ms at {pace:,} events/s", f"{cut[98]:.1f}"),
        ("longest ms", f"{max(waited):.1f}"),
        ("memory at the end, MB", f"{held / 1e6:,.0f}"),
    ]


async def _listening(sender: Sender) -> None:
    """On return connections are taken."""
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await sender.connect()
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def main() -> None:
    given = sizes(str(__doc__), pace=10_000, seconds=20)
    with TemporaryDirectory(prefix="throughline-bench-") as folder:
        rows = asyncio.run(measure(Path(folder), given.pace, given.seconds))
    show(("/v1/batch, 100 events each", f"{CONNECTIONS} connections"), rows)


if __name__ == "__main__":
    main()
