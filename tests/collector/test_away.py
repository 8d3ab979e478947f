"""The broker is away for a while, or the collector is killed: what was answered 200 is on the topics afterwards, in order."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from streams.collector.keys import add_key
from streams.collector.spool import framed
from tests.collector.rig import IDENTITY_KEY, Collector, events, ids, prepare, running, settings_of, silent, viewed
from throughline.broker import EmbeddedBroker, free_port
from throughline.collecting import SPOOL_NAME, keys_file
from throughline.leash import Leashed
from throughline.local import COLLECTOR_ADDRESS

SOON = {"spool_after": "0.2 s"}


async def send(collector: Collector, numbers: range) -> None:
    for number in numbers:
        answer = await collector.post("/v1/events", viewed(number))
        assert answer.status == 200, answer.text


def first_seen(found: list[str]) -> list[str]:
    return list(dict.fromkeys(found))


async def test_a_silent_broker_is_made_up_for_in_order(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with running(tmp_path, broker.address, **SOON) as collector:
        await collector.until("ok")
        await send(collector, range(3))
        with silent(broker):
            await asyncio.gather(*(collector.post("/v1/events", viewed(number)) for number in range(3, 6)))
            assert await collector.health() == "spooling"
            await send(collector, range(6, 9))
        await collector.until("ok")
        await send(collector, range(9, 12))
    found = first_seen(await ids(broker))
    assert set(found) == {f"e{number}" for number in range(12)}
    assert [name for name in found if name not in ("e3", "e4", "e5")] == [f"e{number}" for number in (0, 1, 2, *range(6, 12))]
    assert list((tmp_path / SPOOL_NAME).glob("*.spool")) == []


async def test_nothing_waits_for_ever_while_it_turns_back_under_load(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with running(tmp_path, broker.address, **SOON) as collector:
        await collector.until("ok")
        number, stop = 0, asyncio.Event()

        async def one_after_the_other() -> None:
            nonlocal number
            while not stop.is_set():
                await send(collector, range(number, number + 1))
                number += 1

        sending = asyncio.create_task(one_after_the_other())
        with silent(broker):
            await collector.until("spooling")
        await collector.until("ok")
        stop.set()
        await sending
    assert first_seen(await ids(broker)) == [f"e{each}" for each in range(number)]


async def test_a_collector_takes_events_before_its_broker_is_there(tmp_path: Path) -> None:
    port = free_port()
    async with running(tmp_path, f"127.0.0.1:{port}", **SOON) as collector:
        await send(collector, range(3))
        assert await collector.health() == "spooling"
        async with EmbeddedBroker(tmp_path / "broker", port) as broker:
            await prepare(broker)
            await collector.until("ok")
            assert await ids(broker) == ["e0", "e1", "e2"]


async def test_a_full_spool_is_503_and_nothing_is_taken(tmp_path: Path) -> None:
    port = free_port()
    async with running(tmp_path, f"127.0.0.1:{port}", spool_mib=1, body_mib=4) as collector:
        large = viewed(0, properties={"path": "/", "held": "x" * 700_000})
        assert (await collector.post("/v1/events", large)).status == 200
        answer = await collector.post("/v1/events", large | {"event_id": "e1"})
        assert answer.status == 503
        assert answer.headers["retry-after"] == "1"
        assert (await collector.post("/v1/events", viewed(2))).status == 200
        async with EmbeddedBroker(tmp_path / "broker", port) as broker:
            await prepare(broker)
            await collector.until("ok")
            assert await ids(broker) == ["e0", "e2"]


async def test_too_much_in_hand_is_503(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with running(tmp_path, broker.address, in_hand_mib=1) as collector:
        await collector.until("ok")
        answer = await collector.post("/v1/events", json.dumps(viewed(1)).encode().ljust(1024 * 1024 + 1))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert (await collector.post("/v1/events", viewed(2))).status == 200
        assert await ids(broker) == ["e2"]


@asynccontextmanager
async def process(folder: Path, brokers: str) -> AsyncIterator[tuple[Collector, Leashed]]:
    """``throughline collect`` as somebody runs it."""
    note = folder / COLLECTOR_ADDRESS
    note.unlink(missing_ok=True)
    key = add_key(keys_file(settings_of(folder)), "shop")
    given = {"DATA_DIR": str(folder), "BROKERS": brokers, "IDENTITY_KEY": IDENTITY_KEY, "COLLECTOR__PORT": "0"}
    given |= {"COLLECTOR__SPOOL_AFTER": "0.2 s"}
    environment = os.environ | {f"THROUGHLINE_{name}": value for name, value in given.items()}
    child = Leashed([sys.executable, "-m", "throughline", "collect"], folder / "collector.log", environment)
    try:
        while not note.exists():
            assert child.running, (folder / "collector.log").read_text()
            await asyncio.sleep(0.02)
        async with aiohttp.ClientSession() as session:
            yield Collector(note.read_text(), key, session), child
    finally:
        child.kill()


async def test_what_was_answered_outlives_kill_9(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with process(tmp_path, broker.address) as (collector, child):
        await collector.until("ok")
        with silent(broker):
            await asyncio.gather(*(collector.post("/v1/events", viewed(number)) for number in range(20)))
            await send(collector, range(20, 25))
            child.kill()
    file = max((tmp_path / SPOOL_NAME).glob("*.spool"))
    with file.open("ab") as torn:
        torn.write(framed(b"never answered")[:-3])
    async with running(tmp_path, broker.address) as collector:
        await collector.until("ok")
    found = await ids(broker)
    assert set(found) == {f"e{number}" for number in range(25)}
    assert [name for name in first_seen(found) if int(name[1:]) >= 20] == [f"e{number}" for number in range(20, 25)]


async def test_told_to_stop_it_answers_what_it_has_in_hand(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with process(tmp_path, broker.address) as (collector, child):
        await collector.until("ok")
        with silent(broker):
            sending = [asyncio.create_task(collector.post("/v1/events", viewed(0)))]
            one = await in_hand(collector, more_than=len(json.dumps(viewed(0))))
            sending += [asyncio.create_task(collector.post("/v1/events", viewed(number))) for number in range(1, 5)]
            await in_hand(collector, more_than=5 * one - 1)
            os.kill(child.pid, signal.SIGTERM)
            answers = await asyncio.gather(*sending)
        assert [answer.status for answer in answers] == [200] * 5
        assert await asyncio.to_thread(child.stop) == 0
    async with running(tmp_path, broker.address) as collector:
        await collector.until("ok")
    assert {event["event_id"] for event in await events(broker)} == {f"e{number}" for number in range(5)}


async def in_hand(collector: Collector, more_than: int) -> int:
    """The bytes that it has read or made of it and not yet answered, once they are more than so many."""
    while True:
        metrics = (await collector.ask("GET", "/metrics")).text
        (held,) = re.findall(r"^throughline_collector_in_hand_bytes (\S+)$", metrics, re.MULTILINE)
        if float(held) > more_than:
            return int(float(held))
        await asyncio.sleep(0.01)
