"""The trials: how much, how soon, how long after a kill, and what customers and partitions cost."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import msgspec

from bench.peers.answers import Answers, difference
from bench.peers.contest import Course, Measured
from bench.peers.events import Feed, beside, shopping
from bench.peers.kafka import fill
from bench.peers.pace import waits
from bench.peers.process import Slow
from bench.peers.recovery import recovered
from bench.peers.results import Found
from bench.peers.rivals import THROUGHLINE
from schemas.failures import Stop

PARTITIONS = 4
PACES = (1_000, 2_000)
PACE_SECONDS = 20
FEW = 1 / 10
"""Customers who came once, as a share of ``--events``; many are as many as there are events."""
SMALL = 1 / 5
"""Of ``--events``, where a trial compares a peer with itself."""
PARTITION_COUNTS = (1, 4, 8)


async def throughput(brokers: str, given: Namespace, folder: Path) -> Found:
    """Every peer over the whole event set, so many times, in turn. Raises ``Stop`` where two peers' answers differ."""
    course = await _course(brokers, shopping(given.events), PARTITIONS, folder)
    return [msgspec.to_builtins(one) for one in await _in_turn(course, given.only, given.runs)]


async def _in_turn(course: Course, peers: list[str], runs: int) -> list[Measured]:
    measured: list[Measured] = []
    first: Answers | None = None
    for number in range(runs):
        for peer in peers:
            found, answers = await course.run(peer, number)
            first = first or answers
            if unlike := difference(answers, first):
                raise Stop(f"{peer} does not say what {peers[0]} says: {'; '.join(unlike)}")
            measured.append(found)
            _say(peer, f"{found.per_core:,.0f} events/s of a core, {found.warm_events / found.warm_wall:,.0f} by the wall")
    return measured


async def latency(brokers: str, given: Namespace, folder: Path) -> Found:
    """From the tick that shows a cart abandoned to the alert, at a steady pace."""
    found = []
    for pace in PACES:
        for peer in given.only:
            waited = await waits(peer, brokers, PARTITIONS, folder / f"{peer}-{pace}", pace, PACE_SECONDS)
            found.append({"peer": peer, "pace": pace, **waited})
            _say(peer, f"at {pace:,} events/s: {waited}")
    return found


async def recovery(brokers: str, given: Namespace, folder: Path) -> Found:
    """From the start after a ``kill -9`` to the first new alert."""
    feed = shopping(int(given.events * SMALL))
    found = []
    for peer in given.only:
        course = await _course(brokers, feed, PARTITIONS, folder / peer)
        took = await recovered(course, peer)
        found.append({"peer": peer, "customers": len({one.customer for one in feed.sent}), **took})
        _say(peer, f"recovered: {took}")
    return found


async def customers(brokers: str, given: Namespace, folder: Path) -> Found:
    """The same events beside few and beside many other customers. Who is too slow for many is left out, and said so."""
    shop = shopping(int(given.events * SMALL))
    found = []
    for count in (int(given.events * FEW), given.events):
        feed = beside(shop, count)
        for peer in given.only:
            try:
                measured = await _beside(brokers, feed, peer, folder / f"{count}")
            except Slow as slow:
                _say(peer, f"beside {count:,}: {slow}")
                continue
            found.append({"customers": count, **msgspec.to_builtins(measured)})
            _say(peer, f"beside {count:,}: {measured.warm_processor / measured.warm_events * 1e6:,.1f} µs an event")
    return found


async def _beside(brokers: str, feed: Feed, peer: str, folder: Path) -> Measured:
    if peer == THROUGHLINE:  # says no marks: gets the events that count when it has done the others
        return await (await _course(brokers, feed.warm_up, PARTITIONS, folder)).ours_before(feed.warm)
    measured, _ = await (await _course(brokers, feed, PARTITIONS, folder)).run(peer, 0)
    return measured


async def partitions(brokers: str, given: Namespace, folder: Path) -> Found:
    """The same events on few and on many partitions."""
    feed = shopping(int(given.events * SMALL))
    found = []
    for count in PARTITION_COUNTS:
        course = await _course(brokers, feed, count, folder / f"{count}")
        for measured in await _in_turn(course, given.only, 1):
            found.append({"partitions": count, **msgspec.to_builtins(measured)})
    return found


async def _course(brokers: str, feed: Feed, partitions: int, folder: Path) -> Course:
    await fill(brokers, feed, partitions)
    return Course(brokers, feed, partitions, folder)


def _say(peer: str, words: str) -> None:
    print(f"{peer:>14}  {words}", flush=True)
