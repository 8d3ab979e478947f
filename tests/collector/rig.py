"""A collector over an embedded broker, and what it has put on the topics."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiokafka import AIOKafkaConsumer

from schemas.topics import SOURCE_TOPICS
from streams.agents.options import Options
from streams.collector.keys import add_key
from throughline.apache import ApacheKafka
from throughline.broker import EmbeddedBroker
from throughline.collecting import collecting, keys_file
from throughline.kafka import create_topics, places_of
from throughline.settings import CollectorSettings, Settings

Event = dict[str, Any]
LOOK_EVERY = 0.02
IDENTITY_KEY = "a-secret-of-twenty-four-c"


def viewed(number: int, **said: Any) -> Event:
    """A page viewed, as a producer says it."""
    event = {"event_id": f"e{number}", "type": "page_viewed", "occurred_at": "2026-03-02T10:00:00Z", "customer_id": "ada"}
    return event | {"properties": {"path": f"/{number}"}} | said


class Collector:
    """A running one."""

    def __init__(self, url: str, key: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.key = key
        self.session = session

    async def post(self, path: str, body: Any, key: str | None = None, **headers: str) -> Answer:
        """Sends JSON, or bytes as they are, with its write key unless another is given; an empty one is none."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        used = self.key if key is None else key
        known = {"Authorization": aiohttp.encode_basic_auth(used, "")} if used else {}
        kind = {"Content-Type": "application/json"}
        return await self.ask("POST", path, data=io.BytesIO(data), headers=kind | known | headers)

    async def ask(self, method: str, path: str, **how: Any) -> Answer:
        async with self.session.request(method, self.url + path, **how) as response:
            text = await response.text()
            return Answer(response.status, text, {name.lower(): value for name, value in response.headers.items()})

    async def health(self) -> str:
        return str((await self.ask("GET", "/health")).json["status"])

    async def until(self, status: str) -> None:
        """On return it says so of itself; the test's timeout is the limit."""
        while await self.health() != status:
            await asyncio.sleep(LOOK_EVERY)


class Answer:
    def __init__(self, status: int, text: str, headers: dict[str, str]) -> None:
        self.status = status
        self.text = text
        self.headers = headers

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def settings_of(folder: Path, **own: Any) -> Settings:
    collector = CollectorSettings(**({"port": 0} | own))
    return Settings(data_dir=folder, brokers="127.0.0.1:1", identity_key=IDENTITY_KEY, collector=collector)


@asynccontextmanager
async def running(folder: Path, brokers: str, **own: Any) -> AsyncIterator[Collector]:
    """A collector in this process; ``own`` are its settings. It is ready where a broker answers."""
    settings = settings_of(folder, **own)
    key = add_key(keys_file(settings), "shop")
    async with collecting(settings, brokers) as url, aiohttp.ClientSession() as session:
        yield Collector(url, key, session)


async def prepare(broker: EmbeddedBroker) -> None:
    await create_topics(Options(broker.address))


async def read(broker: EmbeddedBroker | ApacheKafka) -> dict[str, list[tuple[str | None, bytes]]]:
    """All records of the source topics, by topic, in order within a partition."""
    client = {"bootstrap_servers": broker.address}
    found: dict[str, list[tuple[str | None, bytes]]] = {topic: [] for topic in SOURCE_TOPICS}
    consumer = AIOKafkaConsumer(**client, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = await places_of(client, *SOURCE_TOPICS)
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        await consumer.seek_to_beginning()
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for place, records in (await consumer.getmany(timeout_ms=500)).items():
                found[place.topic] += [(record.key.decode() if record.key else None, record.value) for record in records]
    finally:
        await consumer.stop()
    return found


async def events(broker: EmbeddedBroker) -> list[Event]:
    """The JSON objects on the source topics."""
    return [json.loads(value) for records in (await read(broker)).values() for _, value in records]


async def ids(broker: EmbeddedBroker) -> list[str]:
    return [event["event_id"] for event in await events(broker)]


@contextmanager
def silent(broker: EmbeddedBroker) -> Iterator[None]:
    """Inside, the broker answers nobody; connections stand."""
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.pid, signal.SIGCONT)
