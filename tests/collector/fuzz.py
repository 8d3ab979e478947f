"""A running collector is sent bodies that nobody means: it neither falls nor grows, and what becomes of each is counted.

The real payloads beside the repository and the invented examples are bent (see ``mutations.py``), signed as their senders sign,
and posted to every door. Then: no answer is 5xx but 503, every request has one, the collector's own counts are those of whoever
sent, and the topics hold as many records as were taken and refused together.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from aiohttp import ClientError, ClientSession, ClientTimeout
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.stopwatch import resident
from schemas.topics import SOURCE_TOPICS
from streams.collector.adapters.registry import by_name
from streams.collector.answers import verdicts
from streams.collector.doors import DOORS, Door
from tests.broker.rig import PARTITIONS, Rig
from tests.collector.mutations import Request, bent
from tests.collector.running import ANSWERS, EVENTS, RunningCollector, collecting
from tests.collector.sealing import SEALS, SECRET, with_key
from tests.contract.adapters.payloads import all_of
from throughline.broker import EmbeddedBroker

AT_ONCE = 16
"""Connections."""
LOOKS = (0.2, 0.4, 0.6, 0.8, 1.0)
"""Shares of the bodies after which memory is looked at: after the first, every door was used."""
GROWTH = 48 * 1024 * 1024
"""Bytes that a collector may have grown since: the largest bodies leave holes in the heap, a leak has no end."""
PATIENT = {"COLLECTOR__SPOOL_AFTER": "2 min"}
"""What goes to disk because the broker is slow may be published twice; here every record is to be counted once."""
FOREIGN = "/elsewhere"
"""Under which answers are counted that no door gave."""


@dataclass
class Account:
    """What was sent and what came back."""

    sent: int = 0
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By sender and status."""
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Events of which a verdict was given, by sender and verdict."""
    unanswered: list[str] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    """Bytes, at each look."""
    counted_answers: Counter[str] = field(default_factory=Counter)
    counted_events: Counter[str] = field(default_factory=Counter)
    """What the collector counted itself: by status; by verdict."""
    counted_of: Counter[str] = field(default_factory=Counter)
    """Events by sender."""
    records: int = 0
    """On the topics."""

    def faults(self) -> list[str]:
        """What is wrong; nothing is good."""
        statuses = Counter[str]()
        for (sender, status), number in self.answers.items():
            if sender != FOREIGN:
                statuses[status] += number
        broken = [f"{number} answers {status}" for status, number in statuses.items() if status >= "500" and status != "503"]
        told = Counter[str]()
        for (sender, _), number in self.told.items():
            told[sender] += number
        claims = {
            "requests answered": (self.sent - len(self.unanswered), self.answers.total()),
            "requests unanswered": (0, len(self.unanswered)),
            "answers by status": (dict(statuses), dict(self.counted_answers)),
            "verdicts by sender": (dict(told), {sender: self.counted_of[sender] for sender in told}),
            "records on the topics": (self.counted_events.total(), self.records),
            "growth": (True, self.resident[-1] - self.resident[0] <= GROWTH),
        }
        return broken + [f"{what}: {one} is not {other}" for what, (one, other) in claims.items() if one != other]

    def __str__(self) -> str:
        statuses = Counter[str]()
        for (_, status), number in self.answers.items():
            statuses[status] += number
        answered = ", ".join(f"{number:,} × {status}" for status, number in sorted(statuses.items()))
        events = ", ".join(f"{number:,} {verdict}" for verdict, number in self.counted_events.most_common())
        memory = ", ".join(f"{size / 1e6:.0f}" for size in self.resident)
        return (
            f"{self.sent:,} bodies sent; answered {answered}; events {events}; {self.records:,} records on the topics; "
            f"{memory} MB of memory, from a fifth of them on"
        )


def bodies(seed: int, key: str) -> Iterator[tuple[Door, Request]]:
    """Without end: for a door a message of its sender's, bent and then sealed."""
    lot = Random(seed)
    known = [(door, payload) for door in DOORS if (adapter := by_name(door.sender)) for payload in all_of(adapter)]
    while True:
        door, payload = lot.choice(known)
        kept = {name: value for name, value in payload.headers.items() if name.lower() not in ("authorization", "host")}
        headers = {"Content-Type": "application/json", **kept}
        whole = Request(door.path.format(source="shop"), json.dumps(payload.message).encode(), headers)
        if door.proof == "key":
            yield door, bent(lot, Request(whole.door, whole.body, whole.headers | with_key(key)))
        else:
            crooked = bent(lot, whole)
            seal = SEALS[door.sender](crooked.body) if lot.random() < 0.95 else {}
            yield door, Request(crooked.door, crooked.body, seal | crooked.headers)


async def fuzz(folder: Path, count: int, seed: int) -> Account:
    with EmbeddedBroker(folder / "broker") as broker:
        await Rig(broker.address, folder).prepare()
        with collecting(folder, broker.address, **PATIENT) as collector:
            for sender in SEALS:
                collector.secret("shop", sender, SECRET)
            account = await _sent(collector, bodies(seed, collector.key("shop")), count)
            account.counted_answers = collector.counted(ANSWERS, "status")
            account.counted_events = collector.counted(EVENTS, "verdict")
            account.counted_of = collector.counted(EVENTS, "sender")
        account.records = await _records(broker.address)
    return account


async def _sent(collector: RunningCollector, crooked: Iterator[tuple[Door, Request]], count: int) -> Account:
    account = Account()
    timeout = ClientTimeout(total=60)
    async with ClientSession(collector.url, timeout=timeout, skip_auto_headers=("Content-Type",)) as session:

        async def send(until: int) -> None:
            while account.sent < until:
                account.sent += 1
                await _send(session, account, *next(crooked))

        for share in LOOKS:
            until = int(share * count)
            async with asyncio.TaskGroup() as tasks:
                for _ in range(AT_ONCE):
                    tasks.create_task(send(until))
            account.resident.append(resident(collector.pid))
    return account


async def _send(session: ClientSession, account: Account, door: Door, crooked: Request) -> None:
    headers = {name: value for name, value in crooked.headers.items() if value}
    try:
        async with session.post(crooked.door, data=BytesIO(crooked.body), headers=headers) as answer:
            body = await answer.read()
    except (ClientError, TimeoutError) as error:
        account.unanswered.append(f"{door.path}: {error!r}")
        return
    sender = door.sender if answer.status not in (404, 405) else FOREIGN
    account.answers[sender, str(answer.status)] += 1
    if answer.status == 200 and door.answer is verdicts:
        for verdict in json.loads(body)["events"]:
            account.told[sender, verdict["verdict"]] += 1


async def _records(brokers: str) -> int:
    """How many there are on the topics that producers write to."""
    places = [TopicPartition(topic, place) for topic in SOURCE_TOPICS for place in range(PARTITIONS)]
    async with AIOKafkaConsumer(bootstrap_servers=brokers) as consumer:
        return sum((await consumer.end_offsets(places)).values())


def main() -> None:
    parser = ArgumentParser(description=str(__doc__))
    parser.add_argument("--bodies", type=int, default=100_000, metavar="N", help="default: 100,000")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: 1")
    given = parser.parse_args()
    with TemporaryDirectory(prefix="throughline-fuzz-") as folder:
        account = asyncio.run(fuzz(Path(folder), given.bodies, given.seed))
        log = (Path(folder) / "collector.log").read_text()
    print(account)
    for fault in account.faults():
        print(fault)
    for words in account.unanswered[:5]:
        print(words)
    before, said, after = log.partition("Traceback")
    print(before[-300:] + said + after[:3_000] if said else "", end="")
    sys.exit(bool(account.faults()))


if __name__ == "__main__":
    main()
